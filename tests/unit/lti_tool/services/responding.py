"""An activity with a case and a poll in its content, and learners who answer them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.activity import Activity, Content, ContentItem, ContentKind, Step
from lti_tool.domain.assessment import Answer, Image, Question, QuestionKind
from lti_tool.domain.errors import NotFound
from lti_tool.domain.record import Record
from lti_tool.domain.response import Tally
from lti_tool.services.content import content_progress, open_item
from lti_tool.services.media import media_file
from lti_tool.services.response import peers, respond
from tests.unit.lti_tool.domain.builders import NOW, entries, single
from tests.unit.lti_tool.domain.builders import activity as sample
from tests.unit.lti_tool.services.learning import only, pass_the_gate, redefine
from tests.unit.lti_tool.services.ward import Ward

ASKED = replace(single("c1"), image=Image("strip.png", "A strip"), rationale="Because ![of this](why.png).")
PAGE = ContentItem("page", ContentKind.PAGE, "Page", body="Read ![it](page.png).")
CASE = ContentItem("case", ContentKind.CASE, "Case", body="A man ![of 60](man.png).", question=ASKED, minutes=5)
POLL = ContentItem(
    "poll", ContentKind.POLL, "Poll", question=Question("poll", QuestionKind.SINGLE, "Who?", entries("x", "y"))
)
PAPER = ContentItem("paper", ContentKind.PDF, "Paper", file="paper.pdf")
FILES = ("page.png", "man.png", "strip.png", "why.png", "paper.pdf")


def taught(*items: ContentItem) -> Activity:
    content = Content(items or (PAGE, CASE, POLL, PAPER))
    return sample(requirements=only(Step.CONTENT), content=content, pre_test=None, post_test=None, evaluation=None)


def prepared(ward: Ward) -> Ward:
    redefine(ward, taught())
    pass_the_gate(ward)
    with transaction(ward.sessions) as db:
        for name in FILES:
            db.add(
                models.Media(
                    activity_id=ward.keys["activity"],
                    version=1,
                    name=name,
                    media_type="image/png",
                    content_hash=name,
                    body=name.encode(),
                )
            )
    return ward


def opened(ward: Ward, key: str, who: str = "lee", *, is_staff: bool = False) -> str:
    with transaction(ward.sessions) as db:
        return open_item(db, ward.visit(who, is_staff=is_staff), key, NOW).view_id


def answer(
    ward: Ward, key: str, value: str, who: str = "lee", *, minutes: float = 1, is_staff: bool = False, field: str = ""
) -> None:
    view = opened(ward, key, who, is_staff=is_staff)
    name = field or ("q.c1" if key == "case" else f"q.{key}")
    with transaction(ward.sessions) as db:
        at = NOW + timedelta(minutes=minutes)
        respond(db, ward.visit(who, is_staff=is_staff), key, view, {name: [value]}, at)


def record(ward: Ward, who: str = "lee") -> Record:
    with transaction(ward.sessions) as db:
        return content_progress(db, ward.visit(who), NOW).record


def answers(ward: Ward, who: str = "lee") -> dict[str, Answer]:
    return {key: response.answer for key, response in record(ward, who).responses.items()}


def seen_peers(ward: Ward, key: str = "case", who: str = "lee") -> Tally | None:
    with transaction(ward.sessions) as db:
        here = content_progress(db, ward.visit(who), NOW)
        items = here.activity.content.items if here.activity.content else ()
        return peers(db, here, next(item for item in items if item.key == key))


def crowd(ward: Ward, values: str, *, first: int = 0) -> None:
    """Others, each with an answer to the case."""
    for number, value in enumerate(values, first):
        who = f"peer{number}"
        ward.learner(who)
        pass_the_gate(ward, who)
        answer(ward, "case", value, who)


def visible(ward: Ward) -> set[str]:
    names = set()
    for name in FILES:
        with transaction(ward.sessions) as db:
            try:
                names.add(media_file(db, ward.visit(), name, NOW).name)
            except NotFound:
                continue
    return names
