"""The rules of the bodies whose credit a file offers: edition, steps, time, format, references, parts, claim window.

Sources: the catalogue's columns, each with its own (``docs/reference/credit-types.md``).
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from lti_tool.catalogue.credit import credit_type, credit_types, edition_of
from lti_tool.domain.activity import Accreditation, LearningFormat
from lti_tool.domain.amount import from_minutes
from lti_tool.domain.assessment import Reveal
from lti_tool.domain.credit import Basis, CreditType
from lti_tool.domain.document import records
from lti_tool.domain.errors import NotFound
from lti_tool.domain.fault import Findings
from lti_tool.services.activity_file.keys import Data
from lti_tool.services.activity_file.kinds import WHERE, did_you_mean, join

_TIMED = frozenset({LearningFormat.LIVE, LearningFormat.ENDURING, LearningFormat.OTHER})


def _credit_type(offer: Data, on: date | None, findings: Findings) -> CreditType | None:
    """The edition in force when the activity was designated."""
    code, where = offer["type"], join(offer[WHERE], "type")
    if not code or not on:
        return None
    try:
        return credit_type(code, on)
    except NotFound:
        known = tuple(found.code for found in credit_types(on))
        remedy = did_you_mean(code, known) or f"known: {', '.join(known) or 'none'}"
        findings.add(where, f"there is no credit type {code!r} on {on}", remedy)
        return None


def _amounts(offer: Data, kind: CreditType | None, findings: Findings) -> None:
    maximum, minimum = offer["maximum"], offer["minimum"]
    for name in ("maximum", "minimum", "session_maximum"):
        amount = offer[name]
        if amount is not None and (amount <= 0 or (kind and amount % kind.step)):
            what = f"{amount} is not a positive multiple of {kind.step if kind else 'the step'}"
            rule = f"{kind.edition}: steps of {kind.step}" if kind else ""
            findings.add(join(offer[WHERE], name), what, "round to the nearest step", rule)
    if maximum is not None and minimum is not None and minimum > maximum:
        findings.add(join(offer[WHERE], "minimum"), f"the minimum {minimum} is above the maximum {maximum}")
    if kind and maximum is not None and 0 < maximum < kind.least:
        what = f"{maximum} is less than the least amount {kind.least}"
        findings.add(join(offer[WHERE], "maximum"), what, "offer more, or not this type", kind.edition)
    most, here = kind.session_maximum if kind else None, offer["session_maximum"]
    if kind and most is not None and here is not None and here > most:
        what = f"{here} for one session is more than {most}"
        findings.add(join(offer[WHERE], "session_maximum"), what, f"write at most {most}", kind.edition)


def _worth(offer: Data, kind: CreditType, data: Data, findings: Findings) -> None:
    """The most that the format is worth: by time, or by a fixed amount."""
    maximum, form, where = offer["maximum"], data["format"], join(offer[WHERE], "maximum")
    rule = kind.rule_for(form or "")
    if maximum is None or not form:
        return
    if rule.basis is Basis.TIME:
        _time(offer, kind, data, findings)
    elif rule.basis is Basis.EACH and maximum != rule.amount:
        findings.add(where, f"a {form} is {rule.amount}, not {maximum}", f"write {rule.amount}", kind.edition)
    elif rule.basis is Basis.STAGES and maximum > rule.amount * rule.stages + rule.bonus:
        most = rule.amount * rule.stages + rule.bonus
        findings.add(where, f"all stages are {most}, not {maximum}", f"write at most {most}", kind.edition)
    elif rule.basis is Basis.CYCLES and maximum % rule.amount:
        findings.add(where, f"{maximum} is not a multiple of {rule.amount} per cycle", "correct it", kind.edition)


def _time(offer: Data, kind: CreditType, data: Data, findings: Findings) -> None:
    minutes, maximum = data["estimated_minutes"], offer["maximum"]
    if data["format"] not in _TIMED or not minutes:
        return
    most = max(kind.step, from_minutes(Decimal(minutes), kind))
    if maximum > most:
        what = f"{maximum} credits are more than {minutes} minutes are worth ({most})"
        rule = f"{kind.edition}: {kind.minutes_per_unit} minutes per {kind.unit.value}"
        findings.add(join(offer[WHERE], "maximum"), what, "correct the credit or the estimate", rule)


def _provider_kind(offer: Data, kind: CreditType, data: Data, findings: Findings) -> None:
    found = (data["provider"] or {}).get("accreditation")
    if found and kind.provider_kinds and found not in kind.provider_kinds:
        what = f"a provider with accreditation {found!r} cannot offer {kind.code}"
        remedy = f"needs accreditation: {' or '.join(sorted(kind.provider_kinds))}"
        findings.add(join(offer[WHERE], "type"), what, remedy, kind.edition)
    if data["format"] in kind.refused_formats:
        what = f"{kind.code} is not given for a {data['format']}"
        findings.add(join(offer[WHERE], "type"), what, "remove the offer", kind.edition)


def _variant(offer: Data, kind: CreditType, findings: Findings) -> None:
    variant, where = offer["variant"], join(offer[WHERE], "variant")
    if kind.variants and variant not in kind.variants:
        what = f"{variant!r} is not a kind of {kind.code}" if variant else f"{kind.code} comes in several kinds"
        findings.add(where, what, f"write one of: {'; '.join(kind.variants)}", kind.edition)
    if variant and not kind.variants:
        findings.add(where, f"{kind.code} has no kinds", "remove the variant", kind.edition)


def _reference(offer: Data, kind: CreditType, data: Data, findings: Findings) -> None:
    reference, where = offer["reference"], join(offer[WHERE], "reference")
    if not kind.reference_name:
        if reference:
            findings.add(where, f"{kind.code} prints no reference", "remove it", kind.edition)
        return
    if not reference and _prints_reference(kind, data):
        findings.add(where, f"the {kind.reference_name} is missing", "add it as the body gave it", kind.edition)
    if reference and kind.reference_pattern and not re.fullmatch(kind.reference_pattern, reference):
        what = f"{reference!r} is not a {kind.reference_name}"
        findings.add(where, what, "write it as the body gave it", kind.edition)


def _prints_reference(kind: CreditType, data: Data) -> bool:
    is_joint = (data["provider"] or {}).get("accreditation") == Accreditation.JOINTLY_ACCREDITED
    edition = edition_of(kind.code, data["designated"])
    keys = ("designation", "awarded_note", "accreditation_joint" if is_joint else "accreditation")
    return any("{reference}" in edition.text(key) for key in keys)


def _parts(offer: Data, kind: CreditType, findings: Findings) -> None:
    maximum = offer["maximum"]
    for name, amount in (offer["parts"] or {}).items():
        where = join(join(offer[WHERE], "parts"), name)
        if name not in kind.sub_buckets:
            known = ", ".join(kind.sub_buckets) or "none"
            findings.add(where, f"{kind.code} has no part {name!r}", f"known: {known}", kind.edition)
        if amount is not None and (amount <= 0 or amount % kind.step or (maximum is not None and amount > maximum)):
            what = f"{amount} is not a part of {maximum} in steps of {kind.step}"
            findings.add(where, what, "a part is within the maximum and never additional", kind.edition)


def _assessment(offer: Data, kind: CreditType, data: Data, findings: Findings) -> None:
    """What a body counts as assessed has a required post-test with a pass mark: at least the body's own, if it has
    one, and with the feedback that it asks for."""
    variant, test, steps = offer["variant"] or "", data["post_test"], data["steps"] or {}
    percent, has_feedback = kind.pass_percents.get(variant), variant in kind.feedback_variants
    if percent is None and not has_feedback:
        return
    if not test or steps.get("post-test") != "required" or not test["pass_mark"]:
        what = f"{kind.code} for {variant} needs a required post-test with a pass mark"
        findings.add(join(offer[WHERE], "variant"), what, "add it, or offer another kind", kind.edition)
        return
    if percent is not None and 100 * test["pass_mark"] < percent * _asked(test):
        what = f"{test['pass_mark']} of {_asked(test)} is less than the {percent} % that {kind.code} asks"
        least = -(-percent * _asked(test) // 100)
        findings.add("post_test.pass_mark", what, f"write at least {least}", kind.edition)
    if has_feedback:
        _feedback(test, kind, data, findings)


def _feedback(test: Data, kind: CreditType, data: Data, findings: Findings) -> None:
    """Whoever is done with the test sees why each key is right, and what that rests on."""
    if test["reveal"] == Reveal.NEVER.value:
        what = f"{kind.code} needs feedback on the answers"
        findings.add("post_test.reveal", what, "show keys and rationales after passing", kind.edition)
    wanted = {"rationale": "why the key is right", "references": "what it rests on"}
    asked = [one for one in records(data["questions"]) if one["key"] in (test["questions"] or ())]
    missing = [(one, name) for one in asked for name in wanted if not one[name]]
    for question, name in missing:
        said = f"{kind.code} needs feedback that says {wanted[name]}"
        findings.add(join(question[WHERE], name), said, f"give the {name} of this question", kind.edition)


def _asked(test: Data) -> int:
    """How many questions one attempt has."""
    pool, quotas = len(test["questions"] or ()), test["draw_per_objective"] or {}
    return sum(count or 0 for count in quotas.values()) if quotas else min(test["draw"] or pool, pool)


def _offer(offer: Data, data: Data, findings: Findings) -> None:
    kind = _credit_type(offer, data["designated"], findings)
    _amounts(offer, kind, findings)
    if kind is None:
        return
    _worth(offer, kind, data, findings)
    _provider_kind(offer, kind, data, findings)
    _variant(offer, kind, findings)
    _assessment(offer, kind, data, findings)
    _reference(offer, kind, data, findings)
    _parts(offer, kind, findings)


def _window(data: Data, findings: Findings) -> None:
    first, last, release = data["claims_open"], data["claims_close"], data["release"]
    if first and release and first < release:
        findings.add("claims_open", f"claims open on {first}, before the release on {release}", "correct one of them")
    begins = first or release
    if last and begins and last < begins:
        findings.add("claims_close", f"claims close on {last}, before they open on {begins}", "correct one of them")


def _equivalents(data: Data, findings: Findings) -> None:
    if data["key"] and data["key"] in (data["equivalents"] or []):
        findings.add("equivalents", "the activity names itself", "name only other activities")


def check_credits(data: Data, findings: Findings) -> None:
    """Note every rule about credit that is broken. Values that could not be read are passed over."""
    for offer in records(data["credits"]):
        _offer(offer, data, findings)
    _window(data, findings)
    _equivalents(data, findings)
