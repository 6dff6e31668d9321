"""Where a learner stands in a block: the activity's copy, the facts, and what the pathway makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from lti_tool.domain.activity import Activity, Step
from lti_tool.domain.disclosure import InformationPage
from lti_tool.domain.native import ActivityCopy
from lti_tool.domain.pathway import grade_fraction, require, standing
from lti_tool.domain.record import Claim, Record
from lti_tool.domain.standing import Standing
from xblock_cme.copies import copy_of_version, newest_copy
from xblock_cme.facts import LearnerFacts, joined


@dataclass(frozen=True, slots=True)
class Progress:
    """``facts`` are this block's own; ``record`` holds those of all blocks of the course, and the credit recorded."""

    copy: ActivityCopy
    newest: ActivityCopy
    facts: LearnerFacts
    record: Record
    page: InformationPage
    """The text in force: that of the newest copy."""
    standing: Standing
    now: datetime

    @property
    def activity(self) -> Activity:
        return self.copy.activity

    def require(self, step: Step) -> None:
        """Raises ``Refused("step_locked")`` with the blockers unless ``step`` may be entered now."""
        require(self.standing, step)

    def fraction(self, step: Step | None) -> Decimal | None:
        """The grade that the block should show, 0 to 1; ``None`` while there is nothing to say."""
        return grade_fraction(self.activity, self.standing, self.record, step)


def progress(
    copies: Mapping[str, Any],
    facts: LearnerFacts,
    others: Sequence[LearnerFacts],
    claims: Sequence[Claim],
    now: datetime,
) -> Progress:
    """``others``: what the course's other blocks of this activity know. Raises ``NotFound`` of ``copies``."""
    version = facts.version or next((other.version for other in others if other.version), 0)
    own, newest = copy_of_version(copies, version), newest_copy(copies)
    record = replace(joined([*(other.record for other in others), facts.record]), claims=tuple(claims))
    page = newest.page
    return Progress(
        copy=own,
        newest=newest,
        facts=replace(facts, version=own.version),
        record=record,
        page=page,
        standing=standing(own.activity, record, page.fingerprint, now),
        now=now,
    )
