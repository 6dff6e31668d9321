"""Learners who go on whatever happens, and a ledger of what the tool has told them it accepted."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf

from tests.deployment.learning import claim
from tests.deployment.load import Failed, Journey
from tests.functional import learner_walk as walk
from tests.functional.browsing import Browser
from tests.functional.pages import Page

MOST_ATTEMPTS = 4
"""Then a learner answers everything right."""
BREATH_SECONDS = 0.3
"""Before somebody who saw an error tries again."""
Answers = Mapping[str, str | list[str]]


class Fate(StrEnum):
    """What the learner knows of the answers that they sent."""

    SENT = "sent"
    SAVED = "saved"
    SUBMITTED = "submitted"


@dataclass
class Ledger:
    """Kept by learners, in the order of sending; compared with the tool's records at the end."""

    answers: dict[str, list[tuple[Fate, Answers]]] = field(default_factory=dict)
    """By attempt."""
    claims: set[tuple[str, str, str]] = field(default_factory=set)
    """Issuer, person and activity."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, attempt: str, fate: Fate, answers: Answers) -> None:
        with self.lock:
            self.answers.setdefault(attempt, []).append((fate, answers))

    def possible(self, attempt: str) -> tuple[bool, list[dict[str, list[str]]]]:
        """Whether it must be submitted, and which answers may stand there: those last accepted, or sent later."""
        rows = self.answers[attempt]
        done = next((answers for fate, answers in rows if fate is Fate.SUBMITTED), None)
        if done is not None:
            return True, [chosen(done)]
        accepted = max((number for number, (fate, _) in enumerate(rows) if fate is Fate.SAVED), default=None)
        later = [chosen(answers) for _, answers in rows[accepted or 0 :]]
        return False, later if accepted is not None else [{}, *later]


def chosen(answers: Answers) -> dict[str, list[str]]:
    """What was typed, by question."""
    return {key.partition(".")[2]: [each] if isinstance(each, str) else list(each) for key, each in answers.items()}


@dataclass
class Restless(Journey):
    """Fails tests, saves and comes back, and opens the activity anew whenever a page cannot be used."""

    ledger: Ledger = field(default_factory=Ledger)
    dice: random.Random = field(default_factory=random.Random)
    attempts: int = 0
    session_id: str = ""
    is_stopped: bool = False
    until: float = inf
    """Monotonic time at which patience ends."""
    refusals: int = 0
    """Pages that could not be used: signed out by a jump of the clock, a launch refused, and the like."""

    def go_on(self) -> None:
        """To the certificate, or until stopped or out of patience."""
        browser: Browser | None = None
        page: Page | None = None
        while not self.is_done and not self.is_stopped and time.monotonic() < self.until:
            try:
                browser = browser or self.begin()
                page = self._act(browser, page)
                self.session_id = page.session_id
            except Failed:
                time.sleep(BREATH_SECONDS)
                page = None
            except (LookupError, StopIteration):
                self.refusals += 1
                page = None
        if browser is not None:
            browser.session.close()

    def post_test(self, browser: Browser, page: Page) -> None:
        test = self.place.activities[self.key].post_test
        assert test is not None
        sheet = walk.start(browser, page, "post-test")
        form = sheet.form("Submit answers")
        attempt, questions = form.action.rpartition("/")[2], walk.given(test, form)
        if self.dice.random() < 0.3:
            self._send(browser, sheet, attempt, Fate.SAVED, walk.filled(questions[:1]))
            sheet = walk.start(browser, page, "post-test")
        wrong = 0 if self.attempts >= MOST_ATTEMPTS else self.dice.randint(0, len(questions))
        self.attempts += 1
        answers = walk.filled(questions[wrong:]) | walk.filled(questions[:wrong], is_right=False)
        self._send(browser, sheet, attempt, Fate.SUBMITTED, answers)

    def _send(self, browser: Browser, sheet: Page, attempt: str, fate: Fate, answers: Answers) -> None:
        """Press the button; the tool's redirect is its word that it has them."""
        button = "Submit answers" if fate is Fate.SUBMITTED else "Save and continue later"
        self.ledger.note(attempt, Fate.SENT, answers)
        after = browser.submit(sheet, "Submit answers", answers, button)
        if after.history[0].status_code == 303:
            self.ledger.note(attempt, fate, answers)

    def claim(self, browser: Browser, page: Page) -> None:
        after = claim(browser, page)
        if after.history[0].status_code == 303 and after.path.endswith("/certificate"):
            with self.ledger.lock:
                self.ledger.claims.add((self.place.lms.issuer, self.person, self.key))
