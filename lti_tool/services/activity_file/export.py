"""From an activity back to the text of a file that reads as the same activity."""

from __future__ import annotations

from itertools import chain
from typing import Any

import yaml

from lti_tool.domain.activity import AccreditedProvider, Activity, ContentItem, ContentKind, PersonInControl
from lti_tool.domain.assessment import Entry, Question, QuestionKind, Test
from lti_tool.domain.credit import CreditOffer
from lti_tool.domain.errors import BadInput
from lti_tool.domain.evaluation import Evaluation, EvaluationItem, ItemKind
from lti_tool.domain.response import is_case, items_of
from lti_tool.domain.series import ActivitySession
from lti_tool.services.activity_file.fields import FORMAT
from lti_tool.services.activity_file.scales import SCALES

Data = dict[str, Any]


class _Writer(yaml.SafeDumper):
    """Blocks for texts of several lines; never anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(writer: _Writer, text: str) -> yaml.ScalarNode:
    # Some texts cannot stand as a block (an indented first line, blanks at a line's end): PyYAML quotes those.
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Writer.add_representer(str, _text)


def _full(data: Data) -> Data:
    """Without what is empty: reading puts the same defaults back."""
    return {name: value for name, value in data.items() if value not in (None, "", [], {})}


def _provider(provider: AccreditedProvider) -> Data:
    return _full(
        {
            "name": provider.name,
            "contact": provider.contact,
            "accreditation": provider.accreditation.value,
            "state_body": provider.state_body,
            "joint_providers": list(provider.joint_providers),
            "signatory": {"name": provider.signatory.name, "title": provider.signatory.title},
        }
    )


def _person(person: PersonInControl) -> Data:
    return {
        "key": person.key,
        "name": person.name,
        **_full({"credentials": person.credentials, "affiliation": person.affiliation}),
        "roles": [role.value for role in person.roles],
        "relationships": [
            {"company": item.company, "nature": item.nature, "ended": item.has_ended} for item in person.relationships
        ],
        "mitigation": person.mitigation or None,
    }


def _content_item(item: ContentItem) -> Data:
    data: Data = {"key": item.key, "title": item.title, "kind": item.kind.value}
    match item.kind:
        case ContentKind.PAGE:
            return data | {"body": item.body}
        case ContentKind.PDF:
            return data | {"file": item.file}
        case ContentKind.ARTICLE:
            return data | {"citation": item.citation, "url": item.url}
        case ContentKind.CASE | ContentKind.POLL:
            return data | _full({"body": item.body}) | _asked(item)
        case _:
            coverage = None if item.minimum_coverage is None else str(item.minimum_coverage)
            media = {"url": item.url, "captions": item.captions, "minutes": item.minutes}
            return data | media | {"minimum_coverage": coverage}


def _asked(item: ContentItem) -> Data:
    """A case names its question, a poll holds it."""
    question = item.question
    if question is None:
        raise BadInput("question_missing", f"the item {item.key!r} asks nothing")
    waits = {"required": item.is_required}
    if item.kind is ContentKind.CASE:
        return {"question": question.key, **waits}
    is_several = question.kind is QuestionKind.MULTIPLE
    return {"stem": question.stem, "choices": _entries(question.entries), "several": is_several, **waits}


def _entries(entries: tuple[Entry, ...]) -> list[Data]:
    return [{"key": entry.key, "text": entry.text} for entry in entries]


def _choices(question: Question) -> list[Data]:
    correct = {"is_correct": True}
    return [data | (correct if data["key"] in question.correct else {}) for data in _entries(question.entries)]


def _answer_fields(question: Question) -> Data:
    match question.kind:
        case QuestionKind.SINGLE:
            return {"choices": _choices(question)}
        case QuestionKind.MULTIPLE:
            return {"partial_credit": question.has_partial_credit, "choices": _choices(question)}
        case QuestionKind.TRUE_FALSE:
            return {"answer": "true" in question.correct}
        case QuestionKind.MATCHING:
            prompts, options = _entries(question.entries), _entries(question.options)
            return {"prompts": prompts, "options": options, "pairs": dict(question.pairs)}
        case QuestionKind.ORDERING:
            return {"entries": _entries(question.entries)}
        case QuestionKind.NUMERIC:
            number = {"answer": str(question.number), "tolerance": str(question.tolerance)}
            return number | _full({"unit": question.unit})


def question_data(question: Question) -> Data:
    """One question as a file holds it."""
    image = question.image
    before = {
        "vignette": question.vignette,
        "image": _full({"file": image.file, "alt": image.alt, "caption": image.caption}) if image else None,
    }
    after = {
        "objective": question.objective,
        "references": list(question.references),
        "rationale": question.rationale,
        "source": question.source,
    }
    head = {"key": question.key, "kind": question.kind.value}
    return head | _full(before) | {"stem": question.stem} | _full(after) | _answer_fields(question)


def _questions(activity: Activity) -> list[Data]:
    """Each question once, those of the post-test first, those of cases last."""
    found: dict[str, Question] = {}
    tests = [test.questions for test in (activity.post_test, activity.pre_test) if test is not None]
    cases = [item.question for item in items_of(activity) if is_case(item) and item.question is not None]
    for question in (*chain.from_iterable(tests), *cases):
        if found.setdefault(question.key, question) != question:
            raise BadInput("question_differs", f"question {question.key!r} differs between the tests")
    return [question_data(question) for question in found.values()]


def _keys(test: Test) -> list[str]:
    return [question.key for question in test.questions]


def _pre_test(test: Test | None) -> Data | None:
    return {"questions": _keys(test), "shuffle": test.has_shuffle} if test else None


def _post_test(test: Test | None) -> Data | None:
    if not test:
        return None
    return {
        "questions": _keys(test),
        "draw": test.draw,
        "draw_per_objective": dict(test.draw_per_objective),
        "pass_mark": test.pass_mark,
        "attempts": test.attempts,
        "cool_down_minutes": test.cool_down_minutes,
        "time_limit_minutes": test.time_limit_minutes,
        "shuffle": test.has_shuffle,
        "reveal": test.reveal.value,
    }


def _rating(item: EvaluationItem) -> Data:
    scale = next((name for name, choices in SCALES.items() if choices == item.choices), None)
    return {"scale": scale} if scale else {"choices": _entries(item.choices)}


def _evaluation_item(item: EvaluationItem) -> Data:
    data: Data = {"key": item.key, "kind": item.kind.value, "family": item.family.value}
    data |= _full({"objective": item.objective}) | {"required": item.is_required, "text": item.text}
    if item.kind is ItemKind.RATING:
        return data | _rating(item)
    if item.kind is ItemKind.COMMITMENT:
        return data | {"follow_up_days": item.follow_up_days}
    return data | _full({"choices": _entries(item.choices)})


def _evaluation(evaluation: Evaluation | None) -> Data | None:
    if not evaluation:
        return None
    return {"anonymous": evaluation.is_anonymous, "items": [_evaluation_item(item) for item in evaluation.items]}


def _offer(offer: CreditOffer) -> Data:
    further = {
        "variant": offer.variant,
        "reference": offer.reference,
        "parts": {name: str(amount) for name, amount in offer.parts.items()},
        "topics": list(offer.topics),
        "session_maximum": "" if offer.session_maximum is None else str(offer.session_maximum),
        "group": offer.group,
    }
    amounts = {"maximum": str(offer.maximum), "minimum": str(offer.minimum)}
    return {"type": offer.credit_type, **amounts, **_full(further)}


def _session(session: ActivitySession) -> Data:
    amounts = {code: str(amount) for code, amount in session.amounts.items()}
    return {
        "key": session.key,
        "title": session.title,
        "date": session.held_on,
        "minutes": session.minutes,
        **_full({"credits": amounts, "parallel": session.parallel, "repeats": session.repeats}),
    }


def _sessions(activity: Activity) -> Data:
    listed = {"sessions_on_certificate": True} if activity.lists_sessions else {}
    return _full({"sessions": [_session(one) for one in activity.sessions]}) | listed


def _head(activity: Activity) -> Data:
    return {
        "schema": FORMAT,
        "key": activity.key,
        "title": activity.title,
        "language": activity.language,
        "description": activity.description,
        "audience": activity.audience,
        "format": activity.format.value,
        "estimated_minutes": activity.estimated_minutes,
        **_full({"location": activity.location}),
        "time_zone": activity.time_zone,
        "provider": _provider(activity.provider),
        "designated": activity.designated_on,
        "release": activity.released_on,
        "reviewed": activity.reviewed_on,
        "expires": activity.expires_on,
        **_full({"claims_open": activity.claims_open_on, "claims_close": activity.claims_close_on}),
        **_full({"equivalents": list(activity.equivalents)}),
        "credits": [_offer(offer) for offer in activity.credits],
        **_sessions(activity),
        "objectives": [{"key": item.key, "text": item.text, "level": item.level.value} for item in activity.objectives],
    }


def _disclosure(activity: Activity) -> Data:
    support = [
        _full({"company": item.company, "kind": item.kind.value, "description": item.description})
        for item in activity.support
    ]
    return {
        "people": [_person(person) for person in activity.people],
        "standard3_exception": activity.standard3_exception.value,
        "commercial_support": support,
        "new_and_evolving": activity.new_and_evolving or None,
        "references": dict(activity.references),
    }


def _path(activity: Activity) -> Data:
    content = activity.content
    return _full(
        {
            "steps": {step.value: requirement.value for step, requirement in activity.requirements.items()},
            "content": content
            and {"minimum_minutes": content.minimum_minutes, "items": [_content_item(item) for item in content.items]},
            "questions": _questions(activity),
            "pre_test": _pre_test(activity.pre_test),
            "post_test": _post_test(activity.post_test),
            "evaluation": _evaluation(activity.evaluation),
        }
    )


def activity_data(activity: Activity) -> Data:
    """What the file of an activity holds. Raises ``BadInput`` as :func:`write_activity_file`."""
    return {**_head(activity), **_disclosure(activity), **_path(activity)}


def write_data(data: Data) -> str:
    """Plain data as the text of a file."""
    return yaml.dump(data, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=120)


def write_activity_file(activity: Activity) -> str:
    """The text of a file that reads as this activity. Media are not in it: they lie beside it.

    Raises ``BadInput("question_differs")`` if the tests hold two versions of one question.
    """
    return write_data(activity_data(activity))
