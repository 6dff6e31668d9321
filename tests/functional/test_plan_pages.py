"""The wizard: from nothing to an approved activity without scripts; two authors; who may do what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

import pytest

from lti_tool.domain.capability import Capability
from lti_tool.services.activity import export_activity
from lti_tool.services.platform import provider_id_of
from tests.functional.office_world import OfficePerson, from_course, invited
from tests.functional.plan_pages import Planner, acts, begin, page_of, sent, write
from tests.functional.staff_world import BASE, PROVIDER, World, make_world, text_of
from tests.unit.lti_tool.services.activity_files import SAMPLES
from tests.unit.lti_tool.services.activity_files import text_of as file_text
from tests.unit.lti_tool.services.plans import H, judged, spotless

DAY = datetime(2026, 8, 24, 15, 0, tzinfo=UTC)
"""The day on which the hypertension sample was designated."""


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    made = make_world(migrated_sqlite_url)
    made.clock.now = DAY
    yield made
    made.close()


def test_an_activity_is_built_from_nothing_and_published(world: World) -> None:
    planner = begin(invited(world))
    planner.fill(spotless())
    assert "Every rule is met" in planner.get("/review").text, planner.get("/review").text
    acts(planner, "submit", "approve", "publish")
    assert "Published, not open yet" in planner.get("/review").text
    with world.db() as db:
        activity, _ = export_activity(db, provider_id_of(db, PROVIDER, DAY), "high-blood-pressure")
    wanted = judged(spotless()).activity
    assert wanted is not None
    assert (activity.title, activity.credits) == (wanted.title, wanted.credits)
    assert activity.post_test is not None and wanted.post_test is not None
    assert [one.stem for one in activity.post_test.questions] == [one.stem for one in wanted.post_test.questions]
    assert list(activity.references.values()) == list(wanted.references.values())
    assert activity.evaluation is not None and wanted.evaluation is not None
    assert activity.evaluation.items[0].text == wanted.evaluation.items[0].text
    assert {person.name for person in activity.people} == {person.name for person in wanted.people}


def test_every_section_shows_every_stored_field(world: World) -> None:
    planner = imported(world)
    for section in ("need", "objectives", "people", "content", "assessment", "evaluation", "credit", "delivery"):
        answer = planner.send(section, {})
        assert answer.status_code == 303
    history = planner.get("/history").text
    assert "1. Taken from an activity file" in history and "2. Changed" not in history


def imported(world: World, name: str = H) -> Planner:
    person = invited(world)
    files = [(BytesIO(file_text(name).encode()), f"{name}.yaml")]
    files += [(BytesIO(path.read_bytes()), path.name) for path in SAMPLES.glob("*.png")]
    answer = person.post("/plans/import", file=files)
    assert answer.status_code == 303, page_of(answer).text
    return Planner(person, str(answer.headers["Location"]).rpartition("/")[2])


def test_a_file_with_faults_takes_nothing_in_and_lists_them(world: World) -> None:
    person = invited(world)
    text = file_text(H).replace("estimated_minutes: 60", "estimated_minutes: an hour")
    answer = person.post("/plans/import", file=[(BytesIO(text.encode()), "h.yaml")])
    assert answer.status_code == 422 and "estimated_minutes" in text_of(answer) and "h.yaml:33" in text_of(answer)
    assert person.post("/plans/import").status_code == 422
    assert "No activity found" in text_of(person.get("/plans"))


def test_two_authors_save_different_fields_of_one_section(world: World) -> None:
    ada, bo = invited(world), invited(world, name="Bo", email="bo@example.org")
    planner = begin(ada)
    other = Planner(bo, planner.plan_id)
    hers, his = planner.form("need"), other.form("need")
    assert planner.send("need", {"title": "Hers"}, form=hers).status_code == 303
    assert other.send("need", {"audience": "Nurses"}, form=his).status_code == 303
    fields = dict(planner.form("need").fields)
    assert (fields["title"], fields["audience"]) == ("Hers", "Nurses")


def test_two_values_of_one_field_are_shown_and_the_author_chooses(world: World) -> None:
    ada, bo = invited(world), invited(world, name="Bo", email="bo@example.org")
    planner, other = begin(ada), None
    other = Planner(bo, planner.plan_id)
    his = other.form("need")
    planner.save("need", {"title": "Hers"})
    answer = other.send("need", {"title": "His", "audience": "Nurses"}, form=his)
    page = page_of(answer)
    assert answer.status_code == 409 and "Keep what is stored Hers" in page.text and "Use mine His" in page.text
    assert dict(planner.form("need").fields)["title"] == "Hers"
    form = page.form("/need")
    answer = bo.client.post(form.action, base_url=BASE, data=dict_of(form.filled({"choose.0": "mine"})), headers=OWN)
    assert answer.status_code == 303
    fields = dict(planner.form("need").fields)
    assert (fields["title"], fields["audience"]) == ("His", "Nurses")


OWN = {"Accept": "text/html", "Origin": BASE}


def dict_of(fields: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in fields:
        found.setdefault(name, []).append(value)
    return found


def autosave(planner: Planner, form: list[tuple[str, str]]) -> tuple[int, int | None]:
    answer = planner.person.client.post(
        planner.person.path(planner.path("/need/draft")),
        base_url=BASE,
        data=dict_of(form),
        headers={"Accept": "application/json", "X-Autosave": "1", "Origin": BASE},
    )
    return answer.status_code, answer.get_json()["revision"] if answer.is_json else None


def test_what_is_typed_is_kept_and_never_goes_behind_what_others_did(world: World) -> None:
    ada, bo = invited(world), invited(world, name="Bo", email="bo@example.org")
    planner = begin(ada)
    form = planner.form("need")
    assert autosave(planner, form.filled({"title": "One"})) == (200, 2)
    assert autosave(planner, form.filled({"title": "One"})) == (200, 2), "an answer lost on the line"
    assert autosave(planner, form.filled({"title": "One two", "revision": "2"})) == (200, 3)
    Planner(bo, planner.plan_id).save("need", {"audience": "Nurses"})
    assert autosave(planner, form.filled({"title": "One two three", "revision": "3"}))[0] == 409
    assert planner.send("need", {"title": "One two three", "revision": "3"}, form=form).status_code == 303
    fields = dict(planner.form("need").fields)
    assert (fields["title"], fields["audience"]) == ("One two three", "Nurses")


def test_items_are_added_moved_and_removed_without_scripts(world: World) -> None:
    planner = begin(invited(world))
    first, second = planner.add("objectives", "objectives"), planner.add("objectives", "objectives")
    planner.save("objectives", {f"objectives.{first}.text": "Choose", f"objectives.{second}.text": "Weigh"})
    planner.save("objectives", {}, do=f"up:objectives.{second}")
    assert [value for name, value in planner.form("objectives").fields if name == "objectives"] == [second, first]
    planner.save("objectives", {}, do=f"remove:objectives.{second}")
    assert "Weigh" not in planner.get("/objectives").html


@pytest.mark.parametrize(
    "do", ["add:people", "add:objectives.x.y", "remove:objectives.nobody", "up:", "add:", "x", "add:\0"]
)
def test_buttons_that_the_form_does_not_have_do_nothing(world: World, do: str) -> None:
    planner = begin(invited(world))
    planner.save("objectives", {}, do=do)
    assert "2. Changed" not in planner.get("/history").text


def test_a_plan_that_is_not_ready_is_refused_with_the_list(world: World) -> None:
    planner = begin(invited(world))
    acts(planner, "submit")
    answer = planner.post("/acts/approve", **sent(planner, "/acts/approve"))
    assert answer.status_code == 409
    assert "Not every rule is met" in text_of(answer) and "No professional practice gap is described" in text_of(answer)


def test_what_is_approved_is_changed_by_a_request_with_a_diff(world: World) -> None:
    planner = begin(invited(world))
    write(world, planner, spotless())
    acts(planner, "submit", "approve", "publish")
    refused = planner.send("need", {"title": "New"})
    assert refused.status_code == 403 and "plan_approved" in refused.get_data(as_text=True)
    assert planner.post("/change", reason=" ").status_code == 422
    assert planner.post("/change", reason="It was misleading.").status_code == 303
    planner.save("need", {"title": "A Better Title"})
    review = planner.get("/review")
    assert "A Better Title" in review.text and "an approver decides" in review.text
    assert planner.post("/change/apply", **sent(planner, "/change/apply")).status_code == 303
    text = planner.get("/review").text
    assert "It was misleading." in text and "version 2" in text
    assert planner.post("/change", reason="Again").status_code == 303
    assert planner.post("/change/withdraw").status_code == 303
    assert planner.post("/change/withdraw").status_code == 409


def test_copies_history_and_files(world: World) -> None:
    planner = imported(world, "cases-ecg-rhythms")
    answer = planner.post("/copy", years="1")
    copy = Planner(planner.person, str(answer.headers["Location"]).rpartition("/")[2])
    assert "Copied" in copy.get("/history").text and dict(copy.form("delivery").fields)["release"] == "2027-10-01"
    assert planner.post("/copy", years="x").status_code == 422
    strip = (SAMPLES / "strip-1.png").read_bytes()
    assert copy.post("/files", file=(BytesIO(strip), "new.png")).status_code == 303
    assert copy.person.get(copy.path("/files/new.png")).data == strip
    assert copy.post("/files", file=(BytesIO(b"<svg onload=alert(1)>"), "x.png")).status_code == 422
    assert copy.post("/files").status_code == 422
    assert copy.post("/files/remove", name="new.png").status_code == 303
    assert copy.person.get(copy.path("/files/new.png")).status_code == 404


def test_the_library_adds_blocks_per_objective_and_speaker_once(world: World) -> None:
    planner = imported(world)
    for _ in range(2):
        answer = planner.post("/evaluation/library", block=["objectives", "speakers"], item=["commitment", "balance"])
        assert answer.status_code == 303
    html = planner.get("/evaluation").html
    assert html.count("I am now better able to obtain office and out-of-office") == 4
    assert (
        "How would you rate Adaeze N. Okafor as a teacher?" in html and "Which one change will you make first?" in html
    )


OTHER = "Another Medical School"


def test_another_providers_plan_does_not_exist(world: World) -> None:
    planner = begin(invited(world))
    stranger = invited(world, name="Bo", email="bo@example.org", provider=OTHER)
    for rule in ("", "/need", "/review", "/history", "/statements", "/preview/nurse", "/activity.yaml", "/files/x.png"):
        assert stranger.get(planner.path(rule)).status_code == 404, rule
    for rule in (
        "/need",
        "/need/draft",
        "/acts/submit",
        "/change",
        "/change/apply",
        "/copy",
        "/files",
        "/evaluation/library",
    ):
        assert stranger.post(planner.path(rule)).status_code == 404, rule


def test_each_act_is_offered_to_those_only_whom_the_server_lets(world: World) -> None:
    planner = begin(invited(world))
    acts(planner, "submit")
    for capability, wanted in ((Capability.PLAN, False), (Capability.APPROVE, True), (Capability.PUBLISH, False)):
        person = invited(world, capability, name="One", email=f"{capability.value}@example.org")
        seen = Planner(person, planner.plan_id).get("/review")
        assert ("Approve and designate" in seen.text) is wanted
        answer = person.post(planner.path("/acts/approve"), revision="2")
        assert answer.status_code == (409 if wanted else 403)
    reporter = invited(world, Capability.REPORT, name="Rey", email="rey@example.org")
    assert reporter.get(planner.path("/review")).status_code == 403
    assert "No activity found" in text_of(reporter.get("/plans"))


def test_course_staff_begin_activities_from_the_course_and_see_their_own_only(world: World) -> None:
    others = begin(invited(world), "Of the office")
    iris = from_course(world.staff(key="", link="link-9", name="Iris"))
    own = begin(iris, "Her own")
    text = text_of(iris.get("/plans"))
    assert "Her own" in text and "Of the office" not in text
    assert iris.get(others.path("/need")).status_code == 403
    own.save("need", {"audience": "Nurses"})
    acts(own, "submit")
    assert iris.post(own.path("/acts/approve"), revision="3").status_code == 403


def test_an_unknown_section_or_act_is_not_found(world: World) -> None:
    planner = begin(invited(world))
    assert planner.person.get(planner.path("/nothing")).status_code == 404
    assert planner.post("/acts/delete", revision="1").status_code == 404
    assert planner.person.get("/plans/new").status_code == 200


def test_a_new_activity_needs_title_and_format(world: World) -> None:
    person: OfficePerson = invited(world)
    answer = person.post("/plans/new", title="", format="webinar")
    assert answer.status_code == 422 and "Enter a title" in text_of(answer)
