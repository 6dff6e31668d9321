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
from lti_tool.domain.replay import beside
from lti_tool.domain.standing import Standing
from xblock_cme.copies import copy_of_version, newest_copy
from xblock_cme.facts import Elsewhere, LearnerFacts, joined, newest_elsewhere


@dataclass(frozen=True, slots=True)
class Progress:
    """``facts`` are this block's own, ``native`` those of all blocks of the course. ``record`` holds everything that
    counts: these, what the learner did elsewhere in the same version, and the credit recorded."""

    copy: ActivityCopy
    newest: ActivityCopy
    facts: LearnerFacts
    native: Record
    record: Record
    page: InformationPage
    """The text in force: that of the newest copy."""
    standing: Standing
    now: datetime
    elsewhere: Elsewhere | None = None
    """What was heard of LTI links, also where it is of another version and does not count here."""

    @property
    def is_elsewhere(self) -> bool:
        """The learner has begun another version through LTI links: there they finish it."""
        return self.elsewhere is not None and self.elsewhere.version not in (0, self.copy.version)

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
    elsewhere = newest_elsewhere([*others, facts])
    begun = elsewhere.version if elsewhere is not None and str(elsewhere.version) in copies else 0
    version = facts.version or next((other.version for other in others if other.version), begun)
    own, newest = copy_of_version(copies, version), newest_copy(copies)
    native = joined([*(other.record for other in others), facts.record])
    counts = elsewhere is not None and elsewhere.version == own.version
    record = beside(own.activity, elsewhere.record, native) if elsewhere is not None and counts else native
    record = replace(record, claims=tuple(claims))
    page = newest.page
    return Progress(
        copy=own,
        newest=newest,
        facts=replace(facts, version=own.version),
        native=native,
        record=record,
        page=page,
        standing=standing(own.activity, record, page.fingerprint, now),
        now=now,
        elsewhere=elsewhere,
    )
