"""The wizard's sections: their names, their forms, and the words for every path of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext

from lti_tool.domain.document import Document, parts_of
from lti_tool.domain.plan import PlanSection, question_keys
from lti_tool.web.office.planning.assessment import ASSESSMENT
from lti_tool.web.office.planning.content import CONTENT
from lti_tool.web.office.planning.controls import Control, Group, Rows, fields_of
from lti_tool.web.office.planning.delivery import CREDIT, DELIVERY
from lti_tool.web.office.planning.evaluation import EVALUATION
from lti_tool.web.office.planning.need import NEED, OBJECTIVES
from lti_tool.web.office.planning.people import PEOPLE
from lti_tool.web.office.planning.reading import Form, read_fields

SECTION_WORDS = {
    PlanSection.NEED: lazy_gettext("Need"),
    PlanSection.OBJECTIVES: lazy_gettext("Objectives"),
    PlanSection.PEOPLE: lazy_gettext("People"),
    PlanSection.CONTENT: lazy_gettext("Content and validation"),
    PlanSection.ASSESSMENT: lazy_gettext("Assessment"),
    PlanSection.EVALUATION: lazy_gettext("Evaluation"),
    PlanSection.CREDIT: lazy_gettext("Credit"),
    PlanSection.DELIVERY: lazy_gettext("Delivery"),
}
FORMS: Mapping[PlanSection, tuple[Control, ...]] = {
    PlanSection.NEED: NEED,
    PlanSection.OBJECTIVES: OBJECTIVES,
    PlanSection.PEOPLE: PEOPLE,
    PlanSection.CONTENT: CONTENT,
    PlanSection.ASSESSMENT: ASSESSMENT,
    PlanSection.EVALUATION: EVALUATION,
    PlanSection.CREDIT: CREDIT,
    PlanSection.DELIVERY: DELIVERY,
}
"""Every field that a section owns has a control here (a test says so)."""


def read_section(section: PlanSection, form: Form) -> Document:
    """The section's fields as they were posted."""
    fields = read_fields(FORMS[section], form)
    if section is PlanSection.ASSESSMENT:
        _without_removed(fields)
    if section is PlanSection.EVALUATION and not fields["evaluation"]["items"]:
        fields["evaluation"] = {}
    return fields


def _without_removed(fields: Document) -> None:
    """No test asks for a question that was removed; one without questions has no further wishes."""
    known = {question["key"] for question in fields["questions"]}
    for test in ("pre_test", "post_test"):
        fields[test]["questions"] = [key for key in question_keys(fields, test) if key in known]
    for test in ("pre_test", "post_test"):
        if not fields[test]["questions"]:
            fields[test] = {name: value for name, value in fields[test].items() if name not in ("shuffle", "reveal")}


def path_words(path: str, document: Document) -> str:
    """``people[lee].name`` as ``People in control of content › Lee › Name``."""
    controls: Iterable[Control] = [control for form in FORMS.values() for control in form]
    words: list[str] = []
    place: Any = document
    rows: Rows | None = None
    for name, is_item in parts_of(path):
        if is_item:
            place = _item(place, name)
            words.append(_title(rows, place) or name)
            controls = fields_of(rows, place or {}) if rows is not None else ()
            rows = None
            continue
        control = next((one for one in controls if one.name == name), None)
        words.append(str(control.label) if control is not None else name)
        place = place.get(name) if isinstance(place, dict) else None
        rows = control if isinstance(control, Rows) else None
        controls = control.fields if isinstance(control, Group) else ()
    return " › ".join(words)


def _item(place: Any, key: str) -> Any:
    items = place if isinstance(place, list) else []
    return next((one for one in items if isinstance(one, dict) and one.get("key") == key), None)


def _title(rows: Rows | None, item: Any) -> str:
    if rows is None or not isinstance(item, dict):
        return ""
    return str(item.get(rows.title) or "")[:60]


def control_name(path: str) -> str:
    """Name of the control that a path of the document leads to."""
    return ".".join(name for name, _ in parts_of(path))
