"""Changing what was approved: by a request with a reason, decided by whom it concerns, applied as a new version."""

from __future__ import annotations

from datetime import date

import pytest

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import Forbidden
from lti_tool.domain.plan import Act
from lti_tool.services.plan.begin import adopt_activity
from lti_tool.services.plan.change import (
    apply_change,
    difference,
    open_change,
    past_changes,
    withdraw_change,
)
from lti_tool.services.plan.media import add_file, plan_file
from tests.unit.lti_tool.services.activity_files import SAMPLES
from tests.unit.lti_tool.services.planning import bureau
from tests.unit.lti_tool.services.plans import sample_media, sample_plan
from tests.unit.lti_tool.services.test_plan_approval import ECG, imported, newest, refusal


def test_what_was_approved_changes_by_a_request_with_a_reason(migrated_database_url: str) -> None:
    with bureau(migrated_database_url) as office:
        ada = office.officer()
        plan_id = office.approved(ada, Act.PUBLISH)
        with refusal("plan_approved"):
            office.save(ada, plan_id, {"title": "New"})
        with refusal("reason_missing"), office.db() as db:
            open_change(db, ada, plan_id, "  ", office.now)
        with office.db() as db:
            open_change(db, ada, plan_id, "The title was misleading.", office.now)
        with refusal("change_open"), office.db() as db:
            open_change(db, ada, plan_id, "Another", office.now)
        office.later(days=100)
        office.save(ada, plan_id, {"title": "New", "description": "Clearer."})
        with office.db() as db:
            found = difference(db, ada, plan_id, office.now)
        assert [one.path for one in found.relevant] == ["title"]
        assert [one.path for one in found.editorial] == ["description"]
        revision = office.plan(ada, plan_id).revision
        with office.db() as db:
            assert apply_change(db, ada, plan_id, revision, office.now) == 2
        plan = office.plan(ada, plan_id)
        made = newest(office, plan.activity_id)
        assert (made.title, made.designated_on, plan.change) == ("New", date(2026, 8, 24), None)
        with office.db() as db:
            (past,) = past_changes(db, ada, plan_id)
        assert (past.state, past.reason, past.version) == ("applied", "The title was misleading.", 2)
        assert {one.path for one in past.changes} == {"title", "description"}


def test_an_approver_decides_what_was_designated_an_author_the_texts(migrated_sqlite_url: str) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada, author = office.officer(), office.officer("Bo", Capability.PLAN)
        plan_id = office.approved(ada, Act.PUBLISH)
        with office.db() as db:
            open_change(db, author, plan_id, "Typing errors", office.now)
        with refusal("nothing_changed"), office.db() as db:
            apply_change(db, author, plan_id, office.plan(author, plan_id).revision, office.now)
        office.save(author, plan_id, {"description": "Without errors."})
        with office.db() as db:
            apply_change(db, author, plan_id, office.plan(author, plan_id).revision, office.now)
        with office.db() as db:
            open_change(db, author, plan_id, "Easier to pass", office.now)
        office.save(author, plan_id, {"post_test.pass_mark": "5"})
        with pytest.raises(Forbidden), office.db() as db:
            apply_change(db, author, plan_id, office.plan(author, plan_id).revision, office.now)
        with office.db() as db:
            assert apply_change(db, ada, plan_id, office.plan(ada, plan_id).revision, office.now) == 3


def test_a_change_that_breaks_a_rule_is_refused_with_the_list(migrated_sqlite_url: str) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada = office.officer()
        plan_id = office.approved(ada, Act.PUBLISH)
        with office.db() as db:
            open_change(db, ada, plan_id, "Longer", office.now)
        office.save(ada, plan_id, {"expires": "2031-01-01"})
        with refusal("plan_not_ready"), office.db() as db:
            apply_change(db, ada, plan_id, office.plan(ada, plan_id).revision, office.now)
        assert newest(office, office.plan(ada, plan_id).activity_id).expires_on == date(2029, 8, 19)


def test_a_withdrawn_change_leaves_what_was_approved(migrated_database_url: str) -> None:
    with bureau(migrated_database_url) as office:
        ada = office.officer()
        plan_id = office.approved(ada, Act.PUBLISH)
        before = office.plan(ada, plan_id).document
        with office.db() as db:
            open_change(db, ada, plan_id, "Trying", office.now)
        office.save(ada, plan_id, {"title": "Tried"})
        office.save(ada, plan_id, {"questions[q-category]": None})
        with refusal("change_open"):
            office.act(ada, plan_id, Act.CLOSE)
        with office.db() as db:
            withdraw_change(db, ada, plan_id, office.now)
        after = office.plan(ada, plan_id)
        assert after.document == before and after.change is None
        with refusal("change_over"), office.db() as db:
            withdraw_change(db, ada, plan_id, office.now)


def test_a_closed_plan_is_not_changed(migrated_sqlite_url: str) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada = office.officer()
        plan_id = office.approved(ada, Act.PUBLISH, Act.CLOSE)
        with refusal("plan_not_changeable"), office.db() as db:
            open_change(db, ada, plan_id, "Too late", office.now)


def test_withdrawing_gives_files_back(migrated_sqlite_url: str) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada, activity_id = office.officer(), imported(office)
        with office.db() as db:
            plan_id = adopt_activity(db, ada, activity_id, office.now, sample_plan(ECG))
        body = (SAMPLES / "strip-2.png").read_bytes()
        with refusal("plan_approved"):
            office.add_files(ada, plan_id, {"strip-1.png": body})
        with office.db() as db:
            open_change(db, ada, plan_id, "Another strip", office.now)
        office.add_files(ada, plan_id, {"strip-1.png": body, "new.png": body})
        with office.db() as db:
            add_file(db, ada, plan_id, "more.png", body, office.now)
            withdraw_change(db, ada, plan_id, office.now)
        with office.db() as db:
            assert plan_file(db, ada, plan_id, "strip-1.png")[0] == sample_media(ECG)["strip-1.png"]
        assert set(office.plan(ada, plan_id).files) == set(sample_media(ECG))
