"""Companies and organisations: what they may have to do with accredited education, and what counts as a name.

Sources: ACCME, eligibility for accreditation (who is an *ineligible company*, with examples of both); ACCME Standards
for Integrity and Independence, 3.5 and 4.4 (companies are disclosed by name only: no logo, trade name or product).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lti_tool.domain.errors import BadInput
from lti_tool.domain.learner import is_unprintable

MAX_COMPANY = 120
"""Longest name of a company, in characters."""
MORE_THAN_A_NAME = re.compile(r"://|\bwww\.|[<>\[\]{}|\\™®℠]|!\[|@|\.(?:com|org|net|io|png|jpe?g|svg|gif)\b", re.I)
"""Addresses, images, marks and mark-up: a learner is shown companies by name only (ACCME Standards 3.5 and 4.4)."""
_NOT_IN_KEY = re.compile(r"[^\w]+")


class Eligibility(StrEnum):
    """Whether an organisation could be accredited; only relationships with *ineligible* ones are disclosed."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    UNKNOWN = "unknown"
    """Nobody of the provider's staff has looked at it yet."""


class CompanyKind(StrEnum):
    """What its primary business is: the examples that ACCME gives, and the two ways of saying "something else"."""

    PHARMACEUTICAL = "pharmaceutical"
    DEVICE = "device"
    BIOMEDICAL_STARTUP = "biomedical-startup"
    COMPOUNDING = "compounding"
    DIAGNOSTIC_PROPRIETARY = "diagnostic-proprietary"
    MEDICAL_FOOD = "medical-food"
    WEARABLE = "wearable"
    BENEFIT_MANAGER = "benefit-manager"
    REAGENT = "reagent"
    AGENCY = "agency"
    OTHER_INELIGIBLE = "other-ineligible"
    HOSPITAL = "hospital"
    PRACTICE = "practice"
    SCHOOL = "school"
    MEMBERSHIP = "membership"
    GOVERNMENT = "government"
    INSURER = "insurer"
    PUBLISHER = "publisher"
    SOFTWARE = "software"
    LABORATORY = "laboratory"
    PHARMACY = "pharmacy"
    CARE_FACILITY = "care-facility"
    LAW_FIRM = "law-firm"
    OTHER_ELIGIBLE = "other-eligible"

    @property
    def eligibility(self) -> Eligibility:
        return Eligibility.INELIGIBLE if self in INELIGIBLE_KINDS else Eligibility.ELIGIBLE


INELIGIBLE_KINDS = frozenset(
    {
        CompanyKind.PHARMACEUTICAL,
        CompanyKind.DEVICE,
        CompanyKind.BIOMEDICAL_STARTUP,
        CompanyKind.COMPOUNDING,
        CompanyKind.DIAGNOSTIC_PROPRIETARY,
        CompanyKind.MEDICAL_FOOD,
        CompanyKind.WEARABLE,
        CompanyKind.BENEFIT_MANAGER,
        CompanyKind.REAGENT,
        CompanyKind.AGENCY,
        CompanyKind.OTHER_INELIGIBLE,
    }
)
"""ACCME, eligibility: primary business is producing, marketing, selling, re-selling or distributing healthcare products
used by or on patients, or advertising for those whose business that is."""

NEEDS_RATIONALE = frozenset({CompanyKind.OTHER_INELIGIBLE, CompanyKind.OTHER_ELIGIBLE})
"""Kinds that explain nothing by themselves."""


@dataclass(frozen=True, slots=True)
class Company:
    """An organisation as the provider knows it. ``rationale`` says why it is or is not eligible."""

    id: str
    name: str
    eligibility: Eligibility = Eligibility.UNKNOWN
    kind: CompanyKind | None = None
    rationale: str = ""


def company_key(name: str) -> str:
    """Under which two spellings count as one name: case, accents' encoding, blanks and punctuation do not matter."""
    return " ".join(_NOT_IN_KEY.sub(" ", unicodedata.normalize("NFKC", name).casefold()).split())


def is_only_a_name(text: str) -> bool:
    """Neither an address nor a logo, mark or mark-up (ACCME Standards 3.5 and 4.4)."""
    return MORE_THAN_A_NAME.search(text) is None


def _name_fault(name: str) -> str:
    if not company_key(name):
        return "missing"
    if len(name) > MAX_COMPANY:
        return "too_long"
    if any(is_unprintable(character) for character in name):
        return "unprintable"
    return "" if is_only_a_name(name) else "more_than_a_name"


def clean_company(raw: str) -> str:
    """A company's name on one line, in NFC.

    Raises ``BadInput`` with a fault for ``company``: ``missing``, ``too_long``, ``unprintable`` or
    ``more_than_a_name``.
    """
    name = " ".join(unicodedata.normalize("NFC", raw).split())
    fault = _name_fault(name)
    if fault:
        raise BadInput("company_unusable", faults={"company": fault}, limit=MAX_COMPANY)
    return name


def check_review(kind: str, rationale: str) -> CompanyKind:
    """What staff say of a company. Raises ``BadInput`` with a fault for ``kind`` or ``rationale``."""
    faults: dict[str, str] = {}
    if kind not in set(CompanyKind):
        faults["kind"] = "missing" if not kind else "unknown"
    elif CompanyKind(kind) in NEEDS_RATIONALE and not rationale.strip():
        faults["rationale"] = "missing"
    if faults:
        raise BadInput("company_review_unusable", faults=faults)
    return CompanyKind(kind)


@dataclass(frozen=True, slots=True)
class Companies:
    """Companies by the id of any of their names: one that was merged is the one that it was merged into."""

    by_id: Mapping[str, Company] = field(default_factory=dict)

    def of(self, company_id: str) -> Company:
        """One that is not known counts as not reviewed, so that nothing is cleared by accident."""
        return self.by_id.get(company_id) or Company(company_id, "")

    def resolved(self, company_id: str) -> str:
        return self.of(company_id).id

    def named(self, company_id: str) -> str:
        return self.of(company_id).name
