"""Content: the list, one item, time reports, "I have studied this", and files."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.activity import ContentItem, Step
from lti_tool.domain.errors import BadInput, Refused
from lti_tool.domain.pathway import content_blockers
from lti_tool.domain.playback import read_playback
from lti_tool.domain.response import items_of, reached
from lti_tool.services.content import (
    OpenedItem,
    Report,
    confirm_reading,
    content_progress,
    finish_content,
    open_item,
    report_view,
)
from lti_tool.services.media import media_file
from lti_tool.services.participation import Progress
from lti_tool.services.response import peers, reopened, respond
from lti_tool.web.access import Access, Work, route
from lti_tool.web.learner import blueprint
from lti_tool.web.learner.answer_form import field_of
from lti_tool.web.learner.assessment import fault_texts
from lti_tool.web.learner.frame import captions_of, learner_page, media_url
from lti_tool.web.learner.questions import Typed
from lti_tool.web.learner.response import ResponseFace, response_face
from lti_tool.web.markdown import markdown
from lti_tool.web.messages import blocker_text

MEDIA_SECONDS = 3600
MOST_SECONDS = 10**6
LONGEST_REPORT = 20_000
READ_OUTSIDE = frozenset({"pdf", "article"})
"""Kinds that are read in a window which cannot report time."""


def _address(here: Progress, key: str) -> str | None:
    """``None`` while the item is closed."""
    is_open = key in {item.key for item in reached(items_of(here.activity), here.record)}
    return url_for("learner.content_item", item=key) if is_open else None


def _row(here: Progress, item: ContentItem) -> dict[str, Any]:
    study = here.record.studies.get(item.key)
    is_done = here.record.has_covered(item)
    return {
        "item": item,
        "href": _address(here, item.key),
        "is_answered": item.key in here.record.responses,
        "state": "done" if is_done else "begun" if study else "new",
        "minutes_spent": (study.seconds if study else 0) // 60,
        "percent": int(study.coverage * 100) if study else 0,
        "percent_needed": int(item.minimum_coverage * 100) if item.minimum_coverage else None,
    }


def _list_page(work: Work, here: Progress, *, status: int = 200, is_refused: bool = False) -> Response:
    needed = here.activity.content.minimum_minutes if here.activity.content else None
    rows = [_row(here, item) for item in items_of(here.activity)]
    blockers = content_blockers(here.activity, here.record)
    return learner_page(
        "learner/content.html",
        work,
        here,
        Step.CONTENT,
        status=status,
        rows=rows,
        following=next((row for row in rows if row["state"] != "done"), None),
        has_begun=any(row["state"] != "new" for row in rows),
        blockers=[_blocker_row(here, blocker) for blocker in blockers],
        minutes_needed=needed,
        minutes_spent=here.record.seconds_studied // 60,
        finished_at=here.record.content_finished_at,
        is_done=here.standing.is_done(Step.CONTENT),
        is_refused=is_refused,
    )


def _blocker_row(here: Progress, blocker: Any) -> dict[str, str | None]:
    key = blocker.facts.get("item")
    return {"text": blocker_text(blocker), "href": _address(here, key) if key else None}


@route(blueprint, "/content", Access.LEARNER)
def content(work: Work) -> ResponseReturnValue:
    return _list_page(work, content_progress(work.db, work.visit, work.now))


@route(blueprint, "/content/<item>", Access.LEARNER)
def content_item(work: Work, item: str) -> ResponseReturnValue:
    return _item_page(work, open_item(work.db, work.visit, item, work.now))


def _face(work: Work, opened: OpenedItem, typed: Typed | None) -> ResponseFace | None:
    here, item = opened.progress, opened.item
    response = here.record.responses.get(item.key)
    answer = response.answer if response else None
    return response_face(item, answer, peers(work.db, here, item), here.activity.references, typed)


def _item_page(work: Work, opened: OpenedItem, typed: Typed | None = None, status: int = 200) -> Response:
    shown = opened.item
    items = items_of(opened.progress.activity)
    return learner_page(
        "learner/content_item.html",
        work,
        opened.progress,
        Step.CONTENT,
        status=status,
        item=shown,
        face=_face(work, opened, typed),
        faults=[{"field": field_of(key), "message": text} for key, text in ((typed and typed.errors) or {}).items()],
        row=_row(opened.progress, shown),
        number=items.index(shown) + 1,
        total=len(items),
        body=markdown(shown.body, media_url) if shown.body else None,
        file_address=media_url(shown.file) if shown.file else shown.url,
        captions=captions_of(shown, opened.progress.activity.language),
        is_read_outside=shown.kind.value in READ_OUTSIDE,
        opened=opened,
        report_url=url_for("learner.content_time", item=shown.key, view_id=opened.view_id),
    )


def _played(text: str, key: str) -> dict[str, Any]:
    """What was played of the item's own recording."""
    try:
        media = json.loads(text or "[]") if len(text) <= LONGEST_REPORT else None
    except (ValueError, RecursionError):
        media = None
    if not isinstance(media, list) or not all(isinstance(each, dict) for each in media):
        raise BadInput("report_wrong", "the list of recordings cannot be read")
    return next((each for each in media if each.get("key") == key), {})


def _report(key: str) -> Report:
    seconds = request.form.get("seconds", "")
    if not seconds.isascii() or not seconds.isdigit() or len(seconds) > len(str(MOST_SECONDS)):
        raise BadInput("report_wrong", "seconds must be a whole number")
    played = _played(request.form.get("media", ""), key)
    return Report(int(seconds), read_playback(played.get("duration"), played.get("ranges", [])))


@route(blueprint, "/content/<item>/views/<view_id>/time", Access.LEARNER, ("POST",))
def content_time(work: Work, item: str, view_id: str) -> ResponseReturnValue:
    """What ``time_spent.mjs`` sends."""
    report_view(work.db, work.visit, item, view_id, _report(item), work.now)
    return "", 204


@route(blueprint, "/content/<item>/views/<view_id>/read", Access.LEARNER, ("POST",))
def content_read(work: Work, item: str, view_id: str) -> ResponseReturnValue:
    """ "I have read this": for what is read elsewhere, and for browsers without scripts."""
    done: OpenedItem = confirm_reading(work.db, work.visit, item, view_id, work.now)
    if done.following is not None:
        return redirect(url_for("learner.content_item", item=done.following.key), 303)
    if done.is_waiting:
        return redirect(url_for("learner.content_item", item=item), 303)
    return redirect(url_for("learner.content"), 303)


@route(blueprint, "/content/<item>/views/<view_id>/answer", Access.LEARNER, ("POST",))
def content_answer(work: Work, item: str, view_id: str) -> ResponseReturnValue:
    """The answer to a case or poll; the page then shows its rationale and what others chose."""
    fields = request.form.to_dict(flat=False)
    try:
        respond(work.db, work.visit, item, view_id, fields, work.now)
    except BadInput as error:
        if error.code != "response_wrong":
            raise
        typed = Typed({}, fields, fault_texts(error.faults))
        return _item_page(work, reopened(work.db, work.visit, item, view_id, work.now), typed, 422)
    return redirect(url_for("learner.content_item", item=item), 303)


@route(blueprint, "/content", Access.LEARNER, ("POST",))
def finish_studying(work: Work) -> ResponseReturnValue:
    try:
        finish_content(work.db, work.visit, work.now)
    except Refused as refused:
        if refused.code != "content_unfinished":
            raise
        return _list_page(work, content_progress(work.db, work.visit, work.now), status=409, is_refused=True)
    return redirect(url_for("learner.content" if work.visit.step else "learner.home"), 303)


@route(blueprint, "/media/<name>", Access.LEARNER)
def media(work: Work, name: str) -> ResponseReturnValue:
    """A picture, document or caption file of this learner's version."""
    found = media_file(work.db, work.visit, name, work.now)
    response = Response(found.body, mimetype=found.media_type)
    response.headers["Cache-Control"] = f"private, max-age={MEDIA_SECONDS}"
    response.headers["Content-Disposition"] = f'inline; filename="{found.name}"'
    response.set_etag(found.content_hash)
    return response.make_conditional(request.environ, accept_ranges=True, complete_length=len(found.body))
