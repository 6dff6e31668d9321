"""Recordings in the block: what is served, what is believed, what is told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from lti_tool.domain.native import NativeRecord, write_message
from lti_tool.domain.playback import Playback, Stretch, in_seconds
from lti_tool.domain.record import Record, Study
from lti_tool.domain.replay import check_facts
from tests.xblock.inside.answers import copy_of
from tests.xblock.inside.learner import Learner
from xblock_cme import playing
from xblock_cme.facts import MOST_STRETCHES, LearnerFacts, joined, read_facts, with_study, write_facts

NAME, TALK, FILM = "recordings", "talk", "film"
COPY = copy_of(NAME)
ADDRESSES = ("video.example.org", "talk.wav", "talk.vtt")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def at_the_content(name: str) -> Learner:
    who = Learner(NAME, name)
    who.acknowledge()
    return who


def opened(who: Learner, key: str = TALK) -> str:
    """The view of an opening."""
    who.act("open_item", "content", item=key)
    reading = who.facts().reading
    assert reading is not None and f'data-cme-view="{reading.view}"' in who.html
    return str(reading.view)


def played(who: Learner, view: str, ranges: Any, *, item: str = TALK, duration: Any = 60, seconds: Any = 0) -> Any:
    return sent(who, {"item": item, "view": view, "seconds": seconds, "duration": duration, "ranges": ranges})


def sent(who: Learner, data: Any) -> Any:
    address = f"/handler/{who.usage}/played/?student={who.name}"
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return who.client.post(address, data=body, content_type="application/json")


def earlier(who: Learner, **span: float) -> str:
    """Make it so that the open recording was opened a while ago; its view."""
    from workbench.runtime import WorkbenchRuntime

    from xblock_cme.plugin.models import BlockFacts

    facts = who.facts()
    moment = facts.reading.since - timedelta(**span)
    study = replace(facts.record.studies[facts.reading.item], first_opened_at=moment)
    begun = replace(
        facts.record,
        acknowledgements=tuple(replace(m, at=m.at - timedelta(**span)) for m in facts.record.acknowledgements),
    )
    facts = replace(
        with_study(replace(facts, record=begun), {study.item: study}), reading=replace(facts.reading, since=moment)
    )
    block = WorkbenchRuntime(who.name).get_block(who.usage)
    block.facts = write_facts(facts)
    block.save()
    BlockFacts.objects.filter(user_id=who.name).update(body=write_facts(facts))
    return str(facts.reading.view)


def coverage(who: Learner, key: str = TALK) -> Decimal:
    return Decimal(who.facts().record.studies[key].coverage)


def test_no_address_is_told_before_the_content_is_open() -> None:
    who = Learner(NAME, "ada")
    pages = [who.html]
    for action in ("show", "open_item", "read_item", "finish_content"):
        for key in (TALK, FILM):
            who.act(action, "content", item=key)
            pages.append(who.html)
    from workbench.runtime import WorkbenchRuntime

    block = WorkbenchRuntime("ada").get_block(who.usage)
    pages += [json.dumps(block.student_view_data()), who.get("student_view_user_state").content.decode()]
    for name in ("talk.wav", "talk.vtt"):
        assert who.get("media", name).status_code == 404
    assert len(pages) > 8 and not [page for page in pages if any(one in page for one in ADDRESSES)]
    who.acknowledge()
    who.act("show", "content")
    assert not any(one in who.html for one in ADDRESSES), "nor in the list of contents"
    opened(who, FILM)
    assert f'src="{COPY.activity.content.items[1].url}"' in who.html and "talk.wav" not in who.html
    assert who.get("media", "talk.wav").status_code == 200


def test_the_player_is_the_browser_s_own() -> None:
    who = at_the_content("bo")
    opened(who)
    assert '<audio controls preload="metadata"' in who.html and 'aria-label="A talk"' in who.html
    assert '<track kind="captions" src=' in who.html and f'srclang="{COPY.activity.language}"' in who.html
    assert "At least 90 % of this recording must be played; 0 % are recorded so far." in who.words
    opened(who, FILM)
    assert "<video controls" in who.html and "playsinline" in who.html
    assert 'data-cme-src="https://video.example.org/film.vtt"' in who.html and "Open the captions" in who.words


def test_what_is_played_is_recorded_and_told() -> None:
    who = at_the_content("cy")
    opened(who)
    view = earlier(who, seconds=40)
    answer = played(who, view, [[0, 30]], seconds=35).json()
    assert answer["text"] == "At least 90 % of this recording must be played; 50 % are recorded so far."
    assert answer["missing"] == "Not played yet: 0:30–1:00" and not answer["is_enough"] and not answer["note"]
    assert answer["strip"] == [{"x": 0.0, "width": 50.0}]
    assert coverage(who) == Decimal("0.5") and who.facts().record.seconds_studied == 35
    answer = played(who, view, [[0, 30], [40, 60]], seconds=38).json()
    assert answer["missing"] == "Not played yet: 0:30–0:40" and who.facts().record.seconds_studied == 38
    answer = played(who, view, [[0, 60]], seconds=20).json()
    assert answer["is_enough"] and answer["missing"] == "" and "100 % of this recording" in answer["text"]
    assert who.facts().record.seconds_studied == 38, "a late report takes nothing away"
    who.act("read_item", "content", item=TALK)
    assert who.facts().record.seconds_studied == 38 and who.facts().reading is None
    assert "100 % played, 90 % needed" in who.words and "Played" in who.words and coverage(who) == 1


def test_no_more_than_the_time_allows() -> None:
    who = at_the_content("di")
    view = opened(who)
    answer = played(who, view, [[0, 60]], seconds=10**6).json()
    assert "twice the speed" in answer["note"] and answer["percent"] == 0
    facts = who.facts()
    assert coverage(who) == 0 and facts.record.seconds_studied < 5
    view = earlier(who, seconds=30)
    assert played(who, view, [[0, 60]]).json()["percent"] == 100
    for ranges in ([[-5, 50]], [[50, 10]], [[70, 90]], []):
        assert played(who, view, ranges).json()["percent"] == 100


def test_a_second_tab_and_a_repeat_do_no_harm() -> None:
    who = at_the_content("eve")
    opened(who)
    first = earlier(who, seconds=20)
    for _ in range(3):
        assert played(who, first, [[0, 20]], seconds=20).json()["percent"] == 33
    assert who.facts().record.seconds_studied == 20
    second = opened(who)
    late = played(who, first, [[0, 40]])
    assert late.status_code == 409 and late.json()["code"] == "view_unknown" and "window" in late.json()["text"]
    assert played(who, second, [[0, 40]]).json()["percent"] == 33, "the clock of an opening begins with it"
    assert played(who, second, [[20, 24]]).json()["percent"] == 40
    assert "Not everything" in (who.act("finish_content", "content") and who.words)
    assert "Watch or listen to more of “A talk”" in who.words


def test_a_report_writes_over_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Something was submitted in another tab after the report's request had read the facts."""
    who = at_the_content("nia")
    opened(who)
    view = earlier(who, seconds=40)
    from xblock_cme.plugin.models import BlockFacts

    real = playing.report_play

    def meanwhile(here: Any, told: Any) -> Any:
        rows.update(body=write_facts(replace(here.facts, revision=99)), updated_at=here.now - ago)
        return real(here, told)

    rows, ago = BlockFacts.objects.filter(user_id="nia"), timedelta(seconds=1)
    monkeypatch.setattr(playing, "report_play", meanwhile)
    late = played(who, view, [[0, 30]])
    assert late.status_code == 409 and late.json()["code"] == "report_overtaken"
    assert read_facts(rows.get().body).revision == 99 and coverage(who) == 0
    ago = timedelta(minutes=5)
    assert played(who, view, [[0, 30]]).json()["percent"] == 50, "what is merely different holds nobody up"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff",
        b"[" * 9000,
        b'"' + b"x" * 30_000 + b'"',
        [],
        {},
        {"item": 5},
        {"seconds": "5"},
        {"seconds": -1},
        {"seconds": True},
        {"seconds": 10**9},
        {"seconds": 1.5},
        {"view": ["x"]},
        {"view": "x" * 65},
        {"duration": "60"},
        {"duration": True},
        {"ranges": {"0": 1}},
        {"ranges": [[0]]},
        {"ranges": [[0, "1"]]},
        {"ranges": [[0, None]]},
        {"ranges": [[0, 10**400]]},
    ],
)
def test_hostile_reports_are_refused(data: Any) -> None:
    who = at_the_content("fay")
    view = opened(who)
    before = who.facts()
    if isinstance(data, dict) and data:
        data = {"item": TALK, "view": view, "seconds": 1, "duration": 60, "ranges": [[0, 1]], **data}
    answer = sent(who, data)
    assert answer.status_code == 400 and answer.json()["code"] == "report_wrong" and "Reload" in answer.json()["text"]
    assert who.facts() == before


def test_reports_of_what_is_not_open_are_refused() -> None:
    gil, hal = at_the_content("gil"), at_the_content("hal")
    view = opened(gil)
    before = gil.facts()
    assert sent(gil, {"item": FILM, "view": view, "seconds": 0, "ranges": []}).status_code == 409
    assert sent(gil, {"item": "nothing", "view": view, "seconds": 0, "ranges": []}).json()["code"] == "content_unknown"
    assert played(hal, view, [[0, 1]]).json()["code"] == "view_unknown", "another learner's opening"
    page = COPY.activity.content.items[2].key
    gil.act("open_item", "content", item=page)
    theirs = gil.facts().reading.view
    assert played(gil, theirs, [[0, 1]], item=page).json()["code"] == "content_unknown"
    nobody = Learner(NAME, "ida")
    assert played(nobody, view, [[0, 1]]).json()["code"] == "step_locked"
    assert gil.get("played").status_code == 405
    assert gil.facts().record.studies[TALK] == before.record.studies[TALK] and not nobody.facts().record.studies


def test_a_test_run_never_counts() -> None:
    staff = at_the_content("staff-jo")
    opened(staff)
    view = earlier(staff, minutes=5)
    assert played(staff, view, [[0, 60]]).json()["is_enough"]
    assert staff.facts().is_trial and staff.events("grade") == staff.events("completion") == []


def test_the_record_is_one_that_the_tool_takes() -> None:
    who = at_the_content("kim")
    for key in (TALK, FILM):
        opened(who, key)
        view = earlier(who, minutes=2)
        assert played(who, view, [[0, 60]], item=key, seconds=60).json()["is_enough"]
        who.act("read_item", "content", item=key)
    who.study([COPY.activity.content.items[2].key])
    record = who.facts().record
    assert record.content_finished_at and record.studies[TALK].playback == Playback(60_000, (Stretch(0, 60_000),))
    check_facts(COPY.activity, record, datetime.now(UTC))


def test_state_stays_small_whatever_is_reported() -> None:
    facts = LearnerFacts(version=1)
    for key in map(str, range(20)):
        told = in_seconds(86_000, [(n * 170.3, n * 170.3 + 40 + n / 10) for n in range(500)])
        facts = with_study(facts, {key: Study(key, 10**5, told.coverage, LONG_AGO, told)})
    stored = write_facts(facts)
    assert read_facts(stored) == facts and len(json.dumps(stored)) < 20_000
    kept = [study.playback for study in facts.record.studies.values()]
    assert 0 < sum(len(one.stretches) for one in kept) <= MOST_STRETCHES
    assert all(study.coverage == study.playback.coverage for study in facts.record.studies.values())


def test_blocks_of_a_course_share_what_was_played() -> None:
    halves = [in_seconds(60, [(0, 30)]), in_seconds(60, [(30, 60)])]
    records = [Record(studies={TALK: Study(TALK, 30, one.coverage, LONG_AGO, one)}) for one in halves]
    both = joined(records).studies[TALK]
    assert both.coverage == 1 and both.seconds == 30, "the second has counted on from the first"


def test_what_was_played_by_a_link_counts() -> None:
    """A message of the tool is written so that an earlier block understands it, or refuses it."""
    half = in_seconds(60, [(0, 30)])
    told = NativeRecord(NAME, 1, Record(studies={TALK: Study(TALK, 30, half.coverage, LONG_AGO, half)}))
    assert write_message(told)["version"] == "native-record/2"
    nothing = NativeRecord(NAME, 1, Record(studies={TALK: Study(TALK, 30, first_opened_at=LONG_AGO)}))
    message = write_message(nothing)
    assert message["version"] == "native-record/1" and "playback" not in json.dumps(message)
