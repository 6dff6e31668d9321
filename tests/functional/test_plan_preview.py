"""A plan as learners will see it, before there are any; and the file to take away."""

from __future__ import annotations

import subprocess
from io import BytesIO

import pytest

from tests.functional.office_world import invited
from tests.functional.plan_pages import Planner, begin
from tests.functional.staff_world import World, make_world
from tests.functional.test_plan_pages import imported, world
from tests.pdf_text import pdf_text
from tests.unit.lti_tool.services.activity_files import text_of as file_text
from tests.unit.lti_tool.services.plans import H

__all__ = ["world"]


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("physician", "Physician may claim AMA PRA Category 1 Credit"),
        ("nurse", "Nurse is not awarded"),
        ("pharmacist", "Pharmacist is not awarded"),
        ("other", "Other profession is not awarded"),
    ],
)
def test_the_whole_path_is_previewed_up_to_a_specimen(world: World, who: str, sentence: str) -> None:
    planner = imported(world, "cases-ecg-rhythms")
    steps = ("information", "content", "post-test", "evaluation", "claim", "certificate")
    pages = {step: planner.get(f"/preview/{who}/{step}").text for step in steps}
    assert "is accredited by the Accreditation Council" in pages["information"]
    assert "answer at least 6 of 8 questions" in pages["post-test"] and sentence in pages["claim"]
    assert all("nothing here is recorded" in text for text in pages.values())
    pdf = planner.person.get(planner.path(f"/preview/{who}/specimen.pdf"))
    assert pdf.status_code == 200 and pdf.data.startswith(b"%PDF-")
    assert planner.person.get(planner.path(f"/preview/{who}/nothing")).status_code == 403
    assert planner.person.get(planner.path("/preview/dentist")).status_code == 404


def test_a_preview_never_shows_the_key(world: World) -> None:
    html = imported(world).get("/preview/nurse/post-test").html
    assert "rationale" not in html and "is_correct" not in html


def test_the_statements_are_those_of_the_information_page(world: World) -> None:
    assert "designates this enduring material for a maximum of 1.00" in imported(world).get("/statements").text


def test_an_exported_file_reads_as_the_same_activity(world: World) -> None:
    planner = imported(world)
    answer = planner.person.get(planner.path("/activity.yaml"))
    assert answer.status_code == 200 and b"schema: cme-activity/1" in answer.data
    assert begin(planner.person, "Empty").person.get("/plans/none/activity.yaml").status_code == 404


BOARDS = """credits:
  - type: moc-abp
    maximum: "1.00"
    minimum: "0.25"
    variant: Lifelong Learning and Self-Assessment (Part 2)
"""


def test_credit_of_a_kind_without_parts_of_it_is_previewed_as_it_will_be_claimed(world: World) -> None:
    claim = with_credits(world, BOARDS).get("/preview/physician/claim").text
    assert "ABP MOC point (Lifelong Learning and Self-Assessment (Part 2))" in claim
    assert "1.00" in claim and "0.25" not in claim


def test_the_providers_own_wording_is_previewed(world: World) -> None:
    planner = imported(world)
    wording = {
        "which": "accme.direct",
        "text": "{the_provider} is accredited, in words of its own.",
        "effective_from": "2025-01-01",
    }
    assert invited(world, email="third@example.org").post("/provider/statements", **wording).status_code == 303
    assert "in words of its own" in planner.get("/statements").text
    assert "in words of its own" in planner.get("/preview/nurse/information").text


SEVERAL = """credits:
  - type: ama-pra-category-1
    maximum: "1.00"
    minimum: "0.25"
  - type: ancc
    maximum: "1.00"
    minimum: "0.25"
"""


def with_credits(world: World, offers: str) -> Planner:
    """The sample, designated for other credit."""
    text = file_text(H)
    start = text.index("credits:\n")
    end = text.index("\n\n", start)
    body = (text[:start] + offers + text[end:]).encode()
    answer = invited(world).post("/plans/import", file=[(BytesIO(body), "several.yaml")])
    assert answer.status_code == 303, answer.get_data(as_text=True)
    person = invited(world, email="second@example.org")
    return Planner(person, str(answer.headers["Location"]).rpartition("/")[2])


def pages_of(pdf: bytes) -> list[str]:
    command = ["pdfinfo", "-"]
    found = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()
    count = next(int(line.split()[1]) for line in found.splitlines() if line.startswith("Pages:"))
    return [" ".join(pdf_text(pdf, number).split()) for number in range(1, count + 1)]


SPECIMENS = {
    "physician": ("AMA PRA Category 1 Credit", "contact hour"),
    "nurse": ("contact hour", "was awarded AMA PRA"),
    "pharmacist": ("AMA PRA Category 1 Credit", "is awarded"),
    "other": ("AMA PRA Category 1 Credit", "is awarded"),
}
"""What stands on each, and what does not."""


def test_each_gets_a_specimen_of_their_own_credit_marked_on_every_page(migrated_sqlite_url: str) -> None:
    world = make_world(migrated_sqlite_url)
    planner = with_credits(world, SEVERAL)
    for who, (awarded, absent) in SPECIMENS.items():
        pdf = planner.person.get(planner.path(f"/preview/{who}/specimen.pdf"))
        assert pdf.status_code == 200, pdf.get_data(as_text=True)
        pages = pages_of(pdf.data)
        assert pages and all("SPECIMEN" in page.upper() for page in pages), who
        whole = " ".join(pages)
        assert awarded in whole and absent not in whole and "Sample Learner" in whole, who
    world.close()
