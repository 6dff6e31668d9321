"""A provider with two thousand people, each with a role: for tests and benchmarks of lists."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import insert

from lti_tool.db import models
from lti_tool.db.base import new_id
from lti_tool.domain.company import CompanyKind
from lti_tool.domain.person import NOTICE
from lti_tool.services.person import name_key
from tests.unit.lti_tool.services.collecting import NOW, START, Office

PEOPLE = 2000


def furnish(office: Office, people: int = PEOPLE, plans: Sequence[str] = ()) -> None:
    """A third has nothing to disclose, a third two relationships, the rest is expired or missing. All have a role.

    ``plans``: the activities they take turns in; without any, that of the office.
    """
    chance, plans = random.Random(7), plans or (office.plan_id,)
    companies = [office.review(f"Company {number}", CompanyKind.PHARMACEUTICAL) for number in range(40)]
    tables: dict[type, list[dict[str, object]]] = {
        table: []
        for table in (
            models.Person,
            models.DisclosureForm,
            models.DisclosedRelationship,
            models.ActivityRole,
            models.RelevanceDecision,
        )
    }
    for number in range(people):
        one_person(replace(office, plan_id=plans[number % len(plans)]), number, companies, chance, tables)
    with office.db() as db:
        db.merge(models.ShownText(fingerprint=NOTICE.fingerprint, body=NOTICE.as_record(), first_shown_at=NOW))
        db.flush()
        for table, rows in tables.items():
            db.execute(insert(table), rows)
    with office.db() as db:
        db.connection().exec_driver_sql("ANALYZE")


def one_person(
    office: Office,
    number: int,
    companies: list[str],
    chance: random.Random,
    tables: dict[type, list[dict[str, object]]],
) -> None:
    key, mine = new_id(), {"provider_id": office.provider_id}
    name = f"Person {chance.randrange(10_000):04} {number}"
    kind = number % 6
    signed = None if kind == 0 else NOW - timedelta(days=500 if kind == 1 else 30)
    has_relationships = kind in (2, 3)
    tables[models.Person].append(
        {
            **mine,
            "id": key,
            "name": name,
            "name_key": name_key(name),
            "email": f"person{number}@school.example",
            "disclosed_at": signed,
            "has_relationships": has_relationships,
            "created_at": NOW,
        }
    )
    act = {**mine, "plan_id": office.plan_id, "person_id": key}
    by = office.officer.person_id
    role = {"role": "faculty", "starts_on": START, "added_by": by, "added_at": NOW}
    tables[models.ActivityRole].append({**act, **role, "id": new_id()})
    if signed is None:
        return
    form = new_id()
    given: dict[str, object] = {"signed_name": name, "notice": NOTICE.fingerprint, "locale": "en", "came_by": "link"}
    given |= {"number": 1, "submission": new_id()}
    tables[models.DisclosureForm].append({**mine, **given, "id": form, "person_id": key, "signed_at": signed})
    for position, company in enumerate(chance.sample(companies, 2) if has_relationships else ()):
        what = {"company_id": company, "nature": "consultant"}
        more = {"company_name": "Company", "research_role": "none", "has_ended": False, "detail": ""}
        tables[models.DisclosedRelationship].append({**what, **more, "form_id": form, "position": position})
        if kind == 3:
            word = {"relevance": "not-relevant", "reason": "x", "exclusion": "none", "argument": ""}
            row = {**act, **what, **word, "number": position + 1, "decided_by": by, "decided_at": NOW}
            tables[models.RelevanceDecision].append({**row, "id": new_id()})
