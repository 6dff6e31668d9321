"""Learning platforms of a provider: the list, invitations, and connecting one by hand."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput
from lti_tool.domain.launch import LmsFamily
from lti_tool.lti.setup_values import KNOWN, filled
from lti_tool.services.audit import note
from lti_tool.services.connection import connections as listed
from lti_tool.services.platform import Connection, add_platform
from lti_tool.services.registration import invite_platform
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.frame import office_page
from lti_tool.web.office.setup_rows import setup_rows
from lti_tool.web.page import absolute

FAMILY_WORDS = {
    LmsFamily.MOODLE: "Moodle",
    LmsFamily.CANVAS: "Canvas",
    LmsFamily.BRIGHTSPACE: "Brightspace",
    LmsFamily.BLACKBOARD: "Blackboard Learn",
    LmsFamily.SAKAI: "Sakai",
    LmsFamily.OPEN_EDX: "Open edX",
    LmsFamily.GENERIC: lazy_gettext("Another LMS"),
}
FIELDS = ("issuer", "client_id", "deployment_ids", "authorization_url", "token_url", "keyset_url")
FIELD_WORDS = {
    "issuer": lazy_gettext("Issuer (platform id)"),
    "client_id": lazy_gettext("Client id"),
    "deployment_ids": lazy_gettext("Deployment ids, separated by blanks"),
    "authorization_url": lazy_gettext("Authentication request URL"),
    "token_url": lazy_gettext("Access token URL"),
    "keyset_url": lazy_gettext("Public keyset URL"),
}
MAX_FIELD = 2048


@office_route(blueprint, "/connections", Capability.CONFIGURE)
def connections(work: OfficeWork) -> ResponseReturnValue:
    return _list_page(work)


def _list_page(work: OfficeWork, address: str = "") -> Response:
    work.officer.require_everywhere(Capability.CONFIGURE)
    return office_page(
        "office/connections.html",
        work,
        connections=listed(work.db, work.officer.provider_id),
        address=address,
        families=FAMILY_WORDS,
        keys=sorted(work.deps.keys.all(), key=lambda one: one.not_before, reverse=True),
        now=work.now,
    )


@office_route(blueprint, "/connections/invite", Capability.CONFIGURE, ("POST",))
def connection_invite(work: OfficeWork) -> ResponseReturnValue:
    """Make a registration address; it is shown once."""
    work.officer.require_everywhere(Capability.CONFIGURE)
    token = invite_platform(work.db, work.officer, work.now)
    return _list_page(work, absolute("registration.register", invitation=token))


def _family() -> LmsFamily:
    try:
        return LmsFamily(request.values.get("lms", "generic"))
    except ValueError as error:
        raise BadInput("lms_unknown", faults={"lms": "lms_unknown"}) from error


@office_route(blueprint, "/connections/new", Capability.CONFIGURE)
def connection_new(work: OfficeWork) -> ResponseReturnValue:
    """What to copy into the LMS, and what to bring back from it."""
    return _form_page(work, _suggested(_family()))


def _suggested(family: LmsFamily) -> Mapping[str, str]:
    site = request.args.get("site", "").strip()[:MAX_FIELD]
    known = KNOWN.get(family)
    if known is None or not site:
        return {}
    client_id = request.args.get("client_id", "").strip()[:MAX_FIELD]
    names = ("issuer", "authorization_url", "token_url", "keyset_url")
    return {name: filled(getattr(known, name), site, client_id) for name in names} | {"client_id": client_id}


def _form_page(work: OfficeWork, values: Mapping[str, str], error: BadInput | None = None) -> Response:
    work.officer.require_everywhere(Capability.CONFIGURE)
    found = error.faults if error else {}
    faults = [{"field": name, "message": f"{FIELD_WORDS.get(name, name)}: {what}"} for name, what in found.items()]
    return office_page(
        "office/connection_new.html",
        work,
        status=422 if error else 200,
        family=_family(),
        families=FAMILY_WORDS,
        has_known=_family() in KNOWN,
        site=request.args.get("site", ""),
        values=values,
        faults=faults,
        field_faults=found,
        fields=FIELD_WORDS,
        rows=setup_rows(_family(), work.deps.edge),
        canvas_address=absolute("registration.canvas"),
    )


@office_route(blueprint, "/connections/new", Capability.CONFIGURE, ("POST",))
def connection_add(work: OfficeWork) -> ResponseReturnValue:
    """Connect a platform whose values were copied by hand."""
    work.officer.require_everywhere(Capability.CONFIGURE)
    values = {name: request.form.get(name, "").strip()[:MAX_FIELD] for name in FIELDS}
    try:
        row_id = _add(work, values)
    except BadInput as error:
        if error.code != "platform_unusable":
            raise
        return _form_page(work, values, error)
    return redirect(url_for("office.connection", platform_id=row_id), 303)


def _add(work: OfficeWork, values: Mapping[str, str]) -> str:
    wanted = Connection(
        provider=work.officer.provider_name,
        issuer=values["issuer"],
        client_id=values["client_id"],
        deployment_ids=tuple(values["deployment_ids"].split()),
        authorization_url=values["authorization_url"],
        token_url=values["token_url"],
        keyset_url=values["keyset_url"],
        family=_family(),
    )
    row = add_platform(work.db, wanted, work.deps.session.check, work.now, provider_id=work.officer.provider_id)
    detail = {"issuer": wanted.issuer, "client_id": wanted.client_id}
    note(work.db, work.officer, "platform.connected", f"platform:{row.id}", work.now, detail=detail)
    return row.id
