"""The question bank: its list, and one question with its history and its uses."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput
from lti_tool.domain.question import QuestionStatus
from lti_tool.services.key_correction import correctable
from lti_tool.services.question import open_question, set_status
from lti_tool.services.question_list import MAX_SEARCH, Wanted, list_questions, tags_in_use
from lti_tool.services.question_picture import picture
from lti_tool.services.question_use import uses_of
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.frame import office_page
from lti_tool.web.office.question_form import whole_number
from lti_tool.web.office.question_shown import question_as_asked, question_as_revealed
from lti_tool.web.office.question_words import (
    FORMAT_WORDS,
    KIND_WORDS,
    LEVEL_WORDS,
    STATUS_TONES,
    STATUS_WORDS,
    options,
)

COLUMNS = (
    {"key": "stem", "label": lazy_gettext("Question")},
    {"key": "kind", "label": lazy_gettext("Kind")},
    {"key": "level", "label": lazy_gettext("Level")},
    {"key": "status", "label": lazy_gettext("State")},
    {"key": "version", "label": lazy_gettext("Version"), "kind": "number"},
    {"key": "changed", "label": lazy_gettext("Changed")},
)
MAX_CURSOR = 80
SHOWN_STEM = 160


def wanted_in(values: dict[str, str]) -> Wanted:
    """Filters from an address. Words that are no filters let nothing through."""
    return Wanted(
        text=values.get("text", "")[:MAX_SEARCH],
        tag=values.get("tag", "")[:MAX_SEARCH],
        kind=values.get("kind", "")[:20],
        level=values.get("level", "")[:20],
        status=values.get("status", "")[:20],
    )


def filters_of(wanted: Wanted) -> dict[str, str]:
    """Filters for an address; empty ones are left out."""
    named = {"text": wanted.text, "tag": wanted.tag, "kind": wanted.kind, "level": wanted.level}
    return {name: value for name, value in {**named, "status": wanted.status}.items() if value}


@office_route(blueprint, "/questions", Capability.PLAN)
def questions(work: OfficeWork) -> ResponseReturnValue:
    return questions_page(work)


def questions_page(work: OfficeWork, error: BadInput | None = None) -> Response:
    """The list; ``error`` says why an export was refused."""
    wanted = wanted_in(request.args.to_dict())
    found = list_questions(work.db, work.officer, wanted, request.args.get("after", "")[:MAX_CURSOR])
    return office_page(
        "office/questions.html",
        work,
        status=422 if error else 200,
        found=found,
        wanted=wanted,
        filters=filters_of(wanted),
        is_later=bool(request.args.get("after")),
        columns=COLUMNS,
        shown_stem=SHOWN_STEM,
        tags=[{"value": tag, "label": tag} for tag in tags_in_use(work.db, work.officer)],
        kinds=options(KIND_WORDS),
        levels=options(LEVEL_WORDS),
        statuses=options(STATUS_WORDS),
        formats=options(FORMAT_WORDS),
        kind_words={kind.value: words for kind, words in KIND_WORDS.items()},
        level_words={level.value: words for level, words in LEVEL_WORDS.items()},
        status_words=STATUS_WORDS,
        status_tones=STATUS_TONES,
        error=error,
    )


@office_route(blueprint, "/questions/<question_id>", Capability.PLAN)
def question(work: OfficeWork, question_id: str) -> ResponseReturnValue:
    version = request.args.get("version", "")
    opened = open_question(work.db, work.officer, question_id, whole_number(version) if version else None)
    return office_page(
        "office/question.html",
        work,
        opened=opened,
        asked=question_as_asked(opened.bank),
        revealed=question_as_revealed(opened.bank),
        uses=uses_of(work.db, work.officer, question_id),
        corrections=correctable(work.db, work.officer, question_id),
        may_approve=work.officer.powers.may_everywhere(Capability.APPROVE),
        moves=[(status, _move(status)) for status in QuestionStatus if status is not opened.status],
        kind_words=KIND_WORDS,
        level_words=LEVEL_WORDS,
        status_words=STATUS_WORDS,
        status_tones=STATUS_TONES,
    )


def _move(status: QuestionStatus) -> str:
    words = {
        QuestionStatus.DRAFT: _("Back to draft"),
        QuestionStatus.APPROVED: _("Approve"),
        QuestionStatus.RETIRED: _("Retire"),
    }
    return str(words[status])


@office_route(blueprint, "/questions/<question_id>/status", Capability.APPROVE, ("POST",))
def question_status(work: OfficeWork, question_id: str) -> ResponseReturnValue:
    word = request.form.get("status", "")
    if word not in {status.value for status in QuestionStatus}:
        raise BadInput("status_unknown", faults={"status": "status_unknown"})
    set_status(work.db, work.officer, question_id, QuestionStatus(word), work.now)
    return redirect(url_for("office.question", question_id=question_id), 303)


@office_route(blueprint, "/questions/pictures/<name>", Capability.PLAN)
def question_picture(work: OfficeWork, name: str) -> ResponseReturnValue:
    found = picture(work.db, work.officer, name)
    response = Response(found.body, mimetype=found.media_type)
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
