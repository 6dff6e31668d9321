"""QTI items (2.1, 2.2, 3.0) as questions. Versions are told apart by spelling alone; the reader sees plain names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from lti_tool.domain.activity import Level
from lti_tool.domain.assessment import Entry, Question, QuestionKind
from lti_tool.domain.fault import Place
from lti_tool.domain.question import KEY, BankQuestion
from lti_tool.exchange.html import Source, blocks, one_line, plain
from lti_tool.exchange.moodle_read import number_of
from lti_tool.exchange.qti_names import plain_names
from lti_tool.exchange.reading import Reading
from lti_tool.exchange.texts import Reasons, Told, reasons_in_html, told_in_html
from lti_tool.exchange.xml import Element, name_of, parse_xml

INTERACTIONS = frozenset({"choiceInteraction", "orderInteraction", "matchInteraction", "textEntryInteraction"})
_NEARLY = Decimal("0.001")
_GENERAL = re.compile(r"general|solution|rationale", re.IGNORECASE)
_GAP = "____"
_TRUE_FALSE = {"true": "true", "false": "false"}


@dataclass(frozen=True, slots=True)
class _Item:
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


def _all(element: Element, name: str) -> Iterator[Element]:
    return (inner for inner in element.iter(name))


def _first(element: Element | None, name: str) -> Element | None:
    return None if element is None else next(_all(element, name), None)


def _key(item: _Item) -> str:
    given = item.root.get("identifier") or ""
    key = given[1:] if given[:1] == "_" and given[1:2].isdigit() else given
    if key and not KEY.fullmatch(key):
        item.remark(f"the identifier {given[:60]!r} cannot be a key here; the question gets a new one")
        return ""
    return key


def _interaction(item: _Item, body: Element) -> Element | None:
    """The one interaction of an item, ``None`` after noting that it is not taken."""
    found = [inner for inner in body.iter() if name_of(inner).endswith("Interaction")]
    if len(found) != 1:
        item.fault(f"{len(found)} interactions, exactly one is taken", "make an item of each")
        return None
    if name_of(found[0]) not in INTERACTIONS:
        what = f"the interaction {name_of(found[0])[:40]!r} is not taken"
        item.fault(what, "ask it as a choice, an order, a match or a number")
        return None
    return found[0]


def _declaration(item: _Item, interaction: Element) -> Element | None:
    wanted = interaction.get("responseIdentifier")
    for found in _all(item.root, "responseDeclaration"):
        if found.get("identifier") == wanted:
            return found
    item.fault("the interaction has no response declaration", "declare it with its correct response")
    return None


def _values(declaration: Element) -> list[str]:
    correct = _first(declaration, "correctResponse")
    return [] if correct is None else [" ".join((value.text or "").split()) for value in _all(correct, "value")]


def _entries(item: _Item, holder: Element, name: str) -> tuple[Entry, ...]:
    found = []
    for choice in [child for child in holder if name_of(child) == name]:
        for told in [*_all(choice, "feedbackInline"), *_all(choice, "feedbackBlock")]:
            _drop(told)
        found.append(Entry(choice.get("identifier") or "", item.plain(choice)))
    return tuple(found)


def _drop(element: Element) -> None:
    """Take an element out, but not the text behind it."""
    parent, before = element.getparent(), element.getprevious()
    tail = element.tail or ""
    parent.remove(element)
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail


def _told_beside(item: _Item, interaction: Element) -> dict[str, str]:
    """Feedback that stands within a choice."""
    found = {}
    for choice in _all(interaction, "simpleChoice"):
        texts = [
            "\n\n".join(blocks(told, item.source(told)))
            for name in ("feedbackInline", "feedbackBlock")
            for told in _all(choice, name)
        ]
        if any(texts):
            found[choice.get("identifier") or ""] = "\n\n".join(text for text in texts if text)
    return found


def _choice(item: _Item, interaction: Element, declaration: Element) -> dict[str, Any]:
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


def _is_mapped(item: _Item) -> bool:
    processing = _first(item.root, "responseProcessing")
    if processing is None:
        return False
    template = (processing.get("template") or "").rpartition("/")[2]
    return template.startswith("map_response") or _first(processing, "mapResponse") is not None


def _mapped(declaration: Element) -> tuple[dict[str, Decimal], Decimal]:
    mapping = _first(declaration, "mapping")
    if mapping is None:
        return {}, Decimal(0)
    found = {
        entry.get("mapKey") or "": number_of(entry.get("mappedValue") or "") or Decimal(0)
        for entry in _all(mapping, "mapEntry")
    }
    return found, number_of(mapping.get("defaultValue") or "0") or Decimal(0)


def _hear_mapping(item: _Item, declaration: Element, entries: tuple[Entry, ...], right: list[str]) -> None:
    values, default = _mapped(declaration) if _is_mapped(item) else ({}, Decimal(0))
    if any(values.get(entry.key, default) > 0 for entry in entries if entry.key not in right):
        item.fault("a choice that earns a part of the point is not taken", "give it the whole point or none")


def _has_partial_credit(item: _Item, declaration: Element, entries: tuple[Entry, ...], right: list[str]) -> bool:
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


def _order(item: _Item, interaction: Element, declaration: Element) -> dict[str, Any]:
    entries = {entry.key: entry for entry in _entries(item, interaction, "simpleChoice")}
    right = _values(declaration)
    _hear_shares(item)
    if sorted(right) != sorted(entries):
        item.fault("the correct response does not name each choice once", "list all of them in their order")
        return {"kind": QuestionKind.ORDERING, "entries": tuple(entries.values())}
    return {"kind": QuestionKind.ORDERING, "entries": tuple(entries[key] for key in right)}


def _match(item: _Item, interaction: Element, declaration: Element) -> dict[str, Any]:
    sets = [child for child in interaction if name_of(child) == "simpleMatchSet"]
    if len(sets) != 2:
        item.fault(f"{len(sets)} sets to match, two are needed", "give prompts and options")
        return {"kind": QuestionKind.MATCHING}
    prompts, options = (_entries(item, group, "simpleAssociableChoice") for group in sets)
    _hear_shares(item)
    pairs: dict[str, str] = {}
    for value in _values(declaration):
        prompt, _, option = value.partition(" ")
        if prompt in pairs:
            item.fault(f"the prompt {prompt[:40]!r} has two matches", "give each prompt exactly one")
        pairs[prompt] = option
    return {"kind": QuestionKind.MATCHING, "entries": prompts, "options": options, "pairs": pairs}


def _hear_shares(item: _Item) -> None:
    if _is_mapped(item):
        item.remark("only everything being right earns the point here")


def _number(item: _Item, interaction: Element, declaration: Element) -> dict[str, Any]:
    right = _values(declaration)
    number = number_of(right[0]) if len(right) == 1 else None
    if declaration.get("baseType") not in ("float", "integer") or number is None:
        item.fault("the right answer is not one number", "short texts are not taken: ask it as a choice or a number")
    return {"kind": QuestionKind.NUMERIC, "number": number, "tolerance": _tolerance(item)}


def _tolerance(item: _Item) -> Decimal:
    equal = _first(_first(item.root, "responseProcessing"), "equal")
    if equal is None or equal.get("toleranceMode", "exact") == "exact":
        return Decimal(0)
    values = [number_of(text) for text in (equal.get("tolerance") or "").split()]
    if equal.get("toleranceMode") == "absolute" and values and len(set(values)) == 1 and values[0] is not None:
        return values[0]
    item.fault("only an absolute tolerance that is the same on both sides is taken", "write it as such")
    return Decimal(0)


_READERS = {
    "choiceInteraction": _choice,
    "orderInteraction": _order,
    "matchInteraction": _match,
    "textEntryInteraction": _number,
}


def _is_empty(element: Element) -> bool:
    return not len(element) and not (element.text or "").strip()


def _asked(item: _Item, body: Element, interaction: Element) -> tuple[Told, str]:
    """The question's text around its interaction, and the unit behind a number's field."""
    if name_of(interaction) == "textEntryInteraction":
        unit = _unit(item, body)
        parent = interaction.getparent()
        if parent is not None and _stands_alone(interaction):
            _drop_block(interaction)
        else:
            _put(interaction, _GAP)
        return told_in_html(body, item.source(body)), unit
    prompt = _first(interaction, "prompt")
    _hear_below(item, body, interaction)
    source = item.source(interaction)
    stem = "" if prompt is None or _is_empty(prompt) else one_line(prompt, source)
    _drop(interaction)
    told = told_in_html(body, item.source(body))
    if not stem:
        return told, ""
    above = "\n\n".join(text for text in (told.vignette, told.stem) if text)
    return replace(told, vignette=above, stem=stem), ""


def _unit(item: _Item, body: Element) -> str:
    for span in _all(body, "span"):
        if "cme-unit" in (span.get("class") or ""):
            unit = item.plain(span)
            _drop(span)
            return unit
    return ""


def _stands_alone(interaction: Element) -> bool:
    parent = interaction.getparent()
    texts = [parent.text or "", *(child.tail or "" for child in parent)]
    return name_of(parent) == "p" and len(parent) == 1 and not "".join(texts).strip()


def _drop_block(interaction: Element) -> None:
    _drop(interaction.getparent())


def _put(element: Element, text: str) -> None:
    element.tail = text + (element.tail or "")
    _drop(element)


def _hear_below(item: _Item, body: Element, interaction: Element) -> None:
    """What stands behind the choices has no place in a question."""
    if (interaction.tail or "").strip() or any(
        "".join(after.itertext()).strip() for after in interaction.itersiblings() if name_of(after)
    ):
        item.fault("text below the choices is not taken", "put it above them")


def _feedback(item: _Item, choices: Mapping[str, str]) -> tuple[Reasons, dict[str, str]]:
    """The rationale, and feedback by choice, from what is shown after the answer."""
    shown = list(_all(item.root, "modalFeedback"))
    told = {
        choices[one.get("identifier") or ""]: "\n\n".join(blocks(_content(one), item.source(one)))
        for one in shown
        if one.get("identifier") in choices
    }
    why = Reasons()
    for one in _general(item, [one for one in shown if one.get("identifier") not in choices]):
        found = reasons_in_html(_content(one), item.source(one))
        rationale = "\n\n".join(text for text in (why.rationale, found.rationale) if text)
        why = Reasons(rationale, (*why.references, *found.references), why.objective or found.objective)
    return why, {key: text for key, text in told.items() if text}


def _content(shown: Element) -> Element:
    held = _first(shown, "contentBody")
    return shown if held is None else held


def _general(item: _Item, shown: list[Element]) -> list[Element]:
    """What is said whatever was answered. "Right" and "wrong" side by side would make no rationale."""
    if len(shown) < 2:
        return shown
    general = [one for one in shown if _GENERAL.search(one.get("identifier") or "")]
    if len(general) < len(shown):
        item.remark("words that depend on the answer as a whole are left out")
    return general


def _choice_names(fields: Mapping[str, Any]) -> dict[str, str]:
    if fields["kind"] is QuestionKind.TRUE_FALSE:
        return {word: key for key in ("true", "false") for word in (key, key.title(), key.upper())}
    has_choices = fields["kind"] in (QuestionKind.SINGLE, QuestionKind.MULTIPLE)
    return {entry.key: entry.key for entry in fields["entries"]} if has_choices else {}


def _rubrics(item: _Item, body: Element) -> None:
    for rubric in list(_all(body, "rubricBlock")):
        if "candidate" in (rubric.get("view") or "candidate"):
            rubric.tag = "div"
        else:
            item.remark("words for scorers and tutors are left out")
            _drop(rubric)
    for name in ("stylesheet", "templateDeclaration", "templateProcessing", "catalogInfo"):
        for found in list(_all(item.root, name)):
            if name.startswith("template"):
                item.fault("items made from templates are not taken", "write out one item")
            _drop(found)


def read_item(
    data: bytes,
    reading: Reading,
    file: str,
    image: Callable[[str], bytes | None],
    labels: tuple[tuple[str, ...], Level | None] = ((), None),
) -> None:
    """Read one item. ``file``: its path in the package; ``labels``: tags and level that the manifest tells."""
    tree = parse_xml(data, reading, file)
    if tree is None:
        return
    item = _Item(plain_names(tree), reading, file, image)
    body = _first(item.root, "itemBody")
    if name_of(item.root) != "assessmentItem" or body is None:
        item.fault("not an assessment item", "export single items, or a package of them")
        return
    _rubrics(item, body)
    interaction = _interaction(item, body)
    declaration = None if interaction is None else _declaration(item, interaction)
    if interaction is not None and declaration is not None:
        _take(item, body, interaction, declaration, labels)


def _take(
    item: _Item,
    body: Element,
    interaction: Element,
    declaration: Element,
    labels: tuple[tuple[str, ...], Level | None],
) -> None:
    fields = _READERS[name_of(interaction)](item, interaction, declaration)
    beside = fields.pop("feedback", {})
    why, feedback = _feedback(item, _choice_names(fields))
    told, unit = _asked(item, body, interaction)
    question = Question(
        key=_key(item),
        stem=told.stem,
        vignette=told.vignette,
        image=told.image,
        rationale=why.rationale,
        unit=unit,
        **fields,
    )
    tags, level = labels
    bank = BankQuestion(question, why.objective, level, tags, why.references, {**beside, **feedback})
    item.reading.take(item.place(), bank, item.where)
