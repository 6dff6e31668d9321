"""The format ``cme-activity/1`` as one table. The reader, the JSON Schema and the reference page come from it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from lti_tool.domain.activity import (
    Accreditation,
    ContentKind,
    LearningFormat,
    Level,
    PersonRole,
    Requirement,
    Standard3Exception,
    SupportKind,
)
from lti_tool.domain.assessment import QuestionKind, Reveal
from lti_tool.domain.evaluation import Family, ItemKind
from lti_tool.services.activity_file.kinds import Amount, Day, Flag, Kind, OneOf, Text, Whole
from lti_tool.services.activity_file.records import Field, Many, Named, Record
from lti_tool.services.activity_file.scales import SCALES

FORMAT = "cme-activity/1"


def _words(of: Iterable[StrEnum]) -> OneOf:
    return OneOf(tuple(word.value for word in of))


def _need(name: str, kind: Kind, about: str) -> Field:
    return Field(name, kind, about, is_required=True)


LINE = Text()
NAME = Text(200)
MARKDOWN = Text(100_000, is_markdown=True)
KEY = Text(60, pattern=r"[A-Za-z0-9][A-Za-z0-9_-]*", hint="a key of letters, digits, - and _ (at most 60)")
ACTIVITY_KEY = Text(60, pattern=r"[a-z0-9-]{3,60}", hint="3 to 60 of a-z, 0-9 and -")
FILE = Text(100, pattern=r"[A-Za-z0-9_-][A-Za-z0-9._-]*", hint="the name of a file beside this one, without a folder")
ADDRESS = Text(2000)
KEYS = Many(KEY, maximum=30)
SOURCE = Text(60, pattern=r"[0-9a-f]{32}/[0-9]{1,6}", hint="what the question bank has written")

_key = _need("key", KEY, "Short name, unique in its list; results are filed under it, so never change it later")

_SIGNATORY = Record((_need("name", NAME, "Printed under the signature"), _need("title", NAME, "Office held")))
_PROVIDER = Record(
    (
        _need("name", NAME, "The accredited provider, as statements and certificates print it"),
        _need("contact", LINE, "How learners reach the provider: telephone, e-mail or web"),
        _need(
            "accreditation",
            _words(Accreditation),
            "Which accreditation statement applies: direct, joint, state, jointly-accredited, or none",
        ),
        Field("state_body", NAME, "With state: the recognized state accreditor", ""),
        Field("joint_providers", Many(NAME), "With joint: the nonaccredited organizations", []),
        _need("signatory", _SIGNATORY, "Who signs certificates"),
    )
)
_CREDIT = Record(
    (
        _need("type", KEY, "Code of the credit type, such as ama-pra-category-1"),
        _need("maximum", Amount(), "Designated credits, in the type's steps"),
        _need("minimum", Amount(), "The least a learner may claim"),
        Field("variant", NAME, "Kind within the type, where it has several (ACPE: Knowledge)", ""),
        Field("reference", NAME, "Number that the body gave (UAN, provider or activity number)", ""),
        Field("parts", Named(Amount(), KEY), "Of the maximum, by part that boards count: pharmacology", {}),
        Field("topics", Many(KEY), "Boards' topic tags", []),
        Field("session_maximum", Amount(), "The most that one session of a series gives"),
        Field("group", KEY, "Offers of one group exclude each other: a learner claims one of them", ""),
    )
)
_OBJECTIVE = Record(
    (
        _key,
        _need("text", LINE, "What learners will be able to do"),
        _need("level", _words(Level), "What it is designed to change"),
    )
)
_RELATIONSHIP = Record(
    (
        _need("company", NAME, "Ineligible company, name in words only"),
        _need("nature", NAME, "Consultant, speaker, research funding …"),
        Field("ended", Flag(), "true if it ended within the past 24 months", False),
    )
)
_PERSON = Record(
    (
        _key,
        _need("name", NAME, "Name as disclosed"),
        Field("credentials", NAME, "Degrees and fellowships", ""),
        Field("affiliation", NAME, "Department and institution", ""),
        _need("roles", Many(_words(PersonRole), 1), "How this person controls content"),
        Field("relationships", Many(_RELATIONSHIP), "Relevant financial relationships; empty if there are none", []),
        Field("mitigation", Text(2000), "How the relationships were mitigated before the role began", ""),
    )
)
_SUPPORT = Record(
    (
        _need("company", NAME, "Who gave support, name in words only"),
        _need("kind", _words(SupportKind), "Money or goods"),
        Field("description", LINE, "What was given; needed for support in kind", ""),
    )
)
_STEPS = Record(
    tuple(
        _need(step, _words(Requirement), "required, optional or absent")
        for step in ("information", "pre-test", "content", "post-test", "evaluation")
    )
)
_MEDIA = (
    _need("url", ADDRESS, "Where it is streamed from (https)"),
    _need("captions", ADDRESS, "WebVTT file with captions (https)"),
    _need("minutes", Whole(1, 1000), "Running time"),
    Field("minimum_coverage", Amount(), "Fraction that must be played, above 0 and up to 1"),
)
_ENTRY = Record((_key, _need("text", LINE, "Shown to the learner")))
_WAITS = Field("required", Flag(), "true: what follows opens only once it is answered", True)
_ITEM = Record(
    (
        _key,
        _need("title", NAME, "Heading and entry in the list of contents"),
        _need("kind", _words(ContentKind), "What it is"),
    ),
    {
        ContentKind.PAGE: (_need("body", MARKDOWN, "Markdown; images by file name"),),
        ContentKind.PDF: (_need("file", FILE, "PDF beside this file"),),
        ContentKind.VIDEO: _MEDIA,
        ContentKind.AUDIO: _MEDIA,
        ContentKind.ARTICLE: (
            _need("citation", Text(2000), "Full citation"),
            _need("url", ADDRESS, "Where it is published (https)"),
        ),
        ContentKind.CASE: (
            _need("body", MARKDOWN, "The case, in Markdown; images by file name"),
            _need("question", KEY, "Key of the question it asks: one that no test asks"),
            _WAITS,
        ),
        ContentKind.POLL: (
            Field("body", MARKDOWN, "What comes before the question, in Markdown", ""),
            _need("stem", Text(2000, is_markdown=True), "The question itself"),
            _need("choices", Many(_ENTRY, 2, 26), "What can be chosen; none is right"),
            Field("several", Flag(), "true: several can be chosen", False),
            _WAITS,
        ),
    },
)
_CONTENT = Record(
    (
        Field("minimum_minutes", Whole(1, 6000), "Least time on the content before the next step opens"),
        _need("items", Many(_ITEM, 1), "What is studied, in order"),
    )
)
_IMAGE = Record(
    (
        _need("file", FILE, "PNG or JPEG beside this file"),
        _need("alt", Text(2000), "What can be seen, for those who cannot see it, without the answer"),
        Field("caption", LINE, "Shown under the image", ""),
    )
)
_CHOICE = Record((_key, _need("text", LINE, "Shown to the learner"), Field("is_correct", Flag(), "Right", False)))
_CHOICES = _need("choices", Many(_CHOICE, 2), "What can be chosen")
_QUESTION = Record(
    (
        _key,
        _need("kind", _words(QuestionKind), "How it is answered"),
        Field("vignette", MARKDOWN, "The case, in Markdown", ""),
        Field("image", _IMAGE, "A picture above the question"),
        _need("stem", Text(2000, is_markdown=True), "The question itself"),
        Field("objective", KEY, "Key of the objective it measures", ""),
        Field("references", KEYS, "Keys of references", []),
        Field("rationale", MARKDOWN, "Why the key is right, shown with it", ""),
        Field("source", SOURCE, "Question and version in the question bank; the bank writes it", ""),
    ),
    {
        QuestionKind.SINGLE: (_CHOICES,),
        QuestionKind.MULTIPLE: (
            _CHOICES,
            Field("partial_credit", Flag(), "true: each right choice earns a share, each wrong one loses it", False),
        ),
        QuestionKind.TRUE_FALSE: (_need("answer", Flag(), "true or false"),),
        QuestionKind.MATCHING: (
            _need("prompts", Many(_ENTRY, 2), "What is matched"),
            _need("options", Many(_ENTRY, 2), "What it is matched with; spare ones are welcome"),
            _need("pairs", Named(KEY, KEY), "Prompt key: option key"),
        ),
        QuestionKind.ORDERING: (_need("entries", Many(_ENTRY, 3), "In the right order; shown shuffled"),),
        QuestionKind.NUMERIC: (
            _need("answer", Amount(), "The right number"),
            Field("tolerance", Amount(), "How far off is still right", "0"),
            Field("unit", Text(40), "Shown behind the answer", ""),
        ),
    },
)
_PRE_TEST = Record(
    (
        _need("questions", Many(KEY, 1), "Keys of questions"),
        Field("shuffle", Flag(), "Order of questions and choices at random", False),
    )
)
_POST_TEST = Record(
    (
        _need("questions", Many(KEY, 1), "Keys of questions"),
        Field("draw", Whole(1, 500), "Ask that many, drawn at random; null: all"),
        Field(
            "draw_per_objective",
            Named(Whole(1, 500), KEY),
            "Objective key: how many of its questions; not with draw",
            {},
        ),
        Field(
            "pass_mark", Whole(1, 500), "How many of those asked must be right; needed for enduring and journal-based"
        ),
        Field("attempts", Whole(1, 100), "How many attempts; null: as many as needed"),
        Field("cool_down_minutes", Whole(0, 100_000), "Wait between attempts", 0),
        Field("time_limit_minutes", Whole(1, 1440), "Time for one attempt; staff may grant more; null: no limit"),
        Field("shuffle", Flag(), "Order of questions and choices at random", False),
        Field("reveal", _words(Reveal), "When key, rationale and references are shown", Reveal.AFTER_PASSING.value),
    )
)
_FORM_CHOICES = Many(_ENTRY, 2)
_FORM_ITEM = Record(
    (
        _key,
        _need("kind", _words(ItemKind), "How it is answered"),
        Field("family", _words(Family), "Which of the families every activity needs", Family.OTHER.value),
        _need("text", LINE, "The question"),
        Field("objective", KEY, "Key of the objective it asks about", ""),
        Field("required", Flag(), "Must be answered", True),
    ),
    {
        ItemKind.RATING: (
            Field("scale", OneOf(tuple(SCALES)), "A scale of the list; or give choices instead"),
            Field("choices", _FORM_CHOICES, "Points of a scale of one's own, lowest first"),
        ),
        ItemKind.CHOICE: (_need("choices", _FORM_CHOICES, "One can be chosen"),),
        ItemKind.MULTIPLE: (_need("choices", _FORM_CHOICES, "Several can be chosen"),),
        ItemKind.TEXT: (),
        ItemKind.COMMITMENT: (
            Field("follow_up_days", Whole(0, 1000), "Ask so many days later what became of it; 0: never", 90),
        ),
    },
)
_EVALUATION = Record(
    (
        Field("anonymous", Flag(), "true: answers are stored without the learner", True),
        _need("items", Many(_FORM_ITEM, 1), "What is asked"),
    )
)

ACTIVITY = Record(
    (
        _need("schema", OneOf((FORMAT,)), f"Version of the format: {FORMAT}"),
        _need("key", ACTIVITY_KEY, "Stable short name of the activity"),
        _need("title", NAME, "As certificates print it"),
        _need(
            "language",
            Text(35, pattern=r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", hint="a BCP 47 tag such as en-US"),
            "BCP 47 tag of the content",
        ),
        _need("description", Text(4000), "What it is about"),
        _need("audience", Text(2000), "For whom it is meant"),
        _need("format", _words(LearningFormat), "AMA's name of the learning format, as statements print it"),
        _need("estimated_minutes", Whole(1, 100_000), "Good-faith estimate for a typical learner"),
        Field("location", NAME, "Where it takes place, if that applies", ""),
        Field("time_zone", Text(60), "IANA zone in which days begin and end", "UTC"),
        _need("provider", _PROVIDER, "Who awards the credit"),
        _need("designated", Day(), "When credit was designated; before the release"),
        _need("release", Day(), "First day"),
        _need("reviewed", Day(), "Last review of the content"),
        _need("expires", Day(), "Last day on which credit can be claimed"),
        Field("claims_open", Day(), "First day on which credit can be claimed, if after the release"),
        Field("claims_close", Day(), "Last day on which credit can be claimed, if other than the expiry"),
        Field("equivalents", Many(KEY), "Keys of activities with the same education: no credit for both", []),
        Field("credits", Many(_CREDIT), "What is designated; empty: no credit", []),
        _need("objectives", Many(_OBJECTIVE, 1), "Learning objectives"),
        Field("people", Many(_PERSON), "Everybody in control of content", []),
        Field(
            "standard3_exception",
            _words(Standard3Exception),
            "Exception to collecting relationships",
            Standard3Exception.NONE.value,
        ),
        Field("commercial_support", Many(_SUPPORT), "Support from ineligible companies; empty: none", []),
        Field("new_and_evolving", Text(2000), "Which part is a new or evolving topic", ""),
        Field("references", Named(Text(2000), KEY), "Key: full citation", {}),
        _need("steps", _STEPS, "The learner's path"),
        Field("content", _CONTENT, "What is studied here"),
        Field("questions", Many(_QUESTION), "Each question once, for both tests and the cases", []),
        Field("pre_test", _PRE_TEST, "Never fails anybody, shows no answers"),
        Field("post_test", _POST_TEST, "The assessment"),
        Field("evaluation", _EVALUATION, "The learner's evaluation of the activity"),
    )
)


def activity_schema() -> dict[str, Any]:
    """The format as JSON Schema, for editors. Rules that join fields are left to ``cme-tool activity check``."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": FORMAT,
        "description": "A CME activity. Generated from the table that the reader uses.",
        **ACTIVITY.schema(),
    }
