"""Questions as QTI items in a content package (IMS Content Packaging 1.1), for QTI 2.1, 2.2 and 3.0."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from lti_tool.domain.assessment import Entry, Question, QuestionKind, choices_of
from lti_tool.domain.question import BankQuestion
from lti_tool.exchange.archive import pack
from lti_tool.exchange.check import files_of
from lti_tool.exchange.markup import to_xhtml
from lti_tool.exchange.qti_names import LOM, PACKAGES, QtiVersion, spelled
from lti_tool.exchange.tags import tags_of
from lti_tool.exchange.texts import addressed
from lti_tool.exchange.xml import Element, append, make, parse_fragment, to_bytes

RESPONSE = "RESPONSE"
FEEDBACK = "FEEDBACK"
CHOICE_FEEDBACK = "CHOICE_FEEDBACK"
GENERAL = "GENERAL"
IMAGES = "images/"
_DIGITS = Decimal("0.000001")


def identifier(key: str) -> str:
    """A key as an XML name: one that begins with a digit gets a line before it."""
    return f"_{key}" if key[0].isdigit() else key


def _address(file: str) -> str:
    return f"../{IMAGES}{file}"


def _held(element: Element) -> Element:
    """QTI 2 has no ``del`` and ``s``: they are told by a class."""
    for inner in element.iter("del", "s"):
        inner.tag = "span"
        inner.set("class", "cme-deleted")
    return element


def _children(text: str, *, is_inline: bool = False) -> list[Element | str]:
    root = _held(parse_fragment(to_xhtml(addressed(text, _address), is_inline=is_inline)))
    pieces: list[Element | str] = [root.text or ""]
    for child in list(root):
        tail, child.tail = child.tail or "", None
        pieces += [child, tail]
    return [piece for piece in pieces if not isinstance(piece, str) or piece.strip() or is_inline]


def _section(name: str, *children: Element | str) -> Element:
    return make("div", {"class": f"cme-{name}"}, *children)


def _above(question: Question) -> list[Element]:
    """Case and image, as they stand above the question."""
    found = [_section("vignette", *_children(question.vignette))] if question.vignette else []
    image = question.image
    if image is not None:
        picture = make("p", None, make("img", {"src": _address(image.file), "alt": image.alt}))
        caption = [make("p", None, image.caption)] if image.caption else []
        found.append(_section("image", picture, *caption))
    return found


def _prompt(question: Question) -> Element:
    return make("prompt", None, *_children(question.stem, is_inline=True))


def _told(bank: BankQuestion, version: QtiVersion) -> list[Element]:
    """The words about each choice, shown with the key."""
    return [
        _feedback(CHOICE_FEEDBACK, key, _children(bank.feedback[key]), version)
        for key in (entry.key for entry in choices_of(bank.question))
        if key in bank.feedback
    ]


def _feedback(outcome: str, key: str, parts: list[Element | str], version: QtiVersion) -> Element:
    about = {"outcomeIdentifier": outcome, "identifier": key, "showHide": "show"}
    return make("modalFeedback", about, *([make("contentBody", None, *parts)] if version.has_dashes else parts))


def _simple(entry: Entry) -> Element:
    return make("simpleChoice", {"identifier": entry.key}, entry.text)


def _choice(bank: BankQuestion) -> Element:
    question = bank.question
    most = "0" if question.kind is QuestionKind.MULTIPLE else "1"
    choices = [_simple(entry) for entry in choices_of(question)]
    about = {"responseIdentifier": RESPONSE, "shuffle": "false", "maxChoices": most}
    return make("choiceInteraction", about, _prompt(question), *choices)


def _order(bank: BankQuestion) -> Element:
    """Things stand by their keys, which know nothing of the order."""
    entries = sorted(bank.question.entries, key=lambda entry: entry.key)
    choices = [_simple(entry) for entry in entries]
    about = {"responseIdentifier": RESPONSE, "shuffle": "true"}
    return make("orderInteraction", about, _prompt(bank.question), *choices)


def _match(bank: BankQuestion) -> Element:
    question = bank.question
    prompts = [
        make("simpleAssociableChoice", {"identifier": f"p_{e.key}", "matchMax": "1"}, e.text) for e in question.entries
    ]
    options = [
        make("simpleAssociableChoice", {"identifier": f"o_{e.key}", "matchMax": "0"}, e.text) for e in question.options
    ]
    about = {"responseIdentifier": RESPONSE, "shuffle": "true", "maxAssociations": str(len(prompts))}
    sets = (make("simpleMatchSet", None, *prompts), make("simpleMatchSet", None, *options))
    return make("matchInteraction", about, _prompt(question), *sets)


def _entry(bank: BankQuestion) -> list[Element]:
    question = bank.question
    field = make("textEntryInteraction", {"responseIdentifier": RESPONSE, "expectedLength": "20"})
    unit = [" ", make("span", {"class": "cme-unit"}, question.unit)] if question.unit else []
    asked = make("div", {"class": "cme-stem"}, make("p", None, *_children(question.stem, is_inline=True)))
    return [asked, make("p", None, field, *unit)]


_INTERACTIONS: dict[QuestionKind, Callable[[BankQuestion], Element]] = {
    QuestionKind.SINGLE: _choice,
    QuestionKind.MULTIPLE: _choice,
    QuestionKind.TRUE_FALSE: _choice,
    QuestionKind.ORDERING: _order,
    QuestionKind.MATCHING: _match,
}
_TYPES = {
    QuestionKind.SINGLE: ("single", "identifier"),
    QuestionKind.MULTIPLE: ("multiple", "identifier"),
    QuestionKind.TRUE_FALSE: ("single", "identifier"),
    QuestionKind.ORDERING: ("ordered", "identifier"),
    QuestionKind.MATCHING: ("multiple", "directedPair"),
    QuestionKind.NUMERIC: ("single", "float"),
}


def _right(question: Question) -> list[str]:
    match question.kind:
        case QuestionKind.NUMERIC:
            return [f"{question.number:f}"]
        case QuestionKind.MATCHING:
            return [f"p_{entry.key} o_{question.pairs[entry.key]}" for entry in question.entries]
        case QuestionKind.ORDERING:
            return [entry.key for entry in question.entries]
        case _:
            return sorted(question.correct)


def _mapping(question: Question) -> list[Element]:
    if not question.has_partial_credit:
        return []
    each = (Decimal(1) / len(question.correct)).quantize(_DIGITS)
    values = {entry.key: each if entry.key in question.correct else -each for entry in question.entries}
    entries = [make("mapEntry", {"mapKey": key, "mappedValue": f"{value}"}) for key, value in values.items()]
    return [make("mapping", {"lowerBound": "0", "upperBound": "1", "defaultValue": "0"}, *entries)]


def _declaration(question: Question) -> Element:
    cardinality, base = _TYPES[question.kind]
    values = [make("value", None, value) for value in _right(question)]
    about = {"identifier": RESPONSE, "cardinality": cardinality, "baseType": base}
    return make("responseDeclaration", about, make("correctResponse", None, *values), *_mapping(question))


def _outcome(name: str, base: str, cardinality: str = "single") -> Element:
    return make("outcomeDeclaration", {"identifier": name, "cardinality": cardinality, "baseType": base})


def _set(name: str, value: Element) -> Element:
    return make("setOutcomeValue", {"identifier": name}, value)


def _base(kind: str, text: str) -> Element:
    return make("baseValue", {"baseType": kind}, text)


def _numeric_condition(question: Question) -> Element:
    reach = f"{question.tolerance:f}"
    about = (
        {"toleranceMode": "absolute", "tolerance": f"{reach} {reach}"}
        if question.tolerance
        else {"toleranceMode": "exact"}
    )
    return make("equal", about, _variable(), make("correct", {"identifier": RESPONSE}))


def _variable() -> Element:
    return make("variable", {"identifier": RESPONSE})


def _scored(question: Question) -> Element:
    """What sets SCORE to the points, 0 to 1."""
    if question.has_partial_credit:
        return _set("SCORE", make("mapResponse", {"identifier": RESPONSE}))
    is_number = question.kind is QuestionKind.NUMERIC
    test = (
        _numeric_condition(question)
        if is_number
        else make("match", None, _variable(), make("correct", {"identifier": RESPONSE}))
    )
    right = make("responseIf", None, test, _set("SCORE", _base("float", "1")))
    return make("responseCondition", None, right, make("responseElse", None, _set("SCORE", _base("float", "0"))))


def _processing(bank: BankQuestion) -> Element:
    told = [_set(CHOICE_FEEDBACK, _variable())] if bank.feedback else []
    general = [_set(FEEDBACK, _base("identifier", GENERAL))] if _has_reasons(bank) else []
    return make("responseProcessing", None, _scored(bank.question), *told, *general)


def _has_reasons(bank: BankQuestion) -> bool:
    return bool(bank.question.rationale or bank.references or bank.objective)


def _reasons(bank: BankQuestion, version: QtiVersion) -> list[Element]:
    if not _has_reasons(bank):
        return []
    parts = _children(bank.question.rationale)
    if bank.references:
        items = [make("li", None, reference) for reference in bank.references]
        parts.append(_section("references", make("ul", None, *items)))
    if bank.objective:
        parts.append(_section("objective", make("p", None, bank.objective)))
    return [_feedback(FEEDBACK, GENERAL, parts, version)]


def _item(bank: BankQuestion, version: QtiVersion) -> Element:
    question = bank.question
    cardinality = _TYPES[question.kind][0]
    outcomes = [_outcome("SCORE", "float")]
    outcomes += [_outcome(CHOICE_FEEDBACK, "identifier", cardinality)] if bank.feedback else []
    outcomes += [_outcome(FEEDBACK, "identifier")] if _has_reasons(bank) else []
    asked = _entry(bank) if question.kind is QuestionKind.NUMERIC else [_INTERACTIONS[question.kind](bank)]
    about = {
        "identifier": identifier(question.key),
        "title": question.key,
        "adaptive": "false",
        "timeDependent": "false",
    }
    item = make("assessmentItem", about, _declaration(question), *outcomes)
    append(item, make("itemBody", None, *_above(question), *asked), _processing(bank), *_reasons(bank, version))
    append(item, *_told(bank, version))
    return spelled(item, version)


def _metadata(bank: BankQuestion, package: str) -> list[Element]:
    """Tags as keywords (IEEE LOM 1.5)."""
    words = [make(f"{{{LOM}}}keyword", None, make(f"{{{LOM}}}langstring", None, tag)) for tag in tags_of(bank)]
    general = make(f"{{{LOM}}}general", None, *words)
    return [make(f"{{{package}}}metadata", None, make(f"{{{LOM}}}lom", None, general))] if words else []


def _resource(bank: BankQuestion, version: QtiVersion, package: str) -> Element:
    href = f"items/{bank.key}.xml"
    files = [href, *(IMAGES + file for file in sorted(files_of(bank)))]
    about = {"identifier": f"item-{bank.key}", "type": version.resource_type, "href": href}
    listed = [make(f"{{{package}}}file", {"href": file}) for file in files]
    return make(f"{{{package}}}resource", about, *_metadata(bank, package), *listed)


def _manifest(questions: Sequence[BankQuestion], version: QtiVersion) -> bytes:
    package = PACKAGES[version]
    schema = make(f"{{{package}}}schema", None, version.schema)
    number = make(f"{{{package}}}schemaversion", None, version.schema_version)
    resources = [_resource(bank, version, package) for bank in questions]
    root = make(
        f"{{{package}}}manifest",
        {"identifier": "questions"},
        make(f"{{{package}}}metadata", None, schema, number),
        make(f"{{{package}}}organizations"),
        make(f"{{{package}}}resources", None, *resources),
    )
    return to_bytes(root)


def write_qti(questions: Sequence[BankQuestion], media: Mapping[str, bytes], version: QtiVersion) -> bytes:
    """A content package: manifest, one file per item, images."""
    files = {"imsmanifest.xml": _manifest(questions, version)}
    files |= {f"items/{bank.key}.xml": to_bytes(_item(bank, version)) for bank in questions}
    needed = sorted({file for bank in questions for file in files_of(bank)})
    return pack(files | {IMAGES + file: media[file] for file in needed})
