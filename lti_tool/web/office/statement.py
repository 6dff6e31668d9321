"""Statements by body: the catalogue's wording, and the provider's own from a day on."""

from __future__ import annotations

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import CmeError
from lti_tool.domain.fields import offering
from lti_tool.services.statement import OVERRIDE, add_override, list_overrides, withdraw_override, wordings
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.record import Label, Record, record_page, saved, typed

CONFIGURE = Capability.CONFIGURE
KEY_WORDS = {
    "direct": lazy_gettext("accreditation statement, directly provided"),
    "joint": lazy_gettext("accreditation statement, jointly provided"),
    "state": lazy_gettext("accreditation statement, state-accredited"),
    "jointly-accredited": lazy_gettext("accreditation statement, jointly accredited"),
    "designation": lazy_gettext("credit designation statement"),
    "awarded": lazy_gettext("certificate, credit awarded"),
    "participated": lazy_gettext("certificate, participation"),
}


def _page(work: OfficeWork, error: CmeError | None = None) -> Response:
    today = work.now.date()
    known = wordings(today)
    names = {one.code: f"{one.body}: {KEY_WORDS[one.key]}" for one in known}
    labels = {
        "which": Label(_("Statement"), None, names, _("Choose")),
        "text": Label(
            _("Your wording"),
            _("Keep every place in braces; *…* stands for italics. Only use words that the body has approved."),
        ),
        "effective_from": Label(
            _("In force from"),
            _("Activities designated on this day or later use it. Issued certificates never change."),
        ),
    }
    record = Record(
        _("Wording of statements"),
        offering(OVERRIDE, which=names),
        labels,
        url_for("office.provider"),
        kicker=_("Provider"),
        lede=_("Without an entry the wording of the dated catalogue is printed."),
        template="office/statements.html",
        more={"names": names, "known": known, "kept": list_overrides(work.db, work.officer.provider_id, today)},
    )
    return record_page(work, record, error)


@office_route(blueprint, "/provider/statements", CONFIGURE)
def statements(work: OfficeWork) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    return _page(work)


@office_route(blueprint, "/provider/statements", CONFIGURE, ("POST",))
def statement_add(work: OfficeWork) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    return saved(
        work,
        lambda: add_override(work.db, work.officer, typed(), work.now),
        lambda error: _page(work, error),
        url_for("office.statements"),
    )


@office_route(blueprint, "/provider/statements/<override_id>/withdraw", CONFIGURE, ("POST",))
def statement_withdraw(work: OfficeWork, override_id: str) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    withdraw_override(work.db, work.officer, override_id, work.now)
    return redirect(url_for("office.statements"), 303)
