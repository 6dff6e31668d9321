"""A browser without JavaScript: follows redirects, keeps cookies, and submits the forms that LTI pages submit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urljoin

import requests

TIMEOUT_SECONDS = 30


@dataclass(slots=True)
class Form:
    """A form as the page holds it; ``values`` are what a submit would send."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)


class _FormParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(values.get("action", ""), values.get("method", "get").lower()))
        elif tag == "input" and self.forms and "name" in values and values.get("type") not in {"radio", "checkbox"}:
            self.forms[-1].values[values["name"]] = values.get("value", "")


@dataclass(frozen=True, slots=True)
class Page:
    """What the browser shows: the address it ended at, the status, and the page."""

    url: str
    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def forms(self) -> list[Form]:
        parser = _FormParser()
        parser.feed(self.text)
        return parser.forms

    def form(self, field_name: str) -> Form:
        """The form that carries a field of this name; an assertion fault with the page when there is none."""
        for form in self.forms:
            if field_name in form.values:
                return form
        raise AssertionError(f"{self.url} ({self.status}) has no form with {field_name}:\n{self.text[:3000]}")


class Browser:
    """One person's browser. Loopback counts as a secure place, as it does in real browsers."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(secure_protocols=("http", "https")))

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *exception: object) -> None:
        self._session.close()

    def open(self, url: str) -> Page:
        return self._page(self._session.get(url, timeout=TIMEOUT_SECONDS))

    def submit(self, page: Page, form: Form, **changes: str) -> Page:
        """Send the form as the page would, with some values changed."""
        return self.send(urljoin(page.url, form.action), {**form.values, **changes}, form.method)

    def send(self, url: str, values: Mapping[str, str], method: str = "post") -> Page:
        if method == "get":
            return self._page(self._session.get(url, params=dict(values), timeout=TIMEOUT_SECONDS))
        return self._page(self._session.post(url, data=dict(values), timeout=TIMEOUT_SECONDS))

    def json(self, url: str, body: object) -> requests.Response:
        """Post JSON, keeping the cookies of the answer."""
        return self._session.post(url, json=body, timeout=TIMEOUT_SECONDS)

    @staticmethod
    def _page(response: requests.Response) -> Page:
        return Page(response.url, response.status_code, response.text, response.headers)
