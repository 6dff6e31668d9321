"""What others on this platform answered in cases and polls: counted once for each learner, and without their names.

A row says that somebody chose this. In place of who, it has a digest under the platform's secret, so that nobody counts
twice and nobody's own answer counts as another's. Numbers are shown as the tool shows its own: from five others on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Count
from django.utils.crypto import salted_hmac

from lti_tool.domain.activity import Activity, ContentItem
from lti_tool.domain.assessment import Answer, Question
from lti_tool.domain.record import Response
from lti_tool.domain.response import Tally, items_of, options_hash, tally
from lti_tool.domain.wire import write_value
from xblock_cme.compat import has_plugin, table
from xblock_cme.store import Place


def who(place: Place, organisation: str) -> str:
    """Tells learners of one activity apart, and nobody of two activities together: 64 hex digits."""
    told = json.dumps([organisation, place.activity_key, place.user_id])
    return str(salted_hmac("xblock_cme.peers", told, algorithm="sha256").hexdigest())


def _same(place: Place, organisation: str, item: str, question: Question) -> dict[str, str]:
    """The same question with the same options, in every course of the organisation."""
    return {
        "organisation": organisation,
        "activity_key": place.activity_key,
        "item": item,
        "options_hash": options_hash(question),
    }


def count_answers(place: Place, organisation: str, activity: Activity, responses: Mapping[str, Response]) -> None:
    """Note answers that were given just now. Whoever has answered the same before, anywhere, has been counted."""
    if not has_plugin() or not place.user_id:
        return
    for item in items_of(activity):
        if item.question is not None and item.key in responses:
            body = json.dumps(write_value(responses[item.key].answer), sort_keys=True)
            table("PeerAnswer").objects.get_or_create(
                **_same(place, organisation, item.key, item.question),
                who=who(place, organisation),
                defaults={"answer": body},
            )


def _answer(stored: str) -> Answer:
    found: Any = json.loads(stored)
    return tuple(found) if isinstance(found, list) else found


def peers(place: Place, organisation: str, item: ContentItem) -> Tally | None:
    """What others answered; ``None`` for too few. Callers ask only for those who have answered themselves."""
    if item.question is None or not has_plugin():
        return None
    rows = table("PeerAnswer").objects.filter(**_same(place, organisation, item.key, item.question))
    others = rows.exclude(who=who(place, organisation)).values("answer").annotate(total=Count("pk")).order_by("answer")
    counted: Iterator[tuple[Answer, int]] = ((_answer(row["answer"]), row["total"]) for row in others)
    return tally(item.question, counted)
