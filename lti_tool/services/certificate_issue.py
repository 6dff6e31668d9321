"""Issuing the certificates of a claim: one or several, as the provider had chosen, in the claim's own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.division import Division
from lti_tool.domain.learner import Profile
from lti_tool.services.certificate import Link, issue, learner_language
from lti_tool.services.certificate_division import Paper
from lti_tool.services.certificate_text import Printing
from lti_tool.services.participation import Progress
from lti_tool.services.statement import overrides_of_activity


@dataclass(frozen=True, slots=True)
class Issuing:
    """What all certificates of a claim have in common."""

    session: Session
    found: Progress
    profile: Profile
    completed_on: date
    """The day in the activity's time zone on which the education was completed."""
    division: Division
    link: Link

    def issue(self, wanted: Sequence[Paper], entries: Mapping[str, models.CreditEntry]) -> list[models.Certificate]:
        """One for each of ``wanted``. ``entries``: what is printed of each credit type stands in the ledger there."""
        return [self._issued(paper, entries[paper.lines[0].credit.code]) for paper in wanted]

    def _issued(self, paper: Paper, entry: models.CreditEntry) -> models.Certificate:
        found = self.found
        printing = self._printing(paper)
        return issue(self.session, entry, found.activity, self.profile, printing, self.link, found.now, self.division)

    def _printing(self, paper: Paper) -> Printing:
        activity = self.found.activity
        learner = self.session.get_one(models.Learner, self.found.learner_id)
        return Printing(
            lines=paper.lines,
            completed_on=paper.completed_on(activity, self.completed_on),
            issued_on=activity.day_of(self.found.now),
            learner_language=learner_language(learner, self.profile.country),
            overrides=overrides_of_activity(self.session, self.found.activity_id),
            session=paper.session,
        )
