"""The question bank beside the assessment of a plan: choosing approved questions, and newer versions of those taken."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput
from lti_tool.domain.plan import PlanSection
from lti_tool.services.plan.bank import add_from_bank, offered_questions, renew_question, taken_versions
from lti_tool.services.question_list import tags_in_use
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.plan_frame import plan_of, plan_page
from lti_tool.web.office.plan_words import fault_rows
from lti_tool.web.office.question_words import KIND_WORDS, LEVEL_WORDS, options
from lti_tool.web.office.questions import MAX_CURSOR, SHOWN_STEM, filters_of, wanted_in

BANK = "/plans/<plan_id>/assessment/bank"
MAX_ID = 40
MAX_KEY = 60


def _to_assessment(plan_id: str) -> ResponseReturnValue:
    section = PlanSection.ASSESSMENT.value
    return redirect(url_for("office.plan_section", plan_id=plan_id, section=section, saved=1), 303)


@office_route(blueprint, BANK, Capability.PLAN)
def plan_bank(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """Approved questions of the provider, to be searched, filtered and chosen from."""
    return _bank_page(work, plan_id)


def _bank_page(work: OfficeWork, plan_id: str, error: BadInput | None = None) -> Response:
    found = plan_of(work, plan_id)
    wanted = wanted_in(request.args.to_dict())
    after = request.args.get("after", "")[:MAX_CURSOR]
    return plan_page(
        "office/plan/bank.html",
        work,
        found,
        section=PlanSection.ASSESSMENT,
        status=422 if error else 200,
        offered=offered_questions(work.db, work.officer, wanted, after),
        taken=taken_versions(found.document),
        wanted=wanted,
        filters={name: value for name, value in filters_of(wanted).items() if name != "status"},
        is_later=bool(after),
        shown_stem=SHOWN_STEM,
        tags=[{"value": tag, "label": tag} for tag in tags_in_use(work.db, work.officer)],
        kinds=options(KIND_WORDS),
        levels=options(LEVEL_WORDS),
        kind_words={kind.value: words for kind, words in KIND_WORDS.items()},
        level_words={level.value: words for level, words in LEVEL_WORDS.items()},
        faults=fault_rows(dict(error.faults)) if error else [],
    )


@office_route(blueprint, BANK, Capability.PLAN, ("POST",))
def take_from_bank(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """The chosen questions come into the plan, all or none."""
    chosen = [value[:MAX_ID] for value in request.form.getlist("question")]
    try:
        add_from_bank(work.db, work.officer, plan_id, chosen, work.now)
    except BadInput as error:
        return _bank_page(work, plan_id, error)
    return _to_assessment(plan_id)


@office_route(blueprint, f"{BANK}/renew", Capability.PLAN, ("POST",))
def renew_from_bank(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """Take the bank's newest approved version of one question."""
    renew_question(work.db, work.officer, plan_id, request.form.get("key", "")[:MAX_KEY], work.now)
    return _to_assessment(plan_id)
