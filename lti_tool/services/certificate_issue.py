"""Issuing the certificates of a claim: one or several, as the provider had chosen, in the claim's own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
        common = self._printing()
        return [self._issued(common, paper, entries[paper.lines[0].credit.code]) for paper in wanted]

    def _issued(self, common: Printing, paper: Paper, entry: models.CreditEntry) -> models.Certificate:
        found = self.found
        day = paper.completed_on(found.activity, self.completed_on)
        printing = replace(common, lines=paper.lines, completed_on=day, session=paper.session)
        return issue(self.session, entry, found.activity, self.profile, printing, self.link, found.now, self.division)

    def _printing(self) -> Printing:
        """Without what is printed of the credit."""
        learner = self.session.get_one(models.Learner, self.found.learner_id)
        return Printing(
            lines=(),
            completed_on=self.completed_on,
            issued_on=self.found.activity.day_of(self.found.now),
            learner_language=learner_language(learner, self.profile.country),
            overrides=overrides_of_activity(self.session, self.found.activity_id),
        )
