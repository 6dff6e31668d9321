"""The learner's own particulars: asked just before the claim, checked, and confirmed by the learner."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from babel import Locale
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.activity import Step
from lti_tool.domain.credit import Degree
from lti_tool.domain.errors import BadInput
from lti_tool.domain.learner import Profile, clean_name
from lti_tool.domain.wire import write_value
from lti_tool.services.participation import progress_for_update
from lti_tool.services.ports import CertificatePrinter
from lti_tool.services.session import Visit

Value = TypeVar("Value")

EQUIVALENT = "I hold a medical degree of another country that is equivalent to an MD or DO."
"""What ``Degree.OTHER_PHYSICIAN`` states of itself (AMA PRA: equivalent degrees count, on the physician's word)."""

_NOT_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
"""Codes that Unicode lists as regions and ISO 3166-1 does not assign. XK is kept: people in Kosovo have no other."""

_REGIONS = frozenset(str(code) for code in Locale("en").territories)

COUNTRIES = frozenset(code for code in _REGIONS - _NOT_COUNTRIES if len(code) == 2 and code.isalpha())
"""ISO 3166-1 alpha-2 codes that a learner can choose."""


@dataclass(frozen=True, slots=True)
class ProfileForm:
    """The particulars as typed."""

    printed_name: str
    degree: str
    country: str
    is_equivalence_stated: bool = False
    """The box beside :data:`EQUIVALENT` was ticked."""


def profile_digest(profile: Profile) -> str:
    """Tells whether a page still shows the particulars in force: 16 hex digits."""
    canonical = json.dumps(write_value(profile), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def read_profile(form: ProfileForm, printer: CertificatePrinter) -> Profile:
    """The particulars if all can be used and printed.

    Raises ``BadInput("profile_unusable")`` with faults for ``printed_name`` (``missing``, ``too_long``,
    ``unprintable``), ``degree`` and ``country`` (``missing``, ``unknown``) and ``equivalence`` (``missing``); the fact
    ``characters`` lists what no font of the certificate has.
    """
    faults: dict[str, str] = {}
    name, characters = _name(form.printed_name, printer, faults)
    degree = _chosen(form.degree, Degree, "degree", faults)
    country = _chosen(form.country, _country, "country", faults)
    if degree is Degree.OTHER_PHYSICIAN and not form.is_equivalence_stated:
        faults["equivalence"] = "missing"
    if faults or degree is None or country is None:
        raise BadInput("profile_unusable", faults=faults, characters=characters)
    return Profile(name, degree, country)


def _name(raw: str, printer: CertificatePrinter, faults: dict[str, str]) -> tuple[str, str]:
    try:
        name = clean_name(raw)
    except BadInput as error:
        faults.update(error.faults)
        return "", ""
    characters = printer.unprintable(name)
    if characters:
        faults["printed_name"] = "unprintable"
    return name, characters


def _country(code: str) -> str:
    if code not in COUNTRIES:
        raise ValueError(code)
    return code


def _chosen(raw: str, read: Callable[[str], Value], field: str, faults: dict[str, str]) -> Value | None:
    try:
        return read(raw)
    except ValueError:
        faults[field] = "unknown" if raw else "missing"
        return None


def confirm_profile(
    session: Session, visit: Visit, form: ProfileForm, printer: CertificatePrinter, now: datetime
) -> Profile:
    """Keep the particulars for this and later claims; certificates already issued never change.

    Raises ``Refused("step_locked")`` while the claim is not open (nothing is asked before it is needed), and
    ``BadInput`` as :func:`read_profile`.
    """
    progress_for_update(session, visit, now).require(Step.CLAIM)
    profile = read_profile(form, printer)
    row = session.get_one(models.Learner, visit.learner_id)
    row.printed_name, row.degree, row.country = profile.printed_name, profile.degree.value, profile.country
    row.confirmed_at = now
    session.flush()
    return profile


def suggested_name(session: Session, visit: Visit) -> str:
    """What to offer as the printed name: the one confirmed last, else the LMS's, else nothing."""
    row = session.get_one(models.Learner, visit.learner_id)
    return row.printed_name or row.lms_name
