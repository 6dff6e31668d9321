"""Deciding about one relationship of one person in one activity: relevance, exception, mitigation, evidence."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, Conflict
from lti_tool.domain.mitigation import STRATEGIES as BY_ROLE
from lti_tool.services.evidence import Upload, evidence_file
from lti_tool.services.mitigation import (
    DecisionForm,
    Held,
    MitigationForm,
    decide,
    held_relationship,
    history,
    mitigate,
)
from lti_tool.services.subject import require_for
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.disclosure.words import NATURES, RESEARCH_ROLES
from lti_tool.web.office import blueprint
from lti_tool.web.office.disclosure_words import (
    ELIGIBILITIES,
    EXCLUSIONS,
    RELEVANCE,
    ROLES,
    STATUSES,
    STRATEGIES,
    fault_words,
    options,
    reason_words,
    summary,
)
from lti_tool.web.office.frame import office_page
from lti_tool.web.office.roster import check_sight

MAX_TYPED = 4000


def _held(work: OfficeWork, plan_id: str, role_id: str) -> Held:
    months = work.deps.settings.disclosure_months
    relationship = request.args.get("relationship", "")[:100]
    return held_relationship(work.db, work.officer, plan_id, role_id, relationship, work.now, months)


def _page(
    work: OfficeWork,
    plan_id: str,
    held: Held,
    *,
    decision: DecisionForm | None = None,
    done: MitigationForm | None = None,
    words: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    decided = held.judged.decision
    typed = decision or DecisionForm(
        decided.relevance.value if decided else "",
        decided.reason if decided else "",
        decided.exclusion.value if decided else "",
        decided.argument if decided else "",
    )
    role = held.row.entry.role.role
    return office_page(
        "office/relationship.html",
        work,
        status=status,
        plan_id=plan_id,
        held=held,
        decision=typed,
        done=done or MitigationForm("", "", work.officer.name),
        faults=words or {},
        summary=summary(words or {}),
        past=history(work.db, held),
        relevance=options(RELEVANCE),
        exclusions=options(EXCLUSIONS),
        strategies=options({one: STRATEGIES[one] for one in BY_ROLE[role]}),
        relevance_words=RELEVANCE,
        exclusion_words=EXCLUSIONS,
        strategy_words=STRATEGIES,
        role_words=ROLES,
        statuses=STATUSES,
        natures=NATURES,
        research_roles=RESEARCH_ROLES,
        eligibility=ELIGIBILITIES[held.judged.company.eligibility],
        reason_words=reason_words,
    )


@office_route(blueprint, "/activities/<plan_id>/people/<role_id>", Capability.REVIEW_DISCLOSURES)
def relationship(work: OfficeWork, plan_id: str, role_id: str) -> ResponseReturnValue:
    """What was disclosed and decided about one relationship."""
    held = _held(work, plan_id, role_id)
    require_for(work.officer, held.row.subject, Capability.REVIEW_DISCLOSURES)
    return _page(work, plan_id, held)


@office_route(blueprint, "/activities/<plan_id>/people/<role_id>/decide", Capability.REVIEW_DISCLOSURES, ("POST",))
def relationship_decide(work: OfficeWork, plan_id: str, role_id: str) -> ResponseReturnValue:
    """Say whether it is relevant, and which exception holds for an owner or employee."""
    held, sent = _held(work, plan_id, role_id), request.form
    form = DecisionForm(
        sent.get("relevance", ""),
        sent.get("reason", "")[:MAX_TYPED],
        sent.get("exclusion", ""),
        sent.get("argument", "")[:MAX_TYPED],
    )
    try:
        decide(work.db, work.officer, plan_id, held, form, work.now)
    except BadInput as error:
        return _page(work, plan_id, held, decision=form, words=fault_words(error.faults), status=422)
    return _back(plan_id, role_id)


def _back(plan_id: str, role_id: str) -> ResponseReturnValue:
    here = request.args.get("relationship", "")[:100]
    return redirect(url_for("office.relationship", plan_id=plan_id, role_id=role_id, relationship=here), 303)


def read_upload() -> Upload | None:
    """The evidence, if a file was chosen."""
    sent = request.files.get("evidence")
    return Upload(sent.filename, sent.read()) if sent is not None and sent.filename else None


@office_route(blueprint, "/activities/<plan_id>/people/<role_id>/mitigate", Capability.REVIEW_DISCLOSURES, ("POST",))
def relationship_mitigate(work: OfficeWork, plan_id: str, role_id: str) -> ResponseReturnValue:
    """Keep what was done before the role began, with its evidence."""
    held, sent = _held(work, plan_id, role_id), request.form
    form = MitigationForm(
        sent.get("strategy", ""),
        sent.get("done_on", "")[:20],
        sent.get("done_by", "")[:500],
        sent.get("note", "")[:MAX_TYPED],
        read_upload(),
    )
    try:
        mitigate(work.db, work.officer, plan_id, held, form, work.now)
    except BadInput as error:
        return _page(work, plan_id, held, done=form, words=fault_words(error.faults), status=422)
    except Conflict:
        words = {"relevance": _("Decide first that the relationship is relevant.")}
        return _page(work, plan_id, held, done=form, words=words, status=409)
    return _back(plan_id, role_id)


@office_route(blueprint, "/activities/<plan_id>/evidence/<evidence_id>", None)
def evidence(work: OfficeWork, plan_id: str, evidence_id: str) -> ResponseReturnValue:
    """A document as a download: it is never shown inside our own pages."""
    check_sight(work, plan_id)
    kept = evidence_file(work.db, work.officer, plan_id, evidence_id)
    response = Response(kept.body, mimetype=kept.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=kept.name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
