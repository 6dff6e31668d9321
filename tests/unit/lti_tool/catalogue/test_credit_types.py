"""Every type of credit against its body's own rule: amounts, rounding, who is awarded it, and each printed word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from lti_tool import catalogue
from lti_tool.catalogue.shelf import credit_series
from lti_tool.catalogue.statements import statements
from lti_tool.domain.activity import Accreditation, Activity, LearningFormat
from lti_tool.domain.amount import from_minutes
from lti_tool.domain.credit import PHYSICIAN_DEGREES, CreditOffer, CreditType, Degree
from lti_tool.domain.learner import Profile
from lti_tool.domain.series import ActivitySession
from lti_tool.services.certificate import compose
from lti_tool.services.certificate_text import PrintedOffer, Printing
from tests.unit.lti_tool.domain.builders import PROVIDER, activity

DAY = date(2026, 3, 2)
NURSES = frozenset({Degree.RN, Degree.NP, Degree.APRN})
TEAM = frozenset(Degree)
FRAME = (
    "The Example Medical School certifies that Sam Lee{letters} has participated in the enduring material titled "
    "Hypertension in the Elderly on March 2, 2026 and is awarded {credit}."
)


@dataclass(frozen=True)
class Rule:
    """What a body's own documents say of its credit. ``minutes``: minutes of education to credit."""

    awarded_to: frozenset[Degree]
    minutes: Mapping[int, str]
    credit: str
    """As the certificate of 1.25 (or of the offer's maximum) prints it."""
    designation: str
    accreditation: str = ""
    note: str = ""
    offer: Mapping[str, Any] = field(default_factory=dict)
    step: str = "0.25"
    retention: int = 6


ABMS = {
    "moc-abpath": ("ABPath", "American Board of Pathology's Continuing Certification"),
    "moc-abohns": (
        "ABOHNS",
        "American Board of Otolaryngology - Head and Neck Surgery's Continuing Certification",
    ),
    "moc-abos": ("ABOS", "American Board of Orthopaedic Surgery's Maintenance of Certification"),
    "moc-abts": ("ABTS", "American Board of Thoracic Surgery's Maintenance of Certification"),
}
QUARTERS = {60: "1.00", 67: "1.00", 68: "1.25", 75: "1.25", 82: "1.25", 83: "1.50"}
"""The nearest quarter hour (AMA PRA; AAPA; AAFP)."""
ROUNDED_DOWN = {60: "1.00", 67: "1.00", 74: "1.00", 75: "1.25", 89: "1.25"}
"""CDR: one hour to one hour and seven minutes is 1; never up."""
PHYSICIANS_ONLY = (
    "Physicians should claim only the credit commensurate with the extent of their participation in the activity."
)


def reported(body: str) -> str:
    return f"Your provider reports this credit to the {body} through ACCME; the board's own record is the official one."


def common_moc(code: str) -> Rule:
    short, program = ABMS[code]
    return Rule(
        PHYSICIAN_DEGREES,
        QUARTERS,
        f"1.25 {short} MOC points (Self-Assessment)",
        "Successful completion of this CME activity, which includes participation in the evaluation component, enables "
        f"the learner to earn credit toward the Self-Assessment requirements of the {program} program. It is the CME "
        "activity provider's responsibility to submit learner completion information to ACCME for the purpose of "
        f"granting {short} credit. This activity is registered for up to 1.25 {short} MOC points (Self-Assessment).",
        note=reported(program.partition("'")[0]),
        offer={"variant": "Self-Assessment"},
    )


UAN = "0798-9999-26-246-H04-"
RULES: dict[str, Rule] = {
    "ama-pra-category-1": Rule(
        PHYSICIAN_DEGREES,
        QUARTERS,
        "1.25 AMA PRA Category 1 Credits™",
        "The Example Medical School designates this enduring material for a maximum of 1.25 AMA PRA Category 1 "
        f"Credits™. {PHYSICIANS_ONLY}",
    ),
    "aapa-category-1": Rule(
        frozenset({Degree.PA}),
        QUARTERS,
        "1.25 AAPA Category 1 CME credits",
        "Example Medical School has been authorized by the American Academy of PAs (AAPA) to award AAPA Category 1 CME "
        "credit for activities planned in accordance with AAPA CME Criteria. This activity is designated for 1.25 AAPA "
        "Category 1 CME credits. Approval is valid until December 31, 2026. PAs should only claim credit commensurate "
        "with the extent of their participation.",
    ),
    "ancc": Rule(
        NURSES,
        {60: "1.00", 65: "1.08", 75: "1.25", 119: "1.98"},
        "1.25 nursing contact hours, including 0.50 hours of pharmacology",
        "This activity provides 1.25 nursing contact hours, including 0.50 hours of pharmacology.",
        "Example Medical School is accredited as a provider of nursing continuing professional development by the "
        "American Nurses Credentialing Center's Commission on Accreditation.",
        offer={"parts": {"pharmacology": Decimal("0.50")}},
        step="0.01",
    ),
    "ancc-approved": Rule(
        NURSES,
        {65: "1.08"},
        "1.25 nursing contact hours",
        "This activity provides 1.25 nursing contact hours.",
        "This nursing continuing professional development activity was approved by Example Nurses Association, an "
        "accredited approver by the American Nurses Credentialing Center's Commission on Accreditation.",
        offer={"reference": "Example Nurses Association"},
        step="0.01",
    ),
    "california-brn": Rule(
        NURSES,
        {50: "1.0", 60: "1.2", 64: "1.2", 100: "2.0"},
        "1.20 California BRN contact hours",
        "Provider approved by the California Board of Registered Nursing, Provider Number CEP 12345, for 1.20 contact "
        "hours.",
        "Example Medical School is approved by the California Board of Registered Nursing, Provider Number CEP 12345.",
        "The licensee must retain this certificate for a period of 4 years.",
        {"reference": "CEP 12345", "maximum": Decimal("1.20")},
        "0.1",
        4,
    ),
    **{
        code: Rule(
            frozenset({degree}),
            ROUNDED_DOWN,
            "1.25 ACPE contact hours",
            "This activity is approved for 1.25 contact hours (0.125 CEU) of continuing pharmacy education. Universal "
            f"Activity Number: {UAN}{letter}. Type of activity: Knowledge.",
            "Example Medical School is accredited by the Accreditation Council for Pharmacy Education as a provider of "
            "continuing pharmacy education.",
            "This is not an official statement of credit. The official statement of credit is in the NABP e-Profile, "
            f"through CPE Monitor. Universal Activity Number: {UAN}{letter}; 0.125 CEU.",
            {"variant": "Knowledge", "reference": f"{UAN}{letter}"},
        )
        for code, degree, letter in (
            ("acpe", Degree.PHARMACIST, "P"),
            ("acpe-technician", Degree.PHARMACY_TECHNICIAN, "T"),
        )
    },
    "ipce": Rule(
        TEAM,
        QUARTERS,
        "1.25 Interprofessional Continuing Education (IPCE) credits",
        "This activity was planned by and for the healthcare team, and learners will receive 1.25 Interprofessional "
        "Continuing Education (IPCE) credit for learning and change.",
    ),
    "aanp": Rule(
        frozenset({Degree.NP}),
        {60: "1.00", 65: "1.08"},
        "1.25 AANP contact hours, including 1.00 hour of pharmacology",
        "This activity is approved for 1.25 contact hour(s) of continuing education (which includes 1.00 hour of "
        "pharmacology) by the American Association of Nurse Practitioners. Activity ID# 26-1. This activity was "
        "planned in accordance with AANP Accreditation Standards and Policies.",
        offer={"reference": "26-1", "parts": {"pharmacology": Decimal("1.00")}},
        step="0.01",
    ),
    "aafp": Rule(
        PHYSICIAN_DEGREES,
        QUARTERS,
        "1.25 AAFP Prescribed credits",
        "The AAFP has reviewed Hypertension in the Elderly and deemed it acceptable for up to 1.25 enduring material "
        "AAFP Prescribed credit(s). Term of approval is from January 1, 2026 to December 31, 2026. "
        f"{PHYSICIANS_ONLY}",
        offer={"variant": "Prescribed"},
    ),
    "aoa": Rule(
        frozenset({Degree.DO}),
        QUARTERS,
        "1.25 AOA Category 2-B credits",
        f"This activity is offered for a maximum of 1.25 AOA Category 2-B credits. {PHYSICIANS_ONLY}",
        offer={"variant": "Category 2-B"},
    ),
    "ada-cerp": Rule(
        frozenset({Degree.DENTIST, Degree.DENTAL_TEAM}),
        ROUNDED_DOWN,
        "1.25 ADA CERP continuing education hours",
        "Example Medical School designates this activity for 1.25 ADA CERP continuing education hours. Educational "
        "method: Self-instruction.",
        "Example Medical School is an ADA CERP Recognized Provider. ADA CERP is a service of the American Dental "
        "Association to assist dental professionals in identifying quality providers of continuing dental education. "
        "ADA CERP does not approve or endorse individual courses or instructors, nor does it imply acceptance of "
        "credit hours by boards of dentistry.",
        "Formal continuing education programs of this provider may be accepted by the state boards of dentistry; "
        "participants should ask their own board. Educational method: Self-instruction.",
        {"variant": "Self-instruction"},
    ),
    "aswb-ace": Rule(
        frozenset({Degree.SOCIAL_WORKER}),
        {59: "0", 60: "1.00", 74: "1.00", 75: "1.25"},
        "1.25 clinical social work continuing education credits",
        "Social workers completing this course receive 1.25 clinical continuing education credits.",
        "Example Medical School, provider #1234, is approved to offer social work continuing education by the "
        "Association of Social Work Boards (ASWB) Approved Continuing Education (ACE) program. Organizations, not "
        "individual courses, are approved as ACE providers. State and provincial regulatory boards determine whether "
        "an individual course may be accepted for continuing education credit.",
        offer={"variant": "clinical", "reference": "1234"},
    ),
    "apa": Rule(
        frozenset({Degree.PSYCHOLOGIST}),
        {59: "0", 60: "1.00", 75: "1.25"},
        "1.25 APA CE credits",
        "This activity offers 1.25 CE credits for psychologists. Full attendance is required; no partial credit is "
        "awarded.",
        "Example Medical School is approved by the American Psychological Association to sponsor continuing education "
        "for psychologists. Example Medical School maintains responsibility for this program and its content.",
    ),
    "cdr": Rule(
        frozenset({Degree.DIETITIAN, Degree.DIETETIC_TECHNICIAN}),
        ROUNDED_DOWN,
        "1.25 CPEUs",
        "RDs and DTRs will receive 1.25 CPEUs for completion of this activity. CDR Provider Number: AB123.",
        offer={"reference": "AB123"},
        retention=7,
    ),
    "eaccme": Rule(
        PHYSICIAN_DEGREES,
        {29: "0", 30: "0.5", 59: "0.5", 60: "1.0", 89: "1.0", 90: "1.5"},
        "1.50 European CME credits (ECMEC®s)",
        "The Hypertension in the Elderly, January 1, 2026-December 31, 2026, has been accredited by the European "
        "Accreditation Council for Continuing Medical Education (EACCME®) with 1.50 European CME credits (ECMEC®s). "
        "Each medical specialist should claim only those hours of credit that he/she actually spent in the educational "
        "activity.",
        offer={"maximum": Decimal("1.50")},
        step="0.5",
    ),
    "royal-college": Rule(
        PHYSICIAN_DEGREES,
        ROUNDED_DOWN,
        "1.25 Royal College MOC hours",
        "This activity is an Accredited Self-Assessment Program (Section 3) as defined by the Maintenance of "
        "Certification Program of the Royal College of Physicians and Surgeons of Canada, and approved by Example CPD "
        "Office. You may claim a maximum of 1.25 hours (credits are automatically calculated).",
        note="This activity is an Accredited Self-Assessment Program (Section 3) as defined by the Maintenance of "
        "Certification Program of the Royal College of Physicians and Surgeons of Canada, and approved by Example CPD "
        "Office.",
        offer={
            "variant": "an Accredited Self-Assessment Program (Section 3)",
            "reference": "Example CPD Office",
        },
    ),
    "moc-abim": Rule(
        PHYSICIAN_DEGREES,
        QUARTERS,
        "1.25 ABIM MOC points (Medical Knowledge)",
        "Successful completion of this CME activity, which includes participation in the evaluation component, enables "
        "the participant to earn up to 1.25 Medical Knowledge MOC points in the American Board of Internal Medicine's "
        "(ABIM) Maintenance of Certification (MOC) program. It is the CME activity provider's responsibility to submit "
        "participant completion information to ACCME for the purpose of granting ABIM MOC credit.",
        note=reported("American Board of Internal Medicine"),
        offer={"variant": "Medical Knowledge"},
    ),
    "moc-abp": Rule(
        PHYSICIAN_DEGREES,
        QUARTERS,
        "1.25 ABP MOC points (Lifelong Learning and Self-Assessment (Part 2))",
        "Successful completion of this CME activity, which includes participation in the activity and individual "
        "assessment of and feedback to the learner, enables the learner to earn 1.25 Lifelong Learning and "
        "Self-Assessment (Part 2) MOC points in the American Board of Pediatrics' (ABP) Maintenance of Certification "
        "(MOC) program. It is the CME activity provider's responsibility to submit learner completion information to "
        "ACCME for the purpose of granting ABP MOC credit.",
        note=reported("American Board of Pediatrics"),
        offer={"variant": "Lifelong Learning and Self-Assessment (Part 2)"},
    ),
    "moc-aba": Rule(
        PHYSICIAN_DEGREES,
        QUARTERS,
        "1.25 ABA MOC points (Patient Safety)",
        "This activity contributes to the Patient Safety component of the American Board of Anesthesiology's "
        "Maintenance of Certification in Anesthesiology (MOCA) program for up to 1.25 ABA MOC points (Patient Safety).",
        note=reported("American Board of Anesthesiology"),
        offer={"variant": "Patient Safety"},
    ),
    "moc-abs": Rule(
        PHYSICIAN_DEGREES,
        QUARTERS,
        "1.25 ABS continuous certification credits (CME)",
        "Successful completion of this CME activity enables the learner to earn credit toward the CME requirements of "
        "the American Board of Surgery's Continuous Certification program. It is the CME activity provider's "
        "responsibility to submit learner completion information to ACCME for the purpose of granting ABS credit. This "
        "activity is registered for up to 1.25 ABS continuous certification credits (CME).",
        note=reported("American Board of Surgery"),
        offer={"variant": "CME"},
    ),
    **{code: common_moc(code) for code in ABMS},
}


def credit_of(code: str) -> CreditType:
    return catalogue.credit_type(code, DAY)


def offer_of(code: str) -> CreditOffer:
    return CreditOffer(
        **{"credit_type": code, "maximum": Decimal("1.25"), "minimum": Decimal("0.25"), **RULES[code].offer}
    )


def made(code: str, **changes: Any) -> Activity:
    return activity(credits=(offer_of(code),), **changes)


def test_every_type_of_the_catalogue_is_tested_here() -> None:
    assert set(RULES) == set(credit_series()) - {"attendance"}


@pytest.mark.parametrize("code", RULES)
def test_who_is_awarded_it(code: str) -> None:
    assert credit_of(code).awarded_to == RULES[code].awarded_to


@pytest.mark.parametrize("code", RULES)
def test_amounts_and_rounding(code: str) -> None:
    credit = credit_of(code)
    assert credit.step == Decimal(RULES[code].step)
    assert {minutes: from_minutes(Decimal(minutes), credit) for minutes in RULES[code].minutes} == {
        minutes: Decimal(amount) for minutes, amount in RULES[code].minutes.items()
    }


@pytest.mark.parametrize("code", RULES)
def test_designation_statement(code: str) -> None:
    assert [text.plain for text in statements(made(code), DAY).designation] == [RULES[code].designation]


@pytest.mark.parametrize("code", RULES)
def test_accreditation_statement_of_the_body(code: str) -> None:
    _, *own = [text.plain for text in statements(made(code), DAY).accreditation]
    assert own == ([RULES[code].accreditation] if RULES[code].accreditation else [])


@pytest.mark.parametrize("code", RULES)
def test_certificate(code: str) -> None:
    rule, credit, offer = RULES[code], credit_of(code), offer_of(code)
    degree = min(rule.awarded_to, key=lambda one: one.value)
    profile = Profile("Sam Lee", degree, "US")
    line = PrintedOffer(credit, offer, offer.maximum, is_awarded=True)
    found = compose(made(code), profile, Printing((line,), DAY, DAY), number="1", verify_url="https://v.example/1")
    letters = f", {profile.printed_degree}" if profile.printed_degree else ""
    assert found.sentence.plain == FRAME.format(letters=letters, credit=rule.credit)
    assert found.title == "Certificate of Credit"
    assert [note.plain for note in found.notes] == ([rule.note] if rule.note else [])
    assert rule.designation in [text.plain for text in found.statements]
    assert not rule.accreditation or rule.accreditation in [text.plain for text in found.statements]
    assert [(one.credit_type, one.amount, one.is_awarded) for one in found.credits] == [(code, offer.maximum, True)]


@pytest.mark.parametrize("code", RULES)
def test_records_are_kept_long_enough(code: str) -> None:
    """ACCME and Joint Accreditation: six years; CDR: seven; the California licensee: four."""
    assert credit_of(code).retention_years == RULES[code].retention


@pytest.mark.parametrize("degree", sorted(set(Degree) - PHYSICIAN_DEGREES))
def test_nobody_but_a_physician_is_awarded_physicians_credit(degree: Degree) -> None:
    """AMA PRA, AAFP, AOA, EACCME, Royal College and the boards."""
    for code in RULES:
        if RULES[code].awarded_to <= PHYSICIAN_DEGREES:
            assert not credit_of(code).is_awarded_to(degree)


def test_what_is_not_read_at_the_source_is_marked() -> None:
    """Texts from general knowledge are compared by staff before the first use."""
    unread = {
        code
        for code, series in credit_series().items()
        if any("not read" in text.source for text in series.editions[-1].texts.values())
    }
    marked = {code for code in credit_series() if credit_of(code).must_be_confirmed}
    assert unread - marked == {"ama-pra-category-1"}
    assert {"ipce", "ancc-approved", "moc-abs", "royal-college"} & marked == set()


def test_every_text_has_a_source_and_a_confidence() -> None:
    for series in credit_series().values():
        for edition in series.editions:
            assert edition.source and edition.confidence
            assert all(text.source and text.confidence for text in edition.texts.values())


def test_a_jointly_accredited_provider_has_one_statement_for_medicine_nursing_and_pharmacy() -> None:
    """Joint Accreditation: ANCC and ACPE are covered; ASWB, APA and CDR have statements of their own."""
    joint = {
        "provider": PROVIDER.__class__(**{**fields_of(PROVIDER), "accreditation": Accreditation.JOINTLY_ACCREDITED})
    }
    for code, count in (("ancc", 1), ("acpe", 1), ("aswb-ace", 2), ("apa", 2), ("cdr", 2)):
        found = [text.plain for text in statements(made(code, **joint), DAY).accreditation]
        assert len(found) == count, code
        assert found[0].startswith("In support of improving patient care, Example Medical School is jointly accredited")


def test_a_provider_that_is_not_accredited_for_physicians_does_not_say_so() -> None:
    nobody = PROVIDER.__class__(**{**fields_of(PROVIDER), "accreditation": Accreditation.NONE})
    found = statements(made("ancc", provider=nobody), DAY).accreditation
    assert ["ACCME" in text.plain for text in found] == [False]


def fields_of(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def test_an_event_is_dated_by_its_sessions() -> None:
    """UEMS-EACCME: the event with its own first and last day, whatever the days for claims are."""
    days = (date(2026, 5, 2), date(2026, 5, 1), date(2026, 5, 3))
    sessions = tuple(ActivitySession(str(day), "Lecture", day, 60) for day in days)
    event = made("eaccme", sessions=sessions, format=LearningFormat.LIVE)
    (designation,) = statements(event, DAY).designation
    assert "Hypertension in the Elderly, May 1, 2026-May 3, 2026, has been accredited" in designation.plain


def test_several_credits_stand_in_one_sentence() -> None:
    """Joint Accreditation: all professions' credits may stand on one statement of credit."""
    ama, abim = credit_of("ama-pra-category-1"), credit_of("moc-abim")
    lines = tuple(
        PrintedOffer(credit, offer_of(code), Decimal(amount), is_awarded=True)
        for credit, code, amount in ((ama, "ama-pra-category-1", "1.00"), (abim, "moc-abim", "0.75"))
    )
    both = activity(credits=(offer_of("ama-pra-category-1"), offer_of("moc-abim")))
    found = compose(
        both,
        Profile("Sam Lee", Degree.MD, "US"),
        Printing(lines, DAY, DAY),
        number="1",
        verify_url="https://v.example/1",
    )
    assert found.sentence.plain == FRAME.format(
        letters=", MD",
        credit="1.00 AMA PRA Category 1 Credit™ and 0.75 ABIM MOC points (Medical Knowledge)",
    )
    assert [run.text for run in found.sentence.runs if run.is_italic] == ["AMA PRA Category 1 Credit"]
    assert len(found.credits) == 2 and len(found.statements) == 3
