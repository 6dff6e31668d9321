"""What a review file tells of commitments to change, over all courses and without names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.dossier import Block, FactList, Grid, Heading
from lti_tool.domain.evaluation import SMALL_CELL, Barrier, FollowUp
from lti_tool.services.commitment import summary_of
from lti_tool.services.dossier.sections import text

OUTCOMES = {
    FollowUp.DONE: "change made",
    FollowUp.PARTLY: "change made in part",
    FollowUp.NOT_YET: "not yet",
    FollowUp.NO_LONGER: "no longer intended",
}
BARRIERS = {
    Barrier.TIME: "too little time",
    Barrier.COST: "costs or coverage",
    Barrier.PATIENTS: "patients did not agree or could not follow",
    Barrier.COLLEAGUES: "colleagues did not agree",
    Barrier.SYSTEM: "organization, equipment or records",
    Barrier.KNOWLEDGE: "more knowledge or practice needed",
    Barrier.EVIDENCE: "evidence not convincing for own patients",
    Barrier.OTHER: "something else",
}


def commitment_blocks(session: Session, activity_id: str, now: datetime, small_cell: int) -> Iterator[Block]:
    """What learners committed themselves to, and by their own word became of it (ACCME C11, analysis of change)."""
    part = models.Participation
    mine = select(part.id).where(part.activity_id == activity_id, part.is_trial.is_(False))
    found = summary_of(session, mine, now, small_cell)
    if not found.made:
        return
    yield Heading("Commitments to change")
    yield FactList(
        (
            ("Commitments made", str(found.made)),
            ("Due for follow-up", str(found.due)),
            ("Answered", str(found.answered)),
        )
    )
    if found.is_hidden:
        yield text(f"Fewer than {max(small_cell, SMALL_CELL)} learners have made one; answers are not counted out.")
        return
    rows = [(words, str(found.outcomes.get(one, 0))) for one, words in OUTCOMES.items()]
    yield Grid(("What became of them", "Answers"), tuple(rows), (80, 20))
    hindered = tuple((words, str(found.barriers[one])) for one, words in BARRIERS.items() if one in found.barriers)
    if hindered:
        yield Grid(("What stood in the way", "Answers"), hindered, (80, 20))
