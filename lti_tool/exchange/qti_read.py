"""QTI items (2.1, 2.2, 3.0) as questions. Versions are told apart by spelling alone; the reader sees plain names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from lti_tool.domain.activity import Level
from lti_tool.domain.assessment import Question, QuestionKind
from lti_tool.domain.fault import said
from lti_tool.domain.question import KEY, BankQuestion
from lti_tool.exchange.html import one_line
from lti_tool.exchange.html_blocks import blocks
from lti_tool.exchange.qti_answers import READERS, QtiItem, drop, every, first
from lti_tool.exchange.qti_names import plain_names
from lti_tool.exchange.reading import Reading
from lti_tool.exchange.texts import Reasons, Told, reasons_in_html, told_in_html
from lti_tool.exchange.xml import Element, name_of, parse_xml

_GENERAL = re.compile(r"general|solution|rationale", re.IGNORECASE)
_GAP = "____"


def _key(item: QtiItem) -> str:
    given = item.root.get("identifier") or ""
    key = given[1:] if given[:1] == "_" and given[1:2].isdigit() else given
    if key and not KEY.fullmatch(key):
        item.remark(
            said("the identifier {given!r} cannot be a key here; the question gets a new one", given=given[:60])
        )
        return ""
    return key


def _interaction(item: QtiItem, body: Element) -> Element | None:
    """The one interaction of an item, ``None`` after noting that it is not taken."""
    found = [inner for inner in body.iter() if name_of(inner).endswith("Interaction")]
    if len(found) != 1:
        item.fault(said("{count} interactions, exactly one is taken", count=len(found)), "make an item of each")
        return None
    if name_of(found[0]) not in READERS:
        what = said("the interaction {value!r} is not taken", value=name_of(found[0])[:40])
        item.fault(what, "ask it as a choice, an order, a match or a number")
        return None
    return found[0]


def _declaration(item: QtiItem, interaction: Element) -> Element | None:
    wanted = interaction.get("responseIdentifier")
    for found in every(item.root, "responseDeclaration"):
        if found.get("identifier") == wanted:
            return found
    item.fault("the interaction has no response declaration", "declare it with its correct response")
    return None


def _is_empty(element: Element) -> bool:
    return not len(element) and not (element.text or "").strip()


def _asked(item: QtiItem, body: Element, interaction: Element) -> tuple[Told, str]:
    """The question's text around its interaction, and the unit behind a number's field."""
    if name_of(interaction) == "textEntryInteraction":
        unit = _unit(item, body)
        parent = interaction.getparent()
        if parent is not None and _stands_alone(interaction):
            _drop_block(interaction)
        else:
            _put(interaction, _GAP)
        return told_in_html(body, item.source(body)), unit
    prompt = first(interaction, "prompt")
    _hear_below(item, body, interaction)
    source = item.source(interaction)
    stem = "" if prompt is None or _is_empty(prompt) else one_line(prompt, source)
    drop(interaction)
    told = told_in_html(body, item.source(body))
    if not stem:
        return told, ""
    above = "\n\n".join(text for text in (told.vignette, told.stem) if text)
    return replace(told, vignette=above, stem=stem), ""


def _unit(item: QtiItem, body: Element) -> str:
    for span in every(body, "span"):
        if "cme-unit" in (span.get("class") or ""):
            unit = item.plain(span)
            drop(span)
            return unit
    return ""


def _stands_alone(interaction: Element) -> bool:
    parent = interaction.getparent()
    texts = [parent.text or "", *(child.tail or "" for child in parent)]
    return name_of(parent) == "p" and len(parent) == 1 and not "".join(texts).strip()


def _drop_block(interaction: Element) -> None:
    drop(interaction.getparent())


def _put(element: Element, text: str) -> None:
    element.tail = text + (element.tail or "")
    drop(element)


def _hear_below(item: QtiItem, body: Element, interaction: Element) -> None:
    """What stands behind the choices has no place in a question."""
    if (interaction.tail or "").strip() or any(
        "".join(after.itertext()).strip() for after in interaction.itersiblings() if name_of(after)
    ):
        item.fault("text below the choices is not taken", "put it above them")


def _feedback(item: QtiItem, choices: Mapping[str, str]) -> tuple[Reasons, dict[str, str]]:
    """The rationale, and feedback by choice, from what is shown after the answer."""
    shown = list(every(item.root, "modalFeedback"))
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
    held = first(shown, "contentBody")
    return shown if held is None else held


def _general(item: QtiItem, shown: list[Element]) -> list[Element]:
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


def _rubrics(item: QtiItem, body: Element) -> None:
    for rubric in list(every(body, "rubricBlock")):
        if "candidate" in (rubric.get("view") or "candidate"):
            rubric.tag = "div"
        else:
            item.remark("words for scorers and tutors are left out")
            drop(rubric)
    for name in ("stylesheet", "templateDeclaration", "templateProcessing", "catalogInfo"):
        for found in list(every(item.root, name)):
            if name.startswith("template"):
                item.fault("items made from templates are not taken", "write out one item")
            drop(found)


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
    item = QtiItem(plain_names(tree), reading, file, image)
    body = first(item.root, "itemBody")
    if name_of(item.root) != "assessmentItem" or body is None:
        item.fault("not an assessment item", "export single items, or a package of them")
        return
    _rubrics(item, body)
    interaction = _interaction(item, body)
    declaration = None if interaction is None else _declaration(item, interaction)
    if interaction is not None and declaration is not None:
        _take(item, body, interaction, declaration, labels)


def _take(
    item: QtiItem,
    body: Element,
    interaction: Element,
    declaration: Element,
    labels: tuple[tuple[str, ...], Level | None],
) -> None:
    fields = READERS[name_of(interaction)](item, interaction, declaration)
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
