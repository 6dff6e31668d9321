"""Signatories and logos."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import CmeError
from lti_tool.domain.provider import SIGNATORY
from lti_tool.services.picture import LOGO, MAX_BYTES, add_logo, picture_file, retire_picture
from lti_tool.services.provider_settings import Kept, add_signatory, retire_signatory, save_signatory, signatory
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.record import Label, Record, based_on, record_page, saved, sent_file, typed

CONFIGURE = Capability.CONFIGURE
LARGEST = MAX_BYTES + 100_000
SIGNATORY_LABELS = {
    "name": Label(lazy_gettext("Name"), lazy_gettext("As it stands under the signature.")),
    "title": Label(lazy_gettext("Title")),
}
LOGO_LABELS = {
    "label": Label(
        lazy_gettext("What can be seen"),
        lazy_gettext("For those who cannot see it. Never a logo of a company whose products are used on patients."),
    )
}
PICTURE_HINT = lazy_gettext("PNG or JPEG, at most 5 MB. Only the picture itself is kept.")


def _signatory_page(work: OfficeWork, kept: Kept | None, error: CmeError | None = None) -> Response:
    retire = url_for("office.signatory_retire", signatory_id=kept.id) if kept else ""
    record = Record(
        _("Signatory"),
        SIGNATORY,
        SIGNATORY_LABELS,
        url_for("office.provider"),
        kept.values if kept else {},
        kept.revision if kept else 0,
        kicker=_("Provider"),
        lede=_("The first of the list signs, unless an activity names another."),
        takes=("image", _("Picture of the signature (optional)"), PICTURE_HINT),
        retire=(retire, _("Remove from the list")) if kept else None,
        template="office/signatory.html",
        more={"image_id": kept.image_id if kept else ""},
    )
    return record_page(work, record, error)


@office_route(blueprint, "/provider/signatories/new", CONFIGURE)
def signatory_new(work: OfficeWork) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    return _signatory_page(work, None)


@office_route(blueprint, "/provider/signatories/new", CONFIGURE, ("POST",), max_bytes=LARGEST)
def signatory_add(work: OfficeWork) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    image = sent_file("image", MAX_BYTES)[1]
    return saved(
        work,
        lambda: add_signatory(work.db, work.officer, typed(), image, work.now),
        lambda error: _signatory_page(work, None, error),
        url_for("office.provider"),
    )


@office_route(blueprint, "/provider/signatories/<signatory_id>", CONFIGURE)
def signatory_edit(work: OfficeWork, signatory_id: str) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    return _signatory_page(work, signatory(work.db, work.officer, signatory_id))


@office_route(blueprint, "/provider/signatories/<signatory_id>", CONFIGURE, ("POST",), max_bytes=LARGEST)
def signatory_save(work: OfficeWork, signatory_id: str) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    based, image = based_on(), sent_file("image", MAX_BYTES)[1]
    return saved(
        work,
        lambda: save_signatory(work.db, work.officer, signatory_id, typed(), image, based, work.now),
        lambda error: _signatory_page(work, signatory(work.db, work.officer, signatory_id), error),
        url_for("office.provider"),
    )


@office_route(blueprint, "/provider/signatories/<signatory_id>/retire", CONFIGURE, ("POST",))
def signatory_retire(work: OfficeWork, signatory_id: str) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    retire_signatory(work.db, work.officer, signatory_id, work.now)
    return redirect(url_for("office.provider"), 303)


def _logo_page(work: OfficeWork, error: CmeError | None = None) -> Response:
    takes = ("image", _("Picture"), PICTURE_HINT)
    back = url_for("office.provider")
    return record_page(work, Record(_("New logo"), LOGO, LOGO_LABELS, back, kicker=_("Provider"), takes=takes), error)


@office_route(blueprint, "/provider/logos/new", CONFIGURE)
def logo_new(work: OfficeWork) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    return _logo_page(work)


@office_route(blueprint, "/provider/logos/new", CONFIGURE, ("POST",), max_bytes=LARGEST)
def logo_add(work: OfficeWork) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    image = sent_file("image", MAX_BYTES)[1]
    return saved(
        work,
        lambda: add_logo(work.db, work.officer, typed(), image, work.now),
        lambda error: _logo_page(work, error),
        url_for("office.provider"),
    )


@office_route(blueprint, "/provider/logos/<image_id>/retire", CONFIGURE, ("POST",))
def logo_retire(work: OfficeWork, image_id: str) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    retire_picture(work.db, work.officer, image_id, work.now)
    return redirect(url_for("office.provider"), 303)


@office_route(blueprint, "/provider/pictures/<image_id>.png", CONFIGURE)
def provider_picture(work: OfficeWork, image_id: str) -> ResponseReturnValue:
    """A logo or signature, for this provider's own pages."""
    work.officer.require_everywhere(CONFIGURE)
    body, content_hash = picture_file(work.db, work.officer.provider_id, image_id)
    response = Response(body, mimetype="image/png")
    response.headers["Content-Disposition"] = 'inline; filename="picture.png"'
    response.set_etag(content_hash)
    return response.make_conditional(request.environ)
