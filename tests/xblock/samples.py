"""Writes the demo's activities as the copies that a block keeps, for tests in the block's own environment."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import sys
import wave
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import lti_tool
from lti_tool.domain.activity import Activity, ContentItem, ContentKind, Step
from lti_tool.domain.credit import CreditOffer
from lti_tool.domain.evaluation import Evaluation, EvaluationItem, Family, ItemKind
from lti_tool.domain.native import MEDIA_FOLDER, write_message
from lti_tool.services.activity_file import read_activity_file
from lti_tool.services.native_activity import TextRenderer, copy_of
from lti_tool.web.markdown import inline_markdown, markdown

SAMPLES = Path(lti_tool.__file__).parent / "demo" / "activities"


def in_folder(name: str) -> str:
    return f"{MEDIA_FOLDER}{name}"


TEXTS = TextRenderer(lambda text: str(markdown(text, in_folder)), lambda text: str(inline_markdown(text, in_folder)))


BOARD_CREDIT = "board-credit"
BOARD_OFFERS = (
    CreditOffer("ama-pra-category-1", Decimal("1.00"), Decimal("0.25")),
    CreditOffer("moc-abim", Decimal("1.00"), Decimal("0.25"), variant="Medical Knowledge"),
    CreditOffer("california-brn", Decimal("1.00"), Decimal("0.10"), reference="CEP 12345"),
    CreditOffer("acpe", Decimal("1.00"), Decimal("0.25"), variant="Knowledge", reference="0000-0000-26-001-H01-P"),
)
PROMISE = EvaluationItem(
    "promise", ItemKind.COMMITMENT, "What will you do differently?", Family.INTENT, is_required=False, follow_up_days=30
)


def with_board_credit(activity: Activity) -> Activity:
    """The same with credit for which boards and registries need something of the learner, and with an anonymous
    evaluation that asks for a commitment."""
    assert activity.evaluation is not None
    items = (*activity.evaluation.items, PROMISE)
    asked = Evaluation(items, is_anonymous=True)
    return replace(activity, key=BOARD_CREDIT, title="Credit of Many Boards", credits=BOARD_OFFERS, evaluation=asked)


RECORDINGS = "recordings"
TALK, FILM = "talk", "film"
TALK_SECONDS = 3
VIDEO_HOST = "https://video.example.org"
CAPTIONS = b"WEBVTT\n\n00:00.000 --> 00:03.000\nSit with the back supported, and wait.\n"


def tone() -> bytes:
    """A quiet sound of ``TALK_SECONDS``, as a WAV file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 1, 8000, 0, "NONE", ""))
        file.writeframes(bytes(128 + place // 10 % 2 for place in range(8000 * TALK_SECONDS)))
    return buffer.getvalue()


def with_recordings(activity: Activity) -> tuple[Activity, dict[str, bytes]]:
    """The same with a talk among its files and a film elsewhere, both to be played; without a pre-test."""
    talk = ContentItem(
        TALK,
        ContentKind.AUDIO,
        "A talk",
        file="talk.wav",
        captions="talk.vtt",
        minutes=1,
        minimum_coverage=Decimal("0.9"),
    )
    address = f"{VIDEO_HOST}/film.wav"
    film = ContentItem(
        FILM,
        ContentKind.VIDEO,
        "A film",
        url=address,
        captions=f"{VIDEO_HOST}/film.vtt",
        minutes=1,
        minimum_coverage=Decimal("0.5"),
    )
    assert activity.content is not None
    last = activity.content.items[0]
    made = replace(
        activity,
        key=RECORDINGS,
        title="Listening and Watching",
        content=replace(activity.content, items=(talk, film, last), minimum_minutes=None),
        requirements={step: what for step, what in activity.requirements.items() if step is not Step.PRE_TEST},
        pre_test=None,
    )
    return made, {"talk.wav": tone(), "talk.vtt": CAPTIONS}


def write_samples(folder: Path) -> None:
    """One JSON file for each sample: the fields ``copies`` and ``files`` of a block that has taken version 1."""
    for path in sorted(SAMPLES.glob("*.yaml")):
        checked = read_activity_file(path)
        assert checked.activity is not None
        _write(folder, path.stem, checked.activity, checked.media)
        if path.stem == "hypertension-2026":
            _write(folder, BOARD_CREDIT, with_board_credit(checked.activity), checked.media)
            _write(folder, RECORDINGS, *with_recordings(checked.activity))


def _write(folder: Path, name: str, activity: Activity, media: Mapping[str, bytes]) -> None:
    digests = {file: hashlib.sha256(body).hexdigest() for file, body in media.items()}
    copy = copy_of(activity, 1, digests, TEXTS)
    files = {file: base64.b64encode(body).decode() for file, body in media.items()}
    fields = {"copies": {"1": write_message(copy)}, "files": {"1": files}}
    (folder / f"{name}.json").write_text(json.dumps(fields), encoding="utf-8")


if __name__ == "__main__":
    write_samples(Path(sys.argv[1]))
