"""Gathering a review file: everything that the database holds for it, in the order in which a reviewer asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import activity_value
from lti_tool.domain.activity import Activity, ContentKind
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.credit import Degree
from lti_tool.domain.disclosure import information_page, printed_date
from lti_tool.domain.dossier import Block, Dossier, DossierSection, Missing, Paper
from lti_tool.domain.evaluation import SMALL_CELL
from lti_tool.domain.learner import Profile
from lti_tool.domain.statement import Overrides
from lti_tool.domain.vault import DocumentKind
from lti_tool.services.abstract import NeedOf, abstract_of, no_need
from lti_tool.services.audit import Actor, note
from lti_tool.services.certificate import Link
from lti_tool.services.dossier.commitment import commitment_blocks
from lti_tool.services.dossier.evidence import change_blocks, result_blocks, shown_blocks, shown_texts
from lti_tool.services.dossier.sections import (
    abstract_blocks,
    agenda_blocks,
    instrument_blocks,
    key_facts,
    mitigation_blocks,
    people_blocks,
    statement_blocks,
    support_blocks,
    text,
)
from lti_tool.services.own_activity import own_activity
from lti_tool.services.specimen import specimen
from lti_tool.services.statement import activity_statements, overrides_of
from lti_tool.services.vault import activity_papers

SPECIMENS = "Specimen certificates"
_PROFILES = (
    ("Specimen for a physician", Profile("Sample Physician", Degree.MD, "US"), True),
    ("Specimen for another profession", Profile("Sample Learner", Degree.RN, "US"), False),
)


@dataclass(frozen=True, slots=True)
class Gathered:
    """A review file without its specimens, which are printed after the transaction has ended."""

    key: str
    dossier: Dossier
    specimens: tuple[tuple[str, Certificate], ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The papers of one activity by what they are."""

    papers: Sequence[tuple[DocumentKind, Paper]]

    def of(self, *kinds: DocumentKind) -> tuple[Paper, ...]:
        return tuple(paper for kind, paper in self.papers if kind in kinds)


def _shelf(session: Session, activity_id: str) -> Shelf:
    found = activity_papers(session, activity_id)
    return Shelf([(kind, Paper(file.file_name, file.media_type, file.body, note=title)) for kind, title, file in found])


def _content_papers(session: Session, activity: Activity, activity_id: str, version: int) -> tuple[Paper, ...]:
    items = activity.content.items if activity.content else ()
    names = {item.file: item.title for item in items if item.kind is ContentKind.PDF and item.file}
    table = models.Media
    query = select(table).where(table.activity_id == activity_id, table.version == version, table.name.in_(names))
    rows = session.scalars(query.order_by(table.name)) if names else ()
    return tuple(Paper(row.name, row.media_type, row.body, note=names[row.name]) for row in rows)


def _section(title: str, blocks: Iterable[Block], papers: tuple[Paper, ...] = ()) -> DossierSection:
    return DossierSection(title, tuple(blocks), papers)


def _evidence(shelf: Shelf, what: str, *kinds: DocumentKind) -> tuple[tuple[Block, ...], tuple[Paper, ...]]:
    """Papers of the vault, or a line that says what to put there."""
    papers = shelf.of(*kinds)
    return (() if papers else (Missing(f"No document: {what}. Put it into the vault under this activity."),)), papers


def _specimens(activity: Activity, day: date, link: Link, overrides: Overrides) -> tuple[tuple[str, Certificate], ...]:
    if not activity.credits:
        return ()
    return tuple(
        (title, specimen(activity, profile, day, is_awarded=is_awarded, link=link, overrides=overrides))
        for title, profile, is_awarded in _PROFILES
    )


def gather(
    session: Session, actor: Actor, activity_id: str, link: Link, now: datetime, need_of: NeedOf = no_need
) -> Gathered:
    """Raises ``NotFound("activity_unknown")``. Making it is noted in the audit trail."""
    row = own_activity(session, actor.provider_id, activity_id)
    activity, day = activity_value(session, row.id, row.version), now.date()
    note(session, actor, "dossier.made", f"activity:{row.id}", now, activity_id=row.id, detail={"version": row.version})
    sections = _sections(session, row, activity, need_of, now)
    made = f"made {printed_date(day)} from version {row.version} of the activity"
    facts = (*key_facts(activity), ("This file", made))
    dossier = Dossier(activity.title, activity.provider.name, "en", day, facts, sections)
    specimens = _specimens(activity, activity.day_of(now), link, overrides_of(session, row.provider_id))
    return Gathered(row.key, dossier, specimens)


def _sections(
    session: Session, row: models.Activity, activity: Activity, need_of: NeedOf, now: datetime
) -> tuple[DossierSection, ...]:
    shelf, sentences = _shelf(session, row.id), activity_statements(session, row.provider_id, activity)
    page = information_page(activity, sentences)
    collected = _evidence(shelf, "the form with which disclosures were collected", DocumentKind.DISCLOSURE_FORM)
    agreements: tuple[tuple[Block, ...], tuple[Paper, ...]] = ((), ())
    if activity.support:
        agreements = _evidence(shelf, "the executed support agreement", DocumentKind.SUPPORT_AGREEMENT)
    accounts = shelf.of(DocumentKind.INCOME_EXPENSE)
    abstract = abstract_of(session, activity, row.id, need_of)
    content = _content_papers(session, activity, row.id, row.version)
    results = (*result_blocks(session, row.id, SMALL_CELL), *commitment_blocks(session, row.id, now, SMALL_CELL))
    return (
        _section("Structured abstract", abstract_blocks(abstract), shelf.of(DocumentKind.NEEDS)),
        _section("Agenda and content", agenda_blocks(activity), (*shelf.of(DocumentKind.AGENDA), *content)),
        _section("People in control of content", people_blocks(activity)),
        _section("How disclosures were collected", (_COLLECTED, *collected[0]), collected[1]),
        _section("Mitigation", mitigation_blocks(activity), shelf.of(DocumentKind.MITIGATION)),
        _section("What learners were shown", shown_blocks(shown_texts(session, row.id), page)),
        _section("Statements", statement_blocks(sentences)),
        _section("Instruments", instrument_blocks(activity), shelf.of(DocumentKind.INSTRUMENT)),
        _section(SPECIMENS, (text("As printed for each group, marked as a specimen."),)),
        _section("Commercial support", (*support_blocks(activity), *agreements[0]), (*agreements[1], *accounts)),
        _section("Results and learner change", results, shelf.of(DocumentKind.OUTCOME)),
        _section("Change log", change_blocks(session, row.provider_id, row.id), shelf.of(DocumentKind.OTHER)),
    )


_COLLECTED = text(
    "Everybody in control of content is asked for all financial relationships with ineligible companies within the "
    "prior 24 months, before taking up the role (ACCME, Standards for Integrity and Independence, Standard 3)."
)
