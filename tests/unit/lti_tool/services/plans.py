"""What the tests of plans share: complete plans of the sample activities, and ways to break them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from lti_tool.domain.document import Document, records, tidied
from lti_tool.domain.readiness import Days, Unmet, unmet
from lti_tool.services.activity_file import read_activity_file
from lti_tool.services.plan.convert import document_of, plain
from lti_tool.services.plan.readiness import Readiness, readiness
from tests.unit.lti_tool.services.activity_files import SAMPLES

PLANS = Path(__file__).parents[3] / "plans"
TODAY = date(2026, 8, 24)
"""The day on which the hypertension sample was designated."""
DAYS = Days(TODAY)
H = "hypertension-2026"


def with_planning(document: Document, planning: Mapping[str, Any]) -> Document:
    """With what planning adds, as the files of the tests hold it."""
    extra: Document = plain(planning)
    gaps, disclosed = extra.pop("gaps_of", {}), extra.pop("disclosed", None)
    for objective in records(document.get("objectives")):
        objective["gap"] = gaps.get(objective["key"])
    for person in records(document.get("people")):
        person["disclosed"] = disclosed
    result: Document = tidied({**document, **extra})
    return result


@lru_cache(maxsize=8)
def _sample(name: str) -> tuple[Document, dict[str, bytes], date]:
    found = read_activity_file(SAMPLES / f"{name}.yaml")
    assert found.activity is not None
    planning = yaml.safe_load((PLANS / f"{name}.yaml").read_text(encoding="utf-8"))
    return with_planning(document_of(found.activity), planning), dict(found.media), found.activity.designated_on


def sample_plan(name: str = H) -> Document:
    """A sample activity as a plan, with all that planning adds."""
    return copy.deepcopy(_sample(name)[0])


def sample_media(name: str = H) -> dict[str, bytes]:
    return _sample(name)[1]


def designated(name: str = H) -> date:
    return _sample(name)[2]


def spotless() -> Document:
    """The hypertension plan without even a warning."""
    document = sample_plan()
    items = document["evaluation"]["items"]
    for person in ("okafor", "lindqvist"):
        text = "The speaker was clear."
        items.append(
            {"key": f"speaker--{person}", "kind": "rating", "family": "other", "scale": "agree5", "text": text}
        )
    items.append({"key": "promise", "kind": "commitment", "family": "intent", "text": "What will you do differently?"})
    return document


def judged(document: Document, name: str = H, days: Days = DAYS) -> Readiness:
    return readiness(document, name, days, sample_media(name))


def rules_unmet(document: Document, days: Days = DAYS) -> tuple[Unmet, ...]:
    return unmet(document, days)


Breaking = Callable[[Document], Any]
