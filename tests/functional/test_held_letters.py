"""A restriction that comes after a letter was queued: each kind is held back, and goes on once it is lifted."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.domain.data_request import RESTRICTING
from lti_tool.services.mail import GIVE_UP_AFTER
from lti_tool.services.measure import measure
from tests.functional.disclosing import add_person, give_role
from tests.functional.mailing import Post, mailing
from tests.functional.office_world import invited
from tests.functional.staff_world import BASE, text_of
from tests.functional.test_certificate_mail import holder_of, mail_path, reachable
from tests.functional.test_follow_up_mail import commit
from tests.functional.test_merge_pages import ADDRESS, known_at
from tests.functional.test_office_accreditation import STUDY
from tests.functional.test_office_certificates import manager
from tests.functional.test_time_and_follow_up import timed
from tests.unit.lti_tool.services.claiming import short_activity
from tests.unit.lti_tool.services.collecting import planned

Queued = Callable[[Post], str]
"""Has a letter written that cannot be sent yet; gives the person whose data it uses."""
BUSY = "451 try again later"


@pytest.fixture
def post(migrated_sqlite_url: str) -> Iterator[Post]:
    with mailing(migrated_sqlite_url) as made:
        made.inbox.answer = BUSY
        yield made


def restrict(post: Post, learner_id: str) -> None:
    with post.world.db() as db:
        provider_id = db.get_one(models.Learner, learner_id).provider_id
        row = models.DataRequest(provider_id=provider_id, learner_id=learner_id, kind="restriction")
        row.state, row.asked_by, row.asked_at = min(RESTRICTING).value, "learner", post.world.clock()
        db.add(row)


def lift(post: Post) -> None:
    with post.world.db() as db:
        for row in db.scalars(select(models.DataRequest)):
            db.delete(row)


def waiting(post: Post) -> int:
    with post.world.db() as db:
        return db.scalar(select(func.count()).where(models.Mail.state == "waiting")) or 0


def certificate(post: Post) -> str:
    post.world.place(short_activity())
    issued = reachable(post.world, "Ada Byron", "ada")
    assert manager(post.world).post(mail_path(post.world)).status_code == 303
    return holder_of(post.world, issued)


def follow_up(post: Post) -> str:
    post.world.place(timed())
    person = post.world.enter(name="Lee Learner")
    commit(person)
    post.run(days=90, hours=1)
    return person.visit.learner_id


def _in_control(post: Post, **particulars: str) -> tuple[str, str]:
    """Somebody in control of content who is known from a launch: row key and learner."""
    post.world.place(short_activity())
    person = add_person(invited(post.world), email="lee@school.example", **particulars)
    learner_id = post.world.enter(name="Sam Lee").visit.learner_id
    with post.world.db() as db:
        db.get_one(models.Person, person).learner_id = learner_id
    return person, learner_id


def disclosure_invitation(post: Post) -> str:
    person, learner_id = _in_control(post)
    invited(post.world).post(f"/people/{person}/invite", how="mail")
    return learner_id


def disclosure_reminder(post: Post) -> str:
    person, learner_id = _in_control(post, coordinator_email="office@school.example")
    give_role(invited(post.world), post.world.place(planned()), person)
    post.run()
    return learner_id


def office_reminder(post: Post) -> str:
    admin = invited(post.world)
    assert admin.post("/accreditation/milestones/new", **{**STUDY, "due_on": "2026-04-02"}).status_code == 303
    post.run()
    return _account(post)


def office_invitation(post: Post) -> str:
    admin = invited(post.world)
    form = {"name": "Avery Admin", "email": "avery@example.org", "capability": ["plan"]}
    assert admin.post("/team/invite", form).status_code == 200
    return _account(post)


def _account(post: Post) -> str:
    with post.world.db() as db:
        return db.scalars(select(models.OfficeAccount.person_id)).one()


def joining(post: Post) -> str:
    post.world.place()
    other = known_at(post, post.world.enter(subject="other"))
    post.world.enter(subject="own").post("/records", email=ADDRESS)
    return other.visit.learner_id


KINDS: dict[Queued, int] = {
    certificate: 1,
    follow_up: 1,
    disclosure_invitation: 1,
    disclosure_reminder: 2,
    office_reminder: 1,
    office_invitation: 1,
    joining: 1,
}
"""By how many letters it is."""


@pytest.mark.parametrize("queued", KINDS)
def test_a_letter_is_held_back_and_goes_on(post: Post, queued: Queued) -> None:
    person = queued(post)
    assert waiting(post) == KINDS[queued]
    restrict(post, person)
    post.inbox.answer = "250 OK"
    assert post.run(hours=3) == [] and waiting(post) == KINDS[queued]
    with post.world.db() as db:
        measures = measure(db, post.world.clock())
        assert (measures.mail_waiting, measures.mail_oldest_age) == (0, 0.0), "nobody is alarmed for it"
    lift(post)
    assert len(post.run(minutes=1)) == KINDS[queued] and waiting(post) == 0


@pytest.mark.parametrize("queued", KINDS)
def test_a_letter_whose_reason_has_passed_is_dropped(post: Post, queued: Queued) -> None:
    restrict(post, queued(post))
    post.inbox.answer = "250 OK"
    assert post.run(days=91) == [] and waiting(post) == 0


def test_a_letter_that_its_reader_asked_for_just_now_goes(post: Post) -> None:
    invited(post.world)
    restrict(post, _account(post))
    post.inbox.answer = "250 OK"
    form = {"email": "avery@example.org"}
    post.world.app.test_client().post("/sign-in", base_url=BASE, data=form, headers={"Origin": BASE})
    assert [to for to, _ in post.run()] == ["avery@example.org"]


def test_what_was_held_for_long_is_tried_as_long_as_every_letter(post: Post) -> None:
    restrict(post, certificate(post))
    assert post.run(seconds=GIVE_UP_AFTER.total_seconds() + 60) == []
    assert "held back: their holders' data may not be used at present 1" in text_of(
        manager(post.world).get(mail_path(post.world))
    )
    lift(post)
    assert post.run(minutes=1) == [] and waiting(post) == 1, "the server is busy; it is not given up at once"
    post.inbox.answer = "250 OK"
    assert len(post.run(hours=3)) == 1


def test_a_withdrawn_certificate_is_not_brought_once_the_restriction_is_lifted(post: Post) -> None:
    restrict(post, certificate(post))
    office = manager(post.world)
    with post.world.db() as db:
        key = db.scalars(select(models.Certificate.id)).one()
    assert office.post(f"/certificates/{key}/revoke", why="issued-in-error", words="Wrong person").status_code == 303
    lift(post)
    post.inbox.answer = "250 OK"
    assert post.run(minutes=1) == [] and waiting(post) == 0
