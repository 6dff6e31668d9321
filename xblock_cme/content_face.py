"""The face of the content: the list, one item, the question of a case or poll, and what others chose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lti_tool.domain.activity import ContentItem, ContentKind, Step
from lti_tool.domain.answer_form import field_of
from lti_tool.domain.assessment import Question
from lti_tool.domain.pathway import content_blockers
from lti_tool.domain.response import MINIMUM_PEERS, Tally, form_of, is_case, items_of, reached
from xblock_cme.face import Notice, blocker_texts
from xblock_cme.progress import Progress
from xblock_cme.question_face import Shelf, Typed, poll_face, question_face, tally_rows
from xblock_cme.recording_face import recording_face

Peers = Callable[[ContentItem], Tally | None]
"""What others answered to an item; ``None`` for too few."""


def _item_row(here: Progress, item: ContentItem, is_open: bool) -> dict[str, Any]:
    study = here.record.studies.get(item.key)
    return {
        "key": item.key,
        "title": item.title,
        "kind": item.kind.value,
        "minutes": item.minutes,
        "state": "done" if here.record.has_covered(item) else "begun" if study else "new",
        "is_recording": item.is_recording,
        "percent": int(study.coverage * 100) if study else 0,
        "needed": int(item.minimum_coverage * 100) if item.minimum_coverage else None,
        "is_answered": item.key in here.record.responses,
        "is_open": is_open,
    }


def content_face(shelf: Shelf, here: Progress, item_key: str, notice: Notice, peers: Peers | None) -> dict[str, Any]:
    """The list of what there is to study, or the item that is open."""
    items = items_of(here.activity)
    is_open = {item.key for item in reached(items, here.record)}
    rows = [_item_row(here, item, item.key in is_open) for item in items]
    needed = here.activity.content.minimum_minutes if here.activity.content else None
    open_item = next((item for item in items if item.key == item_key and item.key in is_open), None)
    blockers = content_blockers(here.activity, here.record)
    return {
        "items": rows,
        "following": next((row for row in rows if row["state"] != "done"), None),
        "blockers": blocker_texts(shelf, blockers),
        "minutes_needed": needed,
        "minutes_spent": min(here.record.seconds_studied // 60, needed or here.record.seconds_studied // 60),
        "is_done": here.standing.is_done(Step.CONTENT),
        "item": _open_item(shelf, here, open_item, notice) if open_item else None,
        "peers": _peers(shelf, here, open_item, peers) if open_item and peers else None,
    }


def _open_item(shelf: Shelf, here: Progress, item: ContentItem, notice: Notice) -> dict[str, Any]:
    items, is_open = items_of(here.activity), reached(items_of(here.activity), here.record)
    place = items.index(item)
    following = is_open[place + 1] if place + 1 < len(is_open) else None
    return {
        "key": item.key,
        "title": item.title,
        "kind": item.kind.value,
        "number": place + 1,
        "total": len(items),
        "body": shelf.blocks(item.body),
        "citation": item.citation,
        "address": shelf.media_url(item.file) if item.file else item.url,
        "recording": recording_face(shelf, here, item) if item.is_recording else None,
        "is_article": item.kind is ContentKind.ARTICLE,
        "next": following.key if following else "",
        "next_title": following.title if following else "",
        "asks": item.question is not None,
        "is_case": is_case(item),
        "is_answered": item.key in here.record.responses,
        "question": _question(shelf, here, item, item.question, notice) if item.question is not None else None,
    }


def _question(shelf: Shelf, here: Progress, item: ContentItem, question: Question, notice: Notice) -> dict[str, Any]:
    """Until it is answered, key and rationale never come near the page."""
    response, form = here.record.responses.get(item.key), form_of(question)
    if response is None:
        errors = {question.key: notice.faults.get(field_of(question.key), "")}
        return question_face(shelf, form, 0, 0, Typed({}, notice.fields, errors), question)
    typed = Typed({question.key: response.answer})
    if is_case(item):
        return question_face(shelf, form, 0, 0, typed, question, is_review=True)
    return poll_face(shelf, form, typed, question)


def _peers(shelf: Shelf, here: Progress, item: ContentItem, peers: Peers) -> dict[str, Any] | None:
    """Only for those who have answered: nobody is led by others."""
    response = here.record.responses.get(item.key)
    if item.question is None or response is None:
        return None
    found = peers(item)
    rows = tally_rows(shelf, item.question, found, response.answer) if found else []
    return {"rows": rows, "total": found.total if found else 0, "least": MINIMUM_PEERS}
