"""People in control of content, and what they disclose of their financial relationships.

Sources: ACCME Standards for Integrity and Independence, 3.1 (all relationships of the past 24 months with ineligible
companies, in any amount, whether thought relevant or not; company and nature, never an amount; research is disclosed
by the principal or named investigator even if the institution receives the funds) and 3.2 (owners, employees).
ACCME's answers on stock: in a privately held company it makes an owner, in a publicly traded one and as an option it
does not.
"""

from __future__ import annotations

import calendar
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from lti_tool.domain.disclosure import DEFINITION

WINDOW = (
    "Disclose every financial relationship, of any amount, that you have or had within the past 24 months with an "
    "ineligible company, whether or not you think that it matters for the education. Do not give amounts."
)
WINDOW_MONTHS = 24
"""How far back a person must look (ACCME Standard 3.1)."""
MOST_RELATIONSHIPS = 60
"""Most rows of one form."""
MAX_DETAIL = 200
"""Longest description of a relationship of another nature, in characters."""
_AMOUNT = re.compile(r"[$€£¥₹]|\b(?:usd|eur|gbp|dollars?|euros?|pounds?)\b|\d{1,3}[.,]\d{3}\b|\d{5,}", re.I)
"""Currencies and large numbers; a year is neither."""


class Nature(StrEnum):
    """What connects a person with a company: the Standard's own list, with stock told apart as ACCME asks."""

    EMPLOYEE = "employee"
    RESEARCHER = "researcher"
    CONSULTANT = "consultant"
    ADVISOR = "advisor"
    SPEAKER = "speaker"
    CONTRACTOR = "independent-contractor"
    ROYALTIES = "royalties-or-patent"
    EXECUTIVE = "executive-role"
    OWNERSHIP = "ownership-interest"
    STOCK_PRIVATE = "stock-private"
    STOCK_PUBLIC = "stock-public"
    STOCK_OPTIONS = "stock-options"
    OTHER = "other"


OWNERS_AND_EMPLOYEES = frozenset({Nature.EMPLOYEE, Nature.EXECUTIVE, Nature.OWNERSHIP, Nature.STOCK_PRIVATE})
"""Who must not control content (ACCME Standard 3.2). Patents and royalties, options and public stock are not here."""

PRINTED_NATURE = {
    Nature.EMPLOYEE: "Employee",
    Nature.RESEARCHER: "Researcher",
    Nature.CONSULTANT: "Consultant",
    Nature.ADVISOR: "Advisor",
    Nature.SPEAKER: "Speaker",
    Nature.CONTRACTOR: "Independent contractor",
    Nature.ROYALTIES: "Royalties or patent beneficiary",
    Nature.EXECUTIVE: "Executive role",
    Nature.OWNERSHIP: "Ownership interest",
    Nature.STOCK_PRIVATE: "Stock in a privately held company",
    Nature.STOCK_PUBLIC: "Stock in a publicly traded company",
    Nature.STOCK_OPTIONS: "Stock options",
    Nature.OTHER: "Other",
}
"""As learners read it; English, like the statement around it."""


class ResearchRole(StrEnum):
    """Part in research that a company pays for."""

    NONE = "none"
    PRINCIPAL_INVESTIGATOR = "principal-investigator"
    NAMED_INVESTIGATOR = "named-investigator"
    OTHER = "other"


RESEARCH = frozenset({Nature.RESEARCHER, Nature.CONTRACTOR})
"""Natures that ask for the research role; for the researcher it is required."""

PRINTED_RESEARCH = {
    ResearchRole.NONE: "",
    ResearchRole.PRINCIPAL_INVESTIGATOR: "principal investigator",
    ResearchRole.NAMED_INVESTIGATOR: "named investigator",
    ResearchRole.OTHER: "research staff",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can affect content."""

    id: str
    name: str
    credentials: str = ""
    affiliation: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class DisclosedRelationship:
    """One financial relationship as the person gave it."""

    company_id: str
    nature: Nature
    research_role: ResearchRole = ResearchRole.NONE
    has_ended: bool = False
    detail: str = ""
    """In words, for ``Nature.OTHER``."""

    @property
    def key(self) -> str:
        """The same for the same relationship in a later version of the form, so that decisions about it stay."""
        return f"{self.company_id}:{self.nature.value}"

    @property
    def printed(self) -> str:
        """The nature as learners read it."""
        words = self.detail if self.nature is Nature.OTHER and self.detail else PRINTED_NATURE[self.nature]
        research = PRINTED_RESEARCH[self.research_role]
        return f"{words} ({research})" if research else words


@dataclass(frozen=True, slots=True)
class DisclosureForm:
    """One version of what a person disclosed; never changed, only followed by a newer one."""

    number: int
    signed_at: datetime
    signed_name: str
    relationships: tuple[DisclosedRelationship, ...] = ()
    notice: str = ""
    """Fingerprint of the definition and the window that were shown; ``""`` if it cannot be proved that they were."""

    @property
    def discloses_nothing(self) -> bool:
        return not self.relationships


@dataclass(frozen=True, slots=True)
class Notice:
    """What a person is shown above the form: the definition and the window, to be proved later."""

    paragraphs: tuple[str, ...] = (DEFINITION, WINDOW)

    def as_record(self) -> dict[str, object]:
        """Plain values to keep as evidence of what was shown."""
        return {"paragraphs": list(self.paragraphs)}

    @property
    def fingerprint(self) -> str:
        """SHA-256 in hex over the paragraphs."""
        return hashlib.sha256("\n\n".join(self.paragraphs).encode()).hexdigest()


NOTICE = Notice()


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def last_valid_day(signed_on: date, months: int) -> date:
    """The last day on which a form counts without being renewed. ``months`` is the provider's own period."""
    return months_after(signed_on, months)


def newest(forms: Sequence[DisclosureForm]) -> DisclosureForm | None:
    """The version in force."""
    return max(forms, key=lambda form: form.number, default=None)


def relationship_faults(given: DisclosedRelationship) -> dict[str, str]:
    """Field to code for one row: ``research_role``, ``detail``. The company is checked by its own rules."""
    faults: dict[str, str] = {}
    if given.nature is Nature.RESEARCHER and given.research_role is ResearchRole.NONE:
        faults["research_role"] = "missing"
    if given.nature is Nature.OTHER and not given.detail:
        faults["detail"] = "missing"
    elif _AMOUNT.search(given.detail):
        faults["detail"] = "amount_given"
    elif len(given.detail) > MAX_DETAIL:
        faults["detail"] = "too_long"
    return faults
