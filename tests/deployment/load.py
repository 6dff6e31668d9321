"""Learners at work at the same time, each request of theirs watched; what fails they do again, as people would."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.deployment.learning import claim, confirm, study, take_test
from tests.deployment.place import Place
from tests.functional import learner_walk as walk
from tests.functional.browsing import Browser
from tests.functional.pages import Page

MOST_ACTS = 60
STEPS = frozenset({"information", "content", "post-test", "evaluation", "details", "claim"})
"""By the last part of their address; each is a method of ``Journey``."""


class Failed(Exception):
    """The learner saw an error."""


@dataclass(frozen=True)
class Seen:
    """One request: times of a monotonic clock, and the status (0: no answer at all)."""

    method: str
    url: str
    began: float
    ended: float
    status: int

    @property
    def is_failure(self) -> bool:
        return self.status == 0 or self.status >= 500


class Watched(requests.Session):
    """Notes every request. Raises ``Failed`` for one that the server is at fault for."""

    def __init__(self, seen: list[Seen]) -> None:
        super().__init__()
        self.trust_env, self.seen = False, seen

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        began, status = time.monotonic(), 0
        try:
            answer = super().request(method, url, *args, **kwargs)
            status = answer.status_code
        except requests.RequestException as error:
            raise Failed(str(error)) from error
        finally:
            self.seen.append(Seen(method, str(url), began, time.monotonic(), status))
        if status >= 500:
            raise Failed(f"{method} {url}: {status}")
        return answer


@dataclass
class Journey:
    """One person through one activity. ``is_done`` once there is a certificate."""

    place: Place
    person: str
    key: str
    seen: list[Seen]
    is_done: bool = False
    acts: list[str] = field(default_factory=list)

    def go(self) -> None:
        """To the certificate, or until much more was tried than it takes."""
        browser = self.begin()
        page: Page | None = None
        while not self.is_done and len(self.acts) < MOST_ACTS:
            try:
                page = self._act(browser, page)
            except Failed:
                page = None
        browser.session.close()

    def begin(self) -> Browser:
        """Sign in to the LMS."""
        return self.place.enter(self.person, Watched(self.seen))

    def _act(self, browser: Browser, page: Page | None) -> Page:
        """Open the activity, and do what it asks for next: the method that is named like the step's address.

        Raises LookupError for a page that is none of a step.
        """
        if page is None:
            page = browser.open(self.place.placements[self.key])
        here = browser.get(f"/s/{page.session_id}/")
        step = here.path.rpartition("/")[2]
        self.acts.append(step)
        if step == "certificate":
            self.is_done = "Download certificate" in here.text
            return here
        if step not in STEPS:
            raise LookupError(str(here))
        getattr(self, step.replace("-", "_"))(browser, here)
        return here

    def information(self, browser: Browser, page: Page) -> None:
        walk.acknowledge(browser, page)

    def content(self, browser: Browser, page: Page) -> None:
        study(browser, page, self.place.activities[self.key])

    def post_test(self, browser: Browser, page: Page) -> None:
        take_test(browser, page, self.place.activities[self.key])

    def evaluation(self, browser: Browser, page: Page) -> None:
        walk.evaluate(browser, page)

    def details(self, browser: Browser, page: Page) -> None:
        confirm(browser, page)

    def claim(self, browser: Browser, page: Page) -> None:
        claim(browser, page)
