"""A provider's own certificate page in the office: begun, tried, refused by line, chosen, kept, printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from time_machine import travel

from lti_tool.certificates.page_values import named_values
from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.page_markup import MarkupRule
from lti_tool.services.press import printed_pdf
from lti_tool.web.office.page_words import _RULE_WORDS, PAGE_VALUES
from tests.functional.issued import issued_to
from tests.functional.office_world import OfficePerson, invited
from tests.functional.staff_world import NOW, World, make_world, text_of
from tests.functional.test_office_certificates import DESIGN, WORLD_KEY, manager
from tests.unit.lti_tool.certificates.own_pages import SHIPPED, without
from tests.unit.lti_tool.services.claiming import short_activity

ADDRESS = "/certificates/design"


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    made = make_world(migrated_sqlite_url)
    object.__setattr__(made.deps.press, "make_key", lambda name, now: WORLD_KEY)
    made.place(short_activity())
    with travel(NOW):
        yield made
    made.close()


def chosen(office: OfficePerson, source: str, **changes: Any) -> Any:
    return office.post(ADDRESS, {**DESIGN, "do": "choose", "source": source, **changes})


def test_a_page_is_begun_looked_at_chosen_and_printed_as_the_shipped_one(world: World) -> None:
    office = manager(world)
    begun = office.post(ADDRESS, DESIGN, do="begin")
    assert begun.status_code == 200 and "{{ sentence }}" in begun.get_data(as_text=True)
    with world.db() as db:
        assert db.scalars(select(models.PageMarkup)).all() == []
    looked = office.post(ADDRESS, DESIGN, do="preview", source=SHIPPED)
    assert looked.status_code == 200 and "This is a preview" in text_of(looked)
    answer = chosen(office, SHIPPED.replace("\n", "\r\n"))
    assert answer.status_code == 303, answer.get_data(as_text=True).partition("page-faults")[2][:1500]
    issued = issued_to(world)
    assert chosen(office, "").status_code == 303
    late = issued_to(world, "Grace Hopper", "late")
    design, later = issued.certificate.design, late.certificate.design
    assert design is not None and later is not None and (len(design.markup), later.markup) == (64, "")
    assert printed_pdf(world.deps.press, issued).pdf.startswith(b"%PDF")
    with world.db() as db:
        assert len(db.scalars(select(models.PageMarkup)).all()) == 1
    trail = text_of(invited(world, email="b@example.org").get("/audit"))
    assert "page-markup.stored" in trail and "certificate-design.chosen" in trail


@pytest.mark.parametrize("act", ["preview", "choose"])
def test_what_is_wrong_is_named_with_its_line_and_remedy(world: World, act: str) -> None:
    office = manager(world)
    source = SHIPPED.replace("{{ sentence }}", "{{ sentence.upper() }}")
    line = source[: source.index("sentence.upper")].count("\n") + 1
    answer = office.post(ADDRESS, {**DESIGN, "do": act, "source": source})
    assert answer.status_code == 422
    words = text_of(answer)
    assert f'Line {line}, <p class="sentence">{{{{ sentence.upper() }}}}</p>' in words
    assert "Only the name of a value may stand here" in words
    assert issued_to(world).certificate.template == "classic-v2"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (without("notes"), "notes[0]"),
        (without("degree"), "This must stand on the certificate and is missing"),
        (SHIPPED + "<p>AMA PRA Category 1 Credits</p>", "Words of your own may not name credit"),
        (SHIPPED + "<p>{% if degree %}aw{% endif %}arded</p>", "Words of your own may not name credit"),
        (SHIPPED + "<script>1</script>", "This element is not allowed"),
        ("x" * 40_001, "at most 40,000 characters"),
    ],
)
def test_a_page_that_would_say_too_little_or_too_much_is_never_chosen(world: World, source: str, told: str) -> None:
    answer = chosen(manager(world), source)
    assert answer.status_code == 422 and told in text_of(answer)
    assert issued_to(world).certificate.template == "classic-v2"


def test_a_page_cannot_be_chosen_unseen_nor_by_those_who_may_not(world: World) -> None:
    assert manager(world).post(ADDRESS, DESIGN, do="preview", source=SHIPPED).status_code == 200
    with world.db() as db:
        name = db.scalars(select(models.PageMarkup.sha256)).one()
    other = invited(world, provider="Another Medical School", email="c@example.org")
    asked = {"markup": name, "activity": "0" * 32, "credit": "ama-pra-category-1", **DESIGN}
    assert other.get(f"{ADDRESS}/preview.pdf", query_string=asked).status_code == 422
    answer = chosen(other, SHIPPED)
    assert answer.status_code == 422 and "There is no activity with credit to try this page with" in text_of(answer)
    planner = invited(world, Capability.PLAN, email="p@example.org")
    assert chosen(planner, SHIPPED).status_code == 403


def test_every_value_and_every_rule_has_words() -> None:
    assert list(PAGE_VALUES) == [name for name, _ in named_values()]
    assert set(_RULE_WORDS) == set(MarkupRule)
