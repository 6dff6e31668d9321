"""A plan as learners will see it, before there are any; and the file to take away."""

from __future__ import annotations

import pytest

from tests.functional.plan_pages import begin
from tests.functional.staff_world import World
from tests.functional.test_plan_pages import imported, world

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
