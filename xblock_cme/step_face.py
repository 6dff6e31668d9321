"""The faces of tests, claim and certificate."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from lti_tool.domain.answer_form import Fields, first
from lti_tool.domain.assessment import Result, Test, TestKind, score
from lti_tool.domain.claim import OfferedCredit
from lti_tool.domain.credit import Degree, printed_amount
from lti_tool.domain.learner import MAX_NAME
from lti_tool.domain.native import NativeAnswer
from lti_tool.domain.pathway import attempt_blockers, attempts_left, best_result, may_reveal
from lti_tool.domain.record import Attempt
from lti_tool.domain.standing import Blocker
from xblock_cme.certificate_file import ALL
from xblock_cme.claiming import chosen_amounts, profile_digest
from xblock_cme.face import Notice, blocker_texts, points_text, runs
from xblock_cme.identifier_face import needs_line
from xblock_cme.identifying import REPORTING
from xblock_cme.progress import Progress
from xblock_cme.question_face import Shelf, Typed, question_face
from xblock_cme.render import written
from xblock_cme.taking import STEP_OF, test_of, unanswered
from xblock_cme.words import DEGREES, EQUIVALENT, NOT_VALID, STATUSES

TABS = 10**4
VALID = "valid"


def _attempt_form(shelf: Shelf, here: Progress, test: Test, attempt: Attempt, notice: Notice) -> dict[str, Any]:
    total = len(attempt.form)
    errors = dict(notice.faults)
    typed = Typed(attempt.answers, notice.fields, errors)
    questions = [
        question_face(shelf, item, number, total, typed, test.question(item.question))
        for number, item in enumerate(attempt.form, start=1)
    ]
    summary = [
        {"id": face["id"], "text": f"{shelf.translate('Question %(number)s') % face}: {errors[face['key']]}"}
        for face in questions
        if face["key"] in errors
    ]
    return {
        "attempt": {"id": attempt.id, "number": attempt.number},
        "attempts": test.attempts,
        "questions": questions,
        "summary": summary,
        "revision": here.facts.revision,
        "tab": secrets.randbelow(TABS),
        "unanswered": notice.confirms,
        "left": len(unanswered(test, attempt)),
        "pass_mark": test.pass_mark,
        "total": total,
    }


def _row(test: Test, attempt: Attempt) -> dict[str, Any]:
    result: Result = score(test, attempt.form, attempt.answers)
    return {
        "number": attempt.number,
        "date": written(attempt.submitted_at),
        "points": points_text(result.points),
        "maximum": result.maximum,
        "has_passed": result.has_passed,
    }


def _review(shelf: Shelf, test: Test, attempt: Attempt) -> list[Any]:
    total, typed = len(attempt.form), Typed(attempt.answers)
    return [
        question_face(shelf, item, number, total, typed, test.question(item.question), is_review=True)
        for number, item in enumerate(attempt.form, start=1)
    ]


def test_face(shelf: Shelf, here: Progress, kind: TestKind, notice: Notice) -> dict[str, Any]:
    """The open attempt's form; else what is asked, how it went and what comes next."""
    test = test_of(here, kind)
    own = here.facts.record.open_attempt(kind)
    base = {"is_pre": kind is TestKind.PRE, "test": kind.value}
    if own is not None:
        return {**base, "form": _attempt_form(shelf, here, test, own, notice)}
    submitted = here.record.submitted(kind)
    blockers: tuple[Blocker, ...] = here.standing.of(STEP_OF[kind]).blockers
    blockers = blockers or attempt_blockers(here.activity, here.record, kind, here.now)
    left = attempts_left(test, here.record)
    is_revealed = kind is TestKind.POST and bool(submitted) and may_reveal(here.activity, here.record)
    return {
        **base,
        "length": test.length,
        "pass_mark": test.pass_mark,
        "attempts": test.attempts,
        "attempts_left": left,
        "cool_down": test.cool_down_minutes if kind is TestKind.POST else 0,
        "blockers": blocker_texts(shelf, blockers),
        "blocker_codes": [blocker.code for blocker in blockers],
        "last": _row(test, submitted[-1]) if submitted else None,
        "attempt_rows": [_row(test, attempt) for attempt in submitted],
        "review": _review(shelf, test, submitted[-1]) if is_revealed else [],
        "is_reveal_later": test.reveal.value == "after_passing",
        "has_post_test": here.activity.post_test is not None,
    }


def details_face(shelf: Shelf, here: Progress, name: str, notice: Notice) -> dict[str, Any]:
    """The particulars that the certificate needs."""
    profile, fields = here.facts.profile, notice.fields
    degree = first(fields, "degree") if fields else profile.degree.value if profile else ""
    country = first(fields, "country") if fields else profile.country if profile else ""
    equivalence = first(fields, "equivalence") == "yes" if fields else here.facts.is_equivalence_stated
    return {
        "printed_name": first(fields, "printed_name") if fields else profile.printed_name if profile else name,
        "degrees": [
            {"value": each.value, "label": shelf.translate(label), "is_chosen": each.value == degree}
            for each, label in DEGREES.items()
        ],
        "countries": [{"value": code, "is_chosen": code == country} for code in here.copy.countries],
        "equivalent": shelf.translate(EQUIVALENT),
        "is_equivalence_stated": equivalence,
        "limit": MAX_NAME,
        "errors": notice.faults,
    }


def _offer(shelf: Shelf, one: OfferedCredit, chosen: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    suggested = printed_amount(one.suggested) if one.suggested is not None else ""
    wanted = chosen.get(one.credit.code, suggested)
    amounts = [printed_amount(amount) for amount in one.amounts]
    return {
        "field": one.field,
        "id": shelf.id_of(one.field),
        "phrase": runs(one.phrase),
        "maximum": printed_amount(one.offer.maximum),
        "is_awarded": one.is_awarded,
        "is_optional": one.is_optional,
        "is_designated": bool(one.credit.designation_text),
        "amounts": [{"value": amount, "is_chosen": amount == wanted} for amount in amounts],
        "least": amounts[0] if amounts else "",
        "most": amounts[-1] if amounts else "",
        "step": printed_amount(one.amounts[1] - one.amounts[0]) if len(amounts) > 1 else "",
        "is_grouped": bool(one.offer.group),
        "needs": needs_line(shelf, one.needs),
        "error": errors.get(one.field, ""),
    }


def _attestation(offered: Sequence[OfferedCredit]) -> str:
    """What is confirmed by claiming: each sentence of the credits once."""
    sentences = (f"{part.rstrip('.')}." for one in offered for part in one.attestation.split(". "))
    return " ".join(dict.fromkeys(sentences))


def claim_face(
    shelf: Shelf, here: Progress, notice: Notice, draft: Fields | None = None, held: Collection[str] = ()
) -> dict[str, Any]:
    """The claim itself. Needs confirmed particulars. ``draft``: the form as it was filled in; ``held``: credit types
    that were given before a further claim."""
    profile, filled = here.facts.profile, notice.fields or draft or {}
    assert profile is not None  # noqa: S101 - without one the details are shown first
    offered = here.copy.offered(profile, held)
    chosen = chosen_amounts(filled)
    post = best_result(here.activity.post_test, here.record.submitted(TestKind.POST))
    return {
        "format": here.activity.format.value,
        "post_test": {"points": points_text(post.points), "maximum": post.maximum} if post else None,
        "minutes": here.record.seconds_studied // 60,
        "evaluated_on": written(here.record.evaluated_at.date()) if here.record.evaluated_at else "",
        "name": profile.printed_name,
        "degree": shelf.translate(DEGREES[Degree(profile.degree)]),
        "country": profile.country,
        "digest": profile_digest(profile),
        "offers": [_offer(shelf, one, chosen, notice.faults) for one in offered],
        "is_awarded": any(one.is_awarded for one in offered),
        "is_sole": len(here.activity.credits) == 1,
        "takes_reports": any(one.takes for one in offered),
        "is_reporting": first(filled, REPORTING) == "yes",
        "attestation": _attestation(offered),
        "is_attested": first(filled, "attestation") == "yes",
        "given": sorted(held),
        "errors": notice.faults,
    }


def certificate_face(shelf: Shelf, answer: NativeAnswer, address: Callable[[str], str]) -> dict[str, Any]:
    """The learner's certificates, as the tool told of them last."""
    valid = [one for one in answer.certificates if one.status == VALID]
    return {
        "is_awarded": any(one.is_awarded for one in answer.certificates),
        "all_address": address(ALL) if len(valid) > 1 else "",
        "certificates": [
            {
                "title": one.title,
                "phrase": runs(one.phrase),
                "amount": one.amount,
                "is_awarded": one.is_awarded,
                "note": one.note,
                "number": one.number,
                "name": one.learner_name,
                "completed_on": one.completed_on,
                "verify_url": one.verify_url,
                "address": address(one.id),
                "status": "" if one.status == VALID else shelf.translate(STATUSES.get(one.status, NOT_VALID)),
            }
            for one in answer.certificates
        ],
    }
