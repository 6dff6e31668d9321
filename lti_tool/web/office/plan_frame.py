"""What the pages of one plan share: its sections with what each still needs, and the readiness list."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from lti_tool.domain.capability import Capability
from lti_tool.domain.document import ORDER, Change, Document, value_at
from lti_tool.domain.plan import PlanSection, phase
from lti_tool.services.plan.powers import abilities
from lti_tool.services.plan.readiness import Readiness
from lti_tool.services.plan.work import Plan, open_plan, sections_open
from lti_tool.web.access import OfficeWork
from lti_tool.web.office.frame import office_page
from lti_tool.web.office.plan_words import PHASE_KINDS, PHASE_WORDS, STATE_KINDS, STATE_WORDS
from lti_tool.web.office.planning.readiness_words import unmet_row
from lti_tool.web.office.planning.sections import SECTION_WORDS, path_words

FURTHER = ("office.plan_statements", "office.plan_review", "office.plan_history")


def plan_of(work: OfficeWork, plan_id: str) -> Plan:
    return open_plan(work.db, work.officer, plan_id, work.now)


def _section_links(plan: Plan, found: Readiness, current: PlanSection | None) -> list[dict[str, Any]]:
    errors = sections_open(found)
    links = [
        {
            "label": words,
            "href": url_for("office.plan_section", plan_id=plan.id, section=section.value),
            "is_current": section is current,
            "errors": errors[section],
        }
        for section, words in SECTION_WORDS.items()
    ]
    names = (_("Statements"), _("Review"), _("History"))
    return links + [
        {
            "label": words,
            "href": url_for(endpoint, plan_id=plan.id),
            "is_current": request.endpoint == endpoint,
            "errors": None,
        }
        for endpoint, words in zip(FURTHER, names, strict=True)
    ]


def plan_page(
    template: str, work: OfficeWork, plan: Plan, *, section: PlanSection | None = None, status: int = 200, **values: Any
) -> Response:
    """A page below the plan's own bar, with the readiness list beside it."""
    found = plan.readiness
    now_phase = phase(plan.state, plan.opens_at, plan.closes_at, work.now)
    powers = abilities(work.db, work.officer, plan.id)
    return office_page(
        template,
        work,
        status=status,
        plan=plan,
        sections=_section_links(plan, found, section),
        found=[unmet_row(one, plan.document) for one in found.unmet],
        state_label=PHASE_WORDS.get(now_phase, STATE_WORDS[plan.state]),
        state_kind=PHASE_KINDS.get(now_phase, STATE_KINDS.get(plan.state, "neutral")),
        may_plan=Capability.PLAN in powers,
        may_approve=Capability.APPROVE in powers,
        may_configure=work.officer.may(Capability.CONFIGURE),
        may_publish=Capability.PUBLISH in powers,
        **values,
    )


def value_words(value: Any) -> str:
    """A value of the document for people to compare."""
    if value is None:
        return str(_("(nothing)"))
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)


def change_rows(made: Iterable[Change], *documents: Document) -> list[dict[str, str]]:
    """Changes for a table; fields are named by the document in which their item stands."""
    return [
        {
            "words": _field_words(change.path, documents),
            "before": value_words(change.before),
            "after": value_words(change.after),
        }
        for change in made
    ]


def _field_words(path: str, documents: tuple[Document, ...]) -> str:
    if path.endswith(ORDER):
        return str(_("%(list)s: order", list=path_words(path.removesuffix(ORDER), documents[0])))
    holder = path.rpartition(".")[0] if "." in path else path
    known = next((one for one in documents if value_at(one, holder) is not None), documents[0])
    return path_words(path, known)
