"""The words of the claim's pages: degrees, identifiers, what is wrong with a field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from babel import Locale
from flask_babel import LazyString, get_locale, lazy_gettext
from flask_babel import gettext as _

from lti_tool.domain.credential import CONSENTS, IdKind, Requirement
from lti_tool.domain.credit import Degree
from lti_tool.services.claimable import ClaimableCredit
from lti_tool.services.learner import COUNTRIES

DEGREES = {
    Degree.MD: lazy_gettext("MD – Doctor of Medicine"),
    Degree.DO: lazy_gettext("DO – Doctor of Osteopathic Medicine"),
    Degree.MBBS: lazy_gettext("MBBS, MBChB – Bachelor of Medicine and Surgery"),
    Degree.OTHER_PHYSICIAN: lazy_gettext("Physician with another degree equivalent to MD or DO"),
    Degree.PA: lazy_gettext("PA – Physician assistant or associate"),
    Degree.NP: lazy_gettext("NP – Nurse practitioner"),
    Degree.APRN: lazy_gettext("APRN – Advanced practice registered nurse (CRNA, CNS, CNM)"),
    Degree.RN: lazy_gettext("RN – Registered nurse"),
    Degree.LPN: lazy_gettext("LPN – Licensed practical or vocational nurse"),
    Degree.PHARMACIST: lazy_gettext("Pharmacist"),
    Degree.PHARMACY_TECHNICIAN: lazy_gettext("Pharmacy technician"),
    Degree.PSYCHOLOGIST: lazy_gettext("Psychologist"),
    Degree.SOCIAL_WORKER: lazy_gettext("Social worker"),
    Degree.DENTIST: lazy_gettext("Dentist"),
    Degree.DENTAL_TEAM: lazy_gettext("Dental hygienist, assistant or technician"),
    Degree.DIETITIAN: lazy_gettext("Dietitian"),
    Degree.DIETETIC_TECHNICIAN: lazy_gettext("Dietetic technician"),
    Degree.OPTOMETRIST: lazy_gettext("Optometrist"),
    Degree.PODIATRIST: lazy_gettext("Podiatrist"),
    Degree.ATHLETIC_TRAINER: lazy_gettext("Athletic trainer"),
    Degree.STUDENT: lazy_gettext("Student"),
    Degree.OTHER: lazy_gettext("Other profession"),
}
FAULTS = {
    ("printed_name", "missing"): lazy_gettext("Enter your name as it should be printed."),
    ("printed_name", "too_long"): lazy_gettext("Shorten your name to at most 120 characters."),
    ("printed_name", "unprintable"): lazy_gettext(
        "The certificate cannot show every character of this name. Type the name in letters, without symbols."
    ),
    ("degree", "missing"): lazy_gettext("Choose your degree or profession."),
    ("degree", "unknown"): lazy_gettext("Choose your degree or profession from the list."),
    ("equivalence", "missing"): lazy_gettext(
        "Tick the box to state that your degree is equivalent to an MD or DO, or choose another degree or profession."
    ),
    ("country", "missing"): lazy_gettext("Choose your country."),
    ("country", "unknown"): lazy_gettext("Choose your country from the list."),
    ("attestation", "missing"): lazy_gettext("Tick the box to confirm the statement."),
    ("profile", "changed"): lazy_gettext(
        "Your details were changed in another window. Check them here, then claim again."
    ),
    ("amount", "claim_missing"): lazy_gettext("Choose the amount that you claim."),
    ("amount", "claim_not_a_number"): lazy_gettext("Enter the amount as a number, such as 0.75."),
    ("amount", "claim_above_maximum"): lazy_gettext("Claim at most the amount that this activity was designated for."),
    ("amount", "claim_above_attended"): lazy_gettext("Claim at most what the sessions give that you attended."),
    ("amount", "claim_below_minimum"): lazy_gettext("Claim at least the smallest amount in the list."),
    ("amount", "claim_not_in_steps"): lazy_gettext(
        "Claim in the steps of the list; amounts between them do not exist."
    ),
    ("amount", "claim_excluded"): lazy_gettext("Only one of these credits can be claimed: leave the others."),
    ("amounts", "claim_nothing"): lazy_gettext("Choose an amount for at least one credit."),
    ("id", "missing"): lazy_gettext("This is needed for a credit that you claim. Enter it, or leave that credit."),
    ("id", "malformed"): lazy_gettext("This number has a character that no such number has, or too many. Check it."),
    ("id.npi", "malformed"): lazy_gettext(
        "An NPI has ten digits, and the last one proves the others: one of them is wrong. Check it, or leave it empty."
    ),
    ("id.licence", "malformed"): lazy_gettext(
        "Write country and state, a blank, and the number of the licence, as in US-CA 12345."
    ),
    ("id.birth-day", "malformed"): lazy_gettext("Write month and day in four digits, as in 0704 for July 4."),
    ("id.nabp-e-profile", "malformed"): lazy_gettext(
        "This ID has 3 to 12 digits, nothing else. Check it in your e-Profile."
    ),
    ("id.abim", "malformed"): lazy_gettext("This ID has 3 to 12 digits, nothing else. Check it at your board."),
    ("id.consent-pars", "missing"): lazy_gettext(
        "This credit is given only with permission to report it to your boards. Tick the box, or leave that credit."
    ),
    ("id.consent-cpe-monitor", "missing"): lazy_gettext(
        "This credit is given only with permission to report it to CPE Monitor. Tick the box, or leave that credit."
    ),
    ("id", "incomplete"): lazy_gettext("Your permission to report cannot be used without this."),
    ("reason", "missing"): lazy_gettext("Say in a few words why you are late."),
    ("reason", "too_long"): lazy_gettext("Shorten the reason."),
}
"""(field, code) to words: ``amount.<credit type>`` counts as ``amount``, ``id.<requirement>`` mostly as ``id``."""


_BOARD = lazy_gettext("The number that your board gave you.")
CREDENTIALS = {
    IdKind.LICENCE: (
        lazy_gettext("Licence number"),
        lazy_gettext("Country and state first, as in US-CA, then a blank and the number."),
    ),
    IdKind.NPI: (lazy_gettext("National Provider Identifier (NPI)"), lazy_gettext("Ten digits.")),
    IdKind.BIRTH_DAY: (
        lazy_gettext("Month and day of birth"),
        lazy_gettext("Four digits, MMDD: 0704 for July 4. The year is never asked."),
    ),
    IdKind.NABP: (lazy_gettext("NABP e-Profile ID"), lazy_gettext("Digits, from your e-Profile.")),
    IdKind.ABIM: (lazy_gettext("ABIM ID"), _BOARD),
    IdKind.ABP: (lazy_gettext("ABP ID"), _BOARD),
    IdKind.ABA: (lazy_gettext("ABA ID"), _BOARD),
    IdKind.ABS: (lazy_gettext("ABS ID"), _BOARD),
    IdKind.ABPATH: (lazy_gettext("ABPath ID"), _BOARD),
    IdKind.ABOHNS: (lazy_gettext("ABOHNS ID"), _BOARD),
    IdKind.ABOS: (lazy_gettext("ABOS ID"), _BOARD),
    IdKind.ABTS: (lazy_gettext("ABTS ID"), _BOARD),
    IdKind.NCCPA: (lazy_gettext("NCCPA ID"), ""),
    IdKind.AAFP: (lazy_gettext("AAFP member number"), ""),
    IdKind.AOA: (lazy_gettext("AOA number"), ""),
    IdKind.CDR: (lazy_gettext("CDR number"), ""),
    IdKind.AGD: (lazy_gettext("AGD number"), ""),
    IdKind.ROYAL_COLLEGE: (lazy_gettext("Royal College ID"), ""),
    IdKind.CONSENT_PARS: (
        lazy_gettext("The provider may report this credit, with the numbers above, to my boards through ACCME (PARS)."),
        "",
    ),
    IdKind.CONSENT_CPE_MONITOR: (
        lazy_gettext("The provider may report this credit, with the numbers above, to CPE Monitor."),
        "",
    ),
}
"""Label and hint of each identifier."""


def credential_field(need: Requirement, value: str, *, needed_for: Sequence[ClaimableCredit]) -> dict[str, object]:
    """What the form needs to ask for one identifier; the hint says which credit is not awarded without it."""
    label, hint = credential_label(need), "" if need.place else CREDENTIALS[need.kind][1]
    optional = [one.label.plain for one in needed_for if one.is_optional]
    wanted = _("Needed for: %(credits)s.", credits=", ".join(optional)) if optional else ""
    return {
        "name": f"id.{need}",
        "label": label,
        "hint": " ".join(filter(None, (str(hint), wanted))),
        "value": value,
        "is_consent": need.kind in CONSENTS,
        "is_needed": bool(needed_for),
    }


def fault_words(faults: Mapping[str, str], characters: str = "") -> dict[str, str]:
    """Field to sentence; ``characters`` are those that cannot be printed."""
    words = {field: str(_fault_text(field, code)) for field, code in faults.items()}
    if characters:
        shown = ", ".join(f"“{each}”" if each.isprintable() else f"U+{ord(each):04X}" for each in characters[:10])
        words["printed_name"] += " " + _("It cannot show: %(characters)s", characters=shown)
    return words


def _fault_text(field: str, code: str) -> LazyString:
    return FAULTS.get((field, code)) or FAULTS[field.partition(".")[0], code]


def summary(words: Mapping[str, str], labels: Mapping[str, str] | None = None) -> list[dict[str, str | None]]:
    """For the error summary: a fault that has no control of its own links nowhere. ``labels``: of fields that are told
    apart by nothing else, which the summary names."""
    lone, named = {"profile", "amounts"}, labels or {}
    return [
        {
            "field": None if field in lone else field,
            "message": f"{named[field]}: {message}" if field in named else message,
        }
        for field, message in words.items()
    ]


def field_labels(claimable: Iterable[ClaimableCredit], needs: Iterable[Requirement]) -> dict[str, str]:
    """What the fields of a claim are for, by their names."""
    amounts = {one.field: one.label.plain for one in claimable}
    return amounts | {f"id.{need}": credential_label(need) for need in needs if need.kind not in CONSENTS}


def credential_label(need: Requirement) -> str:
    """What is asked; of a licence of one place with its place."""
    return _("Licence number in %(place)s", place=need.place) if need.place else str(CREDENTIALS[need.kind][0])


def country_names() -> dict[str, str]:
    """Names in the page's language, in its order."""
    territories = Locale.parse(str(get_locale() or "en")).territories
    names = {code: str(territories.get(code, code)) for code in COUNTRIES}
    return dict(sorted(names.items(), key=lambda item: item[1].casefold()))
