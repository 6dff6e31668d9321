"""The format ``cme-activity/1`` as one table. The reader, the JSON Schema and the reference page come from it."""

from __future__ import annotations

from typing import Any

from lti_tool.domain.activity import (
    Accreditation,
    LearningFormat,
    Level,
    PersonRole,
    Requirement,
    Standard3Exception,
    SupportKind,
)
from lti_tool.domain.assessment import QuestionKind, Reveal
from lti_tool.domain.evaluation import Family, ItemKind
from lti_tool.services.activity_file.basics import (
    ACTIVITY_KEY,
    ENTRY,
    FILE,
    KEY,
    KEYS,
    LINE,
    MARKDOWN,
    NAME,
    SOURCE,
    need,
    own_key,
    words,
)
from lti_tool.services.activity_file.content_fields import CONTENT
from lti_tool.services.activity_file.kinds import Amount, Day, Flag, OneOf, Text, Whole
from lti_tool.services.activity_file.records import Field, Many, Named, Record
from lti_tool.services.activity_file.scales import SCALES

FORMAT = "cme-activity/1"


_SIGNATORY = Record((need("name", NAME, "Printed under the signature"), need("title", NAME, "Office held")))
_PROVIDER = Record(
    (
        need("name", NAME, "The accredited provider, as statements and certificates print it"),
        need("contact", LINE, "How learners reach the provider: telephone, e-mail or web"),
        need(
            "accreditation",
            words(Accreditation),
            "Which accreditation statement applies: direct, joint, state, jointly-accredited, or none",
        ),
        Field("state_body", NAME, "With state: the recognized state accreditor", ""),
        Field("joint_providers", Many(NAME), "With joint: the nonaccredited organizations", []),
        need("signatory", _SIGNATORY, "Who signs certificates"),
    )
)
_CREDIT = Record(
    (
        need("type", KEY, "Code of the credit type, such as ama-pra-category-1"),
        need("maximum", Amount(), "Designated credits, in the type's steps"),
        need("minimum", Amount(), "The least a learner may claim"),
        Field("variant", NAME, "Kind within the type, where it has several (ACPE: Knowledge)", ""),
        Field("reference", NAME, "Number that the body gave (UAN, provider or activity number)", ""),
        Field("parts", Named(Amount(), KEY), "Of the maximum, by part that boards count: pharmacology", {}),
        Field("topics", Many(KEY), "Boards' topic tags", []),
        Field("session_maximum", Amount(), "The most that one session of a series gives"),
        Field("group", KEY, "Offers of one group exclude each other: a learner claims one of them", ""),
    )
)
_SESSION = Record(
    (
        own_key,
        need("title", NAME, "As staff, learners and certificates see it"),
        need("date", Day(), "The day on which it takes place"),
        need("minutes", Whole(1, 1440), "Education, without breaks"),
        Field(
            "credits", Named(Amount(), KEY), "Credit type: the most it gives; left out: what the minutes are worth", {}
        ),
        Field("parallel", KEY, "Sessions of one day at the same time share a word: one of them counts", ""),
        Field("repeats", KEY, "Key of the session whose material it presents again: one of the two counts", ""),
    )
)
_OBJECTIVE = Record(
    (
        own_key,
        need("text", LINE, "What learners will be able to do"),
        need("level", words(Level), "What it is designed to change"),
    )
)
_RELATIONSHIP = Record(
    (
        need("company", NAME, "Ineligible company, name in words only"),
        need("nature", NAME, "Consultant, speaker, research funding …"),
        Field("ended", Flag(), "true if it ended within the past 24 months", False),
    )
)
_PERSON = Record(
    (
        own_key,
        need("name", NAME, "Name as disclosed"),
        Field("credentials", NAME, "Degrees and fellowships", ""),
        Field("affiliation", NAME, "Department and institution", ""),
        need("roles", Many(words(PersonRole), 1), "How this person controls content"),
        Field("relationships", Many(_RELATIONSHIP), "Relevant financial relationships; empty if there are none", []),
        Field("mitigation", Text(2000), "How the relationships were mitigated before the role began", ""),
    )
)
_SUPPORT = Record(
    (
        need("company", NAME, "Who gave support, name in words only"),
        need("kind", words(SupportKind), "Money or goods"),
        Field("description", LINE, "What was given; needed for support in kind", ""),
    )
)
_STEPS = Record(
    tuple(
        need(step, words(Requirement), "required, optional or absent")
        for step in ("information", "pre-test", "content", "post-test", "evaluation")
    )
)
_IMAGE = Record(
    (
        need("file", FILE, "PNG or JPEG beside this file"),
        need("alt", Text(2000), "What can be seen, for those who cannot see it, without the answer"),
        Field("caption", LINE, "Shown under the image", ""),
    )
)
_CHOICE = Record((own_key, need("text", LINE, "Shown to the learner"), Field("is_correct", Flag(), "Right", False)))
_CHOICES = need("choices", Many(_CHOICE, 2), "What can be chosen")
_QUESTION = Record(
    (
        own_key,
        need("kind", words(QuestionKind), "How it is answered"),
        Field("vignette", MARKDOWN, "The case, in Markdown", ""),
        Field("image", _IMAGE, "A picture above the question"),
        need("stem", Text(2000, is_markdown=True), "The question itself"),
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
        QuestionKind.TRUE_FALSE: (need("answer", Flag(), "true or false"),),
        QuestionKind.MATCHING: (
            need("prompts", Many(ENTRY, 2), "What is matched"),
            need("options", Many(ENTRY, 2), "What it is matched with; spare ones are welcome"),
            need("pairs", Named(KEY, KEY), "Prompt key: option key"),
        ),
        QuestionKind.ORDERING: (need("entries", Many(ENTRY, 3), "In the right order; shown shuffled"),),
        QuestionKind.NUMERIC: (
            need("answer", Amount(), "The right number"),
            Field("tolerance", Amount(), "How far off is still right", "0"),
            Field("unit", Text(40), "Shown behind the answer", ""),
        ),
    },
)
_PRE_TEST = Record(
    (
        need("questions", Many(KEY, 1), "Keys of questions"),
        Field("shuffle", Flag(), "Order of questions and choices at random", False),
    )
)
_POST_TEST = Record(
    (
        need("questions", Many(KEY, 1), "Keys of questions"),
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
        Field("reveal", words(Reveal), "When key, rationale and references are shown", Reveal.AFTER_PASSING.value),
    )
)
_FORM_CHOICES = Many(ENTRY, 2)
_FORM_ITEM = Record(
    (
        own_key,
        need("kind", words(ItemKind), "How it is answered"),
        Field("family", words(Family), "Which of the families every activity needs", Family.OTHER.value),
        need("text", LINE, "The question"),
        Field("objective", KEY, "Key of the objective it asks about", ""),
        Field("required", Flag(), "Must be answered", True),
    ),
    {
        ItemKind.RATING: (
            Field("scale", OneOf(tuple(SCALES)), "A scale of the list; or give choices instead"),
            Field("choices", _FORM_CHOICES, "Points of a scale of one's own, lowest first"),
        ),
        ItemKind.CHOICE: (need("choices", _FORM_CHOICES, "One can be chosen"),),
        ItemKind.MULTIPLE: (need("choices", _FORM_CHOICES, "Several can be chosen"),),
        ItemKind.TEXT: (),
        ItemKind.COMMITMENT: (
            Field("follow_up_days", Whole(0, 1000), "Ask so many days later what became of it; 0: never", 90),
        ),
    },
)
_EVALUATION = Record(
    (
        Field("anonymous", Flag(), "true: answers are stored without the learner", True),
        need("items", Many(_FORM_ITEM, 1), "What is asked"),
    )
)

ACTIVITY = Record(
    (
        need("schema", OneOf((FORMAT,)), f"Version of the format: {FORMAT}"),
        need("key", ACTIVITY_KEY, "Stable short name of the activity"),
        need("title", NAME, "As certificates print it"),
        need(
            "language",
            Text(35, pattern=r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", hint="a BCP 47 tag such as en-US"),
            "BCP 47 tag of the content",
        ),
        need("description", Text(4000), "What it is about"),
        need("audience", Text(2000), "For whom it is meant"),
        need("format", words(LearningFormat), "AMA's name of the learning format, as statements print it"),
        need("estimated_minutes", Whole(1, 100_000), "Good-faith estimate for a typical learner"),
        Field("location", NAME, "Where it takes place, if that applies", ""),
        Field("time_zone", Text(60), "IANA zone in which days begin and end", "UTC"),
        need("provider", _PROVIDER, "Who awards the credit"),
        need("designated", Day(), "When credit was designated; before the release"),
        need("release", Day(), "First day"),
        need("reviewed", Day(), "Last review of the content"),
        need("expires", Day(), "Last day on which credit can be claimed"),
        Field("claims_open", Day(), "First day on which credit can be claimed, if after the release"),
        Field("claims_close", Day(), "Last day on which credit can be claimed, if other than the expiry"),
        Field("equivalents", Many(KEY), "Keys of activities with the same education: no credit for both", []),
        Field("credits", Many(_CREDIT), "What is designated; empty: no credit", []),
        Field("sessions", Many(_SESSION), "Of a live activity or series: claims follow attendance; empty: none", []),
        Field("sessions_on_certificate", Flag(), "true: certificates name the attended sessions", False),
        need("objectives", Many(_OBJECTIVE, 1), "Learning objectives"),
        Field("people", Many(_PERSON), "Everybody in control of content", []),
        Field(
            "standard3_exception",
            words(Standard3Exception),
            "Exception to collecting relationships",
            Standard3Exception.NONE.value,
        ),
        Field("commercial_support", Many(_SUPPORT), "Support from ineligible companies; empty: none", []),
        Field("new_and_evolving", Text(2000), "Which part is a new or evolving topic", ""),
        Field("references", Named(Text(2000), KEY), "Key: full citation", {}),
        need("steps", _STEPS, "The learner's path"),
        Field("content", CONTENT, "What is studied here"),
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
