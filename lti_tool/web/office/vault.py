"""The document vault."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

from flask import Response, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, CmeError
from lti_tool.domain.vault import CRITERIA, MAX_FILE_BYTES, VERSION_NOTE, DocumentKind
from lti_tool.services.provider_settings import Kept
from lti_tool.services.upload import Upload, check_upload
from lti_tool.services.vault import (
    activity_titles,
    add_document,
    add_version,
    document,
    document_file,
    document_rules,
    list_documents,
    owners,
    retire_document,
    save_document,
    versions,
)
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.frame import office_page
from lti_tool.web.office.record import Label, Record, based_on, number_in, record_page, saved, sent_file, typed

CONFIGURE = Capability.CONFIGURE
LARGEST = MAX_FILE_BYTES + 200_000
MAX_SEARCH = 100
KIND_WORDS: Mapping[str, object] = {
    DocumentKind.MISSION: lazy_gettext("Mission"),
    DocumentKind.POLICY: lazy_gettext("Policy"),
    DocumentKind.PROCEDURE: lazy_gettext("Procedure"),
    DocumentKind.MINUTES: lazy_gettext("Minutes"),
    DocumentKind.SELF_STUDY: lazy_gettext("Self-study"),
    DocumentKind.DECISION: lazy_gettext("Decision of a body"),
    DocumentKind.NEEDS: lazy_gettext("Needs assessment"),
    DocumentKind.AGENDA: lazy_gettext("Agenda or programme"),
    DocumentKind.DISCLOSURE_FORM: lazy_gettext("Disclosure form"),
    DocumentKind.MITIGATION: lazy_gettext("Evidence of mitigation"),
    DocumentKind.SUPPORT_AGREEMENT: lazy_gettext("Commercial support agreement"),
    DocumentKind.INCOME_EXPENSE: lazy_gettext("Income and expense"),
    DocumentKind.INSTRUMENT: lazy_gettext("Instrument of measurement"),
    DocumentKind.OUTCOME: lazy_gettext("Outcome data"),
    DocumentKind.OTHER: lazy_gettext("Other"),
}
CRITERION_WORDS = {code: f"{code} {one.name} ({one.group})" for code, one in CRITERIA.items()}
FILE_HINT = lazy_gettext(
    "PDF, PNG, JPEG, Word, Excel, PowerPoint, text or CSV, at most 20 MB, without scripts or macros."
)


def _labels(work: OfficeWork) -> Mapping[str, Label]:
    people = {one.person_id: one.name for one in owners(work.db, work.officer.provider_id)}
    return {
        "title": Label(_("Title")),
        "kind": Label(_("Kind"), None, KIND_WORDS, _("Choose")),
        "owner": Label(_("Owner"), _("Is reminded by mail before the review date."), people, _("Nobody")),
        "review_on": Label(_("Review by")),
        "criteria": Label(_("Belongs to"), None, CRITERION_WORDS),
        "activity": Label(
            _("Activity"),
            _("Its review file then holds this document."),
            activity_titles(work.db, work.officer.provider_id),
            _("The provider as a whole"),
        ),
        "note": Label(_("Remark on this version")),
    }


def _page(work: OfficeWork, kept: Kept | None, error: CmeError | None = None) -> Response:
    rules = document_rules(work.db, work.officer.provider_id)
    takes = None if kept else ("file", _("File"), FILE_HINT)
    record = Record(
        kept.values["title"] if kept else _("New document"),
        rules if kept else (*rules, *VERSION_NOTE),
        _labels(work),
        url_for("office.vault"),
        kept.values if kept else {"activity": request.args.get("activity", "")[:32]},
        kept.revision if kept else 0,
        kicker=_("Documents"),
        takes=takes,
        retire=(url_for("office.document_retire", document_id=kept.id), _("Remove from the list")) if kept else None,
        template="office/document.html",
        more={"kept": kept, "versions": versions(work.db, work.officer, kept.id) if kept else (), "hint": FILE_HINT},
    )
    return record_page(work, record, error)


def _upload(work: OfficeWork) -> Upload:
    return check_upload(*sent_file("file", MAX_FILE_BYTES), work.deps.bindery)


@office_route(blueprint, "/vault", CONFIGURE)
def vault(work: OfficeWork) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    search, kind = request.args.get("search", "").strip()[:MAX_SEARCH], request.args.get("kind", "")
    if kind and kind not in KIND_WORDS:
        raise BadInput("page_wrong", faults={"kind": "page_wrong"})
    listed = list_documents(work.db, work.officer.provider_id, search=search, kind=kind, page=number_in("page"))
    return office_page(
        "office/vault.html",
        work,
        listed=listed,
        search=search,
        kind=kind,
        kinds=[{"value": value, "label": label} for value, label in KIND_WORDS.items()],
        kind_words=KIND_WORDS,
        href=lambda page: url_for("office.vault", search=search or None, kind=kind or None, page=page),
        today=work.now.date(),
    )


@office_route(blueprint, "/vault/new", CONFIGURE)
def document_new(work: OfficeWork) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    return _page(work, None)


@office_route(blueprint, "/vault/new", CONFIGURE, ("POST",), max_bytes=LARGEST)
def document_add(work: OfficeWork) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    return saved(
        work,
        lambda: add_document(work.db, work.officer, typed(), _upload(work), work.now),
        lambda error: _page(work, None, error),
        url_for("office.vault"),
    )


@office_route(blueprint, "/vault/<document_id>", CONFIGURE)
def document_edit(work: OfficeWork, document_id: str) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    return _page(work, document(work.db, work.officer, document_id))


@office_route(blueprint, "/vault/<document_id>", CONFIGURE, ("POST",))
def document_save(work: OfficeWork, document_id: str) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    based = based_on()
    return saved(
        work,
        lambda: save_document(work.db, work.officer, document_id, typed(), based, work.now),
        lambda error: _page(work, document(work.db, work.officer, document_id), error),
        url_for("office.document_edit", document_id=document_id),
    )


def _version_page(work: OfficeWork, document_id: str, error: CmeError | None = None) -> Response:
    kept, back = document(work.db, work.officer, document_id), url_for("office.document_edit", document_id=document_id)
    takes = ("file", _("File"), FILE_HINT)
    record = Record(_("New version"), VERSION_NOTE, _labels(work), back, kicker=kept.values["title"], takes=takes)
    return record_page(work, record, error)


@office_route(blueprint, "/vault/<document_id>/versions/new", CONFIGURE)
def version_new(work: OfficeWork, document_id: str) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    return _version_page(work, document_id)


@office_route(blueprint, "/vault/<document_id>/versions/new", CONFIGURE, ("POST",), max_bytes=LARGEST)
def version_add(work: OfficeWork, document_id: str) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    document(work.db, work.officer, document_id)
    return saved(
        work,
        lambda: add_version(work.db, work.officer, document_id, typed(), _upload(work), work.now),
        lambda error: _version_page(work, document_id, error),
        url_for("office.document_edit", document_id=document_id),
    )


@office_route(blueprint, "/vault/<document_id>/versions/<int:number>/file", CONFIGURE)
def version_file(work: OfficeWork, document_id: str, number: int) -> ResponseReturnValue:
    """Always a download; a browser never shows it as a page of ours."""
    work.officer.require_everywhere(CONFIGURE)
    found = document_file(work.db, work.officer, document_id, number)
    answer = send_file(
        BytesIO(found.body), found.media_type, as_attachment=True, download_name=found.file_name, etag=False, max_age=0
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@office_route(blueprint, "/vault/<document_id>/retire", CONFIGURE, ("POST",))
def document_retire(work: OfficeWork, document_id: str) -> ResponseReturnValue:
    work.officer.require_everywhere(CONFIGURE)
    retire_document(work.db, work.officer, document_id, work.now)
    return redirect(url_for("office.vault"), 303)
