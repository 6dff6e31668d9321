"""The question bank's pages in headless Chromium: accessible, and nothing runs off a phone."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any

import pytest
from playwright.sync_api import Browser
from werkzeug.test import TestResponse

from lti_tool.domain.assessment import QuestionKind
from tests import axe
from tests.browser.design_site import Site, browser, opened, site
from tests.functional.office_world import OfficePerson, invited
from tests.functional.question_bank import fill, upload
from tests.functional.staff_world import BASE, World, world_on_sqlite
from tests.unit.lti_tool.exchange.questions import BODY, STRIP

__all__ = ["browser", "site", "world_on_sqlite"]
pytestmark = pytest.mark.browser
KINDS = (QuestionKind.MULTIPLE, QuestionKind.TRUE_FALSE, QuestionKind.MATCHING, QuestionKind.NUMERIC)


def shown(answer: TestResponse) -> str:
    """The page with its pictures in it: another site shows it here."""
    picture = f'src="data:image/png;base64,{b64encode(BODY).decode()}"'
    return re.sub(r'src="[^"]*/questions/pictures/[^"]*"', picture, answer.get_data(as_text=True))


def pages(world: World, person: OfficePerson) -> dict[str, TestResponse]:
    ids = fill(world, person)
    form: dict[str, Any] = {"kind": "single", "stem": "Which?", "entry.1": "a", "entry.2": "b", "right": "1"}
    stale = {"kind": "true_false", "stem": "Mine.", "right": "1", "based_on": "1", "action": "save"}
    person.post(f"/questions/{ids['tf']}/edit", {**stale, "stem": "Theirs."})
    table = b"key,kind,stem,correct\nnew,true_false,So?,true\ntf,true_false,Otherwise?,true\n"
    waiting = upload(person, "q.csv", table).headers["Location"]
    return {
        "list": person.get("/questions"),
        **{f"open {key}": person.get(f"/questions/{ids[key]}") for key in ("afib", "pairs", "steps", "dose")},
        **{f"new {kind}": person.get(f"/questions/new?kind={kind.value}") for kind in KINDS},
        "edit": person.get(f"/questions/{ids['afib']}/edit"),
        "faults": person.post("/questions/new", {**form, "key": "!", "stem": "", "right": [], "action": "save"}),
        "preview": person.post("/questions/new", {**form, "key": "k", "action": "preview"}),
        "conflict": person.post(f"/questions/{ids['tf']}/edit", stale),
        "import": person.get("/questions/import"),
        "import preview": person.client.get(waiting, base_url=BASE),
        "import faults": upload(person, "q.csv", b"kind,stem\nessay,So?\n"),
        "export faults": person.get("/questions/export?format=gift"),
    }


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_every_page_is_accessible_and_fits(browser: Browser, site: Site, world: World) -> None:
    found = pages(world, invited(world))
    assert len(found) > 15 and STRIP in found["open afib"].get_data(as_text=True)
    faults: dict[str, list[str]] = {}
    phone: Any = {"width": 320, "height": 900}
    with opened(browser, f"{site.origin}/static/css/staff.css", viewport=phone, reduced_motion="reduce") as page:
        for name, answer in found.items():
            site.pages["/"] = shown(answer)
            page.goto(f"{site.origin}/")
            told = [f"{fault}: {elements}" for fault, elements in axe.faults(page)]
            wide = page.evaluate("document.documentElement.scrollWidth")
            told += [f"{wide} wide"] if wide > phone["width"] else []
            if told:
                faults[name] = told
    assert faults == {}
