"""What must hold after a siege, looked at from outside: in the database by plain SQL, and in the LMSs' gradebooks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lti_tool.db import models
from tests.deployment.place import Place
from tests.deployment.restless import Ledger

QUESTIONS, PASS_MARK, RIGHT = 3, 2, "a"
"""Of the activities' post-test (``builders.POST_TEST``)."""

STRANGERS = {
    "a learner in another provider's activity": """
        SELECT count(*) FROM participation JOIN learner ON learner.id = participation.learner_id
        JOIN activity ON activity.id = participation.activity_id WHERE learner.provider_id <> activity.provider_id""",
    "credit from another provider": """
        SELECT count(*) FROM credit_entry JOIN learner ON learner.id = credit_entry.learner_id
        JOIN activity ON activity.id = credit_entry.activity_id
        WHERE credit_entry.provider_id <> learner.provider_id OR credit_entry.provider_id <> activity.provider_id""",
    "a certificate from another provider": """
        SELECT count(*) FROM certificate JOIN credit_entry ON credit_entry.id = certificate.award_id
        WHERE certificate.provider_id <> credit_entry.provider_id""",
    "a grade on its way to another platform": """
        SELECT count(*) FROM delivery JOIN learner ON learner.id = delivery.learner_id
        JOIN platform ON platform.id = delivery.platform_id WHERE learner.issuer <> platform.issuer""",
    "a session of another provider": """
        SELECT count(*) FROM web_session JOIN learner ON learner.id = web_session.learner_id
        JOIN deployment ON deployment.id = web_session.deployment_id
        WHERE learner.provider_id <> deployment.provider_id""",
}
"""Queries that must count nothing."""

GATES = """
    SELECT (SELECT count(*) FROM acknowledgement WHERE acknowledgement.participation_id = entry.participation_id),
           (SELECT count(*) FROM study WHERE study.participation_id = entry.participation_id),
           (SELECT count(*) FROM evaluation_receipt WHERE evaluation_receipt.participation_id = entry.participation_id),
           (SELECT count(*) FROM certificate WHERE certificate.award_id = entry.id AND status = 'valid'),
           (SELECT coalesce(max(good), 0) FROM (
                SELECT count(answer.value) FILTER (WHERE answer.value #>> '{}' = 'a') AS good FROM attempt
                JOIN answer ON answer.attempt_id = attempt.id
                WHERE attempt.participation_id = entry.participation_id AND attempt.submitted_at IS NOT NULL
                GROUP BY attempt.id) AS attempts)
    FROM credit_entry AS entry WHERE entry.kind = 'award'
"""
"""Per award: acknowledgements, items studied, evaluations, valid certificates, right answers of the best attempt."""


def nothing_across_tenants(db: Session) -> None:
    found = {words: db.scalar(text(query)) for words, query in STRANGERS.items()}
    assert not any(found.values()), found


def no_credit_without_its_gates(db: Session) -> int:
    """Gives how many awards there are."""
    awards = db.execute(text(GATES)).all()
    assert all(one[0] == one[2] == one[3] == 1 and one[1] >= 1 and one[4] >= PASS_MARK for one in awards), awards
    accounts = Counter(db.execute(text("SELECT learner_id, activity_id, credit_type FROM credit_entry")).all())
    assert all(count == 1 for count in accounts.values()), accounts
    return len(awards)


def no_accepted_answer_is_lost(db: Session, ledger: Ledger) -> None:
    """Nor changed."""
    for number in ledger.answers:
        must_be_submitted, possible = ledger.possible(number)
        attempt = db.get(models.Attempt, number)
        assert attempt is not None, number
        assert attempt.submitted_at is not None or not must_be_submitted, number
        held = {each.question: [each.value] for each in attempt.answers if each.value is not None}
        assert held in possible, (number, held, possible)


def percents(db: Session, place: Place, person: str, key: str) -> set[float]:
    """Every result that this person has earned in this activity; empty if none."""
    subject = place.lms.subject(place.lms.person(person))
    query = (
        select(models.Attempt)
        .join(models.Participation, models.Participation.id == models.Attempt.participation_id)
        .join(models.Learner, models.Learner.id == models.Participation.learner_id)
        .join(models.Activity, models.Activity.id == models.Participation.activity_id)
        .where(models.Learner.issuer == place.lms.issuer, models.Learner.subject == subject)
        .where(models.Activity.key == key, models.Attempt.submitted_at.is_not(None))
    )
    right = [sum(answer.value == RIGHT for answer in attempt.answers) for attempt in db.scalars(query)]
    return {round(100 * number / QUESTIONS, 2) for number in right}


def grades_are_right(db: Session, place: Place) -> int:
    """Each column holds everybody's best result once, and was never sent one that nobody earned; gives how many."""
    subjects = {place.lms.subject(person): person.key for person in place.lms.people}
    sent = _sent(place, subjects)
    count = 0
    for key, placement in place.placements.items():
        columns = place.lms.line_items(placement)
        for person in subjects.values():
            earned = percents(db, place, person, key)
            results = [found for column in columns if (found := place.lms.grade(person, column)) is not None]
            assert [found.score for found in results] == ([max(earned)] if earned else []), (key, person, earned)
            made_up = {score for column in columns for score in sent.get((column.id, person), set())} - earned
            assert not made_up, (key, person, made_up, earned)
            count += bool(earned)
    return count


def _sent(place: Place, subjects: Mapping[str, str]) -> dict[tuple[int, str], set[float]]:
    """What the LMS has taken, in percent, by column and person."""
    found: dict[tuple[int, str], set[float]] = {}
    for received in place.lms.scores_received():
        body: Mapping[str, Any] = json.loads(received.raw)
        if received.status < 300 and body.get("scoreGiven") is not None:
            percent = round(100 * body["scoreGiven"] / body["scoreMaximum"], 2)
            found.setdefault((received.line_item_id, subjects[body["userId"]]), set()).add(percent)
    return found


def unfinished(db: Session) -> dict[str, int]:
    """Deliveries that have neither arrived nor been overtaken, by state."""
    states = db.scalars(select(models.Delivery.state)).all()
    return {state: count for state, count in Counter(states).items() if state not in ("delivered", "superseded")}


def check_database(db: Session, places: Sequence[Place], ledger: Ledger) -> dict[str, int]:
    """All of it; gives how much there was to look at. Raises AssertionError for what does not hold."""
    nothing_across_tenants(db)
    awards = no_credit_without_its_gates(db)
    assert awards >= len(ledger.claims), (awards, ledger.claims)
    no_accepted_answer_is_lost(db, ledger)
    assert unfinished(db) == {}
    grades = sum(grades_are_right(db, place) for place in places)
    return {"awards": awards, "claims": len(ledger.claims), "attempts": len(ledger.answers), "grades": grades}


def check(places: Sequence[Place], ledger: Ledger) -> dict[str, int]:
    """The same, with a look of its own."""
    with places[0].db() as db:
        return check_database(db, places, ledger)
