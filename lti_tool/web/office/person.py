"""One person in control of content: particulars, links to the form, every version, and their roles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, Conflict
from lti_tool.services.disclosure_form import forms_of
from lti_tool.services.invitation import Invited, invite, live_links, revoke_links
from lti_tool.services.people_list import roles_of
from lti_tool.services.person import PersonForm, cared_person, edit_person, known_in_lms, link_to_lms, person_of
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.disclosure.words import NATURES, RESEARCH_ROLES
from lti_tool.web.office import blueprint
from lti_tool.web.office.disclosure_words import ROLES, STATUSES, fault_words, summary
from lti_tool.web.office.frame import office_page
from lti_tool.web.office.people import known_words, read_person
from lti_tool.web.page import absolute


def _person_page(
    work: OfficeWork,
    person_id: str,
    *,
    form: PersonForm | None = None,
    words: Mapping[str, str] | None = None,
    invited: Invited | None = None,
    status: int = 200,
) -> Response:
    row = person_of(work.db, work.officer.provider_id, person_id)
    months = work.deps.settings.disclosure_months
    search = request.args.get("lms", "").strip()[:100]
    may_review = work.officer.may(Capability.REVIEW_DISCLOSURES)
    typed = PersonForm(row.name, row.credentials, row.affiliation, row.email, row.coordinator_email)
    return office_page(
        "office/person.html",
        work,
        status=status,
        person=row,
        form=form or typed,
        faults=words or {},
        summary=summary(words or {}),
        forms=forms_of(work.db, row.id, months) if may_review else (),
        may_review=may_review,
        may_plan=work.officer.may(Capability.PLAN),
        roles=roles_of(work.db, work.officer, row.id, work.now, months) if may_review else (),
        links=live_links(work.db, row.id, work.now),
        invited=invited,
        has_mail=work.deps.settings.has_mail,
        lms_search=search,
        lms_people=known_in_lms(work.db, work.officer, search) if search else [],
        today=work.now.date(),
        role_words=ROLES,
        statuses=STATUSES,
        natures=NATURES,
        research_roles=RESEARCH_ROLES,
    )


@office_route(blueprint, "/people/<person_id>", None)
def person(work: OfficeWork, person_id: str) -> ResponseReturnValue:
    """What planners and reviewers know of a person; what was disclosed is for reviewers alone."""
    if not work.officer.may(Capability.REVIEW_DISCLOSURES):
        cared_person(work.db, work.officer, person_id)
    return _person_page(work, person_id)


@office_route(blueprint, "/people/<person_id>", Capability.PLAN, ("POST",))
def person_edit(work: OfficeWork, person_id: str) -> ResponseReturnValue:
    """Correct the particulars."""
    form = read_person()
    try:
        edit_person(work.db, work.officer, person_id, form, work.now)
    except BadInput as error:
        return _person_page(work, person_id, form=form, words=fault_words(error.faults), status=422)
    except Conflict:
        return _person_page(work, person_id, form=form, words=known_words(), status=409)
    return redirect(url_for("office.person", person_id=person_id), 303)


def _form_address(token: str) -> str:
    return absolute("disclosure.invited", token=token)


@office_route(blueprint, "/people/<person_id>/invite", Capability.PLAN, ("POST",))
def person_invite(work: OfficeWork, person_id: str) -> ResponseReturnValue:
    """Make a link to the form: mailed if asked and possible, and else shown this once."""
    is_mailed = request.form.get("how") == "mail" and work.deps.settings.has_mail
    life = timedelta(days=work.deps.settings.disclosure_link_days)
    voices = work.deps.voices if is_mailed else None
    try:
        invited = invite(work.db, work.officer, person_id, _form_address, work.now, life, voices)
    except BadInput as error:
        return _person_page(work, person_id, words=fault_words(error.faults), status=422)
    return _person_page(work, person_id, invited=invited)


@office_route(blueprint, "/people/<person_id>/revoke", Capability.PLAN, ("POST",))
def person_revoke(work: OfficeWork, person_id: str) -> ResponseReturnValue:
    """Let none of the person's links open anything any more."""
    revoke_links(work.db, work.officer, person_id, work.now)
    return redirect(url_for("office.person", person_id=person_id), 303)


@office_route(blueprint, "/people/<person_id>/lms", Capability.PLAN, ("POST",))
def person_link(work: OfficeWork, person_id: str) -> ResponseReturnValue:
    """Say who the person is in the LMS, so that they can disclose from a launch."""
    link_to_lms(work.db, work.officer, person_id, request.form.get("learner", ""), work.now)
    return redirect(url_for("office.person", person_id=person_id), 303)
