"""Questions as the page macros take them. Until they may be shown, keys and rationales never come near a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from lti_tool.domain.assessment import Answer, Entry, FormItem, Question, QuestionKind, choices_of, points
from lti_tool.web.learner.answer_form import Fields, field_of
from lti_tool.web.learner.frame import media_url
from lti_tool.web.markdown import MediaUrl, inline_markdown, markdown


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """One question for ``learner/question.html``. ``arguments`` are those of the macro that draws this kind."""

    key: str
    macro: str
    arguments: Mapping[str, Any]
    vignette: Markup | None = None
    figure: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """What is in the form now: stored answers, or what was posted and not accepted."""

    answers: Mapping[str, Answer]
    fields: Fields | None = None
    errors: Mapping[str, str] | None = None

    def text(self, question: Question) -> str:
        if self.fields is not None:
            return next(iter(self.fields.get(field_of(question.key), ())), "")
        answer = self.answers.get(question.key, "")
        return answer if isinstance(answer, str) else ""

    def chosen(self, question: Question) -> tuple[str, ...]:
        if self.fields is not None:
            return tuple(self.fields.get(field_of(question.key), ()))
        answer = self.answers.get(question.key, ())
        return (answer,) if isinstance(answer, str) else tuple(answer)

    def rows(self, question: Question) -> dict[str, str]:
        """Matching: entry to option. Ordering: entry to place."""
        if self.fields is not None:
            named = {
                entry.key: self.fields.get(f"{field_of(question.key)}.{entry.key}", ()) for entry in question.entries
            }
            return {key: values[0] for key, values in named.items() if values}
        answer = self.answers.get(question.key, ())
        if isinstance(answer, Mapping):
            return dict(answer)
        return {key: str(place) for place, key in enumerate(answer, start=1)}


def _entry_text(question: Question, entry: Entry) -> str:
    if question.kind is QuestionKind.TRUE_FALSE:
        return str(_("True") if entry.key == "true" else _("False"))
    return entry.text


def _in_order(question: Question, entries: tuple[Entry, ...], keys: tuple[str, ...]) -> list[dict[str, str]]:
    known = {entry.key: entry for entry in entries}
    return [{"key": key, "text": _entry_text(question, known[key])} for key in keys]


def _options(question: Question, item: FormItem) -> list[dict[str, str]]:
    return [{"value": row["key"], "label": row["text"]} for row in _in_order(question, question.options, item.options)]


def _body(question: Question, item: FormItem, typed: Typed) -> tuple[str, dict[str, Any]]:
    rows = _in_order(question, choices_of(question), item.order)
    match question.kind:
        case QuestionKind.MATCHING:
            return "matching", {"pairs": rows, "options": _options(question, item), "selected": typed.rows(question)}
        case QuestionKind.ORDERING:
            places = typed.rows(question)
            return "ordering", {"items": [{**row, "position": places.get(row["key"])} for row in rows]}
        case QuestionKind.NUMERIC:
            return "numeric_answer", {"value": typed.text(question), "unit": question.unit}
        case kind:
            is_multiple = kind is QuestionKind.MULTIPLE
            return "choice_group", {"choices": rows, "selected": typed.chosen(question), "multiple": is_multiple}


def _figure(question: Question, address_of: MediaUrl) -> dict[str, str] | None:
    image = question.image
    if image is None:
        return None
    address = address_of(image.file)
    return {"src": address, "href": address, "alt": image.alt, "caption": image.caption}


def _shown(
    question: Question, macro: str, arguments: dict[str, Any], number: int, total: int, address_of: MediaUrl
) -> ShownQuestion:
    stem = inline_markdown(question.stem, address_of)
    return ShownQuestion(
        key=question.key,
        macro=macro,
        arguments={"name": field_of(question.key), "stem": stem, "number": number, "total": total, **arguments},
        vignette=markdown(question.vignette, address_of) if question.vignette else None,
        figure=_figure(question, address_of),
    )


def question_to_answer(
    question: Question, item: FormItem, number: int, total: int, typed: Typed, address_of: MediaUrl = media_url
) -> ShownQuestion:
    """For the form of an open attempt."""
    macro, arguments = _body(question, item, typed)
    arguments = {**arguments, "error": (typed.errors or {}).get(question.key)}
    return _shown(question, macro, arguments, number, total, address_of)


def _verdict(question: Question, answer: Answer | None) -> str:
    earned = points(question, answer)
    return "correct" if earned == 1 else "partial" if earned > 0 else "incorrect"


def _marked(question: Question, arguments: dict[str, Any]) -> dict[str, Any]:
    """The right answers beside the given ones."""
    match question.kind:
        case QuestionKind.MATCHING:
            labels = {option.key: option.text for option in question.options}
            chosen = arguments["selected"]
            pairs = [
                {
                    **pair,
                    "answer": labels[question.pairs[pair["key"]]],
                    "is_right": chosen.get(pair["key"]) == question.pairs[pair["key"]],
                }
                for pair in arguments["pairs"]
            ]
            return {**arguments, "pairs": pairs}
        case QuestionKind.ORDERING:
            places = {entry.key: str(place) for place, entry in enumerate(question.entries, start=1)}
            items = [
                {**item, "answer": places[item["key"]], "is_right": item["position"] == places[item["key"]]}
                for item in arguments["items"]
            ]
            return {**arguments, "items": sorted(items, key=lambda item: int(item["answer"]))}
        case QuestionKind.NUMERIC:
            return {**arguments, "answer": f"{question.number:f}" if question.number is not None else None}
        case _:
            chosen = arguments["selected"]
            choices = [{**choice, "mark": _mark(question, choice["key"], chosen)} for choice in arguments["choices"]]
            return {**arguments, "choices": choices}


def _mark(question: Question, key: str, chosen: tuple[str, ...]) -> str | None:
    return "correct" if key in question.correct else "incorrect" if key in chosen else None


def question_answered(
    question: Question, item: FormItem, answers: Mapping[str, Answer], address_of: MediaUrl = media_url
) -> ShownQuestion:
    """What was answered to a question without a right answer."""
    macro, arguments = _body(question, item, Typed(answers))
    return _shown(question, macro, {**arguments, "review": True}, 0, 0, address_of)


def question_revealed(
    question: Question,
    item: FormItem,
    number: int,
    total: int,
    answers: Mapping[str, Answer],
    citations: Mapping[str, str],
    address_of: MediaUrl = media_url,
) -> ShownQuestion:
    """With key, rationale and references. Only for those who may see them (``Sitting.may_reveal``).

    ``citations``: keys of references to their words.
    """
    macro, arguments = _body(question, item, Typed(answers))
    further = {
        "review": True,
        "verdict": _verdict(question, answers.get(question.key)),
        "rationale": markdown(question.rationale, address_of) if question.rationale else None,
        "references": [citations.get(key, key) for key in question.references],
    }
    return _shown(question, macro, {**_marked(question, arguments), **further}, number, total, address_of)
