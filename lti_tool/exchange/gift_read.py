"""GIFT: Moodle's notation for questions in plain text, one after the other with blank lines between.

``// [id:…] [tag:…]`` and ``$CATEGORY:`` lines are read; ``\\~ \\= \\# \\{ \\} \\:`` and ``\\\\`` stand for themselves,
``\\n`` for a new line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lti_tool.domain.assessment import Question, QuestionKind
from lti_tool.domain.fault import Place, said
from lti_tool.domain.question import KEY, BankQuestion
from lti_tool.exchange.answers import WHOLE, Choice, choice_fields, match_fields
from lti_tool.exchange.html import Source
from lti_tool.exchange.moodle_read import number_of
from lti_tool.exchange.reading import Reading, unique
from lti_tool.exchange.tags import told_tags
from lti_tool.exchange.texts import Passage

RESERVED = "~=#{}:\\"
_STAND_INS = {character: chr(0xFDD0 + number) for number, character in enumerate(RESERVED + "\n")}
_BACK = {stand_in: character for character, stand_in in _STAND_INS.items()}
_NOTATIONS = {"html": "html", "markdown": "markdown", "plain": "plain_text", "moodle": "moodle_auto_format"}
_NOTATION = re.compile(r"\s*\[(html|markdown|plain|moodle)\]")
_LABEL = re.compile(r"\[(id|tag):((?:[^\]\\]|\\.)*)\]")
_WEIGHT = re.compile(r"\s*%(-?[0-9]+(?:\.[0-9]+)?)%")
_TRUE_FALSE = re.compile(r"\s*(T|TRUE|F|FALSE)\s*(?:#|$)", re.IGNORECASE)
_ANSWER = re.compile(r"([=~])")
_SPAN = re.compile(r"(.+?)\.\.(.+)", re.DOTALL)
GAP = "____"
"""Stands where an answer stood within the question."""


@dataclass(slots=True)
class _Block:
    """The lines of one question, with what comments said about it."""

    line: int
    lines: list[str] = field(default_factory=list)
    key: str = ""
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Item:
    reading: Reading
    line: int
    where: str
    notation: str

    def fault(self, what: str, remedy: str) -> None:
        self.reading.fault(Place(self.line, 1), self.where, what, remedy)

    def remark(self, what: str) -> None:
        self.reading.remark(Place(self.line, 1), self.where, what)

    @property
    def source(self) -> Source:
        return Source(self.reading, Place(self.line, 1), self.where)

    def passage(self, text: str) -> Passage:
        return _passage(text, self.notation)

    def words(self, text: str) -> str:
        return self.passage(text).words(self.source)

    def markdown(self, text: str) -> str:
        return self.passage(text).markdown(self.source)


def _passage(text: str, default: str) -> Passage:
    match = _NOTATION.match(text)
    notation = _NOTATIONS[match[1]] if match else default
    rest = text[match.end() :] if match else text
    return Passage("".join(_BACK.get(character, character) for character in rest.strip()), notation)


def _shielded(text: str) -> str:
    """Escaped characters as stand-ins, so that what is left of them is GIFT's own."""
    return re.sub(r"\\([~=#{}:\\n])", lambda found: _STAND_INS["\n" if found[1] == "n" else found[1]], text)


def _labels(comment: str, block: _Block) -> None:
    for name, value in _LABEL.findall(comment):
        word = re.sub(r"\\(.)", r"\1", value).strip()
        if name == "id":
            block.key = word
        else:
            block.tags.append(word)


def _blocks(text: str) -> Iterator[tuple[_Block, str]]:
    """Blocks of lines and the category they stand in."""
    block, category = _Block(1), ""
    for number, line in enumerate([*text.split("\n"), ""], 1):
        bare = line.strip()
        if bare.startswith("//"):
            _labels(bare, block)
        elif bare.startswith("$CATEGORY:"):
            path = bare.removeprefix("$CATEGORY:").strip()
            category = path.rsplit("/", 1)[-1].strip() if "/" in path else ""
        elif bare:
            block.line = block.line if block.lines else number
            block.lines.append(line)
        elif block.lines:
            yield block, category
            block = _Block(number + 1)


def _feedback_apart(text: str) -> tuple[str, str]:
    answer, _, feedback = text.partition("#")
    return answer, feedback


def _parts(body: str) -> Iterator[tuple[str, str, str]]:
    """Sign, answer and feedback of each answer between the braces."""
    pieces = _ANSWER.split(body)
    for sign, text in zip(pieces[1::2], pieces[2::2], strict=True):
        answer, feedback = _feedback_apart(text)
        yield sign, answer.strip(), feedback.strip()


def _weight(answer: str, default: Decimal) -> tuple[str, Decimal]:
    match = _WEIGHT.match(answer)
    return (answer[match.end() :], Decimal(match[1])) if match else (answer, default)


def _choice_question(body: str, item: _Item) -> dict[str, Any]:
    choices = []
    for sign, answer, feedback in _parts(body):
        text, share = _weight(answer, WHOLE if sign == "=" else Decimal(0))
        choices.append(Choice(item.words(text), share, item.markdown(feedback)))
    return choice_fields(choices, item, is_single="=" in body)


def _matching(body: str, item: _Item) -> dict[str, Any]:
    pairs = []
    for _, answer, feedback in _parts(body):
        prompt, _, option = answer.partition("->")
        pairs.append((item.words(prompt), " ".join(_passage(option, "plain_text").text.split())))
        if feedback:
            item.remark("feedback to single pairs is left out")
    return match_fields(pairs)


def _true_false(body: str, item: _Item) -> dict[str, Any]:
    answer, *feedback = body.split("#")
    right = "true" if answer.strip().upper().startswith("T") else "false"
    wrong = "false" if right == "true" else "true"
    told = {key: item.markdown(text) for key, text in zip((wrong, right), feedback, strict=False)}
    told = {key: text for key, text in told.items() if text}
    return {"kind": QuestionKind.TRUE_FALSE, "correct": frozenset({right}), "feedback": told}


def _measure(text: str, item: _Item) -> dict[str, Any]:
    span = _SPAN.fullmatch(text)
    if span:
        low, high = number_of(span[1]), number_of(span[2])
        if low is not None and high is not None:
            return {"number": (low + high) / 2, "tolerance": (high - low) / 2}
    number, _, reach = text.replace(_STAND_INS[":"], ":").partition(":")
    value, tolerance = number_of(number), number_of(reach or "0")
    if value is None or tolerance is None:
        item.fault(said("{text!r} is not a number", text=text[:40]), "write it as 5, 5:0.5 or 4.5..5.5")
    return {"number": value, "tolerance": tolerance or Decimal(0)}


def _numeric(body: str, item: _Item) -> dict[str, Any]:
    rest = body.lstrip()[1:].lstrip()
    found = list(_parts(rest if rest.startswith(("=", "~")) else f"={rest}"))
    right = []
    for sign, answer, feedback in found:
        text, share = _weight(answer, WHOLE if sign == "=" else Decimal(0))
        if share == WHOLE:
            right.append((text, feedback))
        elif share > 0:
            item.fault("answers that earn only a part of the point are not taken", "keep the one that earns 100")
        elif feedback:
            item.remark("feedback to wrong numbers is left out")
    if len(right) != 1:
        item.fault(
            said("{count} numbers are right, exactly one must be", count=len(right)),
            "give one number and its tolerance",
        )
        return {"kind": QuestionKind.NUMERIC}
    text, feedback = right[0]
    return {"kind": QuestionKind.NUMERIC, "further": item.markdown(feedback), **_measure(text.strip(), item)}


def _answers(body: str, item: _Item) -> dict[str, Any] | None:
    """Fields by the kind that the braces tell, ``None`` after noting that it is not taken."""
    if body.lstrip().startswith("#"):
        return _numeric(body, item)
    if _TRUE_FALSE.match(body):
        return _true_false(body, item)
    signs = [sign for sign, _, _ in _parts(body)]
    if "->" in body and set(signs) == {"="}:
        return _matching(body, item)
    if "~" in signs:
        return _choice_question(body, item)
    kind = "short answers" if signs else "essays"
    item.fault(said("{kind} are not taken", kind=kind), "ask it as a choice, matching or numerical question")
    return None


def _question(block: _Block, category: str, reading: Reading) -> None:
    text = _shielded("\n".join(block.lines)).strip()
    title = re.match(r"::(.*?)::", text, re.DOTALL)
    text = text[title.end() :] if title else text
    notation = _NOTATION.match(text)
    before, opened, rest = text.partition("{")
    body, closed, after = rest.rpartition("}")
    where = block.key or (_passage(title[1], "plain_text").text if title else f"line {block.line}")
    item = _Item(reading, block.line, where, _NOTATIONS[notation[1]] if notation else "moodle_auto_format")
    if not opened or not closed:
        item.fault("no answers in { } stand here", "add them, or join the question to one block without empty lines")
        return
    answers, _, general = body.partition("####")
    fields = _answers(answers, item)
    if fields is not None:
        whole = f"{before.rstrip()} {GAP} {after.strip()}" if re.search(r"\w", after) else before
        _take(block, category, item, whole, general, fields)


def _take(block: _Block, category: str, item: _Item, text: str, general: str, fields: dict[str, Any]) -> None:
    told, why = item.passage(text).told(item.source), item.passage(general).reasons(item.source)
    further, feedback = fields.pop("further", ""), fields.pop("feedback", {})
    tags, level = told_tags(block.tags)
    key = block.key if KEY.fullmatch(block.key) else ""
    if block.key and not key:
        item.remark(said("the id {key!r} cannot be a key here; the question gets a new one", key=block.key[:60]))
    question = Question(
        key=key,
        stem=told.stem,
        vignette=told.vignette,
        image=told.image,
        rationale="\n\n".join(part for part in (why.rationale, further) if part),
        **fields,
    )
    bank = BankQuestion(question, why.objective, level, unique((*tags, category)), why.references, feedback)
    item.reading.take(Place(item.line, 1), bank, item.where)


def decoded_text(data: bytes, reading: Reading) -> str | None:
    """A text file in UTF-8 with lines that end alike, or ``None`` after noting a fault."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        reading.fault(Place(line, 1), "", "not UTF-8 text", "save the file with the encoding UTF-8")
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_gift(data: bytes, reading: Reading, media: Mapping[str, bytes]) -> None:
    """Every question of a GIFT file. ``media``: GIFT knows none."""
    text = decoded_text(data, reading)
    if text is None:
        return
    if any(character in _BACK for character in text):
        reading.fault(Place(1, 1), "", "holds characters that are none (U+FDD0 and on)", "retype the text without them")
        return
    for block, category in _blocks(text):
        if reading.is_full:
            return
        _question(block, category, reading)
