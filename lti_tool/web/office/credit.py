"""Credit in the office: people and their accounts, staff's own entries, and lists of awards."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from lti_tool.domain.capability import Capability
from lti_tool.domain.credit import printed_amount
from lti_tool.domain.errors import BadInput, CmeError, Refused
from lti_tool.domain.ledger import EntryKind
from lti_tool.domain.roll import AWARDS, COLUMNS, RollFault
from lti_tool.services.attended_award import attendance_seen, has_sessions
from lti_tool.services.award_list import list_template
from lti_tool.services.bulk_award import CheckedRoll, check_roll
from lti_tool.services.bulk_entry import Entered, enter_roll
from lti_tool.services.credit_office import credit_activities, office_activity, people, person_name
from lti_tool.services.override import (
    adjust_by_staff,
    award_by_staff,
    expire_by_staff,
    learner_accounts,
    revoke_by_staff,
)
from lti_tool.services.rule_award import award_by_rule, rule_choice
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.learner.claim import verification_link
from lti_tool.web.learner.claim_words import FAULTS
from lti_tool.web.messages import explain, explain_code
from lti_tool.web.office import blueprint
from lti_tool.web.office.award_words import (
    CONDITION_PREFIX,
    CONDITION_WORDS,
    COUNT_WORDS,
    RULE_NAMES,
    fault_of,
    sent_conditions,
    sent_rule,
    worked_words,
)
from lti_tool.web.office.frame import office_page
from lti_tool.web.office.lists import ROLL_FAULTS, fault_lines, list_file, sent_list

MAX_SEARCH = 100
KINDS = {
    EntryKind.AWARD: lazy_gettext("Award"),
    EntryKind.ADJUST: lazy_gettext("Adjustment"),
    EntryKind.REVOKE: lazy_gettext("Revocation"),
    EntryKind.EXPIRE: lazy_gettext("Expiry"),
}
ENTRY_FAULTS = {
    ("beyond", "award_above_attended"): lazy_gettext("This is more than the attendance gives. Say why it is right."),
    ("beyond", "missing"): lazy_gettext("Say in a few words why."),
    ("beyond", "too_long"): lazy_gettext("Shorten why it is more than the attendance gives."),
    ("reason", "missing"): lazy_gettext("Say in a few words why."),
    ("evidence", "missing"): lazy_gettext("Name the decision or document that ends this credit."),
    ("evidence", "too_long"): lazy_gettext("Shorten what you write about the evidence."),
}


def _words(error: CmeError) -> list[dict[str, str | None]]:
    """Field and sentence of what staff typed wrongly, or what a rule refuses."""
    if not isinstance(error, BadInput):
        return [{"field": None, "message": explain(error).title}]
    fields = error.faults or {"amount": error.code}
    known = FAULTS | ENTRY_FAULTS
    named = {
        field: fault_of(field, code) or known.get((field, code)) or known.get(("amount", code))
        for field, code in fields.items()
    }
    reason = "rule_reason" if request.form.get("action") == "rule" else "reason"
    return [
        {"field": reason if field == "reason" else field, "message": str(words or explain(error).title)}
        for field, words in named.items()
    ]


@office_route(blueprint, "/credit", Capability.OVERRIDE_CLAIMS)
def credit(work: OfficeWork) -> ResponseReturnValue:
    return office_page("office/credit.html", work, activities=credit_activities(work.db, work.officer))


@office_route(blueprint, "/credit/<activity_id>", Capability.OVERRIDE_CLAIMS)
def credit_activity(work: OfficeWork, activity_id: str) -> ResponseReturnValue:
    activity, offers = office_activity(work.db, work.officer, activity_id)
    search = request.args.get("search", "").strip()[:MAX_SEARCH]
    found = people(work.db, work.officer, activity_id, search)
    return office_page(
        "office/credit_activity.html",
        work,
        activity=activity,
        offers=offers,
        people=found,
        search=search,
        printed_amount=printed_amount,
    )


@office_route(blueprint, "/credit/<activity_id>/person/<learner_id>", Capability.OVERRIDE_CLAIMS)
def credit_person(work: OfficeWork, activity_id: str, learner_id: str) -> ResponseReturnValue:
    return _person_page(work, activity_id, learner_id)


def _person_page(
    work: OfficeWork, activity_id: str, learner_id: str, error: CmeError | None = None, status: int = 200
) -> Response:
    activity, offers = office_activity(work.db, work.officer, activity_id)
    found = learner_accounts(work.db, work.officer, learner_id, activity_id)
    live = {one.credit_type for one in found if one.is_live}
    return office_page(
        "office/credit_person.html",
        work,
        status=status,
        activity=activity,
        offers=[one for one in offers if one.code not in live],
        accounts=found,
        learner_id=learner_id,
        name=person_name(work.db, work.officer, learner_id),
        kinds=KINDS,
        seen=attendance_seen(work.db, work.officer, learner_id, activity_id),
        choice=rule_choice(work.db, work.officer, activity_id),
        condition_words=CONDITION_WORDS,
        count_words=COUNT_WORDS,
        rule_names=RULE_NAMES,
        worked_words=worked_words,
        faults=_words(error) if error else [],
        form=request.form,
        printed_amount=printed_amount,
    )


@office_route(blueprint, "/credit/<activity_id>/person/<learner_id>", Capability.OVERRIDE_CLAIMS, ("POST",))
def change_credit(work: OfficeWork, activity_id: str, learner_id: str) -> ResponseReturnValue:
    sent = request.form
    by_rule = "rule_" if sent.get("action") == "rule" else ""
    code, reason = sent.get(f"{by_rule}credit_type", ""), sent.get(f"{by_rule}reason", "")
    amount, beyond = sent.get("amount", ""), sent.get("beyond", "")
    work.officer.require(Capability.OVERRIDE_CLAIMS, activity_id)
    whose = (work.db, work.officer, learner_id, activity_id, code)
    try:
        with work.db.begin_nested():
            if sent.get("action") == "award":
                award_by_staff(*whose, amount, reason, verification_link, work.now, beyond)
            elif sent.get("action") == "rule":
                award_by_rule(*whose, sent_rule(), reason, verification_link, work.now)
            elif sent.get("action") == "adjust":
                adjust_by_staff(*whose, amount, reason, verification_link, work.now, beyond)
            elif sent.get("action") == "expire":
                expire_by_staff(*whose, reason, sent.get("evidence", ""), verification_link, work.now)
            elif sent.get("action") == "revoke":
                revoke_by_staff(*whose, reason, verification_link, work.now)
            else:
                raise BadInput("action_unknown")
    except (BadInput, Refused) as error:
        return _person_page(work, activity_id, learner_id, error, 422)
    return redirect(url_for("office.credit_person", activity_id=activity_id, learner_id=learner_id), 303)


@office_route(blueprint, "/credit/<activity_id>/list", Capability.OVERRIDE_CLAIMS)
def credit_list(work: OfficeWork, activity_id: str) -> ResponseReturnValue:
    return _list_page(work, activity_id)


@office_route(blueprint, "/credit/<activity_id>/list.<any(csv, xlsx):form>", Capability.OVERRIDE_CLAIMS)
def credit_list_template(work: OfficeWork, activity_id: str, form: str) -> ResponseReturnValue:
    """An empty list to fill in."""
    pieces = list_template(work.db, work.officer, activity_id, form, work.now)
    return list_file(pieces, "awards", form)


def _fault_words(fault: RollFault) -> str:
    words = ROLL_FAULTS.get(fault.code) if fault.column != "count" else None
    words = words or fault_of(fault.column, fault.code) or FAULTS.get(("amount", fault.code))
    return str(words or explain_code(fault.code).title)


def _list_page(
    work: OfficeWork,
    activity_id: str,
    checked: CheckedRoll | None = None,
    text: str = "",
    entered: Entered | None = None,
    *,
    open_ticks: frozenset[str] = frozenset(),
    status: int = 200,
) -> Response:
    activity, offers = office_activity(work.db, work.officer, activity_id)
    choice = rule_choice(work.db, work.officer, activity_id)
    faults = fault_lines(checked.faults if checked else (), _fault_words)
    return office_page(
        "office/credit_list.html",
        work,
        status=status,
        activity=activity,
        offers=offers,
        columns=COLUMNS,
        has_sessions=has_sessions(work.db, work.officer, activity_id),
        checked=checked,
        faults=faults,
        text=text,
        reason=request.form.get("reason", ""),
        form=request.form,
        entered=entered,
        open_ticks=open_ticks,
        condition_words=CONDITION_WORDS,
        presenters=choice.presenters if choice else (),
        rule=choice.rule.value if choice else "",
        printed_amount=printed_amount,
    )


def _open_ticks(checked: CheckedRoll) -> frozenset[str]:
    """Boxes without which the list is not entered, and that were not ticked."""
    sent = sent_conditions()
    asked = {CONDITION_PREFIX + one.value for one in checked.conditions if one.value not in sent}
    is_again_open = bool(checked.again_count) and request.form.get("again") != "yes"
    return frozenset(asked | ({"again"} if is_again_open else set()))


@office_route(blueprint, "/credit/<activity_id>/list", Capability.OVERRIDE_CLAIMS, ("POST",))
def enter_list(work: OfficeWork, activity_id: str) -> ResponseReturnValue:
    """First the list is checked and shown; sent again with ``confirm`` it is checked again and entered."""
    roll, text = sent_list(AWARDS)
    reason = request.form.get("reason", "")
    checked = check_roll(work.db, work.officer, activity_id, roll, reason, work.deps.sealer)
    if checked.faults or request.form.get("confirm") != "yes":
        return _list_page(work, activity_id, checked, text, status=422 if checked.faults else 200)
    open_ticks = _open_ticks(checked)
    if open_ticks:
        return _list_page(work, activity_id, checked, text, open_ticks=open_ticks, status=422)
    entered = enter_roll(
        work.db,
        work.officer,
        activity_id,
        checked,
        verification_link,
        work.now,
        is_again_meant=request.form.get("again") == "yes",
        confirmed=sent_conditions(),
    )
    return _list_page(work, activity_id, entered=entered)
