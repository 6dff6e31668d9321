"""All certificates of a claim from a native face in one archive: the valid ones, the holder's own, nobody else's."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.errors import CmeError, NotFound
from lti_tool.domain.native import NativeCertificate
from lti_tool.services.certificate_division import choose_division
from lti_tool.services.certificate_status import correct_name, revoke
from tests.functional.api_calls import raw
from tests.functional.board_credit import ABIM, GIVEN, Board, offer_board_credit
from tests.functional.native import client, credentials
from tests.functional.two_faces import link
from tests.functional.world import World
from tests.pdf_text import pdf_text
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.officers import officer
from tests.xblock.samples import BOARD_CREDIT
from xblock_cme.client import ToolClient


@pytest.fixture
def world(sqlite_world: World) -> World:
    """Claims are divided by credit type."""
    sqlite_world.clock.set(datetime.now(UTC))
    offer_board_credit(sqlite_world)
    with sqlite_world.db() as db:
        choose_division(db, officer(sqlite_world.provider_id), "by-type", sqlite_world.clock())
    return sqlite_world


@pytest.fixture
def tool(world: World) -> Iterator[ToolClient]:
    found = client(credentials(world))
    yield found
    found.http.close()


def held(ada: Board) -> tuple[NativeCertificate, ...]:
    found = ada.deliver(ada.sent({AMA: "1.00", ABIM: "0.50"}, GIVEN)).certificates
    assert len(found) == 2
    return found


def archived(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


def withdraw(world: World, certificate_id: str) -> None:
    with world.db() as db:
        revoke(db, officer(world.provider_id), certificate_id, "issued-in-error", "Wrong learner", world.clock())


def rename(world: World, certificate_id: str) -> None:
    with world.db() as db:
        who, printer = officer(world.provider_id), world.deps.printer
        correct_name(db, who, certificate_id, "Augusta King", "As she asked", printer, link, world.clock())


def test_the_archive_is_the_same_files_and_follows_corrections_and_withdrawals(world: World, tool: ToolClient) -> None:
    ada = Board(world)
    ama, moc = held(ada)
    answer = raw(tool, "GET", f"/api/v1/activities/{BOARD_CREDIT}/certificates.zip", params={"subject": ada.subject})
    assert answer.headers["Content-Type"] == "application/zip" and "certificates.zip" in str(answer.headers)
    files = archived(answer.content)
    assert files == {f"{one.number}.pdf": tool.certificate(one.id, ada.subject) for one in (ama, moc)}
    rename(world, ama.id)
    corrected = archived(tool.certificates(BOARD_CREDIT, ada.subject))
    assert len(corrected) == 2 and corrected.keys().isdisjoint(files)
    assert all("Augusta King" in pdf_text(data) for data in corrected.values())
    assert tool.certificate(ama.id, ada.subject) == files[f"{ama.number}.pdf"], "the file of then can still be read"


def test_what_was_withdrawn_is_not_in_it_and_nothing_is_no_archive(world: World, tool: ToolClient) -> None:
    ada = Board(world)
    ama, moc = held(ada)
    withdraw(world, ama.id)
    assert archived(tool.certificates(BOARD_CREDIT, ada.subject)).keys() == {f"{moc.number}.pdf"}
    withdraw(world, moc.id)
    with pytest.raises(NotFound) as none:
        tool.certificates(BOARD_CREDIT, ada.subject)
    assert none.value.code == "certificate_unknown"


def test_nobody_else_gets_it_and_another_activity_has_none(world: World, tool: ToolClient) -> None:
    ada = Board(world)
    held(ada)
    other = Board(world)
    for key, subject, code in (
        (BOARD_CREDIT, other.subject, "certificate_unknown"),
        (BOARD_CREDIT, "", "certificate_unknown"),
        (BOARD_CREDIT, "nobody\x00", "certificate_unknown"),
        ("hypertension-2026", ada.subject, "certificate_unknown"),
        ("no-such-activity", ada.subject, "activity_unknown"),
    ):
        with pytest.raises(CmeError) as refused:
            tool.certificates(key, subject)
        assert (type(refused.value), refused.value.code) == (NotFound, code)


def test_whoever_was_joined_with_another_record_has_the_certificates_of_both(world: World, tool: ToolClient) -> None:
    ada, other = Board(world), Board(world)
    files = {f"{one.number}.pdf" for one in held(ada) + held(other)}
    with world.db() as db:
        found = {row.subject: row for row in db.scalars(select(models.Learner))}
        found[other.subject].merged_into = found[ada.subject].id
    for who in (ada, other):
        assert archived(tool.certificates(BOARD_CREDIT, who.subject)).keys() == files


def test_an_address_that_a_tool_does_not_know_is_told_apart_from_none_that_is_valid(tool: ToolClient) -> None:
    """What a tool of an older release answers where this one has the archive."""
    with pytest.raises(NotFound) as unknown:
        tool._call("GET", f"/api/v1/activities/{BOARD_CREDIT}/all-of-them")
    assert unknown.value.code == "tool_refused"
