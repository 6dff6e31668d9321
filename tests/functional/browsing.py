"""A person's browser without scripts, which nevertheless does what the pages' scripts would do on the way in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin, urlsplit

import requests

from lti_tool.demo.course import Placement
from lti_tool.demo.people import Person as LmsPerson
from tests.functional.pages import Changes, Fields, Form, Page

if TYPE_CHECKING:
    from tests.functional.world import World

MAX_HOPS = 25
TIMEOUT = 30
REDIRECTS = frozenset({301, 302, 303, 307, 308})


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def http() -> requests.Session:
    """A session that reads no proxy variables."""
    session = requests.Session()
    session.trust_env = False
    return session


@dataclass
class Browser:
    """One person at one browser, signed in to the LMS.

    ``keeps_cookies`` False: the tool's cookies are blocked, as in a frame of another site without partitioned cookies.
    ``storage``: what scripts put into the LMS's platform storage; None: the scripts do not run.
    """

    world: World
    key: str
    session: requests.Session = field(default_factory=http)
    keeps_cookies: bool = True
    storage: dict[str, str] | None = field(default_factory=dict)
    stops_at: str = ""
    """Text of an address at which ``open`` and ``submit`` stop following: the page before it is given."""

    @property
    def lms_person(self) -> LmsPerson:
        return self.world.lms.person(self.key)

    def sign_in(self) -> None:
        """Sign in to the LMS as this person."""
        self.session.post(f"{self.world.lms.issuer}/session", data={"person": self.key}, timeout=TIMEOUT)

    # -- in the LMS --------------------------------------------------------------------------------------------------

    def open(self, placement: Placement, target: str = "iframe") -> Page:
        """Click a placement in the course (``target`` iframe or window) and end on the tool's page."""
        return self.get(f"{self.world.lms.issuer}/course/placements/{placement.id}/open?target={target}")

    def review(self, placement: Placement, learner: str) -> Page:
        """Open a learner's attempt from the gradebook (LTI Submission Review)."""
        return self.get(f"{self.world.lms.issuer}/course/placements/{placement.id}/review/{learner}")

    def add_content(self) -> Page:
        """Start Deep Linking from the course (staff) and end on the tool's picker."""
        return self.get(f"{self.world.lms.issuer}/course/add/open")

    # -- anywhere ----------------------------------------------------------------------------------------------------

    def get(self, address: str, **headers: str) -> Page:
        """Open an address; one that begins with ``/`` is the tool's. Headers' names are written with ``_``."""
        return self._follow("GET", self._absolute(address), None, "", headers)

    def post(self, address: str, fields: Changes | Fields | None = None, origin: str = "", **headers: str) -> Page:
        """Post fields as a form on ``origin`` (the tool's own by default) would. No form token is added."""
        pairs = fields if isinstance(fields, list) else _pairs(fields or {})
        target = self._absolute(address)
        return self._follow("POST", target, pairs, origin or self.world.base_url, headers)

    def click(self, page: Page, link: str) -> Page:
        """Follow the first link whose text holds ``link``."""
        return self._follow("GET", page.link(link), None, origin_of(page.url), {})

    def submit(
        self, page: Page, form: str | int | Form = 0, fields: Changes | None = None, button: str | None = None
    ) -> Page:
        """Fill a form in and press its first button, or the one with the text (or value) ``button``.

        ``form``: position, or part of the id, action or button text. ``fields``: name to text, to several texts
        (checkboxes), or to None (left out); everything else goes as it stands on the page, the form token included.
        """
        chosen = form if isinstance(form, Form) else page.form(form)
        return self._send(page, chosen, chosen.filled(fields or {}, button))

    def _send(self, page: Page, form: Form, sent: Fields) -> Page:
        target = urljoin(page.url, form.action)
        if form.method == "get":
            return self._follow("GET", f"{target.partition('?')[0]}?{urlencode(sent)}", None, origin_of(page.url), {})
        return self._follow("POST", target, sent, origin_of(page.url), {})

    # -- the way in --------------------------------------------------------------------------------------------------

    def _absolute(self, address: str) -> str:
        return self.world.base_url + address if address.startswith("/") else address

    def _follow(self, method: str, url: str, fields: Fields | None, origin: str, headers: dict[str, str]) -> Page:
        history: list[requests.Response] = []
        sites: set[str] = set()
        for _ in range(MAX_HOPS):
            sites.add(_site(origin, url))
            sent = _headers(method, origin, sites) | {k.replace("_", "-"): v for k, v in headers.items()}
            history.append(self._request(method, url, fields, sent))
            page = Page(history[-1], list(history))
            following = self._next(page, method, fields)
            if following is None or (self.stops_at and self.stops_at in following[1]):
                return page
            if page.status not in REDIRECTS:
                origin, sites, headers = origin_of(page.url), set(), {}
            method, url, fields = following
        raise AssertionError(f"more than {MAX_HOPS} hops: {[each.url for each in history]}")

    def _request(self, method: str, url: str, fields: Fields | None, headers: dict[str, str]) -> requests.Response:
        is_tool = origin_of(url) == origin_of(self.world.base_url)
        before = self.session.cookies.copy() if is_tool and not self.keeps_cookies else None
        response = self.session.request(
            method, url, data=fields, headers=headers, allow_redirects=False, timeout=TIMEOUT
        )
        if before is not None:
            self.session.cookies = before
        return response

    def _next(self, page: Page, method: str, fields: Fields | None) -> tuple[str, str, Fields | None] | None:
        if page.status in REDIRECTS:
            keeps = page.status in (307, 308)
            return (
                method if keeps else "GET",
                urljoin(page.url, page.response.headers["Location"]),
                (fields if keeps else None),
            )
        if not page.response.headers.get("Content-Type", "").startswith("text/html"):
            return None
        form = next((form for form in page.forms if self._is_automatic(page, form)), None)
        if form is None:
            return None
        sent = self._with_storage(form)
        target = urljoin(page.url, form.action)
        if form.method == "get":
            return "GET", f"{target}?{urlencode(sent)}", None
        return "POST", target, sent

    def _is_automatic(self, page: Page, form: Form) -> bool:
        if origin_of(page.url) == self.world.lms.issuer:
            return form.attributes.get("id") == "lti"
        return self.storage is not None and "data-platform-storage" in form.attributes

    def _with_storage(self, form: Form) -> Fields:
        """What the page's script does with the LMS's storage before it sends the form."""
        sent = form.filled({})
        how = form.attributes.get("data-platform-storage")
        if self.storage is None or how is None:
            return sent
        for each in (each for each in form.inputs if "data-storage-key" in each):
            key, name = each["data-storage-key"], each.get("name", "")
            if how == "put":
                self.storage[key] = each.get("value", "")
            elif key in self.storage:
                sent = [(other, self.storage[key] if other == name else value) for other, value in sent]
        outcome = "ok" if how == "put" or all(value for name, value in sent if name == "browser_proof") else "missing"
        return [(name, outcome if name == "platform_storage" else value) for name, value in sent]


def _pairs(fields: Changes) -> Fields:
    return [
        (name, each)
        for name, value in fields.items()
        for each in ([value] if isinstance(value, str) else list(value or ()))
    ]


def _site(origin: str, url: str) -> str:
    if not origin:
        return "none"
    if origin == origin_of(url):
        return "same-origin"
    return "same-site" if urlsplit(origin).hostname == urlsplit(url).hostname else "cross-site"


def _headers(method: str, origin: str, sites: set[str]) -> dict[str, str]:
    """Fetch metadata as browsers send it: the worst of the chain of redirects counts."""
    order = ("cross-site", "same-site", "same-origin", "none")
    site = next(name for name in order if name in sites)
    headers = {
        "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
        "Sec-Fetch-Site": site,
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "iframe",
    }
    return headers | ({"Origin": origin} if method == "POST" and origin else {})
