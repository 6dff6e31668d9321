"""Questions as Moodle XML. Texts are Markdown, which Moodle shows; choices are plain text."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from lti_tool.domain.assessment import Question, QuestionKind
from lti_tool.domain.question import BankQuestion
from lti_tool.exchange.markup import images_in
from lti_tool.exchange.moodle_read import PLUGIN_FILE
from lti_tool.exchange.tags import tags_of
from lti_tool.exchange.texts import addressed, reasons, tell
from lti_tool.exchange.xml import Element, append, cdata, make, to_bytes

MOST_RIGHT = 10
"""Moodle knows the shares from a tenth to the whole."""
TYPES = {
    QuestionKind.SINGLE: "multichoice",
    QuestionKind.TRUE_FALSE: "truefalse",
    QuestionKind.MATCHING: "matching",
    QuestionKind.ORDERING: "ordering",
    QuestionKind.NUMERIC: "numerical",
}
ALL_OR_NOTHING = "multichoiceset"
Media = Mapping[str, bytes]


def _address(file: str) -> str:
    return PLUGIN_FILE + file


def _text(text: str) -> Element:
    element = make("text")
    element.text = cdata(text) if any(mark in text for mark in "<>&") else text
    return element


def _named(name: str, text: str) -> Element:
    return make(name, None, _text(text))


def _markdown(name: str, text: str, files: frozenset[str], media: Media) -> Element:
    """A text whose pictures travel in it."""
    carried = [
        make("file", {"name": file, "path": "/", "encoding": "base64"}, b64encode(media[file]).decode())
        for file in sorted(files)
    ]
    return make(name, {"format": "markdown"}, _text(text), *carried)


def _feedback(text: str, media: Media) -> Element:
    files = frozenset(source for source, _ in images_in(text))
    return _markdown("feedback", addressed(text, _address), files, media)


def _share(share: Decimal) -> str:
    return f"{share.quantize(Decimal('0.00001')).normalize():f}"


def _choices(bank: BankQuestion, media: Media) -> list[Element]:
    question = bank.question
    each = Decimal(100) / len(question.correct)
    wrong = -each if question.has_partial_credit else Decimal(0)
    return [
        make(
            "answer",
            {"fraction": _share(each if entry.key in question.correct else wrong), "format": "plain_text"},
            _text(entry.text),
            _feedback(bank.feedback.get(entry.key, ""), media),
        )
        for entry in question.entries
    ]


def _single(bank: BankQuestion, media: Media) -> list[Element]:
    return [make("single", None, "true"), make("shuffleanswers", None, "1"), *_choices(bank, media)]


def _multiple(bank: BankQuestion, media: Media) -> list[Element]:
    return [make("single", None, "false"), make("shuffleanswers", None, "1"), *_choices(bank, media)]


def _true_false(bank: BankQuestion, media: Media) -> list[Element]:
    return [
        make(
            "answer",
            {"fraction": "100" if word in bank.question.correct else "0", "format": "plain_text"},
            _text(word),
            _feedback(bank.feedback.get(word, ""), media),
        )
        for word in ("true", "false")
    ]


def _pair(prompt: str, option: str) -> Element:
    return make("subquestion", {"format": "plain_text"}, _text(prompt), make("answer", None, _text(option)))


def _matching(bank: BankQuestion, media: Media) -> list[Element]:
    question = bank.question
    texts = {option.key: option.text for option in question.options}
    pairs = [_pair(entry.text, texts[question.pairs[entry.key]]) for entry in question.entries]
    spare = [_pair("", text) for key, text in texts.items() if key not in question.pairs.values()]
    return [make("shuffleanswers", None, "true"), *pairs, *spare]


def _ordering(bank: BankQuestion, media: Media) -> list[Element]:
    settings = {
        "layouttype": "VERTICAL",
        "selecttype": "ALL",
        "selectcount": "0",
        "gradingtype": "ALL_OR_NOTHING",
        "showgrading": "SHOW",
    }
    entries = [
        make("answer", {"fraction": str(place), "format": "plain_text"}, _text(entry.text))
        for place, entry in enumerate(bank.question.entries, 1)
    ]
    return [*(make(name, None, value) for name, value in settings.items()), *entries]


def _numeric(bank: BankQuestion, media: Media) -> list[Element]:
    question = bank.question
    answer = make(
        "answer",
        {"fraction": "100", "format": "plain_text"},
        _text(f"{question.number:f}"),
        _feedback("", media),
        make("tolerance", None, f"{question.tolerance:f}"),
    )
    return [answer, *_unit(question)]


def _unit(question: Question) -> list[Element]:
    if not question.unit:
        return []
    unit = make("unit", None, make("multiplier", None, "1"), make("unit_name", None, question.unit))
    shown = {"unitgradingtype": "0", "unitpenalty": "0", "showunits": "3", "unitsleft": "0"}
    return [make("units", None, unit), *(make(name, None, value) for name, value in shown.items())]


_WRITERS: dict[QuestionKind, Callable[[BankQuestion, Media], list[Element]]] = {
    QuestionKind.SINGLE: _single,
    QuestionKind.MULTIPLE: _multiple,
    QuestionKind.TRUE_FALSE: _true_false,
    QuestionKind.MATCHING: _matching,
    QuestionKind.ORDERING: _ordering,
    QuestionKind.NUMERIC: _numeric,
}


def _asked_files(question: Question) -> frozenset[str]:
    texts = (question.vignette, question.stem)
    inside = {source for text in texts for source, _ in images_in(text)}
    return frozenset(inside | ({question.image.file} if question.image else set()))


def _question(bank: BankQuestion, media: Media) -> Element:
    question = bank.question
    kind = TYPES.get(question.kind) or ("multichoice" if question.has_partial_credit else ALL_OR_NOTHING)
    rationale_files = frozenset(source for source, _ in images_in(question.rationale))
    element = make(
        "question",
        {"type": kind},
        _named("name", question.key),
        _markdown("questiontext", tell(bank, _address), _asked_files(question), media),
        _markdown("generalfeedback", reasons(bank, _address), rationale_files, media),
        make("defaultgrade", None, "1"),
        make("penalty", None, "0"),
        make("hidden", None, "0"),
        make("idnumber", None, question.key),
    )
    append(element, *_WRITERS[question.kind](bank, media))
    tags = [make("tag", None, _text(tag)) for tag in tags_of(bank)]
    return append(element, *([make("tags", None, *tags)] if tags else []))


def write_moodle(questions: Sequence[BankQuestion], media: Media) -> bytes:
    """A ``<quiz>`` with its images inside."""
    return to_bytes(make("quiz", None, *(_question(bank, media) for bank in questions)))


def moodle_gap(bank: BankQuestion) -> str:
    """What Moodle XML cannot hold of a question, ``""`` if nothing."""
    if bank.question.has_partial_credit and len(bank.question.correct) > MOST_RIGHT:
        return f"partial credit for more than {MOST_RIGHT} right choices"
    return ""
