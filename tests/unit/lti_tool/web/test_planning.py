"""The wizard's forms: every field has a control, an untouched form changes nothing, hostile ones are odd texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from lti_tool.domain.document import Document, changes, tidied
from lti_tool.domain.plan import FIELDS, PlanSection
from lti_tool.domain.readiness import RULES, STEP_NEVER_OPENS, Days, unmet
from lti_tool.services.plan.faces import SESSIONS_END_FACES
from lti_tool.services.plan.readiness import FILE_CHECK
from lti_tool.services.plan.settings import SOURCES
from lti_tool.web.office.planning.readiness_words import WORDS, unmet_row
from lti_tool.web.office.planning.reading import act, list_letters
from lti_tool.web.office.planning.sections import FORMS, control_name, path_words, read_section
from lti_tool.web.office.planning.showing import shown
from tests.unit.lti_tool.services.activity_files import NAMES
from tests.unit.lti_tool.services.plans import TODAY, sample_plan

SECTIONS = list(PlanSection)


Pairs = Iterator[tuple[str, str]]


def _simple(one: dict[str, Any]) -> Pairs:
    if one["draw"] in ("text", "choice"):
        yield one["name"], "" if one["value"] is None else str(one["value"])
    elif one["draw"] == "ticks":
        yield from ((one["name"], each["value"]) for each in one["options"] if each["value"] in one["value"])
    elif one["draw"] == "tick":
        yield from (
            (one["name"], word) for word in ("no", "yes") if (one["value"] if word == "yes" else one["is_kept"])
        )


def _compound(one: dict[str, Any]) -> Pairs:
    for item in one.get("items", ()) if one["draw"] == "rows" else ():
        yield one["name"], item["key"]
        yield f"{item['name']}.kind", item["kind"]
        yield from _pairs(item["controls"])
    for prompt in one.get("prompts", ()):
        yield one["name"], prompt["key"]
        yield prompt["name"], one["chosen"].get(prompt["key"], "")
    for item in one.get("items", ()) if one["draw"] == "numbers" else ():
        yield one["name"], item["name"].rpartition(".")[2]
        yield item["name"], item["value"] or ""
    yield from _pairs(one.get("controls", []))


def _pairs(controls: list[dict[str, Any]]) -> Pairs:
    for one in controls:
        yield from _simple(one)
        yield from _compound(one)


def posted(controls: list[dict[str, Any]]) -> MultiDict[str, str]:
    """What a browser sends for these controls."""
    return MultiDict(list(_pairs(controls)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("section", SECTIONS)
def test_a_form_that_nobody_touched_changes_nothing(name: str, section: PlanSection) -> None:
    document = sample_plan(name)
    offered = [{"value": "ama-pra-category-1", "label": "AMA"}]
    form = posted(shown(FORMS[section], document, {**document, "_credit_types": offered}))
    read = read_section(section, form)
    before: Document = {field: document[field] for field in FIELDS[section] if field in document}
    assert changes(before, tidied(read)) == ()


@pytest.mark.parametrize("section", SECTIONS)
def test_every_field_of_a_section_has_its_control(section: PlanSection) -> None:
    assert {control.name for control in FORMS[section]} == set(FIELDS[section])


TEXTS = st.text(max_size=20) | st.sampled_from(
    ["\0", "yes", "true", "q1", "single", "../x", "\ud800", "=cmd()", "9" * 30]
)


@given(st.sampled_from(SECTIONS), st.data())
def test_no_form_is_too_odd_to_be_read(section: PlanSection, data: st.DataObject) -> None:
    names = sorted(_names(shown(FORMS[section], sample_plan(), sample_plan())))
    pairs = data.draw(st.lists(st.tuples(st.sampled_from(names) | TEXTS, TEXTS), max_size=30))
    form = MultiDict(pairs)
    act(form, data.draw(TEXTS), list_letters(FORMS[section]))
    document: Document = tidied({**sample_plan(), **read_section(section, form)})
    assert "\0" not in str(document) and "\ud800" not in str(document)
    unmet(document, Days(TODAY))


def _names(controls: list[dict[str, Any]]) -> set[str]:
    found = {one["name"] for one in controls}
    for one in controls:
        found |= _names(one.get("controls", []))
        for item in one.get("items", []):
            found |= _names(item.get("controls", [])) | {item["name"]}
    return found


def test_every_rule_has_words_and_no_words_are_left_over() -> None:
    assert set(WORDS) == {rule.code for rule in RULES} | {*SOURCES, SESSIONS_END_FACES, STEP_NEVER_OPENS, FILE_CHECK}


def test_every_line_of_an_empty_plan_leads_to_a_control() -> None:
    app = Flask("words")
    Babel(app)
    document: Document = {"title": "Only a title"}
    with app.test_request_context():
        names = set().union(*(_names(shown(form, document, document)) for form in FORMS.values()))
        rows = [unmet_row(one, document) for one in unmet(document, Days(TODAY))]
    assert rows and all(row.what and row.remedy and row.field for row in rows)
    assert {row.control for row in rows} <= names


def test_paths_read_as_the_wizard_names_them() -> None:
    document = sample_plan()
    assert path_words("people[okafor].name", document) == "People in control of content › Adaeze N. Okafor › Name"
    assert path_words("post_test.pass_mark", document) == "Post-test › Right answers needed to pass"
    assert path_words("nothing[x].known", document) == "nothing › x › known"
    assert control_name("people[okafor].name") == "people.okafor.name"
