"""Provider settings: the overview, the profile, and the accreditations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import CmeError
from lti_tool.domain.provider import ACCREDITATION, PROFILE, AccreditationStatus, Accreditor
from lti_tool.services.picture import logos
from lti_tool.services.provider_settings import (
    Kept,
    accreditation,
    accreditations,
    add_accreditation,
    profile,
    retire_accreditation,
    save_accreditation,
    save_profile,
    signatories,
)
from lti_tool.services.statement import list_overrides
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.frame import office_page
from lti_tool.web.office.record import Label, Record, based_on, record_page, saved, typed

CONFIGURE = Capability.CONFIGURE
STATUS_WORDS: Mapping[str, Any] = {
    AccreditationStatus.PROVISIONAL: lazy_gettext("Provisional accreditation"),
    AccreditationStatus.ACCREDITED: lazy_gettext("Accreditation"),
    AccreditationStatus.COMMENDATION: lazy_gettext("Accreditation with commendation"),
    AccreditationStatus.PROBATION: lazy_gettext("Probation"),
    AccreditationStatus.NONACCREDITED: lazy_gettext("Nonaccreditation"),
}
ACCREDITOR_WORDS: Mapping[str, Any] = {
    Accreditor.ACCME: lazy_gettext("ACCME, directly"),
    Accreditor.STATE: lazy_gettext("A state medical society that the ACCME recognizes"),
    Accreditor.OTHER: lazy_gettext("Another body"),
}
PROFILE_LABELS = {
    "name": Label(lazy_gettext("Name as printed"), lazy_gettext("On statements and certificates of new activities.")),
    "contact": Label(lazy_gettext("Contact"), lazy_gettext("What learners and boards may write to.")),
    "time_zone": Label(lazy_gettext("Time zone"), lazy_gettext("Such as America/Chicago. Days begin and end in it.")),
    "languages": Label(lazy_gettext("Languages"), lazy_gettext("Language tags of your activities, such as en, es-US.")),
}
ACCREDITATION_LABELS = {
    "body": Label(lazy_gettext("Name of the body"), lazy_gettext("In full; a state statement prints it.")),
    "accreditor": Label(
        lazy_gettext("Accredited by"),
        lazy_gettext("It decides which accreditation statement is printed."),
        ACCREDITOR_WORDS,
        lazy_gettext("Choose"),
    ),
    "provider_number": Label(lazy_gettext("Provider number")),
    "status": Label(lazy_gettext("Status"), None, STATUS_WORDS, lazy_gettext("Choose")),
    "term_from": Label(lazy_gettext("Term from")),
    "term_to": Label(lazy_gettext("Term to")),
}


def _provider(work: OfficeWork) -> str:
    """The provider's key, for those who may configure it as a whole."""
    work.officer.require_everywhere(CONFIGURE)
    return work.officer.provider_id


@office_route(blueprint, "/provider", CONFIGURE)
def provider(work: OfficeWork) -> ResponseReturnValue:
    provider_id = _provider(work)
    return office_page(
        "office/provider.html",
        work,
        profile=profile(work.db, provider_id),
        accreditations=accreditations(work.db, provider_id),
        signatories=signatories(work.db, provider_id),
        logos=logos(work.db, provider_id),
        overrides=list_overrides(work.db, provider_id, work.now.date()),
        status_words=STATUS_WORDS,
        today=work.now.date(),
    )


def _profile_page(work: OfficeWork, error: CmeError | None = None) -> Response:
    kept = profile(work.db, work.officer.provider_id)
    record = Record(
        _("Profile"),
        PROFILE,
        PROFILE_LABELS,
        url_for("office.provider"),
        kept.values,
        kept.revision,
        kicker=_("Provider"),
        lede=_("Activities that exist keep what they were designated with."),
    )
    return record_page(work, record, error)


@office_route(blueprint, "/provider/profile", CONFIGURE)
def provider_profile(work: OfficeWork) -> ResponseReturnValue:
    _provider(work)
    return _profile_page(work)


@office_route(blueprint, "/provider/profile", CONFIGURE, ("POST",))
def provider_profile_save(work: OfficeWork) -> ResponseReturnValue:
    _provider(work)
    based = based_on()
    return saved(
        work,
        lambda: save_profile(work.db, work.officer, typed(), based, work.now),
        lambda error: _profile_page(work, error),
        url_for("office.provider"),
    )


def _accreditation_page(work: OfficeWork, kept: Kept | None, error: CmeError | None = None) -> Response:
    retire = url_for("office.accreditation_retire", accreditation_id=kept.id) if kept else ""
    record = Record(
        _("Accreditation"),
        ACCREDITATION,
        ACCREDITATION_LABELS,
        url_for("office.provider"),
        kept.values if kept else {},
        kept.revision if kept else 0,
        kicker=_("Provider"),
        lede=_("Enter the term as the decision letter states it. A new term is a new entry; the old one stays."),
        retire=(retire, _("Remove from the list")) if kept else None,
    )
    return record_page(work, record, error)


@office_route(blueprint, "/provider/accreditations/new", CONFIGURE)
def accreditation_new(work: OfficeWork) -> ResponseReturnValue:
    _provider(work)
    return _accreditation_page(work, None)


@office_route(blueprint, "/provider/accreditations/new", CONFIGURE, ("POST",))
def accreditation_add(work: OfficeWork) -> ResponseReturnValue:
    _provider(work)
    return saved(
        work,
        lambda: add_accreditation(work.db, work.officer, typed(), work.now),
        lambda error: _accreditation_page(work, None, error),
        url_for("office.provider"),
    )


@office_route(blueprint, "/provider/accreditations/<accreditation_id>", CONFIGURE)
def accreditation_edit(work: OfficeWork, accreditation_id: str) -> ResponseReturnValue:
    _provider(work)
    return _accreditation_page(work, accreditation(work.db, work.officer, accreditation_id))


@office_route(blueprint, "/provider/accreditations/<accreditation_id>", CONFIGURE, ("POST",))
def accreditation_save(work: OfficeWork, accreditation_id: str) -> ResponseReturnValue:
    _provider(work)
    based = based_on()
    return saved(
        work,
        lambda: save_accreditation(work.db, work.officer, accreditation_id, typed(), based, work.now),
        lambda error: _accreditation_page(work, accreditation(work.db, work.officer, accreditation_id), error),
        url_for("office.provider"),
    )


@office_route(blueprint, "/provider/accreditations/<accreditation_id>/retire", CONFIGURE, ("POST",))
def accreditation_retire(work: OfficeWork, accreditation_id: str) -> ResponseReturnValue:
    _provider(work)
    retire_accreditation(work.db, work.officer, accreditation_id, work.now)
    return redirect(url_for("office.provider"), 303)
