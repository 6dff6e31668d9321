"""What QTI's interactions and response declarations say of the right answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lti_tool.domain.assessment import Entry, QuestionKind
from lti_tool.domain.fault import Place, said
from lti_tool.exchange.html import Source, plain
from lti_tool.exchange.html_blocks import blocks
from lti_tool.exchange.moodle_read import number_of
from lti_tool.exchange.reading import Reading
from lti_tool.exchange.xml import Element, name_of

_NEARLY = Decimal("0.001")
_TRUE_FALSE = {"true": "true", "false": "false"}


@dataclass(frozen=True, slots=True)
class QtiItem:
    """One item while it is read. ``root`` has plain names."""

    root: Element
    reading: Reading
    file: str
    image: Callable[[str], bytes | None]

    @property
    def where(self) -> str:
        return self.file or self.root.get("identifier") or ""

    def place(self, element: Element | None = None) -> Place:
        return Place(int((self.root if element is None else element).sourceline or 1), 1)

    def fault(self, what: str, remedy: str) -> None:
        self.reading.fault(self.place(), self.where, what, remedy)

    def remark(self, what: str) -> None:
        self.reading.remark(self.place(), self.where, what)

    def source(self, element: Element) -> Source:
        return Source(self.reading, self.place(element), self.where, self.image)

    def plain(self, element: Element) -> str:
        return plain(element, self.source(element))


def every(element: Element, name: str) -> Iterator[Element]:
    return (inner for inner in element.iter(name))


def first(element: Element | None, name: str) -> Element | None:
    return None if element is None else next(every(element, name), None)


def _values(declaration: Element) -> list[str]:
    correct = first(declaration, "correctResponse")
    return [] if correct is None else [" ".join((value.text or "").split()) for value in every(correct, "value")]


def _entries(item: QtiItem, holder: Element, name: str) -> tuple[Entry, ...]:
    found = []
    for choice in [child for child in holder if name_of(child) == name]:
        for told in [*every(choice, "feedbackInline"), *every(choice, "feedbackBlock")]:
            drop(told)
        found.append(Entry(choice.get("identifier") or "", item.plain(choice)))
    return tuple(found)


def drop(element: Element) -> None:
    """Take an element out, but not the text behind it."""
    parent, before = element.getparent(), element.getprevious()
    tail = element.tail or ""
    parent.remove(element)
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail


def _told_beside(item: QtiItem, interaction: Element) -> dict[str, str]:
    """Feedback that stands within a choice."""
    found = {}
    for choice in every(interaction, "simpleChoice"):
        texts = [
            "\n\n".join(blocks(told, item.source(told)))
            for name in ("feedbackInline", "feedbackBlock")
            for told in every(choice, name)
        ]
        if any(texts):
            found[choice.get("identifier") or ""] = "\n\n".join(text for text in texts if text)
    return found


def _choice(item: QtiItem, interaction: Element, declaration: Element) -> dict[str, Any]:
    feedback = _told_beside(item, interaction)
    entries = _entries(item, interaction, "simpleChoice")
    is_multiple = declaration.get("cardinality") == "multiple"
    right = _values(declaration)
    fields: dict[str, Any] = {"feedback": feedback, "correct": frozenset(right)}
    if not is_multiple and {entry.text.lower(): entry.key.lower() for entry in entries} == _TRUE_FALSE:
        lowered = {key.lower(): text for key, text in feedback.items()}
        correct = frozenset(key.lower() for key in right)
        return {"kind": QuestionKind.TRUE_FALSE, "correct": correct, "feedback": lowered}
    if not is_multiple:
        _hear_mapping(item, declaration, entries, right)
        return {**fields, "kind": QuestionKind.SINGLE, "entries": entries}
    partial = _has_partial_credit(item, declaration, entries, right)
    return {**fields, "kind": QuestionKind.MULTIPLE, "entries": entries, "has_partial_credit": partial}


def _is_mapped(item: QtiItem) -> bool:
    processing = first(item.root, "responseProcessing")
    if processing is None:
        return False
    template = (processing.get("template") or "").rpartition("/")[2]
    return template.startswith("map_response") or first(processing, "mapResponse") is not None


def _mapped(declaration: Element) -> tuple[dict[str, Decimal], Decimal]:
    mapping = first(declaration, "mapping")
    if mapping is None:
        return {}, Decimal(0)
    found = {
        entry.get("mapKey") or "": number_of(entry.get("mappedValue") or "") or Decimal(0)
        for entry in every(mapping, "mapEntry")
    }
    return found, number_of(mapping.get("defaultValue") or "0") or Decimal(0)


def _hear_mapping(item: QtiItem, declaration: Element, entries: tuple[Entry, ...], right: list[str]) -> None:
    values, default = _mapped(declaration) if _is_mapped(item) else ({}, Decimal(0))
    if any(values.get(entry.key, default) > 0 for entry in entries if entry.key not in right):
        item.fault("a choice that earns a part of the point is not taken", "give it the whole point or none")


def _has_partial_credit(item: QtiItem, declaration: Element, entries: tuple[Entry, ...], right: list[str]) -> bool:
    """Whether the mapping is the product's own rule. Any other one is told to be all or nothing here."""
    if not _is_mapped(item) or not right:
        return False
    values, default = _mapped(declaration)
    worth = {entry.key: values.get(entry.key, default) for entry in entries}
    whole = sum((worth.get(key, Decimal(0)) for key in right), Decimal(0))
    each = whole / len(right)
    is_ours = each > 0 and all(
        abs(value / each - (1 if key in right else -1)) <= _NEARLY for key, value in worth.items()
    )
    if not is_ours:
        item.remark("only the whole set of right choices earns the point here")
    return is_ours


def _order(item: QtiItem, interaction: Element, declaration: Element) -> dict[str, Any]:
    entries = {entry.key: entry for entry in _entries(item, interaction, "simpleChoice")}
    right = _values(declaration)
    _hear_shares(item)
    if sorted(right) != sorted(entries):
        item.fault("the correct response does not name each choice once", "list all of them in their order")
        return {"kind": QuestionKind.ORDERING, "entries": tuple(entries.values())}
    return {"kind": QuestionKind.ORDERING, "entries": tuple(entries[key] for key in right)}


def _match(item: QtiItem, interaction: Element, declaration: Element) -> dict[str, Any]:
    sets = [child for child in interaction if name_of(child) == "simpleMatchSet"]
    if len(sets) != 2:
        item.fault(said("{count} sets to match, two are needed", count=len(sets)), "give prompts and options")
        return {"kind": QuestionKind.MATCHING}
    prompts, options = (_entries(item, group, "simpleAssociableChoice") for group in sets)
    _hear_shares(item)
    pairs: dict[str, str] = {}
    for value in _values(declaration):
        prompt, _, option = value.partition(" ")
        if prompt in pairs:
            item.fault(
                said("the prompt {prompt!r} has two matches", prompt=prompt[:40]), "give each prompt exactly one"
            )
        pairs[prompt] = option
    return {"kind": QuestionKind.MATCHING, "entries": prompts, "options": options, "pairs": pairs}


def _hear_shares(item: QtiItem) -> None:
    if _is_mapped(item):
        item.remark("only everything being right earns the point here")


def _number(item: QtiItem, interaction: Element, declaration: Element) -> dict[str, Any]:
    right = _values(declaration)
    number = number_of(right[0]) if len(right) == 1 else None
    if declaration.get("baseType") not in ("float", "integer") or number is None:
        item.fault("the right answer is not one number", "short texts are not taken: ask it as a choice or a number")
    return {"kind": QuestionKind.NUMERIC, "number": number, "tolerance": _tolerance(item)}


def _tolerance(item: QtiItem) -> Decimal:
    equal = first(first(item.root, "responseProcessing"), "equal")
    if equal is None or equal.get("toleranceMode", "exact") == "exact":
        return Decimal(0)
    values = [number_of(text) for text in (equal.get("tolerance") or "").split()]
    if equal.get("toleranceMode") == "absolute" and values and len(set(values)) == 1 and values[0] is not None:
        return values[0]
    item.fault("only an absolute tolerance that is the same on both sides is taken", "write it as such")
    return Decimal(0)


READERS = {
    "choiceInteraction": _choice,
    "orderInteraction": _order,
    "matchInteraction": _match,
    "textEntryInteraction": _number,
}
