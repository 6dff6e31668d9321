"""Review files: the structured abstract, and everything a reviewer asks for as one PDF or ZIP."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lti_tool.domain.abstract import ABSTRACT, ATTRIBUTES, QUESTIONS
from lti_tool.domain.capability import Capability
from lti_tool.domain.dossier import Dossier, safe_name
from lti_tool.domain.errors import CmeError
from lti_tool.services.abstract import abstract_form, save_abstract
from lti_tool.services.dossier.build import gather
from lti_tool.services.dossier.pack import finished, packed, pieces
from lti_tool.services.own_activity import own_activity
from lti_tool.services.vault import activity_titles
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.learner.claim import verification_link
from lti_tool.web.office import blueprint
from lti_tool.web.office.frame import office_page
from lti_tool.web.office.record import Label, Record, based_on, record_page, saved, typed

REPORT, PLAN = Capability.REPORT, Capability.PLAN
ATTRIBUTE_WORDS = {code: f"{group}: {name}" for code, (group, name) in ATTRIBUTES.items()}
QUESTION_WORDS = {
    "gap": lazy_gettext("Professional practice gap of your learners on which the activity was based"),
    "need_knowledge": lazy_gettext("Educational need: knowledge"),
    "need_competence": lazy_gettext("Educational need: competence"),
    "need_performance": lazy_gettext("Educational need: performance"),
    "change": lazy_gettext("What it was designed to change: competence, performance or patient outcomes"),
    "format": lazy_gettext("Why the format is appropriate"),
}


@office_route(blueprint, "/review-files", REPORT)
def dossiers(work: OfficeWork) -> ResponseReturnValue:
    titles = activity_titles(work.db, work.officer.provider_id)
    mine = {key: title for key, title in titles.items() if work.officer.may(REPORT, key)}
    return office_page("office/dossiers.html", work, titles=mine, may_configure=_may_configure(work))


def _may_configure(work: OfficeWork) -> bool:
    return work.officer.powers.may_everywhere(Capability.CONFIGURE)


@office_route(blueprint, "/review-files/<activity_id>", REPORT)
def dossier(work: OfficeWork, activity_id: str) -> ResponseReturnValue:
    """What the file will hold and what is still missing."""
    work.officer.require(REPORT, activity_id)
    form = abstract_form(work.db, work.officer.provider_id, activity_id)
    return office_page(
        "office/dossier.html",
        work,
        form=form,
        activity_id=activity_id,
        question_words=QUESTION_WORDS,
        may_plan=work.officer.may(PLAN, activity_id),
        may_configure=_may_configure(work),
    )


def _abstract_page(work: OfficeWork, activity_id: str, error: CmeError | None = None) -> Response:
    form = abstract_form(work.db, work.officer.provider_id, activity_id)
    labels = {
        key: Label(QUESTION_WORDS[key], _("At most %(count)s words.", count=limit))
        for key, (_q, limit) in QUESTIONS.items()
    }
    labels |= {
        "attributes": Label(_("Desirable physician attributes"), None, ATTRIBUTE_WORDS),
        "attribute_other": Label(_("Another competency")),
    }
    record = Record(
        _("Structured abstract"),
        ABSTRACT,
        labels,
        url_for("office.dossier", activity_id=activity_id),
        form.kept.values,
        form.kept.revision,
        kicker=form.activity.title,
        lede=_("In the words of the accreditor’s form, with its limits. At least one of the three needs is answered."),
    )
    return record_page(work, record, error)


@office_route(blueprint, "/review-files/<activity_id>/abstract", PLAN)
def abstract_edit(work: OfficeWork, activity_id: str) -> ResponseReturnValue:
    work.officer.require(PLAN, activity_id)
    return _abstract_page(work, activity_id)


@office_route(blueprint, "/review-files/<activity_id>/abstract", PLAN, ("POST",))
def abstract_save(work: OfficeWork, activity_id: str) -> ResponseReturnValue:
    work.officer.require(PLAN, activity_id)
    own_activity(work.db, work.officer.provider_id, activity_id)
    based = based_on()
    return saved(
        work,
        lambda: save_abstract(work.db, work.officer, activity_id, typed(), based, work.now),
        lambda error: _abstract_page(work, activity_id, error),
        url_for("office.dossier", activity_id=activity_id),
    )


def _made(work: OfficeWork, activity_id: str) -> tuple[str, Dossier]:
    """Its name, and the finished file. The transaction ends before anything is printed: others wait for no printer."""
    work.officer.require(REPORT, activity_id)
    gathered = gather(work.db, work.officer, activity_id, verification_link, work.now)
    work.db.commit()
    name = f"{safe_name(gathered.key)}_activity-file_{work.now:%Y-%m-%d}"
    return name, finished(gathered, work.deps.printer, work.deps.bindery)


def _download(body: bytes | Iterator[bytes], media_type: str, name: str) -> Response:
    response = Response(body, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@office_route(blueprint, "/review-files/<activity_id>/pdf", REPORT, ("POST",))
def dossier_pdf(work: OfficeWork, activity_id: str) -> ResponseReturnValue:
    name, made = _made(work, activity_id)
    return _download(work.deps.bindery.bind(made), "application/pdf", f"{name}.pdf")


@office_route(blueprint, "/review-files/<activity_id>/zip", REPORT, ("POST",))
def dossier_zip(work: OfficeWork, activity_id: str) -> ResponseReturnValue:
    name, made = _made(work, activity_id)
    return _download(pieces(packed(made, work.deps.bindery)), "application/zip", f"{name}.zip")
