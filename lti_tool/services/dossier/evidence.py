"""What a review file takes from the records: what learners were shown, results, and what was changed by whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import activity_value, entry_value
from lti_tool.domain.disclosure import InformationPage, Section, SectionKey
from lti_tool.domain.dossier import Block, FactList, Grid, Heading
from lti_tool.domain.ledger import Entry, balance, in_order, live_award
from lti_tool.domain.text import RichText, Run
from lti_tool.services.audit import whole_trail
from lti_tool.services.dossier.sections import page_blocks, text
from lti_tool.services.score_sheet import score_sheets

MOST_ENTRIES = 500
"""Entries of the audit trail that are printed; all of them are in the trail's own export."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One text that learners were shown, and how many acknowledged it. ``versions`` of the activity."""

    page: InformationPage
    fingerprint: str
    first_at: datetime
    acknowledged: int
    versions: tuple[int, ...]


def _page(body: Mapping[str, Any]) -> InformationPage:
    sections = tuple(
        Section(
            SectionKey(one["key"]),
            tuple(RichText(tuple(Run(words, italic) for words, italic in runs)) for runs in one["paragraphs"]),
            bool(one["list"]),
        )
        for one in body["sections"]
    )
    return InformationPage(sections, str(body["language"]))


def shown_texts(session: Session, activity_id: str) -> Sequence[Shown]:
    """By learners only (no test runs), oldest first."""
    mark, part, shown = models.Acknowledgement, models.Participation, models.ShownText
    query = (
        select(shown, mark.version, func.count(mark.id))
        .join(mark, mark.fingerprint == shown.fingerprint)
        .join(part, part.id == mark.participation_id)
        .where(part.activity_id == activity_id, part.is_trial.is_(False))
        .group_by(shown.fingerprint, mark.version)
        .order_by(shown.first_shown_at, shown.fingerprint, mark.version)
    )
    found: dict[str, Shown] = {}
    for row, version, count in session.execute(query):
        before = found.get(row.fingerprint)
        versions, number = ((*before.versions, version), before.acknowledged + count) if before else ((version,), count)
        found[row.fingerprint] = Shown(_page(row.body), row.fingerprint, row.first_shown_at, number, versions)
    return list(found.values())


def moment(at: datetime) -> str:
    """To the minute, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def shown_blocks(shown: Sequence[Shown], current: InformationPage) -> Iterator[Block]:
    if not shown:
        yield text("No learner has acknowledged the information page yet. This is what they will be shown:")
        yield from page_blocks(current)
        return
    yield text(
        "Learners acknowledge the information page before anything else opens. Each text is kept word for word with "
        "the time of every acknowledgement."
    )
    for number, one in enumerate(shown, start=1):
        yield Heading(f"Text {number} of {len(shown)}")
        yield FactList(
            (
                ("First shown", moment(one.first_at)),
                ("Acknowledged by", f"{one.acknowledged} learner{'' if one.acknowledged == 1 else 's'}"),
                ("Version of the activity", ", ".join(map(str, one.versions))),
                ("SHA-256 of the text", one.fingerprint),
            )
        )
        yield from page_blocks(one.page)


def result_blocks(session: Session, activity_id: str, small_cell: int) -> Iterator[Block]:
    """Counts over all courses. Fewer than ``small_cell`` evaluations are not counted out."""
    part = models.Participation
    mine = select(part.id).where(part.activity_id == activity_id, part.is_trial.is_(False))
    began = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    receipt = models.EvaluationReceipt
    evaluated = session.scalar(select(func.count()).where(receipt.participation_id.in_(mine))) or 0
    yield FactList(
        (
            ("Learners who began", str(began)),
            (
                "Learners who completed the evaluation",
                str(evaluated) if evaluated >= small_cell else f"fewer than {small_cell}",
            ),
        )
    )
    rows = tuple(_credit_rows(session, mine))
    if rows:
        yield Grid(("Credit type", "Documented as", "Learners", "Credits in total"), rows, (40, 24, 16, 20))
    yield from _pair_blocks(session, activity_id, mine, small_cell)


def _credit_rows(session: Session, mine: Select[str]) -> Iterator[tuple[str, str, str, str]]:
    """What stands in the ledger: revoked and expired awards count no more."""
    entry = models.CreditEntry
    chains: dict[tuple[str, str], list[Entry]] = {}
    for row in session.scalars(select(entry).where(entry.participation_id.in_(mine))):
        chains.setdefault((row.participation_id, row.credit_type), []).append(entry_value(row))
    held: dict[tuple[str, bool], list[Decimal]] = {}
    for (_, code), entries in chains.items():
        chain = in_order(entries)
        live = live_award(chain)
        if live is not None:
            held.setdefault((code, live.is_awarded), []).append(balance(chain))
    for (code, is_awarded), amounts in sorted(held.items(), key=lambda pair: (pair[0][0], not pair[0][1])):
        total = str(sum(amounts, Decimal(0)).quantize(Decimal("0.01"))) if is_awarded else ""
        yield code, "credit awarded" if is_awarded else "participation", str(len(amounts)), total


def _pair_blocks(session: Session, activity_id: str, mine: Select[str], small_cell: int) -> Iterator[Block]:
    """Pre-test against the best post-test attempt of those who took both; not counted out for a few."""
    part = models.Participation
    versions = {row.id: row.version for row in session.execute(select(part.id, part.version).where(part.id.in_(mine)))}
    activities = {number: activity_value(session, activity_id, number) for number in set(versions.values())}
    sheets = score_sheets(session, mine, versions, activities).values()
    pairs = [(one.pre.percent, one.best.percent) for one in sheets if one.pre and one.best]
    yield Heading("Change from pre-test to post-test")
    if len(pairs) < small_cell:
        yield text(f"Fewer than {small_cell} learners have taken both tests.")
        return
    before, after = (sum(column, Decimal(0)) / len(pairs) for column in zip(*pairs, strict=True))
    means = (
        ("Learners with both tests", str(len(pairs))),
        ("Mean before", _percent(before)),
        ("Mean after", _percent(after)),
    )
    yield FactList((*means, ("Change", f"{(after - before).quantize(Decimal('0.1'))} percentage points")))


def _percent(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.1'))} %"


def change_blocks(session: Session, provider_id: str, activity_id: str) -> Iterator[Block]:
    """Versions, then the audit trail, newest first."""
    table = models.ActivityVersion
    query = select(table).where(table.activity_id == activity_id).order_by(table.number)
    versions = session.scalars(query).all()
    yield Heading("Versions")
    rows = []
    for place, row in enumerate(versions):
        before = versions[place - 1].definition if place else None
        rows.append((str(row.number), moment(row.created_at), _changed(before, row.definition)))
    yield Grid(("Version", "Taken in", "What changed"), tuple(rows), (12, 26, 62))
    yield Heading("Audit trail")
    entries: list[tuple[str, ...]] = []
    for entry in whole_trail(session, provider_id, activity_id):
        if len(entries) == MOST_ENTRIES:
            yield text(f"The newest {MOST_ENTRIES} entries; the trail's own export in the office holds all of them.")
            break
        who, changed = entry.actor or "the tool itself", ", ".join(sorted(entry.detail))
        entries.append((str(entry.number), moment(entry.at), who, entry.action, f"{_short(entry.subject)}\n{changed}"))
    if entries:
        yield Grid(("No.", "When", "Who", "What", "Of what; which values"), tuple(entries), (8, 20, 20, 22, 30))
    else:
        yield text("Nothing but the versions above.")


def _short(subject: str) -> str:
    """The kind, and as much of the key as tells one from another."""
    kind, _, key = subject.partition(":")
    return f"{kind} {key[:8]}"


def _changed(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> str:
    if before is None:
        return "first version"
    old, new = before.get("body", {}), after.get("body", {})
    names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    return ", ".join(name.replace("_", " ") for name in names) or "files beside it"
