"""Form of the section content and validation."""

from __future__ import annotations

from flask_babel import lazy_gettext

from lti_tool.domain.activity import ContentKind
from lti_tool.web.office.planning.assessment import question_options
from lti_tool.web.office.planning.controls import Choice, Control, Group, Rows, Text, Tick

_RECORDING: tuple[Control, ...] = (
    Text("url", lazy_gettext("Address of the recording"), lazy_gettext("Beginning with https://"), limit=2000),
    Text("captions", lazy_gettext("Address of the captions"), lazy_gettext("A WebVTT file, https://"), limit=2000),
    Text("minutes", lazy_gettext("Running time in minutes"), kind="number"),
    Text(
        "minimum_coverage",
        lazy_gettext("Least part that must be played"),
        lazy_gettext("As a fraction: 0.9 for 90 %. Empty: it must only be opened."),
        kind="decimal",
        is_needed=False,
    ),
)
_WAITS = Tick(
    "required",
    lazy_gettext("What follows opens only once this is answered"),
    lazy_gettext("Any answer opens it; a wrong one never stops anybody."),
    is_kept=True,
)
_MARKDOWN = lazy_gettext("Markdown. An uploaded image: ![what can be seen](file.png)")
_KINDS: dict[str, tuple[object, tuple[Control, ...]]] = {
    ContentKind.PAGE: (
        lazy_gettext("Page"),
        (
            Text(
                "body",
                lazy_gettext("Text"),
                _MARKDOWN,
                rows=12,
                limit=100_000,
            ),
        ),
    ),
    ContentKind.PDF: (
        lazy_gettext("PDF"),
        (Text("file", lazy_gettext("File name"), lazy_gettext("Of a PDF uploaded below."), limit=100),),
    ),
    ContentKind.VIDEO: (lazy_gettext("Video"), _RECORDING),
    ContentKind.AUDIO: (lazy_gettext("Audio"), _RECORDING),
    ContentKind.ARTICLE: (
        lazy_gettext("Published article"),
        (
            Text("citation", lazy_gettext("Full citation"), rows=2, limit=2000),
            Text("url", lazy_gettext("Where it is published"), lazy_gettext("Beginning with https://"), limit=2000),
        ),
    ),
    ContentKind.CASE: (
        lazy_gettext("Case with a question"),
        (
            Text("body", lazy_gettext("Case"), _MARKDOWN, rows=8, limit=100_000),
            Choice(
                "question",
                lazy_gettext("Question"),
                question_options,
                lazy_gettext(
                    "Written in the section Assessment, with the right answer and its rationale, and asked in no "
                    "test. It is never graded: learners see the explanation and what others chose as soon as they have "
                    "answered."
                ),
                prompt=lazy_gettext("Choose"),
            ),
            _WAITS,
        ),
    ),
    ContentKind.POLL: (
        lazy_gettext("Poll"),
        (
            Text("body", lazy_gettext("Text before the question"), _MARKDOWN, rows=4, limit=100_000, is_needed=False),
            Text("stem", lazy_gettext("Question"), rows=2, limit=2000),
            Rows(
                "choices",
                lazy_gettext("Choices"),
                (Text("text", lazy_gettext("Text")),),
                "a",
                lazy_gettext("Choice"),
                lazy_gettext("None of them is right. Learners see what others chose once they have answered."),
                title="text",
            ),
            Tick("several", lazy_gettext("Several can be chosen")),
            _WAITS,
        ),
    ),
}
CLAUSE_WORDS = {
    "balanced": lazy_gettext(
        "Recommendations for patient care are based on current science, evidence and clinical reasoning, and give a "
        "fair and balanced view of options."
    ),
    "sound_research": lazy_gettext(
        "Research that is referred to conforms to accepted standards of design, data collection, analysis and "
        "interpretation."
    ),
    "evolving_identified": lazy_gettext(
        "New and evolving topics are clearly identified as such, here and in the content."
    ),
    "no_advocacy": lazy_gettext(
        "The content does not advocate practices that are not, or not yet, adequately based on science, or whose risks "
        "outweigh the benefits."
    ),
}
CONTENT: tuple[Control, ...] = (
    Group(
        "content",
        lazy_gettext("What is studied"),
        (
            Rows(
                "items",
                lazy_gettext("Items, in order"),
                (Text("title", lazy_gettext("Title"), limit=200),),
                "c",
                lazy_gettext("Item"),
                kinds=_KINDS,
                title="title",
            ),
            Text(
                "minimum_minutes",
                lazy_gettext("Least minutes on the content"),
                lazy_gettext("Before the next step opens. Empty: time is recorded and not enforced."),
                kind="number",
                is_needed=False,
            ),
        ),
    ),
    Rows(
        "references",
        lazy_gettext("References"),
        (Text("text", lazy_gettext("Full citation"), rows=2, limit=2000),),
        "r",
        lazy_gettext("Reference"),
    ),
    Text(
        "new_and_evolving",
        lazy_gettext("New and evolving topics"),
        lazy_gettext("Learners are shown this before they start. Empty: there are none."),
        rows=2,
        limit=2000,
        is_needed=False,
    ),
    Group(
        "validation",
        lazy_gettext("Validation of the clinical content"),
        (
            *(Tick(name, words) for name, words in CLAUSE_WORDS.items()),
            Text("reviewer", lazy_gettext("Reviewed by"), limit=200),
            Text("date", lazy_gettext("Reviewed on"), kind="date"),
        ),
        lazy_gettext("The reviewer confirms each clause of Standard 1."),
    ),
)
