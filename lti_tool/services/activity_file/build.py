"""From the file's faultless data to the domain's activity."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lti_tool.domain.activity import (
    Accreditation,
    AccreditedProvider,
    Activity,
    CommercialSupport,
    Content,
    ContentItem,
    ContentKind,
    LearningFormat,
    Level,
    Objective,
    PersonInControl,
    PersonRole,
    Relationship,
    Requirement,
    Signatory,
    Standard3Exception,
    Step,
    SupportKind,
)
from lti_tool.domain.assessment import Entry, Image, Question, QuestionKind, Reveal, Test, TestKind
from lti_tool.domain.credit import CreditOffer
from lti_tool.domain.evaluation import Evaluation, EvaluationItem, Family, ItemKind
from lti_tool.domain.series import ActivitySession
from lti_tool.services.activity_file.scales import SCALES

Data = dict[str, Any]


def _provider(data: Data) -> AccreditedProvider:
    return AccreditedProvider(
        name=data["name"],
        contact=data["contact"],
        signatory=Signatory(data["signatory"]["name"], data["signatory"]["title"]),
        accreditation=Accreditation(data["accreditation"]),
        state_body=data["state_body"],
        joint_providers=tuple(data["joint_providers"]),
    )


def _person(data: Data) -> PersonInControl:
    return PersonInControl(
        key=data["key"],
        name=data["name"],
        credentials=data["credentials"],
        affiliation=data["affiliation"],
        roles=tuple(PersonRole(role) for role in data["roles"]),
        relationships=tuple(
            Relationship(item["company"], item["nature"], item["ended"]) for item in data["relationships"]
        ),
        mitigation=data["mitigation"],
    )


def _poll_question(data: Data) -> Question:
    kind = QuestionKind.MULTIPLE if data["several"] else QuestionKind.SINGLE
    return Question(data["key"], kind, data["stem"], _entries(data["choices"]))


def _item_question(data: Data, questions: dict[str, Question]) -> Question | None:
    match ContentKind(data["kind"]):
        case ContentKind.CASE:
            return questions[data["question"]]
        case ContentKind.POLL:
            return _poll_question(data)
        case _:
            return None


def _content_item(data: Data, questions: dict[str, Question]) -> ContentItem:
    return ContentItem(
        key=data["key"],
        kind=ContentKind(data["kind"]),
        title=data["title"],
        body=data.get("body", ""),
        file=data.get("file", ""),
        url=data.get("url", ""),
        captions=data.get("captions", ""),
        citation=data.get("citation", ""),
        minutes=data.get("minutes"),
        minimum_coverage=data.get("minimum_coverage"),
        question=_item_question(data, questions),
        is_required=data.get("required", True),
    )


def _content(data: Data | None, questions: dict[str, Question]) -> Content | None:
    if not data:
        return None
    return Content(tuple(_content_item(item, questions) for item in data["items"]), data["minimum_minutes"])


def _entries(items: list[Data]) -> tuple[Entry, ...]:
    return tuple(Entry(item["key"], item["text"]) for item in items)


def _answer_fields(data: Data) -> Data:
    """The fields of a question that depend on its kind."""
    match QuestionKind(data["kind"]):
        case QuestionKind.SINGLE | QuestionKind.MULTIPLE:
            correct = frozenset(choice["key"] for choice in data["choices"] if choice["is_correct"])
            partial = data.get("partial_credit", False)
            return {"entries": _entries(data["choices"]), "correct": correct, "has_partial_credit": partial}
        case QuestionKind.TRUE_FALSE:
            return {"correct": frozenset({"true" if data["answer"] else "false"})}
        case QuestionKind.MATCHING:
            return {
                "entries": _entries(data["prompts"]),
                "options": _entries(data["options"]),
                "pairs": data["pairs"],
            }
        case QuestionKind.ORDERING:
            return {"entries": _entries(data["entries"])}
        case QuestionKind.NUMERIC:
            return {"number": data["answer"], "tolerance": Decimal(data["tolerance"]), "unit": data["unit"]}


def _question(data: Data) -> Question:
    image = data["image"]
    return Question(
        key=data["key"],
        kind=QuestionKind(data["kind"]),
        stem=data["stem"],
        vignette=data["vignette"],
        image=Image(image["file"], image["alt"], image["caption"]) if image else None,
        objective=data["objective"],
        rationale=data["rationale"],
        references=tuple(data["references"]),
        source=data["source"],
        **_answer_fields(data),
    )


def _pre_test(data: Data | None, questions: dict[str, Question]) -> Test | None:
    if not data:
        return None
    return Test(TestKind.PRE, tuple(questions[key] for key in data["questions"]), has_shuffle=data["shuffle"])


def _post_test(data: Data | None, questions: dict[str, Question]) -> Test | None:
    if not data:
        return None
    return Test(
        kind=TestKind.POST,
        questions=tuple(questions[key] for key in data["questions"]),
        draw=data["draw"],
        draw_per_objective=data["draw_per_objective"],
        pass_mark=data["pass_mark"],
        attempts=data["attempts"],
        cool_down_minutes=data["cool_down_minutes"],
        has_shuffle=data["shuffle"],
        reveal=Reveal(data["reveal"]),
        time_limit_minutes=data["time_limit_minutes"],
    )


def _evaluation_item(data: Data) -> EvaluationItem:
    scale = data.get("scale")
    return EvaluationItem(
        key=data["key"],
        kind=ItemKind(data["kind"]),
        text=data["text"],
        family=Family(data["family"]),
        objective=data["objective"],
        choices=SCALES[scale] if scale else _entries(data.get("choices") or []),
        is_required=data["required"],
        follow_up_days=data.get("follow_up_days") or 0,
    )


def _evaluation(data: Data | None) -> Evaluation | None:
    return Evaluation(tuple(map(_evaluation_item, data["items"])), data["anonymous"]) if data else None


def _offer(data: Data) -> CreditOffer:
    return CreditOffer(
        credit_type=data["type"],
        maximum=data["maximum"],
        minimum=data["minimum"],
        variant=data["variant"],
        reference=data["reference"],
        parts=data["parts"],
        topics=tuple(data["topics"]),
        session_maximum=data["session_maximum"],
        group=data["group"],
    )


def session_of(data: Data) -> ActivitySession:
    """One session of faultless data."""
    return ActivitySession(
        key=data["key"],
        title=data["title"],
        held_on=data["date"],
        minutes=data["minutes"],
        amounts=data["credits"],
        parallel=data["parallel"],
        repeats=data["repeats"],
    )


def build_activity(data: Data) -> Activity:
    """The activity of data without faults."""
    questions = {item["key"]: _question(item) for item in data["questions"]}
    steps = (Step.INFORMATION, Step.PRE_TEST, Step.CONTENT, Step.POST_TEST, Step.EVALUATION)
    return Activity(
        key=data["key"],
        title=data["title"],
        language=data["language"],
        format=LearningFormat(data["format"]),
        provider=_provider(data["provider"]),
        description=data["description"],
        audience=data["audience"],
        estimated_minutes=data["estimated_minutes"],
        designated_on=data["designated"],
        released_on=data["release"],
        reviewed_on=data["reviewed"],
        expires_on=data["expires"],
        objectives=tuple(Objective(item["key"], item["text"], Level(item["level"])) for item in data["objectives"]),
        people=tuple(map(_person, data["people"])),
        credits=tuple(map(_offer, data["credits"])),
        requirements={step: Requirement(data["steps"][step.value]) for step in steps},
        content=_content(data["content"], questions),
        pre_test=_pre_test(data["pre_test"], questions),
        post_test=_post_test(data["post_test"], questions),
        evaluation=_evaluation(data["evaluation"]),
        references=data["references"],
        support=tuple(
            CommercialSupport(item["company"], SupportKind(item["kind"]), item["description"])
            for item in data["commercial_support"]
        ),
        standard3_exception=Standard3Exception(data["standard3_exception"]),
        new_and_evolving=data["new_and_evolving"],
        location=data["location"],
        time_zone=data["time_zone"],
        claims_open_on=data["claims_open"],
        claims_close_on=data["claims_close"],
        equivalents=tuple(data["equivalents"]),
        sessions=tuple(map(session_of, data["sessions"])),
        lists_sessions=data["sessions_on_certificate"],
    )
