"""The log of certificates: filtered, exported, and taken away as files."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import timedelta

from lti_tool.domain.capability import Capability
from lti_tool.services.press import printed_pdf
from tests.functional.issued import issued_to
from tests.functional.office_world import OfficePerson, invited
from tests.functional.staff_world import NOW, World, text_of
from tests.functional.test_office_certificates import activity_id, manager, world

__all__ = ["world"]


def listed(office: OfficePerson, path: str, **asked: str) -> list[dict[str, str]]:
    """The exported log."""
    answer = office.get(f"{path}.csv", query_string=asked)
    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def test_the_log_is_filtered_and_exported(world: World) -> None:
    first, second = issued_to(world), issued_to(world, "Grace Hopper", "s-2")
    office, path = manager(world), f"/certificates/of/{activity_id(world)}"
    why = {"why": "issued-in-error", "words": "Wrong person"}
    assert office.post(f"/certificates/{second.id}/revoke", **why).status_code == 303
    rows = listed(office, path)
    assert [(row["name"], row["status"], row["credits"]) for row in rows] == [
        ("Ada Byron", "valid", "0.75 AMA PRA Category 1 Credits™"),
        ("Grace Hopper", "revoked", "0.75 AMA PRA Category 1 Credits™"),
    ]
    assert all(row["keep_until"] > row["completed_on"] and row["rule"] for row in rows)
    assert [row["number"] for row in listed(office, path, status="valid")] == [first.certificate.number]
    assert listed(office, path, search="hopper")[0]["status_reason"] == "issued-in-error"
    day = NOW.date().isoformat()
    assert len(listed(office, path, issued_from=day, issued_until=day)) == 2
    assert listed(office, path, issued_from=(NOW + timedelta(days=1)).date().isoformat()) == []
    page = text_of(office.get(path, query_string={"status": "revoked"}))
    assert "Grace Hopper" in page and "Ada Byron" not in page


def test_the_archive_takes_the_filters_of_the_page(world: World) -> None:
    first, second = issued_to(world), issued_to(world, "Grace Hopper", "s-2")
    for one in (first, second):
        printed_pdf(world.deps.press, one)
    answer = manager(world).get(f"/certificates/of/{activity_id(world)}.zip", query_string={"search": "grace"})
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archived:
        assert archived.namelist() == [f"{second.certificate.number}.pdf"]


def test_nobody_else_gets_the_log(world: World) -> None:
    issued_to(world)
    path = f"/certificates/of/{activity_id(world)}.csv"
    assert manager(world, Capability.REPORT).get(path).status_code == 403
    assert invited(world, provider="Another School", email="other@example.org").get(path).status_code == 404
