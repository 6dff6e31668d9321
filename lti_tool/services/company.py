"""The provider's list of companies: it grows by what people disclose, and staff say who is eligible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, true, update
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load_disclosure import company_value
from lti_tool.db.upsert import insert_once
from lti_tool.domain.capability import Capability
from lti_tool.domain.company import Company, Eligibility, check_review, clean_company, company_key
from lti_tool.domain.errors import BadInput, Conflict, NotFound
from lti_tool.services.audit import note
from lti_tool.services.office import Officer
from lti_tool.services.row_key import is_row_key

MOST_FOUND = 20
PAGE = 50
MAX_RATIONALE = 1000


def _contains(text: str) -> ColumnElement[bool]:
    """Names that hold every word of ``text``; the wildcards of LIKE are letters like all others."""
    column = models.Company.name_key
    return and_(true(), *(column.contains(word, autoescape=True) for word in company_key(text).split()))


def find_companies(db: Session, provider_id: str, text: str = "", limit: int = MOST_FOUND) -> list[str]:
    """Names for the form, by name: those that hold every word of ``text``. A merged name finds what it stands for."""
    table = models.Company
    query = select(table).where(table.provider_id == provider_id, _contains(text)).order_by(table.name_key).limit(limit)
    rows = list(db.scalars(query))
    targets = {row.id: row.name for row in db.scalars(select(table).where(table.id.in_(_targets(rows))))}
    return list(dict.fromkeys(targets.get(row.merged_into or "", row.name) for row in rows))


def _targets(rows: Sequence[models.Company]) -> list[str]:
    return sorted({row.merged_into for row in rows if row.merged_into})


def named_company(db: Session, provider_id: str, raw: str, now: datetime) -> models.Company:
    """The company with this name, made if nobody has named it before.

    Raises ``BadInput("company_unusable")`` for what is not merely a name.
    """
    name = clean_company(raw)
    key = {"provider_id": provider_id, "name_key": company_key(name)}
    rest = {"name": name, "eligibility": Eligibility.UNKNOWN.value, "created_at": now, "kind": "", "rationale": ""}
    row = insert_once(db, models.Company, key, rest)
    return db.get_one(models.Company, row.merged_into) if row.merged_into else row


def company_of(db: Session, provider_id: str, company_id: str) -> models.Company:
    """Raises ``NotFound("company_unknown")``, also for another provider's."""
    row = db.get(models.Company, company_id) if is_row_key(company_id) else None
    if row is None or row.provider_id != provider_id:
        raise NotFound("company_unknown")
    return row


@dataclass(frozen=True, slots=True)
class ListedCompany:
    company: Company
    uses: int
    """In how many forms it was named."""


@dataclass(frozen=True, slots=True)
class CompanyPage:
    rows: tuple[ListedCompany, ...]
    following: str
    """Where the next page begins; ``""`` on the last one."""
    unreviewed: int


def list_companies(
    db: Session, officer: Officer, text: str = "", eligibility: str = "", after: str = ""
) -> CompanyPage:
    """One page by name, from behind the name ``after``."""
    table = models.Company
    mine = and_(table.provider_id == officer.provider_id, table.merged_into.is_(None))
    wanted = [mine, _contains(text), table.name_key > after]
    if eligibility in set(Eligibility):
        wanted.append(table.eligibility == eligibility)
    rows = list(db.scalars(select(table).where(*wanted).order_by(table.name_key).limit(PAGE + 1)))
    uses = _uses(db, [row.id for row in rows])
    unreviewed = select(func.count()).select_from(table).where(mine, table.eligibility == Eligibility.UNKNOWN.value)
    return CompanyPage(
        tuple(ListedCompany(company_value(row), uses.get(row.id, 0)) for row in rows[:PAGE]),
        rows[PAGE - 1].name_key if len(rows) > PAGE else "",
        db.scalar(unreviewed) or 0,
    )


def _uses(db: Session, ids: Sequence[str]) -> dict[str, int]:
    given = models.DisclosedRelationship
    query = select(given.company_id, func.count(func.distinct(given.form_id))).where(given.company_id.in_(ids))
    return dict(db.execute(query.group_by(given.company_id)).all())


@dataclass(frozen=True, slots=True)
class CompanyReview:
    """What staff say of a company, as typed."""

    name: str
    kind: str
    rationale: str = ""


def review_company(db: Session, officer: Officer, company_id: str, review: CompanyReview, now: datetime) -> None:
    """Say whether a company is eligible, and why; correct its spelling.

    Raises ``BadInput`` with faults for ``company``, ``kind`` or ``rationale``; ``Conflict("company_named")`` if the new
    name belongs to another company: then they are to be merged.
    """
    officer.require_everywhere(Capability.REVIEW_DISCLOSURES)
    row = company_of(db, officer.provider_id, company_id)
    name, kind = clean_company(review.name), check_review(review.kind, review.rationale)
    if company_key(name) != row.name_key and _is_named(db, officer.provider_id, name):
        raise Conflict("company_named")
    before = (row.name, row.kind, row.rationale)
    row.name, row.name_key = name, company_key(name)
    row.kind, row.eligibility = kind.value, kind.eligibility.value
    row.rationale = review.rationale.strip()[:MAX_RATIONALE]
    row.reviewed_by, row.reviewed_at = officer.person_id, now
    after = (row.name, row.kind, row.rationale)
    changed = zip(("name", "kind", "rationale"), before, after, strict=True)
    detail = {key: [old, new] for key, old, new in changed if old != new}
    note(db, officer, "company.reviewed", f"company:{row.id}", now, detail=detail)


def _is_named(db: Session, provider_id: str, name: str) -> bool:
    table = models.Company
    query = select(table.id).where(table.provider_id == provider_id, table.name_key == company_key(name))
    return db.scalars(query).first() is not None


def merge_companies(db: Session, officer: Officer, company_id: str, into: str, now: datetime) -> str:
    """Let a company's name stand for another from now on: a double, a former name or a product's. Gives the other's id.

    ``into``: the other one's name. Forms keep the name that was written. Raises ``BadInput("company_merge_unusable")``
    with a fault for ``into``: ``missing``, ``unknown`` or ``itself``.
    """
    officer.require_everywhere(Capability.REVIEW_DISCLOSURES)
    row = company_of(db, officer.provider_id, company_id)
    target = _target(db, officer.provider_id, row, into)
    table = models.Company
    theirs = and_(table.provider_id == officer.provider_id, or_(table.id == row.id, table.merged_into == row.id))
    db.execute(update(table).where(theirs).values(merged_into=target.id))
    detail = {"merged_into": [None, target.id]}
    note(db, officer, "company.merged", f"company:{row.id}", now, detail=detail)
    return target.id


def _target(db: Session, provider_id: str, row: models.Company, into: str) -> models.Company:
    table, key = models.Company, company_key(into)
    query = select(table).where(table.provider_id == provider_id, table.name_key == key)
    found = db.scalars(query).first() if key else None
    if found is not None and found.merged_into:
        found = db.get_one(table, found.merged_into)
    if found is None or found.id == row.id:
        fault = "missing" if not key else "unknown" if found is None else "itself"
        raise BadInput("company_merge_unusable", faults={"into": fault})
    return found
