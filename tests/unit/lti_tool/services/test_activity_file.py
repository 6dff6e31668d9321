"""The sample activities are sound, their media are looked at, and the documentation is complete."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

import lti_tool
from lti_tool.demo.activities import rhythm_strips
from lti_tool.domain.activity import LearningFormat
from lti_tool.domain.assessment import Answer, Question, QuestionKind, score
from lti_tool.domain.disclosure import Statements, information_page
from lti_tool.domain.draw import draw_form
from lti_tool.domain.wire import read_activity, write_activity
from lti_tool.services.activity_file import activity_schema, read_activity_file, write_activity_file
from lti_tool.services.activity_file.fields import ACTIVITY
from lti_tool.services.activity_file.kinds import Kind
from lti_tool.services.activity_file.records import Field, Many, Record
from tests.unit.lti_tool.services.activity_files import NAMES, SAMPLES, C, H, activity_of, check, text_of

REPOSITORY = Path(lti_tool.__file__).parent.parent


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_has_no_fault_and_survives_export_and_storage(name: str) -> None:
    activity = activity_of(name)
    assert activity.key == name
    assert check(write_activity_file(activity)) == read_activity_file(SAMPLES / f"{name}.yaml")
    assert read_activity(write_activity(activity)) == activity


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_explains_every_answer_with_sources(name: str) -> None:
    activity = activity_of(name)
    assert activity.post_test
    for question in activity.post_test.questions:
        assert question.rationale
        assert question.references
        assert question.objective
    cited = {key for question in activity.post_test.questions for key in question.references}
    assert cited <= activity.references.keys()
    assert all("doi:10." in citation for citation in activity.references.values())


def right_answer(question: Question) -> Answer:
    """What somebody who knows would send."""
    match question.kind:
        case QuestionKind.MULTIPLE:
            return tuple(sorted(question.correct))
        case QuestionKind.MATCHING:
            return dict(question.pairs)
        case QuestionKind.ORDERING:
            return tuple(entry.key for entry in question.entries)
        case QuestionKind.NUMERIC:
            return str(question.number)
        case _:
            (key,) = question.correct
            return key


@pytest.mark.parametrize("name", NAMES)
def test_the_right_answers_pass_and_no_answers_fail(name: str) -> None:
    test = activity_of(name).post_test
    assert test
    form = draw_form(test, seed=1)
    assert len(form) == test.length
    result = score(test, form, {question.key: right_answer(question) for question in test.questions})
    assert (result.fraction, result.has_passed) == (Decimal(1), True)
    assert not score(test, form, {}).has_passed


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_makes_a_full_information_page(name: str) -> None:
    page = information_page(activity_of(name), Statements((), ()))
    words = " ".join(text.plain for section in page.sections for text in section.paragraphs)
    test = activity_of(name).post_test
    assert test
    assert f"at least {test.pass_mark} of {test.length} questions" in words
    assert "Category" not in words


def test_the_strips_are_the_drawings_of_the_script() -> None:
    drawn = {*rhythm_strips.STRIPS, *rhythm_strips.TEACHING}
    assert set(read_activity_file(SAMPLES / "cases-ecg-rhythms.yaml").media) == drawn
    with Image.open(SAMPLES / "strip-6.png") as stored:
        made = rhythm_strips.drawing(rhythm_strips.wide_tachycardia())
        assert stored.size == made.size
        difference = ImageChops.difference(stored.convert("L"), made.convert("L"))
    assert ImageStat.Stat(difference).mean[0] < 3


def test_the_samples_show_every_kind_of_question() -> None:
    tests = [activity_of(name).post_test for name in NAMES]
    assert {question.kind for test in tests if test for question in test.questions} == set(QuestionKind)


def test_the_samples_cover_the_formats_of_the_demo() -> None:
    assert [activity_of(name).format for name in NAMES] == [
        LearningFormat.ENDURING,
        LearningFormat.JOURNAL,
        LearningFormat.ENDURING,
    ]
    hypertension = activity_of("hypertension-2026")
    assert hypertension.credits[0].maximum == Decimal("1.00")
    assert hypertension.pre_test
    assert hypertension.post_test
    assert all(question in hypertension.post_test.questions for question in hypertension.pre_test.questions)
    assert (hypertension.post_test.pass_mark, hypertension.post_test.length) == (8, 10)


def test_media_come_with_the_activity_and_are_small() -> None:
    media = read_activity_file(SAMPLES / "cases-ecg-rhythms.yaml").media
    assert len(media) == 8
    assert all(len(data) < 200_000 for data in media.values())


def picture(form: str, size: tuple[int, int] = (4, 4)) -> bytes:
    stream = BytesIO()
    Image.new("RGB", size).save(stream, form)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (picture("PNG"), ""),
        (picture("JPEG"), ""),
        (picture("GIF"), "not a sound PNG"),
        (picture("PNG")[:40], "not a sound PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a sound PNG"),
        (picture("PNG", (5001, 5000)), "25 megapixels"),
        (picture("PNG") + b"\0" * 2_000_000, "larger than 2 MB"),
        (b"", "not a sound PNG"),
    ],
)
def test_images_are_looked_at(tmp_path: Path, data: bytes, part: str) -> None:
    for name in SAMPLES.glob("*.png"):
        (tmp_path / name.name).write_bytes(name.read_bytes())
    (tmp_path / "strip-1.png").write_bytes(data)
    messages = [fault.message for fault in check(text_of(C), tmp_path).faults]
    assert all(part in message for message in messages)
    assert len(messages) == (1 if part else 0)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    for name in SAMPLES.glob("*.png"):
        (tmp_path / name.name).symlink_to(name)
    assert {fault.message.split(" ")[0] for fault in check(text_of(C), tmp_path).faults} == {"There"}


@pytest.mark.parametrize(("data", "is_sound"), [(b"%PDF-1.7 ...", True), (b"MZ", False)])
def test_pdfs_are_looked_at(tmp_path: Path, data: bytes, is_sound: bool) -> None:
    (tmp_path / "slides.pdf").write_bytes(data)
    item = "    - {key: slides, title: Slides, kind: pdf, file: slides.pdf}\n"
    checked = check(text_of(H).replace("  items:\n    - key: reading", f"  items:\n{item}    - key: reading"), tmp_path)
    assert (checked.activity is not None) is is_sound
    assert checked.media == ({"slides.pdf": data} if is_sound else {})


def test_video_needs_captions() -> None:
    item = "    - {key: film, title: Film, kind: video, url: 'https://media.example.org/f.mp4', minutes: 5}\n"
    checked = check(text_of(H).replace("  items:\n    - key: reading", f"  items:\n{item}    - key: reading"))
    assert [fault.where for fault in checked.faults] == ["content.items[film].captions"]


def test_the_json_schema_beside_the_documentation_is_the_readers() -> None:
    stored = json.loads((REPOSITORY / "docs/reference/activity-file.schema.json").read_text(encoding="utf-8"))
    assert stored == json.loads(json.dumps(activity_schema()))


def _fields(kind: Kind) -> Iterable[Field]:
    match kind:
        case Record():
            for field in (*kind.fields, *(item for items in kind.variants.values() for item in items)):
                yield field
                yield from _fields(field.kind)
        case Many():
            yield from _fields(kind.item)


def test_the_documentation_names_every_field() -> None:
    page = (REPOSITORY / "docs/reference/activity-file.md").read_text(encoding="utf-8")
    assert [field.name for field in _fields(ACTIVITY) if f"`{field.name}`" not in page] == []
