"""The author's side: the picker's handlers, validation, exported courses, and what staff may do."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date
from io import BytesIO
from types import ModuleType
from typing import Any

import pytest
from django.test import override_settings
from lxml import etree
from workbench.runtime import WorkbenchRuntime
from xblock.scorable import Score

from lti_tool.domain.activity import ContentKind, Step
from lti_tool.domain.errors import Refused, ServiceUnavailable
from lti_tool.domain.native import write_message
from tests.xblock.inside.author_shelf import AUTHORING, COPY, TOOL, Shelf, author, block_of, learning, shelf
from tests.xblock.inside.learner import Learner
from xblock_cme import client, studio
from xblock_cme.client import ByLink, Credentials
from xblock_cme.studio import differences

__all__ = ["shelf"]
OLD = date(2019, 1, 1)


@AUTHORING
def test_an_activity_is_found_and_taken(shelf: Shelf) -> None:
    who = author()
    assert who.post("studio_search", {"search": "x"})["activities"][0]["key"] == COPY.key
    assert who.post("studio_take", {"key": COPY.key})["is_done"]
    block = block_of(who)
    assert block.display_name == COPY.activity.title
    assert list(block.copies) == ["1"] and block.taken["1"]["by"] == "staff-author"
    assert "I have read the information" in Learner("empty", "ada").words


@AUTHORING
def test_what_only_a_link_can_show_is_named_with_the_reason_and_the_way(shelf: Shelf) -> None:
    shelf.by_link = [ByLink("rounds", "Grand rounds", "sessions"), ByLink("later", "Later", "of-a-later-release")]
    rounds, later = author().post("studio_search", {"search": ""})["by_link"]
    assert rounds["title"] == "Grand rounds" and rounds["why"].startswith("This activity has sessions. Who attended is")
    assert later["why"] == (
        "This component cannot show this activity. Place it as an LTI component with the custom parameter "
        "cme_activity=later."
    )
    assert rounds["why"].endswith("cme_activity=rounds.")


@AUTHORING
def test_a_version_that_only_a_link_can_show_is_not_taken(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    author().post("studio_take", {"key": COPY.key})

    def refuse(self: Any, key: str) -> int:
        raise Refused("activity_by_link")

    monkeypatch.setattr(client.ToolClient, "newest_version", refuse)
    for handler in ("studio_check", "studio_take"):
        refused = author().post(handler, {})
        assert refused["code"] == "activity_by_link" and "Place it as an LTI component" in refused["text"]
    assert list(block_of(author()).copies) == ["1"]


@AUTHORING
def test_a_newer_version_is_shown_and_taken_and_learners_keep_theirs(shelf: Shelf) -> None:
    who = author()
    who.post("studio_take", {"key": COPY.key})
    ada = Learner("empty", "ada")
    with learning():
        ada.acknowledge()
    assert not who.post("studio_check", {})["is_newer"]
    newer = replace(COPY.activity, title="A newer title", audience="Somebody else")
    shelf.copies[2] = replace(COPY, version=2, activity=newer)
    assert who.post("studio_check", {})["changes"] == ["title", "audience"]
    assert who.post("studio_take", {})["version"] == 2
    assert sorted(block_of(who).copies) == ["1", "2"]
    with learning():
        ada.look()
        assert "This information has changed since you confirmed it" in ada.words
        assert ada.facts().version == 1
        bo = Learner("empty", "bo")
        bo.acknowledge()
    assert bo.facts().version == 2


@pytest.mark.parametrize("handler", ["studio_search", "studio_check", "studio_take", "studio_save"])
@AUTHORING
def test_studio_s_handlers_are_for_authors(shelf: Shelf, handler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Studio serves a block's handlers to whoever is signed in there, learners too."""
    authors = ModuleType("common.djangoapps.student.auth")
    authors.has_studio_write_access = lambda user, course_key: user == "staff-author"  # type: ignore[attr-defined]
    for name in ("common", "common.djangoapps", "common.djangoapps.student"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, authors.__name__, authors)
    assert author().post("studio_take", {"key": COPY.key})["is_done"]
    refused = Learner("empty", "ada").post(handler, {"key": COPY.key, "display_name": "Mine"})
    assert refused["code"] == "not_authoring" and set(refused) == {"is_done", "code", "text"}
    assert block_of(author()).display_name == COPY.activity.title


@AUTHORING
def test_refusals_of_the_tool_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    who = author()
    for error, words in (
        (ServiceUnavailable("tool_unreachable"), "does not answer"),
        (Refused("wire_version"), "update the older release"),
    ):

        def fail(*args: Any, raised: Exception = error, **kwargs: Any) -> None:
            raise raised

        monkeypatch.setattr(client.ToolClient, "activities", fail)
        answer = who.post("studio_search", {})
        assert not answer["is_done"] and words in answer["text"]


def test_without_settings_the_author_is_told_who_can_help() -> None:
    with override_settings(SERVICE_VARIANT="cms", XBLOCK_SETTINGS={}):
        answer = author().post("studio_search", {})
    assert answer["code"] == "tool_not_connected"
    with pytest.raises(Refused):
        Credentials.of({"tool_url": "https://cme.example.org"})
    assert "pem" not in repr(Credentials.of(TOOL))


@pytest.mark.parametrize("handler", ["studio_search", "studio_check", "studio_take", "studio_save"])
def test_authors_handlers_are_shut_in_the_lms(handler: str) -> None:
    answer = Learner("empty", "ada").post(handler, {"key": COPY.key, "display_name": "Mine"})
    assert answer["code"] == "not_authoring"


@pytest.mark.parametrize("handler", ["staff_learners", "staff_reset"])
def test_staffs_handlers_are_shut_for_learners(ada: Learner, handler: str) -> None:
    assert ada.post(handler, {"user": "ada"}) == {"code": "staff_only", "html": ""}


def test_attempts_that_were_set_aside_no_longer_count(ada: Learner) -> None:
    ada.acknowledge()
    ada.take("pre-test", {})
    ada.study([item.key for item in COPY.activity.content.items])
    ada.take("post-test", {})
    assert "Not passed yet" in ada.words
    staff = Learner("hypertension-2026", "staff-cy")
    assert "ada" in staff.post("staff_learners", {})["html"]
    staff.post("staff_reset", {"user": "ada"})
    ada.act("show", "post-test")
    assert "Start the post-test" in ada.words
    ada.act("start", "post-test")
    assert ada.facts().record.attempts[-1].number == 1


def test_faults_are_told_to_the_author() -> None:
    empty = block_of(author())
    empty.copies = {}
    assert any("Choose an activity" in message.text for message in empty.validate().messages)
    block = block_of(Learner("hypertension-2026", "staff-author"))
    assert list(block.validate().messages) == []
    block.copies = {"1": {"version": "activity-copy/99", "body": {"key": "x"}}}
    assert any("cannot be read" in message.text for message in block.validate().messages)


def with_recording(activity: Any) -> Any:
    assert activity.content is not None
    recording = replace(activity.content.items[0], kind=ContentKind.VIDEO)
    return replace(activity, content=replace(activity.content, items=(recording, *activity.content.items[1:])))


def test_every_fault_of_the_activity_is_told_to_the_author(monkeypatch: pytest.MonkeyPatch) -> None:
    block = block_of(Learner("hypertension-2026", "staff-author"))

    def told(activity: Any, step: str = "") -> list[str]:
        block.copies, block.step = {"1": write_message(replace(COPY, activity=activity))}, step
        return [f"{message.type}: {message.text}" for message in block.validate().messages]

    today = COPY.activity.expires_on
    plain, old = (
        COPY.activity,
        replace(COPY.activity, expires_on=today.replace(year=2020), released_on=OLD, reviewed_on=OLD),
    )
    assert told(plain) == []
    rest = {step: what for step, what in plain.requirements.items() if step is not Step.PRE_TEST}
    without = replace(plain, pre_test=None, requirements=rest)
    for step in ("pre-test", "of-another-release"):
        (gone,) = told(without, step)
        assert gone.startswith("error: This activity has no such step")
    assert told(with_recording(plain)) == []
    (expired,) = told(old)
    assert expired == "warning: This activity has expired: no credit can be claimed any more."
    monkeypatch.setattr(studio, "has_plugin", lambda: False)
    assert told(plain) == [
        "error: The Django app xblock_cme.plugin is not installed: evaluations and claims cannot be recorded."
    ]


def test_an_exported_course_reads_back_the_same_and_holds_no_learner(ada: Learner) -> None:
    ada.acknowledge()
    block = block_of(ada)
    node = etree.Element("unknown")
    block.add_xml_to_node(node)
    xml = etree.tostring(node)
    assert block.facts and b"native-facts" not in xml and b"acknowledgements" not in xml
    node.set("facts", json.dumps(block.facts))
    runtime = WorkbenchRuntime("bo")
    again = runtime.get_block(runtime.parse_xml_file(BytesIO(etree.tostring(node))))
    assert again.copies == block.copies and again.files == block.files and again.step == block.step
    assert again.facts == {}


def test_scores_can_be_overridden_and_rescored(ada: Learner) -> None:
    ada.acknowledge()
    ada.take("pre-test", {})
    ada.study([item.key for item in COPY.activity.content.items])
    ada.take("post-test", {})
    block = block_of(ada)
    assert block.has_submitted_answer() and block.max_score() == 1.0
    assert block.get_score() == Score(0.0, 1.0)
    block.set_score(Score(3, 4))
    block.publish_grade()
    assert ada.events("grade")[-1]["value"] == 0.75
    block.rescore(only_if_higher=False)
    assert ada.events("grade")[-1]["value"] == 0.0


def test_data_for_everybody_holds_no_question_and_no_key(ada: Learner) -> None:
    data = json.dumps(block_of(ada).student_view_data())
    assert COPY.activity.title in data
    assert not [question for question in COPY.activity.post_test.questions if question.stem[:40] in data]
    state = ada.get("student_view_user_state").json()
    assert state["steps"]["information"] == "open" and not state["is_complete"]


def test_what_changed_is_named() -> None:
    assert differences(COPY.activity, COPY.activity) == []
    assert write_message(COPY)["version"] == "activity-copy/1"
