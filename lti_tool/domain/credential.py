"""Identifiers that a body asks of a learner before it takes note of credit: what they are and how they are written.

Sources: ACCME, learner data (month and day of birth without the year, licence or NPI, board id, permission);
NABP e-Profile for pharmacy; 45 CFR 162.406 with the CMS note on the NPI's check digit (ISO/IEC 7812 with the prefix
80840). Where a body publishes no form of its numbers, only characters and length are checked. See rules 4.5.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from lti_tool.domain.errors import BadInput

NPI_PREFIX = "80840"
"""80: health applications; 840: United States."""


class IdKind(StrEnum):
    """What can be asked. The values are stored."""

    LICENCE = "licence"
    """Number of a licence; the place (ISO 3166-2, such as ``US-CA``) is kept beside it."""
    NPI = "npi"
    BIRTH_DAY = "birth-day"
    """Month and day as ``MMDD``: never the year."""
    NABP = "nabp-e-profile"
    ABIM = "abim"
    ABP = "abp"
    ABA = "aba"
    ABS = "abs"
    ABPATH = "abpath"
    ABOHNS = "abohns"
    ABOS = "abos"
    ABTS = "abts"
    NCCPA = "nccpa"
    AAFP = "aafp"
    AOA = "aoa"
    CDR = "cdr"
    AGD = "agd"
    ROYAL_COLLEGE = "royal-college"
    CONSENT_PARS = "consent-pars"
    CONSENT_CPE_MONITOR = "consent-cpe-monitor"


CONSENTS = frozenset({IdKind.CONSENT_PARS, IdKind.CONSENT_CPE_MONITOR})
"""Permissions to report, given with a tick and kept with their time; nothing is reported without."""

BOARDS = frozenset(
    {IdKind.ABIM, IdKind.ABP, IdKind.ABA, IdKind.ABS, IdKind.ABPATH, IdKind.ABOHNS, IdKind.ABOS, IdKind.ABTS}
)
"""Numbers by which a certifying board knows its people."""
PERSONAL = BOARDS | {IdKind.NPI, IdKind.LICENCE}
"""By one of these a report finds its person."""

_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_NUMBER = re.compile(r"[A-Z0-9](?:[A-Z0-9./-]{0,28}[A-Z0-9])?")
_DIGITS = re.compile(r"[0-9]{3,12}")
_PLACE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_ONLY_DIGITS = frozenset({IdKind.NABP, IdKind.ABIM})


@dataclass(frozen=True, slots=True)
class Requirement:
    """An identifier that is asked. ``place`` is ISO 3166-1 or -2 for a licence of one place, else ``""``."""

    kind: IdKind
    place: str = ""

    @classmethod
    def parse(cls, text: str) -> Requirement:
        """From ``npi`` or ``licence:US-CA``. Raises ``ValueError``."""
        name, _, place = text.partition(":")
        if place and (IdKind(name) is not IdKind.LICENCE or not _PLACE.fullmatch(place)):
            raise ValueError(f"{text!r} names a place that no licence has")
        return cls(IdKind(name), place)

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.place}" if self.place else self.kind.value


def is_requirement(text: str) -> bool:
    """``text`` is the written form of a :class:`Requirement`."""
    try:
        Requirement.parse(text)
    except ValueError:
        return False
    return True


def requirements(texts: Iterable[str]) -> tuple[Requirement, ...]:
    """Each once, in order."""
    return tuple(dict.fromkeys(map(Requirement.parse, texts)))


def luhn_digit(digits: str) -> int:
    """The check digit that goes behind ``digits`` (ISO/IEC 7812-1, annex B)."""
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return -sum(number // 10 + number % 10 for number in doubled) % 10


def is_npi(text: str) -> bool:
    """Ten digits, the first 1 or 2, with the right check digit."""
    has_form = re.fullmatch(r"[12][0-9]{9}", text) is not None
    return has_form and luhn_digit(NPI_PREFIX + text[:-1]) == int(text[-1])


def is_month_and_day(text: str) -> bool:
    """``MMDD`` of some year."""
    if not re.fullmatch(r"[0-9]{4}", text):
        return False
    month, day = int(text[:2]), int(text[2:])
    return 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]


def _has_form(kind: IdKind, text: str) -> bool:
    if kind is IdKind.NPI:
        return is_npi(text)
    if kind is IdKind.BIRTH_DAY:
        return is_month_and_day(text)
    if kind in CONSENTS:
        return text == "YES"
    return (_DIGITS if kind in _ONLY_DIGITS else _NUMBER).fullmatch(text) is not None


def clean_credential(kind: IdKind, typed: str) -> str:
    """The identifier in its stored form: capitals, without blanks; month and day also without separators.

    Raises ``BadInput("credential_unusable")`` with the fault ``missing`` or ``malformed`` for the kind.
    """
    text = "".join(typed.split()).upper() if typed.isascii() else typed
    text = re.sub(r"[/.-]", "", text) if kind in (IdKind.BIRTH_DAY, IdKind.NPI) else text
    if not text:
        raise BadInput("credential_unusable", faults={kind.value: "missing"})
    if not _has_form(kind, text):
        raise BadInput("credential_unusable", faults={kind.value: "malformed"})
    return text


class Asking(Protocol):
    """A credit that asks for identifiers."""

    @property
    def needs(self) -> tuple[Requirement, ...]: ...

    @property
    def takes(self) -> tuple[Requirement, ...]: ...


Credit = TypeVar("Credit", bound=Asking)


def asked_for(claimed: Sequence[Credit], *, with_optional: bool = True) -> dict[Requirement, tuple[Credit, ...]]:
    """What the bodies of these credits ask for, with those that are not awarded without it: needed ones first,
    permissions last."""
    asked = [need for one in claimed for need in one.needs]
    asked += [need for one in claimed for need in one.takes] if with_optional else []
    ordered = sorted(dict.fromkeys(asked), key=lambda need: need.kind in CONSENTS)
    return {need: tuple(one for one in claimed if need in one.needs) for need in ordered}


NOTHING_HELD: frozenset[Requirement] = frozenset()


def read_identifiers(
    typed: Mapping[str, str], asked: Iterable[Requirement], held: Collection[Requirement] = NOTHING_HELD
) -> dict[Requirement, str]:
    """What was typed for what was asked; an empty field is no identifier.

    A licence without a place in its requirement is typed as ``US-CA 12345``. ``held`` is on file, and stays if its
    field is empty. Raises ``BadInput("credential_unusable")`` with faults ``id.<requirement>``: ``malformed``, and
    ``incomplete`` for a permission without what it needs.
    """
    faults: dict[str, str] = {}
    found: dict[Requirement, str] = {}
    wanted = tuple(asked)
    for need in wanted:
        text = typed.get(str(need), "").strip()
        if not text:
            continue
        try:
            place, number = _placed(need, text)
            found[Requirement(need.kind, place)] = clean_credential(need.kind, number)
        except (BadInput, ValueError):
            faults[f"id.{need}"] = "malformed"
    faults |= _incomplete(found, {need.kind for need in held}, wanted) if not faults else {}
    if faults:
        raise BadInput("credential_unusable", faults=faults)
    return found


def _placed(need: Requirement, text: str) -> tuple[str, str]:
    if need.kind is not IdKind.LICENCE or need.place:
        return need.place, text
    place, _, number = text.partition(" ")
    return Requirement.parse(f"licence:{place.upper()}").place, number


def _incomplete(
    found: Mapping[Requirement, str], held: Collection[IdKind], asked: Iterable[Requirement]
) -> dict[str, str]:
    """Reporting to state boards needs month and day of birth, and an NPI or a licence (ACCME, learner data); a board of
    its own number. Permission without them would never be used."""
    given = {need.kind for need in found}
    kinds = given | set(held)
    if IdKind.CONSENT_PARS not in given:
        return {}
    faults = {} if IdKind.BIRTH_DAY in kinds else {f"id.{IdKind.BIRTH_DAY.value}": "incomplete"}
    if kinds & PERSONAL:
        return faults
    usual, fields = Requirement(IdKind.NPI), [need for need in asked if need.kind in PERSONAL]
    field = usual if usual in fields or not fields else fields[0]
    return {**faults, f"id.{field}": "incomplete"}


def missing_identifiers(
    claimed: Iterable[Asking], found: Collection[Requirement], held: Collection[Requirement] = NOTHING_HELD
) -> dict[str, str]:
    """Faults ``id.<requirement>``: ``missing``, of what is neither given now nor on file. A permission that is asked
    again stands only as it is given now: callers leave it out of ``held``."""
    there = {*found, *(Requirement(need.kind) for need in found), *held}
    return {f"id.{need}": "missing" for one in claimed for need in one.needs if need not in there}
