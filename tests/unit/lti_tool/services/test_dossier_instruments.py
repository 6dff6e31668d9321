"""The instruments of a review file: what is asked in tests, in cases and polls, and in the evaluation."""

from __future__ import annotations

from dataclasses import replace

from lti_tool.domain.activity import Content, ContentItem, ContentKind
from lti_tool.domain.assessment import Question, QuestionKind
from lti_tool.domain.dossier import Grid, Heading
from lti_tool.services.dossier.sections import agenda_blocks, instrument_blocks
from tests.unit.lti_tool.domain.builders import activity, entries, single

CASE = ContentItem("c", ContentKind.CASE, "Case", question=replace(single("c1"), rationale="Because\nof this."))
POLL = ContentItem(
    "p", ContentKind.POLL, "Poll", question=Question("p", QuestionKind.SINGLE, "Who?", entries("x", "y"))
)


def test_cases_and_polls_are_listed_as_formative() -> None:
    blocks = list(instrument_blocks(activity(content=Content((CASE, POLL)))))
    titles = [block.text for block in blocks if isinstance(block, Heading)]
    assert titles == [
        "Pre-test",
        "Post-test",
        "Cases in the content (formative, not graded)",
        "Polls in the content (not graded)",
        "Evaluation",
    ]
    grids = [block for block in blocks if isinstance(block, Grid)]
    assert grids[2].rows == (("Case", "Which? c1", "[x] A\nB\nC\nBecause of this."),)
    assert grids[3].rows == (("Poll", "Who?", "X\nY"),)


def test_the_agenda_names_their_kinds() -> None:
    grids = [block for block in agenda_blocks(activity(content=Content((CASE, POLL)))) if isinstance(block, Grid)]
    assert [row[2] for row in grids[-1].rows] == ["case", "poll"]


def test_without_cases_nothing_is_added() -> None:
    titles = [block.text for block in instrument_blocks(activity()) if isinstance(block, Heading)]
    assert titles == ["Pre-test", "Post-test", "Evaluation"]
