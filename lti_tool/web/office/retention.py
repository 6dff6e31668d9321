"""Retention: periods, what is due, legal holds, and requests of learners about their data."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput
from lti_tool.domain.retention import MAX_MONTHS, RecordClass, least_months
from lti_tool.services.data_request import (
    data_person,
    data_requests,
    decide,
    enter,
    found_people,
    request_kind,
    requests_of,
)
from lti_tool.services.erasure import kept_for
from lti_tool.services.legal_hold import activities_to_hold, legal_holds, lift_hold, place_hold
from lti_tool.services.purge import due_now
from lti_tool.services.retention import day_of, has_set_periods, own_periods, rules_of_class, rules_on, set_periods
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.frame import office_page
from lti_tool.web.retention_words import CLASS_WORDS, KIND_WORDS, PERIOD_FAULTS, STATE_WORDS, reason_words

MAX_SEARCH = 100
DIGITS = 5


def _page(work: OfficeWork, faults: Mapping[str, str] | None = None, status: int = 200) -> Response:
    provider_id = work.officer.provider_id
    rules, own, faults = rules_on(day_of(work.now)), own_periods(work.db, provider_id), faults or {}
    search = request.args.get("search", "")[:MAX_SEARCH]
    return office_page(
        "office/retention.html",
        work,
        status=status,
        has_periods=has_set_periods(work.db, provider_id),
        classes=list(RecordClass),
        class_words=CLASS_WORDS,
        least={one: least_months(one, rules) for one in RecordClass},
        rules={one: rules_of_class(one, rules) for one in RecordClass},
        typed={one: request.form.get(one.value, own.get(one, "")) for one in RecordClass},
        most=MAX_MONTHS,
        due=due_now(work.db, provider_id, work.now),
        holds=legal_holds(work.db, work.officer),
        activities=activities_to_hold(work.db, work.officer),
        requests=data_requests(work.db, work.officer),
        people=found_people(work.db, work.officer, search),
        search=search,
        kind_words=KIND_WORDS,
        state_words=STATE_WORDS,
        reason_words=reason_words,
        faults=faults,
        summary=[{"field": field, "message": message} for field, message in faults.items()],
    )


@office_route(blueprint, "/retention", Capability.CONFIGURE)
def retention(work: OfficeWork) -> ResponseReturnValue:
    work.officer.require_everywhere(Capability.CONFIGURE)
    return _page(work)


@office_route(blueprint, "/retention/periods", Capability.CONFIGURE, ("POST",))
def retention_periods(work: OfficeWork) -> ResponseReturnValue:
    work.officer.require_everywhere(Capability.CONFIGURE)
    typed = {one: request.form[one.value].strip() for one in RecordClass if one.value in request.form}
    wrong = [one for one, text in typed.items() if not (text.isascii() and text.isdigit() and len(text) < DIGITS)]
    try:
        if wrong:
            raise BadInput("period_unusable", faults={one.value: "number" for one in wrong})
        set_periods(work.db, work.officer, {one: int(text) for one, text in typed.items()}, work.now)
    except BadInput as error:
        return _page(work, {field: str(PERIOD_FAULTS[code]) for field, code in error.faults.items()}, 422)
    return redirect(url_for("office.retention"), 303)


@office_route(blueprint, "/retention/holds", Capability.CONFIGURE, ("POST",))
def retention_hold(work: OfficeWork) -> ResponseReturnValue:
    """On an activity, or on all of the provider; on a person: from that person's page."""
    learner_id, activity_id = request.form.get("learner_id", ""), request.form.get("activity_id", "")
    try:
        reason = request.form.get("reason", "")
        place_hold(work.db, work.officer, reason, work.now, learner_id=learner_id, activity_id=activity_id)
    except BadInput:
        faults = {"reason": _("Say why, in 1000 characters at most.")}
        return _person_page(work, learner_id, faults, 422) if learner_id else _page(work, faults, 422)
    return redirect(_back_to(learner_id), 303)


def _back_to(learner_id: str) -> str:
    return url_for("office.retention_person", learner_id=learner_id) if learner_id else url_for("office.retention")


@office_route(blueprint, "/retention/holds/<hold_id>/lift", Capability.CONFIGURE, ("POST",))
def retention_lift(work: OfficeWork, hold_id: str) -> ResponseReturnValue:
    try:
        lift_hold(work.db, work.officer, hold_id, request.form.get("reason", ""), work.now)
    except BadInput:
        return _page(work, {f"reason-{hold_id}": _("Say why, in 1000 characters at most.")}, 422)
    return redirect(url_for("office.retention"), 303)


@office_route(blueprint, "/retention/person/<learner_id>", Capability.CONFIGURE)
def retention_person(work: OfficeWork, learner_id: str) -> ResponseReturnValue:
    """What is kept of one person and why, what they asked for, and what holds their records."""
    return _person_page(work, learner_id)


def _person_page(
    work: OfficeWork, learner_id: str, faults: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    person, faults = data_person(work.db, work.officer, learner_id), faults or {}
    requests = requests_of(work.db, work.officer, learner_id)
    open_kinds = {one.kind for one in requests if one.is_open}
    return office_page(
        "office/retention_person.html",
        work,
        status=status,
        person=person,
        requests=requests,
        kinds={kind: words for kind, words in KIND_WORDS.items() if kind not in open_kinds},
        holds=[one for one in legal_holds(work.db, work.officer) if one.learner_id == learner_id],
        kept=kept_for(work.db, work.officer.provider_id, learner_id, work.now),
        kind_words=KIND_WORDS,
        state_words=STATE_WORDS,
        reason_words=reason_words,
        form=request.form,
        faults=faults,
        summary=[{"field": field, "message": message} for field, message in faults.items()],
    )


@office_route(blueprint, "/retention/person/<learner_id>/requests", Capability.CONFIGURE, ("POST",))
def retention_enter(work: OfficeWork, learner_id: str) -> ResponseReturnValue:
    """Enter what a person asked by letter, by telephone, or through their LMS."""
    kind = request_kind(request.form.get("kind", ""))
    try:
        enter(work.db, work.officer, learner_id, kind, request.form.get("how", ""), work.now)
    except BadInput:
        return _person_page(work, learner_id, {"how": _("Say how they asked, in 1000 characters at most.")}, 422)
    return redirect(_back_to(learner_id), 303)


@office_route(blueprint, "/retention/person/<learner_id>/requests/<request_id>", Capability.CONFIGURE, ("POST",))
def retention_decide(work: OfficeWork, learner_id: str, request_id: str) -> ResponseReturnValue:
    """Grant (an erasure is carried out at once) or refuse, with words that the learner reads."""
    is_granted, words = request.form.get("decision") == "grant", request.form.get("answer", "")
    try:
        with work.db.begin_nested():
            decide(work.db, work.officer, request_id, is_granted=is_granted, answer=words, now=work.now)
    except BadInput:
        faults = {f"answer-{request_id}": _("Say why, in 1000 characters at most: the learner reads it.")}
        return _person_page(work, learner_id, faults, 422)
    return redirect(_back_to(learner_id), 303)
