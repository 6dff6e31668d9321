"""Trying a design with every kind of certificate that it may be needed for, before any is issued in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.catalogue import claiming_word
from lti_tool.domain.certificate import Certificate, renamed
from lti_tool.domain.credit import Degree
from lti_tool.domain.design import Design
from lti_tool.domain.errors import BadInput
from lti_tool.domain.page_markup import MARKUP_UNUSABLE, MarkupFault, MarkupRule, OwnWords, unusable
from lti_tool.domain.text import RichText
from lti_tool.services.certificate import Link
from lti_tool.services.design import assets_of, check_design
from lti_tool.services.design_preview import PreviewActivity, PreviewPaper, preview_activities, sample_of
from lti_tool.services.office import Officer
from lti_tool.services.page_markup import page_markup
from lti_tool.services.ports import CertificatePrinter

NAMES = (
    "Maximiliane-Charlotte von und zu Hohenstein-Weissenburg",
    "محمد عبد الرحمن الحسيني",
    "מרים בן־דוד",
    "山田 太郎",
    "Ольга Викторовна Константинопольская",
    "สมชาย ใจดี",
)
"""Long, and in other scripts, two of them from right to left."""
_OF_THE_PAGE = frozenset({MARKUP_UNUSABLE, "markup_untried", "certificate.markup_missing"})


@dataclass(frozen=True, slots=True)
class _Trial:
    """Who tries which design."""

    session: Session
    officer: Officer
    design: Design
    link: Link
    now: datetime

    def sample(self, activity: PreviewActivity, degree: Degree, code: str = "") -> Certificate:
        """One credit of one activity, without a code all of them."""
        asked = (self.design, activity.activity, degree, PreviewPaper(code, code))
        return sample_of(self.session, self.officer, *asked, self.link, self.now)


def check_prints(
    session: Session, officer: Officer, design: Design, printer: CertificatePrinter, link: Link, now: datetime
) -> None:
    """Every kind of certificate prints in this look: a design with a hole is refused before anything is issued.

    Raises ``BadInput("design_unusable")`` with the printer's code as fault of ``template``, or of ``markup`` with what
    is wrong with the provider's own page in ``facts["found"]``; ``markup_untried`` where nothing is there to try it.
    """
    check_design(session, officer.provider_id, design, printer)
    trial, words = _Trial(session, officer, design, link, now), set[OwnWords]()
    try:
        if design.markup:
            _check_words(printer.words_of(page_markup(session, officer.provider_id, design.markup)))
        for values in _certificates(trial):
            rendered = printer.render(values, assets_of(session, officer.provider_id, values.design))
            words.update(rendered.own_words)
        _check_words(words)
    except BadInput as error:
        field = "markup" if error.code in _OF_THE_PAGE else "template"
        raise BadInput("design_unusable", str(error), faults={field: error.code}, **error.facts) from error


def _check_words(words: Iterable[OwnWords]) -> None:
    """The page's own words name no credit, no body and no award: everybody gets them."""
    claims = ((one.line, claiming_word(one.text)) for one in words)
    faults = [MarkupFault(line, claim, MarkupRule.CLAIMS_CREDIT) for line, claim in claims if claim]
    if faults:
        raise unusable(faults)


def _certificates(trial: _Trial) -> Iterator[Certificate]:
    """Each credit of each activity for who is awarded it and who is not; for a page of the provider's own much more."""
    activities = preview_activities(trial.session, trial.officer)
    for activity in activities:
        for degree in (Degree.MD, Degree.RN):
            yield from (trial.sample(activity, degree, code) for code in activity.credits[degree])
    if not trial.design.markup:
        return
    if not any(any(one.credits.values()) for one in activities):
        raise BadInput("markup_untried")
    yield from _every_profession(trial, activities)
    several = list(_with_all_credits(trial, activities))
    yield from several
    if several:
        yield from _varied(max(several, key=lambda one: len(one.credits)))


def _every_profession(trial: _Trial, activities: tuple[PreviewActivity, ...]) -> Iterator[Certificate]:
    """Each credit once for each profession that may get it."""
    kinds = {(degree, code): one for one in activities for degree, codes in one.credits.items() for code in codes}
    for (degree, code), activity in kinds.items():
        if degree not in (Degree.MD, Degree.RN):
            yield trial.sample(activity, degree, code)


def _with_all_credits(trial: _Trial, activities: tuple[PreviewActivity, ...]) -> Iterator[Certificate]:
    """All that a physician and a nurse may claim of an activity, on one certificate."""
    for activity in activities:
        for degree in (Degree.MD, Degree.RN):
            if activity.credits[degree]:
                yield trial.sample(activity, degree)


def _varied(values: Certificate) -> Iterator[Certificate]:
    """What learners and activities bring: names, and everything that may be there or not."""
    yield from (renamed(values, name) for name in NAMES)
    detail = RichText.of("0.25 hours of pharmacotherapy")
    lines = tuple(replace(one, details=(*one.details, detail), is_awarded=not one.is_awarded) for one in values.credits)
    note = RichText.of("A note of a body, in small print, where it wants one.")
    yield replace(values, credits=lines, notes=(*values.notes, note), location=values.location or "Northlake")
    yield replace(values, credits=(), notes=(), statements=(), degree="", signatory_title="", provider_contact="")
    yield replace(values, is_specimen=False, number="2026-ABCDEFGH-000001")
