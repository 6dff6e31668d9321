"""Particulars: asked when they are needed, refused when they cannot be used or printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.credit import Degree
from lti_tool.domain.errors import BadInput, Refused
from lti_tool.domain.learner import Profile
from lti_tool.services.learner import (
    COUNTRIES,
    ProfileForm,
    confirm_profile,
    profile_digest,
    read_profile,
    suggested_name,
)
from tests.unit.lti_tool.services.claiming import NOW, PrinterDouble, World, opened_world

GOOD = ProfileForm("Ada Byron", "MD", "GB")


@pytest.fixture
def world(migrated_database_url: str) -> Iterator[World]:
    with opened_world(migrated_database_url) as made:
        yield made


def faults_of(form: ProfileForm) -> dict[str, str]:
    with pytest.raises(BadInput) as caught:
        read_profile(form, PrinterDouble())
    assert caught.value.code == "profile_unusable"
    return dict(caught.value.faults)


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"printed_name": ""}, {"printed_name": "missing"}),
        ({"printed_name": " .- "}, {"printed_name": "missing"}),
        ({"printed_name": "x" * 121}, {"printed_name": "too_long"}),
        ({"printed_name": "Ada\u202eByron"}, {"printed_name": "unprintable"}),
        ({"printed_name": "Ada \u1400"}, {"printed_name": "unprintable"}),
        ({"degree": ""}, {"degree": "missing"}),
        ({"degree": "Baron"}, {"degree": "unknown"}),
        ({"country": ""}, {"country": "missing"}),
        ({"country": "ZZ"}, {"country": "unknown"}),
        ({"country": "gb"}, {"country": "unknown"}),
        ({"degree": "physician-other"}, {"equivalence": "missing"}),
        (
            {"printed_name": "", "degree": "", "country": ""},
            {"printed_name": "missing", "degree": "missing", "country": "missing"},
        ),
    ],
)
def test_every_fault_is_named(changes: dict[str, Any], faults: dict[str, str]) -> None:
    assert faults_of(replace(GOOD, **changes)) == faults


def test_the_unprintable_characters_are_told() -> None:
    with pytest.raises(BadInput) as caught:
        read_profile(replace(GOOD, printed_name="Ada \u1400"), PrinterDouble())
    assert caught.value.facts["characters"] == "\u1400"


def test_an_equivalent_degree_needs_the_statement() -> None:
    form = replace(GOOD, degree="physician-other", is_equivalence_stated=True)
    assert read_profile(form, PrinterDouble()) == Profile("Ada Byron", Degree.OTHER_PHYSICIAN, "GB")


@pytest.mark.parametrize("name", ["Ὀδυσσεύς Παπαδόπουλος", "د. ليلى الحسن", "王小明", "X Æ", "O’Neil-Smith Jr."])
def test_names_of_many_scripts(name: str) -> None:
    assert read_profile(replace(GOOD, printed_name=f"  {name} "), PrinterDouble()).printed_name == name


def test_countries_are_those_of_iso_3166() -> None:
    assert {"US", "GB", "DE", "TW", "PS", "XK", "AQ"} <= COUNTRIES
    assert len(COUNTRIES) == 250 and not {"EU", "UN", "ZZ", "XA", "419", "001"} & COUNTRIES


def test_particulars_are_kept_for_the_next_claim(world: World) -> None:
    visit = world.learner("Ada in the LMS", degree=None)
    with transaction(world.sessions) as db:
        assert suggested_name(db, visit) == "Ada in the LMS"
        confirm_profile(db, visit, GOOD, PrinterDouble(), NOW)
    with transaction(world.sessions) as db:
        row = db.get_one(models.Learner, visit.learner_id)
        assert (row.printed_name, row.degree, row.country, row.confirmed_at) == ("Ada Byron", "MD", "GB", NOW)
        assert suggested_name(db, visit) == "Ada Byron"


def test_refused_particulars_change_nothing(world: World) -> None:
    visit = world.learner()
    with pytest.raises(BadInput), transaction(world.sessions) as db:
        confirm_profile(db, visit, replace(GOOD, degree=""), PrinterDouble(), NOW)
    with transaction(world.sessions) as db:
        assert db.get_one(models.Learner, visit.learner_id).country == "US"


def test_nothing_is_asked_before_it_is_needed(world: World) -> None:
    visit = world.learner(is_ready=False, degree=None)
    with pytest.raises(Refused), transaction(world.sessions) as db:
        confirm_profile(db, visit, GOOD, PrinterDouble(), NOW)


def test_the_digest_tells_two_profiles_apart() -> None:
    profile = Profile("Ada", Degree.MD, "GB")
    assert profile_digest(profile) == profile_digest(Profile("Ada", Degree.MD, "GB"))
    assert len({profile_digest(p) for p in (profile, replace(profile, degree=Degree.RN))}) == 2
