"""Two authors never overwrite each other silently, nobody sees another provider's plans, history tells everything."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from lti_tool.domain.capability import Capability, Grant, Powers
from lti_tool.domain.document import Clash
from lti_tool.domain.errors import BadInput, Conflict, Forbidden, NotFound, Refused
from lti_tool.domain.plan import Act, PlanSection, PlanState
from lti_tool.services.plan.begin import create_plan, key_from
from lti_tool.services.plan.listing import history, list_plans
from lti_tool.services.plan.powers import abilities
from lti_tool.services.plan.work import Edit, open_plan, save_section
from tests.unit.lti_tool.services.planning import Bureau, bureau

GAP = {"key": "g1", "current": "Late.", "best": "In time."}


def test_a_new_plan_is_a_draft_with_its_first_revision(migrated_database_url: str) -> None:
    with bureau(migrated_database_url) as office:
        ada = office.officer()
        plan = office.plan(ada, office.create(ada))
        assert (plan.state, plan.revision, plan.key) == (PlanState.DRAFT, 1, "high-blood-pressure-in-adults")
        assert plan.document["format"] == "enduring material" and not plan.readiness.is_ready


def test_keys_are_made_from_titles_and_never_twice(migrated_sqlite_url: str) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada, other = office.officer(), office.officer("Bo", provider="South")
        keys = [office.plan(ada, office.create(ada, "Été 2026")).key for _ in range(3)]
        assert keys == ["ete-2026", "ete-2026-2", "ete-2026-3"]
        assert office.plan(other, office.create(other, "Été 2026")).key == "ete-2026"
    assert key_from("?") == "activity" and key_from("高血圧") == "activity" and len(key_from("a" * 200)) == 50


@pytest.mark.parametrize(
    ("title", "kind", "fault"),
    [
        (" ", "enduring material", {"title": "missing"}),
        ("x" * 201, "enduring material", {"title": "too_long"}),
        ("Title", "webinar", {"format": "missing"}),
    ],
)
def test_a_plan_needs_a_title_and_a_format(
    migrated_sqlite_url: str, title: str, kind: str, fault: dict[str, str]
) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada = office.officer()
        with pytest.raises(BadInput) as refused, office.db() as db:
            create_plan(db, ada, title, kind, "en", office.now)
        assert refused.value.faults == fault


def test_sections_of_two_authors_come_together(migrated_database_url: str) -> None:
    with bureau(migrated_database_url) as office:
        ada, bo = office.officer("Ada"), office.officer("Bo")
        plan_id = office.create(ada)
        base = office.plan(ada, plan_id).document
        office.save(ada, plan_id, {"need.gaps[g1]": GAP}, 1)
        office.save(bo, plan_id, {"location": "Hall 4"}, 1, base=base)
        office.save(bo, plan_id, {"need.gaps[g2]": {**GAP, "key": "g2"}}, 1, base=base)
        plan = office.plan(ada, plan_id)
        assert plan.revision == 4 and plan.document["location"] == "Hall 4"
        assert [gap["key"] for gap in plan.document["need"]["gaps"]] == ["g1", "g2"]


def conflict(office: Bureau, *how: Any, **more: Any) -> Conflict:
    with pytest.raises(Conflict) as refused:
        office.save(*how, **more)
    assert refused.value.code == "plan_conflict"
    return refused.value


def test_the_same_field_shows_both_values_and_the_author_chooses(migrated_database_url: str) -> None:
    with bureau(migrated_database_url) as office:
        ada, bo = office.officer("Ada"), office.officer("Bo")
        plan_id = office.create(ada)
        base = office.plan(ada, plan_id).document
        office.save(ada, plan_id, {"title": "Hers"}, 1)
        mine = {"title": "His", "audience": "Nurses"}
        found = conflict(office, bo, plan_id, mine, 1, base=base)
        assert found.facts["clashes"] == (Clash("title", "Hers", "His"),) and found.facts["seen"] == 2
        assert office.plan(bo, plan_id).document["title"] == "Hers"
        kept = office.save(bo, plan_id, mine, 1, base=base, choices={"title": "theirs"}, seen=2)
        assert kept == 3 and office.plan(bo, plan_id).document["title"] == "Hers"
        assert office.plan(bo, plan_id).document["audience"] == "Nurses"
        assert office.save(bo, plan_id, {"title": "His"}, 1, base=base, choices={"title": "mine"}, seen=2) == 4
        assert office.plan(bo, plan_id).title == "His"


def test_a_choice_holds_only_against_the_value_that_was_seen(migrated_sqlite_url: str) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada, bo = office.officer("Ada"), office.officer("Bo")
        plan_id = office.create(ada)
        base = office.plan(ada, plan_id).document
        office.save(ada, plan_id, {"title": "Hers"}, 1)
        office.save(ada, plan_id, {"title": "Hers, again"})
        again = conflict(office, bo, plan_id, {"title": "His"}, 1, base=base, choices={"title": "mine"}, seen=2)
        assert again.facts["clashes"][0].theirs == "Hers, again" and again.facts["seen"] == 3


def test_saving_the_same_twice_makes_one_revision(migrated_sqlite_url: str) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada = office.officer()
        plan_id = office.create(ada)
        base = office.plan(ada, plan_id).document
        assert [office.save(ada, plan_id, {"title": "One"}, 1, base=base) for _ in range(3)] == [2, 2, 2]


def test_twenty_saves_at_once_are_twenty_revisions(migrated_postgres_url: str) -> None:
    with bureau(migrated_postgres_url) as office:
        ada = office.officer()
        plan_id = office.create(ada)
        base = office.plan(ada, plan_id).document

        def save(number: int) -> None:
            office.save(ada, plan_id, {f"need.gaps[g{number}]": {**GAP, "key": f"g{number}"}}, 1, base=base)

        threads = [threading.Thread(target=save, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        plan = office.plan(ada, plan_id)
        assert plan.revision == 21 and len(plan.document["need"]["gaps"]) == 20


@pytest.mark.parametrize("revision", [-1, 99])
def test_a_revision_that_never_was_is_refused(migrated_sqlite_url: str, revision: int) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada = office.officer()
        plan_id = office.create(ada)
        with pytest.raises(Conflict) as refused:
            office.save(ada, plan_id, {"title": "X"}, revision)
        assert refused.value.code == "revision_unknown"


def test_a_form_changes_the_fields_of_its_own_section_only(migrated_sqlite_url: str) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada = office.officer()
        plan_id = office.create(ada)
        edit = Edit(PlanSection.OBJECTIVES, {"title": "Stolen", "activity_id": "x"}, 1, {})
        with office.db() as db:
            assert save_section(db, ada, plan_id, edit, office.now) == 1
        assert office.plan(ada, plan_id).title == "High Blood Pressure in Adults"


def test_others_see_nothing_and_readers_change_nothing(migrated_sqlite_url: str) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada, other = office.officer(), office.officer("Bo", provider="South")
        approver, reporter = office.officer("Cy", Capability.APPROVE), office.officer("Di", Capability.REPORT)
        plan_id = office.create(ada)
        for wrong in ("", "x", "0" * 32, f"{plan_id}\0", "ü"):
            with pytest.raises(NotFound):
                office.plan(ada, wrong)
        with pytest.raises(NotFound):
            office.plan(other, plan_id)
        with pytest.raises(NotFound), office.db() as db:
            save_section(db, other, plan_id, Edit(PlanSection.NEED, {"title": "X"}, 1, {}), office.now)
        assert office.plan(approver, plan_id).title
        with pytest.raises(Forbidden):
            office.plan(reporter, plan_id)
        with pytest.raises(Forbidden):
            office.save(approver, plan_id, {"title": "X"}, 1)
        with pytest.raises(Forbidden):
            office.create(approver)


def test_a_grant_for_one_activity_opens_that_plan_alone(migrated_sqlite_url: str) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada = office.officer()
        mine, another = office.approved(ada), office.create(ada, "Another")
        activity_id = office.plan(ada, mine).activity_id
        guest = office.officer("Guest", Capability.REPORT, grants=(Grant(Capability.PLAN, activity_id or ""),))
        assert office.plan(guest, mine).id == mine
        with pytest.raises(Forbidden):
            office.plan(guest, another)
        with office.db() as db:
            assert [one.id for one in list_plans(db, guest, office.now).plans] == [mine]


def test_course_staff_work_on_what_they_began_and_on_their_courses_activities(migrated_sqlite_url: str) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada = office.officer()
        placed, another = office.approved(ada), office.create(ada, "Another")
        activity_id = office.plan(ada, placed).activity_id or ""
        person = office.officer("Iris", Capability.REPORT)
        powers = Powers(frozenset(), frozenset({Capability.PLAN}), frozenset({activity_id}))
        iris = replace(person, powers=powers)
        own = office.create(iris, "Hers")
        assert office.save(iris, own, {"title": "Hers, really"}) == 2
        with pytest.raises(Forbidden):
            office.plan(iris, another)
        with pytest.raises(Forbidden):
            office.act(iris, own, Act.SUBMIT, Act.APPROVE)
        with office.db() as db:
            assert {one.id for one in list_plans(db, iris, office.now).plans} == {own, placed}
            assert abilities(db, iris, own) == {Capability.PLAN}


def test_what_is_under_review_stays_as_the_approver_sees_it(migrated_sqlite_url: str) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada = office.officer()
        plan_id = office.create(ada)
        office.act(ada, plan_id, Act.SUBMIT)
        with pytest.raises(Refused) as refused:
            office.save(ada, plan_id, {"title": "X"})
        assert refused.value.code == "plan_in_review"
        office.act(ada, plan_id, Act.RETURN)
        assert office.save(ada, plan_id, {"title": "X"}) == 4


def test_the_history_tells_who_changed_what_and_when(migrated_database_url: str) -> None:
    with bureau(migrated_database_url) as office:
        ada, bo = office.officer("Ada"), office.officer("Bo")
        plan_id = office.create(ada, "First")
        office.later(hours=1)
        office.save(bo, plan_id, {"title": "Second"})
        with office.db() as db:
            found = history(db, ada, plan_id)
        newest, first = found.revisions
        assert (newest.number, newest.author_name, newest.at, newest.act) == (2, "Bo", office.now, "saved")
        assert [(one.path, one.before, one.after) for one in newest.changes] == [("title", "First", "Second")]
        assert (first.act, first.author_name, found.total, found.pages) == ("created", "Ada", 2, 1)


def test_lists_filter_search_and_page(migrated_database_url: str) -> None:
    with bureau(migrated_database_url) as office:
        ada, other = office.officer(), office.officer("Bo", provider="South")
        reporter = office.officer("Di", Capability.REPORT)
        for number in range(60):
            office.create(ada, f"Activity {number:02}")
        office.create(other, "Foreign")
        gone = office.create(ada, "Old one")
        office.act(ada, gone, Act.ARCHIVE)
        with office.db() as db:
            first, second = (list_plans(db, ada, office.now, page=page) for page in (1, 2))
            assert (first.total, first.pages, len(first.plans), len(second.plans)) == (60, 2, 50, 10)
            assert list_plans(db, ada, office.now, page=99).page == 2
            assert [one.title for one in list_plans(db, ada, office.now, search="ACTIVITY 07").plans] == ["Activity 07"]
            assert [one.title for one in list_plans(db, ada, office.now, PlanState.ARCHIVED).plans] == ["Old one"]
            assert list_plans(db, ada, office.now, search="%").total == 0
            assert list_plans(db, ada, office.now, search="\0").total == 60
            assert list_plans(db, reporter, office.now).total == 0


def test_unknown_plans_have_no_history(migrated_sqlite_url: str) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada = office.officer()
        with pytest.raises(NotFound), office.db() as db:
            history(db, ada, "0" * 32)
        with pytest.raises(NotFound), office.db() as db:
            open_plan(db, ada, "0" * 32, office.now)
