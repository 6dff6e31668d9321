"""Documents that prove a decision: what is taken, under which name, and who gets it back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lti_tool.domain.errors import BadInput, NotFound
from lti_tool.services.evidence import MAX_EVIDENCE, Upload, evidence_file, keep_evidence
from tests.unit.lti_tool.services.collecting import NOW, Office, opened
from tests.unit.lti_tool.services.evidence_files import PDF, image


@pytest.fixture(name="offices")
def _offices(migrated_sqlite_url: str) -> Iterator[tuple[Office, Office]]:
    with opened(migrated_sqlite_url) as made:
        yield made


@pytest.fixture(name="office")
def _office(offices: tuple[Office, Office]) -> Office:
    return offices[0]


def test_evidence_of_another_provider_is_not_there(offices: tuple[Office, Office]) -> None:
    office, other = offices
    with office.db() as db:
        row = keep_evidence(db, office.officer, office.plan_id, Upload("a.pdf", PDF), NOW)
        with pytest.raises(NotFound, match="evidence_unknown"):
            evidence_file(db, other.officer, office.plan_id, row.id)


@pytest.mark.parametrize(
    ("upload", "fault"),
    [
        (Upload("a.pdf", b""), "empty"),
        (Upload("a.pdf", PDF + b" " * MAX_EVIDENCE), "too_large"),
        (Upload("a.pdf", b"<html>%PDF-1.7"), "wrong_kind"),
        (Upload("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "wrong_kind"),
        (Upload("a.gif", b"GIF89a"), "wrong_kind"),
        (Upload("a.pdf", b"%PDF-1.7\ncut off"), "damaged"),
        (Upload("a.png", image()[:40]), "damaged"),
        (Upload("a.jpg", b"\xff\xd8\xff" + b"x" * 50), "damaged"),
    ],
)
def test_files_that_prove_nothing(office: Office, upload: Upload, fault: str) -> None:
    with office.db() as db, pytest.raises(BadInput, match="evidence_unusable") as caught:
        keep_evidence(db, office.officer, office.plan_id, upload, NOW)
    assert caught.value.faults == {"evidence": fault}


@pytest.mark.parametrize(
    ("upload", "name"),
    [
        (Upload("scan.gif", image()), "scan.png"),
        (Upload("C:\\scans\\a\r\nb.jpeg", image("JPEG")), "ab.jpg"),
        (Upload("", image()), "evidence.png"),
        (Upload("x" * 500 + ".png", image()), "x" * 115 + ".png"),
    ],
)
def test_the_name_is_made_safe_and_says_what_the_file_is(office: Office, upload: Upload, name: str) -> None:
    with office.db() as db:
        assert keep_evidence(db, office.officer, office.plan_id, upload, NOW).name == name
