"""Several people at the same moment, on both engines: nothing is lost, nothing is overwritten."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.errors import Conflict
from lti_tool.services.audit import ToolActor, first_break
from lti_tool.services.certificate_letter import CertificatePost
from lti_tool.services.certificate_mail import mail_certificates
from lti_tool.services.platform import provider_id_of
from lti_tool.services.provider_settings import save_profile
from lti_tool.services.reminder import remind
from lti_tool.services.statement import add_override
from lti_tool.services.upload import Upload
from lti_tool.services.vault import add_document, add_version
from tests.functional.mailing import mailing
from tests.functional.office_world import invited
from tests.functional.provider_world import PROFILE
from tests.functional.staff_world import BASE, NOW, PROVIDER, World, world
from tests.functional.test_certificate_mail import reachable
from tests.functional.test_office_certificates import activity_id
from tests.unit.lti_tool.services.claiming import short_activity
from tests.unit.lti_tool.services.officers import officer

__all__ = ["world"]
MANY = 6


def at_once(world: World, act: Callable[[Any, ToolActor, int], Any]) -> list[Any]:
    """What each of several gets who do the same at the same moment; a ``Conflict`` is an answer too."""
    with world.db() as db:
        actor, start = ToolActor(provider_id_of(db, PROVIDER, NOW)), Barrier(MANY)

    def one(number: int) -> Any:
        start.wait(timeout=20)
        try:
            with transaction(world.deps.sessions) as session:
                return act(session, actor, number)
        except Conflict as conflict:
            return conflict

    with ThreadPoolExecutor(MANY) as pool:
        found = list(pool.map(one, range(MANY)))
    with world.db() as db:
        assert first_break(db, actor.provider_id) is None
    return found


def test_versions_put_in_at_once_are_numbered_in_turn(world: World) -> None:
    form = {"title": ["Policy"], "kind": ["policy"]}
    with world.db() as db:
        actor = ToolActor(provider_id_of(db, PROVIDER, NOW))
        key = add_document(db, actor, form, Upload("a.txt", "text/plain", b"first"), NOW)

    def put_in(session: Any, actor: ToolActor, number: int) -> int:
        return add_version(session, actor, key, {}, Upload("a.txt", "text/plain", b"%d" % number), NOW)

    assert sorted(at_once(world, put_in)) == list(range(2, MANY + 2))
    with world.db() as db:
        rows = db.scalars(select(models.VaultVersion).where(models.VaultVersion.document_id == key)).all()
        assert {row.body for row in rows} == {b"first", *(b"%d" % number for number in range(MANY))}


def test_of_several_who_change_the_same_field_one_is_first_and_the_others_are_told(world: World) -> None:
    def save(session: Any, actor: ToolActor, number: int) -> Any:
        typed = {name: [value] for name, value in PROFILE.items()} | {"contact": [f"{number}@x.example"]}
        return save_profile(session, actor, typed, 0, NOW)

    found = at_once(world, save)
    conflicts = [one for one in found if isinstance(one, Conflict)]
    assert found.count(True) == 1 and len(conflicts) == MANY - 1
    winner = f"{found.index(True)}@x.example"
    assert {one.facts["current"]["contact"] for one in conflicts} == {winner}
    with world.db() as db:
        assert db.scalars(select(models.ProviderProfile)).one().contact == winner


def test_one_wording_for_one_day(world: World) -> None:
    def lay_down(session: Any, actor: ToolActor, number: int) -> Any:
        typed = {"which": ["accme.direct"], "text": [f"{{the_provider}} {number}."], "effective_from": ["2026-01-01"]}
        return add_override(session, actor, typed, NOW)

    found = at_once(world, lay_down)
    assert sum(isinstance(one, Conflict) for one in found) == MANY - 1


def test_several_workers_tell_once(world: World) -> None:
    admin = invited(world)
    admin.post("/accreditation/milestones/new", kind="decision", due_on="2026-03-02")
    assert (
        at_once(world, lambda session, actor, _: remind(session, actor.provider_id, world.deps.voices, NOW))
        == [1] * MANY
    )
    with world.db() as db:
        assert len(db.scalars(select(models.Mail)).all()) == 1


def test_certificates_that_are_mailed_at_once_are_mailed_once(migrated_database_url: str) -> None:
    with mailing(migrated_database_url) as post:
        world = post.world
        world.place(short_activity())
        for name in ("ada", "grace"):
            reachable(world, name.title(), name)
        asked, deps = activity_id(world), world.deps
        way = CertificatePost(lambda token: f"{BASE}/c?token={token}", lambda token: token, deps.voices, deps.sealer)
        counts = at_once(
            world, lambda db, actor, _: mail_certificates(db, officer(actor.provider_id), asked, way, world.clock())
        )
        assert sorted(counts) == [0] * (MANY - 1) + [2]
        assert sorted(to for to, _ in post.run(minutes=1)) == ["ada@clinic.example", "grace@clinic.example"]
