"""The list of people in control of content, and adding to it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, Conflict
from lti_tool.services.people_list import MAX_SEARCH, Shown, people_page
from lti_tool.services.person import PersonForm, add_person
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.disclosure_words import CURRENCIES, SHOWN, STATUSES, fault_words, options, summary
from lti_tool.web.office.frame import office_page

MAX_PLACE = 400


@office_route(blueprint, "/people", Capability.REVIEW_DISCLOSURES)
def people(work: OfficeWork) -> ResponseReturnValue:
    """Everybody, or those who need attention; by name, page by page."""
    search = request.args.get("search", "").strip()[:MAX_SEARCH]
    wanted = request.args.get("show", "")
    shown = Shown(wanted) if wanted in set(Shown) else Shown.ALL
    after = request.args.get("after", "")[:MAX_PLACE]
    found = people_page(work.db, work.officer, work.now, work.deps.settings.disclosure_months, shown, search, after)
    following = None
    if found.following:
        following = url_for("office.people", search=search or None, show=shown.value, after=found.following)
    return office_page(
        "office/people.html",
        work,
        rows=found.rows,
        following=following,
        is_first=not after,
        search=search,
        shown=shown.value,
        filters=options(SHOWN),
        currencies=CURRENCIES,
        statuses=STATUSES,
        may_add=work.officer.may(Capability.PLAN),
    )


def read_person() -> PersonForm:
    sent = request.form
    return PersonForm(
        sent.get("name", "")[:500],
        sent.get("credentials", "")[:500],
        sent.get("affiliation", "")[:500],
        sent.get("email", "")[:500],
        sent.get("coordinator_email", "")[:500],
    )


def known_words() -> dict[str, str]:
    return {"email": _("Somebody on the list already has this address. One profile serves all activities.")}


def _new_page(work: OfficeWork, form: PersonForm, words: Mapping[str, str], status: int = 200) -> Response:
    return office_page("office/person_new.html", work, status=status, form=form, faults=words, summary=summary(words))


@office_route(blueprint, "/people/new", Capability.PLAN)
def person_new(work: OfficeWork) -> ResponseReturnValue:
    """The form for somebody new."""
    return _new_page(work, PersonForm(""), {})


@office_route(blueprint, "/people/new", Capability.PLAN, ("POST",))
def person_add(work: OfficeWork) -> ResponseReturnValue:
    """Keep somebody new."""
    form = read_person()
    try:
        row = add_person(work.db, work.officer, form, work.now)
    except BadInput as error:
        return _new_page(work, form, fault_words(error.faults), 422)
    except Conflict:
        return _new_page(work, form, known_words(), 409)
    return redirect(url_for("office.person", person_id=row.id), 303)
