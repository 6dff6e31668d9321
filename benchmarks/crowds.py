"""Records of very many learners, made by PostgreSQL itself in a minute or two."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import make_url

from lti_tool.domain.wire import write_value
from tests.unit.lti_tool.domain.builders import AMA, attempt

NUMBERS = "FROM generate_series(1, %(count)s) AS n"
ACTIVITY = "(%(activities)s::text[])[1 + n %% cardinality(%(activities)s::text[])]"
LEARNERS = f"""
    INSERT INTO learner (id, provider_id, issuer, subject, lms_name, locale, printed_name, degree, country,
                         email_digest, created_at)
    SELECT md5('learner' || n), %(provider)s, %(issuer)s, 's' || n, 'Learner ' || n, 'en', 'Learner ' || n, 'MD', 'US',
           '', %(now)s {NUMBERS}"""
RECORDS = (
    f"""
    INSERT INTO participation (id, learner_id, activity_id, version, is_trial, started_at, content_finished_at)
    SELECT md5('part' || n), md5('learner' || n), {ACTIVITY}, 1, false, %(now)s, %(now)s {NUMBERS}""",
    f"""
    INSERT INTO acknowledgement (id, participation_id, fingerprint, version, locale, acknowledged_at)
    SELECT md5('seen' || n), md5('part' || n), %(fingerprint)s, 1, 'en', %(now)s {NUMBERS}""",
    f"""
    INSERT INTO study (participation_id, item, first_opened_at) SELECT md5('part' || n), 'page', %(now)s {NUMBERS}""",
    f"""
    INSERT INTO attempt (id, participation_id, test, number, form, started_at, submitted_at)
    SELECT md5('attempt' || n), md5('part' || n), 'post-test', 1, %(form)s::jsonb, %(now)s, %(now)s {NUMBERS}""",
    f"""
    INSERT INTO answer (attempt_id, question, value, revision, saved_at)
    SELECT md5('attempt' || n), question, '"a"'::jsonb, 1, %(now)s {NUMBERS}
    CROSS JOIN unnest(ARRAY['q1', 'q2', 'q3']) AS question""",
    f"""
    INSERT INTO evaluation_receipt (participation_id, submitted_at) SELECT md5('part' || n), %(now)s {NUMBERS}""",
    f"""
    INSERT INTO credit_entry (id, provider_id, learner_id, activity_id, participation_id, version, credit_type, follows,
                              kind, claim_id, amount, is_awarded, actor, reason, terms, recorded_at)
    SELECT md5('award' || n), %(provider)s, md5('learner' || n), {ACTIVITY}, md5('part' || n), 1, %(credit)s, '',
           'award', md5('claim' || n), 1, true, 'learner', '', '{{}}'::jsonb, %(now)s {NUMBERS}""",
    f"""
    INSERT INTO certificate (id, award_id, provider_id, number, code, body, status, issued_at)
    SELECT md5('card' || n), md5('award' || n), %(provider)s, 'Z-' || n, md5('code' || n),
           '{{"version": "certificate/1", "body": {{}}}}'::jsonb, 'valid', %(now)s {NUMBERS}""",
)
"""Everything that a learner leaves who got a certificate; its frozen values are empty here."""
DELIVERIES = f"""
    INSERT INTO delivery (id, learner_id, placement_id, platform_id, line_item, given, maximum, stamp, state,
                          is_doubtful, next_at, tries, outcome, status, answer, lms_says, created_at, queued_at)
    SELECT md5(%(placement)s || 'delivery' || n), md5('learner' || n), %(placement)s, %(platform)s, %(line_item)s,
           100, 100, %(now)s, %(state)s, false, %(next_at)s + n * interval '1 millisecond', 0, %(outcome)s, %(status)s,
           '', '', %(now)s, %(now)s {NUMBERS}"""


@contextmanager
def unchecked(url: str) -> Iterator[psycopg.Connection]:
    """A superuser's connection without triggers and foreign keys; statistics are fresh afterwards."""
    parsed = make_url(url)
    with psycopg.connect(
        host=str(parsed.query["host"]), user="postgres", dbname=parsed.database, autocommit=True
    ) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection
        connection.execute("VACUUM ANALYZE")


def add_learners(connection: psycopg.Connection, provider_id: str, issuer: str, count: int, now: datetime) -> None:
    """Learners ``md5('learner' || n)`` of this provider and LMS, n from 1."""
    connection.execute(LEARNERS, {"provider": provider_id, "issuer": issuer, "count": count, "now": now})


def add_records(
    connection: psycopg.Connection, provider_id: str, activity_ids: Sequence[str], count: int, now: datetime
) -> None:
    """What each of them leaves who took one of these activities and got credit and certificate for it."""
    form = json.dumps([write_value(item) for item in attempt().form])
    values: dict[str, Any] = {"provider": provider_id, "activities": list(activity_ids), "count": count, "now": now}
    values |= {"form": form, "credit": AMA, "fingerprint": "f" * 64}
    for statement in RECORDS:
        connection.execute(statement, values)


def add_deliveries(
    connection: psycopg.Connection, count: int, where: Mapping[str, str], next_at: datetime, **state: Any
) -> None:
    """One grade of each of them. ``where``: placement, platform, line_item; ``state``: state, outcome, status."""
    values = {"state": "waiting", "outcome": "", "status": None, "count": count, "now": next_at, "next_at": next_at}
    connection.execute(DELIVERIES, values | dict(where) | state)
