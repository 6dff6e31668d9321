"""Files with faults bring nothing, and each fault is named with its place; hostile ones do no harm."""

from __future__ import annotations

import zipfile
from base64 import b64encode
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti_tool.domain.assessment import QuestionKind
from lti_tool.exchange import QuestionFormat, ReadQuestions, read_questions, write_questions
from lti_tool.exchange.archive import MAX_RATIO
from lti_tool.exchange.reading import MAX_FAULTS
from tests.unit.lti_tool.exchange.questions import EVERY, MEDIA, TRUE_FALSE, png


def quiz(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{body}\n</quiz>'.encode()


def moodle(
    kind: str = "multichoice", text: str = "Which?", answers: str = "", more: str = "", notation: str = "html"
) -> bytes:
    asked = f'<questiontext format="{notation}"><text><![CDATA[{text}]]></text>{more}</questiontext>'
    return quiz(f'<question type="{kind}">\n<name><text>Q</text></name>{asked}{answers}</question>')


def answer(text: str, share: str = "0") -> str:
    return f'<answer fraction="{share}" format="html"><text>{text}</text></answer>'


TWO = answer("a", "100") + answer("b")


def said(read: ReadQuestions) -> str:
    return "\n".join(str(fault) for fault in (*read.faults, *read.remarks))


def packed(files: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in files.items():
            package.writestr(name, body)
    return out.getvalue()


def item(
    body: str, *, right: str = "<value>a</value>", about: str = 'cardinality="single" baseType="identifier"'
) -> bytes:
    declared = f"<correctResponse>{right}</correctResponse>"
    return (
        '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i1" title="t" adaptive="false" '
        f'timeDependent="false"><responseDeclaration identifier="RESPONSE" {about}>{declared}</responseDeclaration>'
        f"<itemBody>{body}</itemBody></assessmentItem>"
    ).encode()


CHOICES = (
    '<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>Which?</prompt>'
    '<simpleChoice identifier="a">A</simpleChoice><simpleChoice identifier="b">B</simpleChoice></choiceInteraction>'
)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("q.xml", moodle("essay"), "q.xml:3:1: Q: Questions of the type 'essay' are not taken"),
        ("q.xml", moodle(answers=answer("a", "50") + answer("b", "50")), "earns a part of the point is not taken"),
        ("q.xml", moodle(answers=answer("a") + answer("b")), "0 choices are right, exactly one must be"),
        ("q.xml", moodle(answers=answer("a", "100") + answer("A ")), "the same text stands twice"),
        ("q.xml", moodle(text="", answers=TWO), "Q.stem: The text is empty"),
        ("q.xml", moodle(text="<iframe src='x'></iframe>Which?", answers=TWO), "<iframe> is not taken"),
        ("q.xml", moodle(text="<p>x <script>y</script></p>", answers=TWO), "<script> is not taken"),
        ("q.xml", moodle(text="<a href='javascript:x()'>y</a>", answers=TWO), "The link to 'javascript:x()'"),
        ("q.xml", moodle(text="<img src='x.png' alt='y'>", answers=TWO), "The image 'x.png' is not in the file"),
        ("q.xml", moodle(text="<img src='http://e.example/x.png'>", answers=TWO), "is not in the file"),
        ("q.xml", moodle(text="10<sup>Ж</sup>", answers=TWO), "cannot be written in superscript"),
        ("q.xml", moodle(text="<i>", notation="markdown", answers=TWO), "Holds HTML, which is never read"),
        ("q.xml", moodle("matching", answers="<subquestion><text>p</text><answer/></subquestion>"), "has no match"),
        ("q.xml", moodle("numerical", answers=answer("x", "100")), "is not a number"),
        ("q.xml", moodle("numerical", answers=answer("1", "100") + answer("2", "50")), "only a part of the point"),
        ("q.xml", quiz(""), "No questions were found"),
        ("q.xml", b"<quiz><question></quiz>", "Not well-formed XML"),
        ("q.xml", b"<html/>", "begins with <html> is not known"),
        ("q.xml", b'<!DOCTYPE quiz [<!ENTITY x "y">]><quiz>&x;</quiz>', "A DOCTYPE is not read"),
        ("q.xml", b"<quiz>" + b"<a>" * 100 + b"</a>" * 100 + b"</quiz>", "levels"),
        ("q.gift", b"\n\nNo answers here", "q.gift:3:1: line 3: No answers in { }"),
        ("q.gift", b"Essay {}", "essays are not taken".capitalize()),
        ("q.gift", b"Short {=a =b}", "Short answers are not taken"),
        ("q.gift", b"x \xff\n", "q.gift:1:1: Not UTF-8 text"),
        ("q.gift", b"How much? {#=%50%3}", "only a part of the point"),
        ("q.csv", b"kind,stem,chioce_1\n", "q.csv:1:3: chioce_1: There is no column 'chioce_1'. Perhaps you mean"),
        ("q.csv", b"kind,kind,stem\n", "The column 'kind' stands twice"),
        ("q.csv", b"key,stem\n", "The column 'kind' is missing"),
        ("q.csv", b"", "The table is empty"),
        ("q.csv", b"kind,stem,correct\nnumeric,How?,three\n", "q.csv:2:3: row 2.correct: 'three' is not a number"),
        ("q.csv", b"kind,stem,correct\ntrue_false,So?,perhaps\n", "'perhaps' is not one of the words"),
        ("q.csv", b"kind,stem,correct,tolerance\ntrue_false,So?,true,1\n", "does not belong to a question of the kind"),
        ("q.csv", b"kind,stem,correct\ntrue_false,So?,true,more\n", "More cells than columns"),
        ("q.csv", b'kind,stem,correct\ntrue_false,"So?,true\n', "Not a table any more"),
        ("q.csv", b"kind,stem,correct,image\ntrue_false,So?,true,x.png\n", "The image 'x.png' is not in the file"),
        ("q.csv", b"key,kind,stem,correct\nk,true_false,So?,true\nk,true_false,Or?,true\n", "'k' stands twice"),
        ("q.zip", b"PK\x03\x04 nonsense", "A damaged zip file"),
        ("q.zip", packed({"a.csv": b"", "b.csv": b""}), "2 files with questions"),
        ("q.zip", packed({"../a.csv": b"kind,stem"}), "lies outside of the package"),
        ("q.zip", packed({"a.csv": b"0" * 3_000_000}), f"more than {MAX_RATIO} times its size"),
        ("q.zip", packed({"imsmanifest.xml": b"<manifest/>"}), "The manifest lists no items"),
        ("q.zip", packed({"[Content_Types].xml": b"x", "xl/workbook.xml": b"<!DOCTYPE x>"}), "A DOCTYPE in the"),
        ("q.zip", packed({"[Content_Types].xml": b"x", "xl/workbook.xml": b"x"}), "A damaged workbook"),
        ("i.xml", item(CHOICES + CHOICES), "2 interactions, exactly one is taken"),
        ("i.xml", item("<extendedTextInteraction/>"), "interaction 'extendedTextInteraction' is not taken"),
        ("i.xml", item(CHOICES, right=""), "0 choices are right"),
        ("i.xml", item(CHOICES + "<p>below</p>"), "Text below the choices is not taken"),
        ("i.xml", item(CHOICES.replace(">A<", "><math/><")), "<math> is not taken"),
        ("i.xml", item('<p>How? <textEntryInteraction responseIdentifier="RESPONSE"/></p>'), "is not one number"),
    ],
)  # fmt: skip
def test_each_fault_has_its_place_and_its_remedy(name: str, data: bytes, expected: str) -> None:
    read = read_questions(name, data)
    assert read.questions == () and read.media == {}
    assert expected.lower() in said(read).lower(), said(read)
    assert all(fault.file == name and fault.message.endswith((".", "]")) for fault in read.faults)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("q.xml", moodle(answers=answer("a", "100") + answer("b", "-50")), "takes nothing away here"),
        ("q.xml", moodle(answers=answer("<b>a</b>", "100") + answer("b")), "of a choice are left out"),
        ("q.xml", moodle(answers=TWO).replace(b"</question>", b"<hint><text>h</text></hint></question>"), "Hints"),
        ("q.xml", moodle(answers=TWO).replace(b"</name>", b"</name><defaultgrade>2</defaultgrade>"), "worth 2 points"),
        ("q.xml", moodle(answers=TWO).replace(b"</name>", b"</name><idnumber>a b</idnumber>"), "cannot be a key here"),
    ],
)  # fmt: skip
def test_what_comes_in_otherwise_is_said(name: str, data: bytes, expected: str) -> None:
    data = data.replace(b"<text><b>a</b>", b"<text>&lt;b&gt;a&lt;/b&gt;")
    read = read_questions(name, data)
    assert len(read.questions) == 1, said(read)
    assert expected.lower() in said(read).lower()


def test_html_comes_in_as_markdown() -> None:
    text = "<p>A man &lt; 40.</p><ul><li>BP <b>90/60</b></li></ul><p>H<sub>2</sub>O &amp; what *now*?</p>"
    (bank,) = read_questions("q.xml", moodle(text=text, answers=TWO)).questions
    assert bank.question.vignette == "A man \\< 40.\n\n- BP **90/60**"
    assert bank.question.stem == "H₂O & what \\*now\\*?"


def test_an_embedded_image_comes_in_cleaned() -> None:
    body = b64encode(png() + b"<script>").decode()
    for text, more in (
        ("<img src='@@PLUGINFILE@@/a%20b.png' alt='x'>Which?", f'<file name="a b.png" encoding="base64">{body}</file>'),
        (f"<img src='data:image/png;base64,{body}' alt='x'>Which?", ""),
    ):
        read = read_questions("q.xml", moodle(text=text, more=more, answers=TWO))
        assert len(read.media) == 1, said(read)
        (kept,) = read.media.values()
        assert kept.startswith(b"\x89PNG") and b"script" not in kept


def test_a_zip_with_a_table_and_its_images() -> None:
    table = b"kind;stem;correct;image;image_alt\ntrue_false;So?;false;strip.png;A strip\n"
    read = read_questions(
        "q.zip", packed({"x/table.csv": table, "x/strip.png": png(), "__MACOSX/._table.csv": b"\x00"})
    )
    assert said(read) == ""
    assert read.questions[0].question.image is not None
    assert set(read.media) == {read.questions[0].question.image.file}


def test_gift_knows_categories_ids_and_tags() -> None:
    labels = "// [id:h-1] [tag:ecg] [tag:level:competence]"
    text = f"$CATEGORY: $course$/top/Heart\n\n{labels}\n::T::Is it so?{{F#no#yes####Why}}\n"
    (bank,) = read_questions("q.txt", text.encode()).questions
    assert (bank.key, bank.tags, bank.level) == ("h-1", ("ecg", "Heart"), "competence")
    assert bank.question.kind is QuestionKind.TRUE_FALSE
    assert (bank.feedback, bank.question.rationale) == ({"true": "no", "false": "yes"}, "Why")


def test_questions_without_a_key_get_the_same_one_every_time() -> None:
    first, second = (read_questions("q.xml", moodle(answers=TWO)).questions[0].key for _ in range(2))
    assert first == second and first.startswith("q-")


def test_spreadsheets_cannot_be_made_to_calculate() -> None:
    bank = replace(TRUE_FALSE, objective='=HYPERLINK("http://evil.example")', tags=("@SUM(1)", "'=1"))
    written = write_questions(QuestionFormat.CSV, (bank,), {})
    assert b"\"'=HYPERLINK" in written.body or b"'=HYPERLINK" in written.body
    assert read_questions("q.csv", written.body).questions == (bank,)


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=400), suffix=st.sampled_from([".xml", ".gift", ".csv", ".zip", ".xlsx", ""]))
def test_any_bytes_give_faults_or_questions(data: bytes, suffix: str) -> None:
    read = read_questions(f"f{suffix}", data)
    assert bool(read.faults) != bool(read.questions)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    form=st.sampled_from([form for form in QuestionFormat if form is not QuestionFormat.GIFT]),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 8)), min_size=1, max_size=4),
)
def test_damaged_files_never_end_in_an_error(form: QuestionFormat, cuts: list[tuple[float, bytes, int]]) -> None:
    data = WRITTEN[form]
    for place, put, taken in cuts:
        at = int(place * len(data))
        data = data[:at] + put + data[at + taken :]
    read = read_questions("f", data)
    assert bool(read.faults) != bool(read.questions)


@settings(max_examples=200, deadline=None)
@given(text=st.text("<>/\"'=!-&;:{}[]~#%\\abpimgdivscrltxonhe \n", max_size=80))
def test_any_markup_in_a_question_does_no_harm(text: str) -> None:
    if "]]>" in text:
        return
    read = read_questions("q.xml", moodle(text=text, answers=TWO))
    assert bool(read.faults) != bool(read.questions)
    for bank in read.questions:
        assert "<script" not in bank.question.stem.replace("\\<", "")


WRITTEN: dict[QuestionFormat, bytes] = {
    form: write_questions(form, EVERY, MEDIA).body for form in QuestionFormat if form is not QuestionFormat.GIFT
}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("q.csv", b"kind,stem,correct\n" + b"true_false,So?,maybe\n" * 60_000),
        ("q.gift", b"Why? {}\n\n" * 60_000),
        ("q.xml", quiz('<question type="essay"/>' * 60_000)),
    ],
    ids=["csv", "gift", "xml"],
)
def test_nobody_is_told_of_more_faults_than_help(name: str, data: bytes) -> None:
    faults = read_questions(name, data).faults
    assert len(faults) == MAX_FAULTS
    assert any("nothing behind is read" in fault.message for fault in faults)
