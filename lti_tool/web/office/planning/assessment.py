"""Form of the section assessment: questions, and the two tests that are made of them."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lti_tool.domain.assessment import QuestionKind, Reveal
from lti_tool.domain.document import Document, records
from lti_tool.web.office.planning.controls import (
    Carried,
    Choice,
    Control,
    Group,
    Matched,
    Numbers,
    Option,
    Rows,
    Text,
    Tick,
    Ticks,
    fixed,
)
from lti_tool.web.office.planning.need import objective_options

_SHOWN = Text("text", lazy_gettext("Text"))
_CHOICES = Rows(
    "choices",
    lazy_gettext("Choices"),
    (_SHOWN, Tick("is_correct", lazy_gettext("Right"))),
    "a",
    lazy_gettext("Choice"),
    title="text",
)
KINDS: dict[str, tuple[Any, tuple[Control, ...]]] = {
    QuestionKind.SINGLE: (lazy_gettext("One right choice"), (_CHOICES,)),
    QuestionKind.MULTIPLE: (
        lazy_gettext("Several right choices"),
        (
            _CHOICES,
            Tick("partial_credit", lazy_gettext("Each right choice earns a share, each wrong one loses it")),
        ),
    ),
    QuestionKind.TRUE_FALSE: (
        lazy_gettext("True or false"),
        (
            Choice(
                "answer",
                lazy_gettext("Right answer"),
                fixed(("true", lazy_gettext("True")), ("false", lazy_gettext("False"))),
                prompt=lazy_gettext("Choose"),
                is_flag=True,
            ),
        ),
    ),
    QuestionKind.MATCHING: (
        lazy_gettext("Matching"),
        (
            Rows("prompts", lazy_gettext("Prompts"), (_SHOWN,), "m", lazy_gettext("Prompt"), title="text"),
            Rows("options", lazy_gettext("Options"), (_SHOWN,), "n", lazy_gettext("Option"), title="text"),
            Matched("pairs", lazy_gettext("What belongs together")),
        ),
    ),
    QuestionKind.ORDERING: (
        lazy_gettext("Ordering"),
        (
            Rows(
                "entries",
                lazy_gettext("Lines, in the right order"),
                (_SHOWN,),
                "l",
                lazy_gettext("Line"),
                title="text",
            ),
        ),
    ),
    QuestionKind.NUMERIC: (
        lazy_gettext("A number"),
        (
            Text("answer", lazy_gettext("Right number"), kind="decimal"),
            Text("tolerance", lazy_gettext("How far off is still right"), kind="decimal", is_needed=False),
            Text("unit", lazy_gettext("Unit"), limit=40, is_needed=False),
        ),
    ),
}


def reference_options(document: Document) -> list[Option]:
    return [
        {"value": one["key"], "label": (one.get("text") or _("Reference without text"))[:120]}
        for one in records(document.get("references"))
    ]


def question_options(document: Document) -> list[Option]:
    return [
        {"value": one["key"], "label": (one.get("stem") or _("Question without text"))[:120]}
        for one in records(document.get("questions"))
    ]


_QUESTION: tuple[Control, ...] = (
    Text("vignette", lazy_gettext("Case"), lazy_gettext("Markdown."), rows=4, limit=100_000, is_needed=False),
    Group(
        "image",
        lazy_gettext("Picture"),
        (
            Text(
                "file",
                lazy_gettext("File name"),
                lazy_gettext("Of an image uploaded under Content."),
                limit=100,
                is_needed=False,
            ),
            Text(
                "alt",
                lazy_gettext("What can be seen"),
                lazy_gettext("Without giving the answer away."),
                rows=2,
                limit=2000,
                is_needed=False,
            ),
            Text("caption", lazy_gettext("Caption"), is_needed=False),
        ),
    ),
    Text("stem", lazy_gettext("Question"), rows=3, limit=2000),
    Choice(
        "objective",
        lazy_gettext("Measures the objective"),
        objective_options,
        prompt=lazy_gettext("None"),
        is_needed=False,
    ),
    Text(
        "rationale",
        lazy_gettext("Rationale"),
        lazy_gettext("Shown with the right answer."),
        rows=3,
        limit=100_000,
        is_needed=False,
    ),
    Ticks("references", lazy_gettext("References"), reference_options),
    Carried("source", lazy_gettext("From the question bank")),
)
_REVEAL = (
    (Reveal.AFTER_PASSING.value, lazy_gettext("After passing, or after the last attempt")),
    (Reveal.NEVER.value, lazy_gettext("Never")),
)
ASSESSMENT: tuple[Control, ...] = (
    Rows("questions", lazy_gettext("Questions"), _QUESTION, "q", lazy_gettext("Question"), kinds=KINDS, title="stem"),
    Group(
        "pre_test",
        lazy_gettext("Pre-test"),
        (
            Ticks("questions", lazy_gettext("Questions of the pre-test"), question_options),
            Tick("shuffle", lazy_gettext("Questions and choices in random order")),
        ),
        lazy_gettext("Take the same questions as in the post-test: only such pairs show what was learned."),
    ),
    Group(
        "post_test",
        lazy_gettext("Post-test"),
        (
            Ticks("questions", lazy_gettext("Questions of the post-test"), question_options, is_needed=True),
            Text(
                "draw",
                lazy_gettext("Ask that many, drawn at random"),
                lazy_gettext("Empty: all of them."),
                kind="number",
                is_needed=False,
            ),
            Numbers(
                "draw_per_objective",
                lazy_gettext("Or draw so many per objective"),
                objective_options,
                lazy_gettext("Empty: all questions of this objective."),
            ),
            Text("pass_mark", lazy_gettext("Right answers needed to pass"), kind="number"),
            Text(
                "attempts",
                lazy_gettext("Attempts"),
                lazy_gettext("Empty: as many as needed."),
                kind="number",
                is_needed=False,
            ),
            Text("cool_down_minutes", lazy_gettext("Minutes between attempts"), kind="number", is_needed=False),
            Text(
                "time_limit_minutes",
                lazy_gettext("Time limit in minutes"),
                lazy_gettext("Empty: no limit. Single learners can be granted more."),
                kind="number",
                is_needed=False,
            ),
            Tick("shuffle", lazy_gettext("Questions and choices in random order")),
            Choice("reveal", lazy_gettext("Right answers are shown"), fixed(*_REVEAL)),
        ),
    ),
)
