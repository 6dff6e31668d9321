"""What an action of a learner looks at, and what it leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lti_tool.domain.activity import Step
from lti_tool.domain.answer_form import Fields
from lti_tool.domain.evaluation import EvaluationAnswer
from lti_tool.domain.native import (
    NativeAnswer,
    NativeClaim,
    NativeHolding,
    NativeRecord,
)
from xblock_cme.claiming import Claimant, ClaimState, Sheet
from xblock_cme.face import Notice
from xblock_cme.facts import LearnerFacts
from xblock_cme.identifying import Asked
from xblock_cme.progress import Progress
from xblock_cme.question_face import Shelf
from xblock_cme.taking import Saved
from xblock_cme.words import fault_of


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that an action may look at. ``claimant`` is asked only when something is sent or asked of the tool."""

    here: Progress
    step: Step
    fields: Fields = field(repr=False)
    shelf: Shelf
    claimant: Callable[[], Claimant]
    ask_tool: Callable[[Claimant], NativeRecord]
    """What the tool has recorded of this learner itself. Raises what ``client.ToolClient`` does."""
    ask_holding: Callable[[Claimant], NativeHolding]
    """What is on file at the tool for a claim of this learner."""
    kept: ClaimState | None = None
    """The claim that was made, if there is one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action has led to. ``facts`` is ``None`` where nothing has changed."""

    facts: LearnerFacts | None = None
    step: Step | None = None
    """Where to go; the step itself if ``None``."""
    notice: Notice | None = None
    item: str = ""
    is_editing: bool = False
    """The particulars are to be shown again, although they are confirmed."""
    claim: NativeClaim | None = None
    owed: tuple[str, ...] = ()
    """Credit types of ``claim`` that wait until what their body needs has arrived at the tool."""
    identifiers: Mapping[str, str] | None = field(default=None, repr=False)
    """What is handed on with the claim, and kept nowhere. Without ``claim`` it belongs to the one that is kept."""
    further: frozenset[str] | None = None
    """A further claim is to be filled in: the credit types that were given before."""
    held: frozenset[str] = frozenset()
    """Of ``claim``: credit types that were given before."""
    is_leaving_owed: bool = False
    is_reporting: bool = False
    """Reports are wanted. Without ``claim``, ``identifiers`` are for a report of what was given."""
    is_leaving_report: bool = False
    asked: Asked | None = None
    """What the next page asks for the claim."""
    draft: Fields | None = field(default=None, repr=False)
    """The claim's form as it was filled in, to be shown again."""
    sheet: Sheet | None = None
    """An answered evaluation; where the tool knows of another, its answers are not sent."""
    answer: NativeAnswer | None = None
    """Credit that the tool has recorded already."""
    saved: Saved | None = None
    answers: Mapping[str, EvaluationAnswer] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    """Of the evaluation, by item."""

    @property
    def is_sending(self) -> bool:
        """Something is to be written down or sent, also where the facts stay."""
        is_leaving = self.is_leaving_owed or self.is_leaving_report
        return bool(self.claim or self.sheet or self.answer or is_leaving or self.identifiers is not None)


def fault_words(shelf: Shelf, faults: Mapping[str, str]) -> dict[str, str]:
    """Field to sentence."""
    return {name: shelf.translate(fault_of(name, code)) for name, code in faults.items()}
