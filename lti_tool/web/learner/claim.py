"""The claim: the learner's particulars, the amount, the attestation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel import Locale
from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, lazy_gettext
from flask_babel import gettext as _

from lti_tool.domain.activity import Step
from lti_tool.domain.credit import Degree, printed_amount
from lti_tool.domain.errors import BadInput
from lti_tool.domain.learner import MAX_NAME
from lti_tool.domain.pathway import StepState
from lti_tool.services.credit import ClaimForm, ClaimView, claim_credit, claim_view
from lti_tool.services.learner import COUNTRIES, EQUIVALENT, ProfileForm, confirm_profile, suggested_name
from lti_tool.services.participation import Progress, progress
from lti_tool.web.access import Access, Work, route
from lti_tool.web.learner import blueprint
from lti_tool.web.learner.frame import learner_page
from lti_tool.web.messages import STEP_NAMES, blocker_rows, step_address
from lti_tool.web.page import absolute

DEGREES = {
    Degree.MD: lazy_gettext("MD – Doctor of Medicine"),
    Degree.DO: lazy_gettext("DO – Doctor of Osteopathic Medicine"),
    Degree.MBBS: lazy_gettext("MBBS, MBChB – Bachelor of Medicine and Surgery"),
    Degree.OTHER_PHYSICIAN: lazy_gettext("Physician with another degree equivalent to MD or DO"),
    Degree.PA: lazy_gettext("PA – Physician assistant or associate"),
    Degree.NP: lazy_gettext("NP – Nurse practitioner"),
    Degree.RN: lazy_gettext("RN – Registered nurse"),
    Degree.PHARMACIST: lazy_gettext("Pharmacist"),
    Degree.PHARMACY_TECHNICIAN: lazy_gettext("Pharmacy technician"),
    Degree.PSYCHOLOGIST: lazy_gettext("Psychologist"),
    Degree.SOCIAL_WORKER: lazy_gettext("Social worker"),
    Degree.DENTIST: lazy_gettext("Dentist"),
    Degree.DIETITIAN: lazy_gettext("Dietitian"),
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
    ("amount", "claim_below_minimum"): lazy_gettext("Claim at least the smallest amount in the list."),
    ("amount", "claim_not_in_steps"): lazy_gettext(
        "Claim in the steps of the list; amounts between them do not exist."
    ),
}
"""(field, code) to words. ``amount.<credit type>`` counts as ``amount``."""


def verification_link(code: str) -> str:
    return absolute("verify.certificate", code=code)


def fault_words(faults: Mapping[str, str], characters: str = "") -> dict[str, str]:
    """Field to sentence; ``characters`` are those that cannot be printed."""
    words = {field: str(FAULTS[field.partition(".")[0], code]) for field, code in faults.items()}
    if characters:
        shown = ", ".join(f"“{each}”" if each.isprintable() else f"U+{ord(each):04X}" for each in characters[:10])
        words["printed_name"] += " " + _("It cannot show: %(characters)s", characters=shown)
    return words


def _summary(words: Mapping[str, str]) -> list[dict[str, str | None]]:
    return [{"field": None if field == "profile" else field, "message": message} for field, message in words.items()]


def _locked(work: Work, here: Progress) -> Response:
    """What is done and what still stands in the way."""
    done = [
        {"text": STEP_NAMES[each.step], "is_met": True, "href": step_address(each.step)}
        for each in here.standing.steps
        if each.state is StepState.DONE
    ]
    open_ = [
        {"text": row.text, "is_met": False, "href": row.href}
        for row in blocker_rows(here.standing.of(Step.CLAIM).blockers)
    ]
    return learner_page("learner/claim_locked.html", work, here, Step.CLAIM, status=403, items=done + open_)


def _way_in(work: Work, here: Progress) -> ResponseReturnValue | None:
    """Where a visitor who cannot claim now is shown or sent; ``None`` for all others."""
    if here.record.claims:
        return redirect(url_for("learner.certificate"), 303)
    return _locked(work, here) if here.standing.of(Step.CLAIM).blockers else None


@route(blueprint, "/claim", Access.LEARNER)
def claim(work: Work) -> ResponseReturnValue:
    view = claim_view(work.db, work.visit, work.now)
    other = _way_in(work, view.progress)
    if other is None and view.progress.profile is None:
        other = redirect(url_for("learner.claim_details"), 303)
    return other or _claim_page(work, view, {})


@route(blueprint, "/claim", Access.LEARNER, ("POST",))
def send_claim(work: Work) -> ResponseReturnValue:
    fields = {name.partition(".")[2]: text for name, text in request.form.items() if name.startswith("amount.")}
    form = ClaimForm(fields, request.form.get("attestation") == "yes", request.form.get("profile", ""))
    try:
        claim_credit(work.db, work.visit, form, verification_link, work.now)
    except BadInput as error:
        if error.faults.get("profile") == "missing":
            return redirect(url_for("learner.claim_details"), 303)
        return _claim_page(work, claim_view(work.db, work.visit, work.now), fault_words(error.faults), form, 422)
    return redirect(url_for("learner.certificate"), 303)


def _claim_page(
    work: Work, view: ClaimView, words: Mapping[str, str], form: ClaimForm | None = None, status: int = 200
) -> Response:
    profile = view.progress.profile
    assert profile is not None  # noqa: S101 - without one the visitor is sent to the details first
    return learner_page(
        "learner/claim.html",
        work,
        view.progress,
        Step.CLAIM,
        status=status,
        view=view,
        profile=profile,
        degree_name=str(DEGREES[profile.degree]),
        country_name=_countries().get(profile.country, profile.country),
        is_awarded=any(one.is_awarded for one in view.claimable),
        chosen=form.amounts if form else {},
        is_attested=form is not None and form.is_attested,
        faults=words,
        summary=_summary(words),
        printed_amount=printed_amount,
    )


def _countries() -> dict[str, str]:
    """Names in the page's language, in its order."""
    territories = Locale.parse(str(get_locale() or "en")).territories
    names = {code: str(territories.get(code, code)) for code in COUNTRIES}
    return dict(sorted(names.items(), key=lambda item: item[1].casefold()))


@route(blueprint, "/claim/details", Access.LEARNER)
def claim_details(work: Work) -> ResponseReturnValue:
    here = progress(work.db, work.visit, work.now)
    profile = here.profile
    typed = ProfileForm(
        suggested_name(work.db, work.visit),
        profile.degree.value if profile else "",
        profile.country if profile else "",
        profile is not None and profile.degree is Degree.OTHER_PHYSICIAN,
    )
    return _way_in(work, here) or _details_page(work, here, typed, {})


@route(blueprint, "/claim/details", Access.LEARNER, ("POST",))
def confirm_details(work: Work) -> ResponseReturnValue:
    sent = request.form
    typed = ProfileForm(
        sent.get("printed_name", ""),
        sent.get("degree", ""),
        sent.get("country", ""),
        sent.get("equivalence") == "yes",
    )
    try:
        confirm_profile(work.db, work.visit, typed, work.deps.printer, work.now)
    except BadInput as error:
        words = fault_words(error.faults, str(error.facts.get("characters", "")))
        return _details_page(work, progress(work.db, work.visit, work.now), typed, words, 422)
    return redirect(url_for("learner.claim"), 303)


def _details_page(
    work: Work, here: Progress, typed: ProfileForm, words: Mapping[str, str], status: int = 200
) -> Response:
    values: dict[str, Any] = {
        "degrees": [{"value": degree.value, "label": label} for degree, label in DEGREES.items()],
        "countries": [{"value": code, "label": name} for code, name in _countries().items()],
        "equivalent": EQUIVALENT,
        "limit": MAX_NAME,
    }
    return learner_page(
        "learner/claim_details.html",
        work,
        here,
        Step.CLAIM,
        status=status,
        typed=typed,
        faults=words,
        summary=_summary(words),
        **values,
    )
