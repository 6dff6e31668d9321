"""The question bank on PostgreSQL: what pages cost with 10,000 questions against a bank with one.

Whole pages are asked for, from cookie to HTML, in one process. The aim is in the 95th percentile of each page.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import insert, select, text

from benchmarks.databases import postgres
from lti_tool.db import models
from lti_tool.db.base import new_id
from lti_tool.db.migrate import upgrade
from lti_tool.domain.activity import Level
from lti_tool.domain.assessment import Question, QuestionKind
from lti_tool.domain.question import BankQuestion, canonical
from lti_tool.domain.wire import write_question
from lti_tool.services.question import content_hash, words_of
from tests.functional.office_world import OfficePerson, invited
from tests.functional.staff_world import NOW, World, make_world
from tests.unit.lti_tool.exchange.questions import entries

AIM_MS = 200
WORDS = [
    "atrial",
    "fibrillation",
    "rate",
    "control",
    "sepsis",
    "lactate",
    "fluid",
    "antibiotic",
    "heart",
    "failure",
    "dose",
    "kidney",
    "potassium",
    "insulin",
    "glucose",
    "asthma",
    "inhaler",
    "child",
    "pregnancy",
    "hypertension",
    "stroke",
    "thrombolysis",
    "bleeding",
    "vitamin",
    "anaemia",
    "opioid",
    "pain",
    "depression",
    "screening",
    "cancer",
    "biopsy",
    "vaccine",
    "travel",
    "fever",
    "rash",
    "joint",
    "gout",
    "bone",
    "fracture",
    "sleep",
    "apnoea",
    "oxygen",
]
TAGS = tuple(f"topic {number}" for number in range(60))
ONE, MANY = "Bank with one question", "Bank with many"


def made(number: int, rng: random.Random) -> BankQuestion:
    """A question of about a hundred words."""
    choices = entries(*(f"{' '.join(rng.choices(WORDS, k=5))} {letter}" for letter in "abcde"))
    question = Question(
        f"q-{number:06d}",
        QuestionKind.SINGLE if number % 3 else QuestionKind.MULTIPLE,
        f"Which {' '.join(rng.choices(WORDS, k=12))}?",
        vignette=" ".join(rng.choices(WORDS, k=50)),
        rationale=" ".join(rng.choices(WORDS, k=30)),
        entries=choices,
        correct=frozenset({choices[0].key}),
    )
    level = rng.choice([*Level, None])
    return canonical(BankQuestion(question, level=level, tags=tuple(rng.sample(TAGS, 3))))


def fill(world: World, provider: str, count: int) -> list[str]:
    """Rows of so many questions; gives their ids."""
    rng = random.Random(count)
    ids = [new_id() for _ in range(count)]
    with world.db() as db:
        owner = db.scalars(select(models.Provider.id).where(models.Provider.name == provider)).one()
        rows, versions, tags = [], [], []
        for number, question_id in enumerate(ids):
            bank = made(number, rng)
            at = NOW - timedelta(minutes=number)
            columns = {"kind": bank.question.kind.value, "level": bank.level or "", "stem": bank.question.stem}
            known = {"id": question_id, "provider_id": owner, "key": bank.key, "status": "approved", "version": 1}
            rows.append({**known, **columns, "words": words_of(bank), "created_at": at, "changed_at": at})
            body = {"definition": write_question(bank), "content_hash": content_hash(bank), "reason": ""}
            versions.append({"question_id": question_id, "number": 1, "created_at": at, **body})
            tags += [{"question_id": question_id, "tag": tag, "provider_id": owner} for tag in bank.tags]
        for table, values in ((models.Question, rows), (models.QuestionVersion, versions), (models.QuestionTag, tags)):
            db.execute(insert(table), values)
    return ids


def milliseconds(person: OfficePerson, paths: Sequence[str]) -> float:
    """The 95th percentile over these pages, asked for once each after a warm-up."""
    person.get(paths[0])
    times = []
    for path in paths:
        start = time.perf_counter()
        answer = person.get(path)
        times.append(1000 * (time.perf_counter() - start))
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
    return statistics.quantiles(times, n=20)[-1]


def pages(ids: list[str], rounds: int) -> dict[str, list[str]]:
    """Addresses by what they ask for."""
    rng = random.Random(7)
    deep = (NOW - timedelta(minutes=len(ids) // 2)).isoformat().replace("+", "%2B")
    return {
        "list": ["/questions"] * rounds,
        "a page in the middle": [f"/questions?after={deep}~{'f' * 32}"] * rounds,
        "words": [f"/questions?text={rng.choice(WORDS)}+{rng.choice(WORDS)}" for _ in range(rounds)],
        "words that nobody wrote": ["/questions?text=zzzz"] * rounds,
        "tag": [f"/questions?tag=topic+{rng.randrange(60)}" for _ in range(rounds)],
        "kind and level": ["/questions?kind=multiple&level=competence"] * rounds,
        "open": [f"/questions/{rng.choice(ids)}" for _ in range(rounds)],
        "edit": [f"/questions/{rng.choice(ids)}/edit" for _ in range(rounds)],
    }


def main() -> int:
    """Print both banks side by side; 1 if a page of the large one misses the aim."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=40)
    how = parser.parse_args()
    with postgres() as url:
        upgrade(url)
        world = make_world(url)
        people = {
            name: invited(world, provider=name, email=f"{name[10:14].strip()}@example.org") for name in (ONE, MANY)
        }
        ids = {ONE: fill(world, ONE, 1), MANY: fill(world, MANY, how.questions)}
        with world.db() as db:
            db.execute(text("ANALYZE"))
        found = {
            name: {page: milliseconds(people[name], paths) for page, paths in pages(ids[name], how.rounds).items()}
            for name in people
        }
        world.close()
    print(f"{'p95 in ms':<26}{'1':>9}{how.questions:>9}{'ratio':>9}")
    for page, many in found[MANY].items():
        print(f"{page:<26}{found[ONE][page]:>9.1f}{many:>9.1f}{many / found[ONE][page]:>9.2f}")
    return int(max(found[MANY].values()) > AIM_MS)


if __name__ == "__main__":
    sys.exit(main())
