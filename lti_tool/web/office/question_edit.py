"""Writing and revising a question: the form, its preview as learners will see it, and what happens to stale forms."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.assessment import QuestionKind
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, Conflict
from lti_tool.domain.question import BankQuestion, QuestionFault
from lti_tool.services.question import OpenedQuestion, checked, create_question, open_question, revise_question
from lti_tool.services.question_picture import add_picture
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.frame import office_page
from lti_tool.web.office.question_form import (
    QuestionForm,
    empty_form,
    fields_of_faults,
    kind_of,
    posted_form,
    question_of,
    shown_form,
    whole_number,
)
from lti_tool.web.office.question_shown import question_as_asked, question_as_revealed
from lti_tool.web.office.question_words import KIND_WORDS, LEVEL_WORDS, fault_rows, options

MAX_BYTES = 3_000_000
"""A form with one picture."""
STAND_IN = "new"
"""The key with which a new question is looked at before it has one."""


def _page(
    work: OfficeWork,
    form: QuestionForm,
    opened: OpenedQuestion | None,
    *,
    status: int = 200,
    faults: list[QuestionFault] | None = None,
    preview: BankQuestion | None = None,
    theirs: OpenedQuestion | None = None,
) -> Response:
    rows = fault_rows(faults or [])
    return office_page(
        "office/question_edit.html",
        work,
        status=status,
        form=form,
        opened=opened,
        based_on=theirs.newest if theirs else opened.newest if opened else 0,
        faults=rows,
        errors={row["field"]: row["message"] for row in reversed(rows)},
        asked=question_as_asked(preview) if preview else None,
        revealed=question_as_revealed(preview) if preview else None,
        theirs=theirs,
        their_asked=question_as_asked(theirs.bank) if theirs else None,
        their_revealed=question_as_revealed(theirs.bank) if theirs else None,
        kinds=options(KIND_WORDS),
        kind_words=KIND_WORDS,
        levels=options(LEVEL_WORDS),
        has_choices=form.kind in (QuestionKind.SINGLE, QuestionKind.MULTIPLE),
    )


@office_route(blueprint, "/questions/new", Capability.PLAN)
def question_new(work: OfficeWork) -> ResponseReturnValue:
    kind = kind_of(request.args.get("kind") or QuestionKind.SINGLE.value)
    return _page(work, empty_form(kind), None)


@office_route(blueprint, "/questions/new", Capability.PLAN, ("POST",), max_bytes=MAX_BYTES)
def question_create(work: OfficeWork) -> ResponseReturnValue:
    form, faults = _read(work)
    if request.form.get("action") != "save":
        return _look(work, form, faults, None)
    bank, own = question_of(form)
    try:
        _refuse([*faults, *own])
        question_id = create_question(work.db, work.officer, bank, work.now)
    except (BadInput, Conflict) as error:
        return _page(work, form, None, status=422, faults=_told(form, error))
    return redirect(url_for("office.question", question_id=question_id), 303)


@office_route(blueprint, "/questions/<question_id>/edit", Capability.PLAN)
def question_edit(work: OfficeWork, question_id: str) -> ResponseReturnValue:
    opened = open_question(work.db, work.officer, question_id)
    return _page(work, shown_form(opened.bank), opened)


@office_route(blueprint, "/questions/<question_id>/edit", Capability.PLAN, ("POST",), max_bytes=MAX_BYTES)
def question_revise(work: OfficeWork, question_id: str) -> ResponseReturnValue:
    opened = open_question(work.db, work.officer, question_id)
    form, faults = _read(work)
    based_on = whole_number(request.form.get("based_on", ""))
    if request.form.get("action") != "save":
        return _look(work, form, faults, replace(opened, newest=based_on))
    bank, own = question_of(form)
    try:
        _refuse([*faults, *own])
        reason = " ".join(form.value("reason").split())
        revise_question(work.db, work.officer, question_id, bank, based_on, reason, work.now)
    except BadInput as error:
        return _page(work, form, replace(opened, newest=based_on), status=422, faults=_told(form, error))
    except Conflict:
        return _page(work, form, opened, status=409, theirs=opened)
    return redirect(url_for("office.question", question_id=question_id), 303)


def _read(work: OfficeWork) -> tuple[QuestionForm, list[QuestionFault]]:
    """The posted form; a picture that came with it is kept in the bank at once."""
    posted = {name: request.form.getlist(name) for name in request.form}
    form = posted_form(posted, more=request.form.get("action") == "more")
    upload = request.files.get("picture")
    if upload is None or not upload.filename:
        return form, []
    try:
        return replace(form, image=add_picture(work.db, work.officer, upload.stream.read(MAX_BYTES))), []
    except BadInput:
        return form, [QuestionFault("picture", "picture_unsound")]


def _refuse(faults: list[QuestionFault]) -> None:
    if faults:
        raise BadInput("question_faulty", found=tuple(faults), faults={fault.field: fault.code for fault in faults})


def _told(form: QuestionForm, error: BadInput | Conflict) -> list[QuestionFault]:
    if error.code == "key_taken":
        return [QuestionFault("key", "key_taken")]
    if error.code != "question_faulty":
        raise error
    return fields_of_faults(form, error.facts["found"])


def _look(work: OfficeWork, form: QuestionForm, faults: list[QuestionFault], opened: OpenedQuestion | None) -> Response:
    """The form again: with more rows, or with the question as learners would see it."""
    if request.form.get("action") == "more":
        return _page(work, form, opened, faults=faults)
    bank, own = question_of(form)
    key = opened.bank.key if opened else bank.key or STAND_IN
    try:
        _refuse([*faults, *own])
        bank = checked(work.db, work.officer, replace(bank, question=replace(bank.question, key=key)))
    except BadInput as error:
        return _page(work, form, opened, status=422, faults=_told(form, error))
    return _page(work, form, opened, preview=bank)
