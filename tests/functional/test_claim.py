"""From the last finished step to the recorded credit, over HTTP."""

from __future__ import annotations

import pytest

from tests.functional.claim_walk import FIELD, Claimant, arrive, claimable_activity, learner_count, words
from tests.functional.world import World


@pytest.fixture
def ready(sqlite_world: World) -> Claimant:
    return arrive(sqlite_world, claimable_activity(sqlite_world))


def test_details_then_claim_then_certificate(world: World) -> None:
    claimant = arrive(world, claimable_activity(world))
    page = claimant.get("claim")
    assert page.path.endswith("/claim/details") and page.heading == "Your details for the certificate"
    assert page.form("Confirm").filled({})[1] == ("printed_name", claimant.person.lms_person.full)
    page = claimant.confirm()
    assert page.status == 200 and page.heading == "Claim your credit"
    assert "<i>AMA PRA Category 1 Credit</i>™" in page.html
    assert page.form(0).choices(FIELD) == ["", "0.25", "0.50", "0.75", "1.00"]
    assert "I attest that the amount I claim matches my participation." in page.text
    assert "Post-test 3 of 3" in page.text
    page = claimant.claim("0.75")
    assert page.path.endswith("/certificate") and page.heading == "Your credit has been recorded"
    assert "0.75 AMA PRA Category 1 Credits™" in words(page) and "Ada Byron, MD" in words(page)
    assert learner_count(world) == (1, 1)


def test_a_nurse_confirms_participation(world: World) -> None:
    claimant = arrive(world, claimable_activity(world), "nurse")
    page = claimant.confirm(degree="RN")
    assert page.heading == "Confirm your participation"
    assert FIELD not in page.form(0).names and "awarded to physicians only" in page.text
    assert "I attest that I participated in this activity." in page.text and "Physicians should" not in page.text
    page = claimant.participate()
    assert page.heading == "Your participation has been recorded"
    assert "Participated in an activity designated for 1.00 AMA PRA Category 1 Credit™" in words(page)
    assert "Ada Byron, RN" in words(page) and "This is a certificate of participation only." in page.text


def test_an_amount_sent_by_a_nurse_awards_nothing(ready: Claimant) -> None:
    ready.confirm(degree="RN")
    page = ready.get("claim")
    sent = dict(page.form(0).filled({"attestation": "yes"}))
    page = ready.person.post(f"/s/{ready.session_id}/claim", {**sent, FIELD: "1.00"})
    assert "Participated in an activity designated for" in page.text


AMOUNTS = {
    "": "Choose the amount that you claim.",
    "2.00": "Claim at most",
    "0.10": "Claim at least",
    "0.80": "Claim in the steps of the list",
    "NaN": "Enter the amount as a number",
    "1e3": "Enter the amount as a number",
    "-1": "Enter the amount as a number",
    "١": "Enter the amount as a number",
}


def test_amounts_that_the_form_would_not_send(ready: Claimant) -> None:
    ready.confirm()
    for amount, fault in AMOUNTS.items():
        page = ready.claim(amount)
        assert page.status == 422 and fault in page.text and "There is a problem" in page.text, amount
    assert learner_count(ready.world) == (0, 0)
    assert ready.claim("1.00").status == 200


def test_without_attestation_the_choice_is_kept(ready: Claimant) -> None:
    ready.confirm()
    page = ready.claim("0.50", attestation=None)
    assert page.status == 422 and "Tick the box to confirm the statement." in page.text
    assert (FIELD, "0.50") in page.form(0).filled({})


DETAILS_REFUSED = [
    ("printed_name", "", "Enter your name"),
    ("printed_name", "x" * 121, "at most 120 characters"),
    ("printed_name", "Ada 🦄", "“🦄”"),
    ("printed_name", "Ada \u202eByron", "cannot show every character"),
    ("degree", "", "Choose your degree or profession."),
    ("degree", "physician-other", "equivalent to an MD or DO"),
    ("country", "", "Choose your country."),
    ("country", "<script>", "Choose your country from the list."),
]


def test_details_that_cannot_be_used(ready: Claimant) -> None:
    for field, value, fault in DETAILS_REFUSED:
        page = ready.confirm(**{field: value})
        assert page.status == 422 and fault in page.text, fault
        kept = "Ada Byron" if field != "printed_name" else value
        assert ("printed_name", kept) in page.form(0).filled({})
        assert "<script>" not in page.html
    assert ready.get("claim").path.endswith("/claim/details")


def test_a_physician_of_another_country_states_equivalence(ready: Claimant) -> None:
    page = ready.confirm(degree="physician-other", equivalence="yes")
    assert page.heading == "Claim your credit"
    assert "0.75 AMA PRA Category 1 Credits™" in words(ready.claim())


def test_a_locked_claim_says_what_is_missing(sqlite_world: World) -> None:
    claimant = arrive(sqlite_world, claimable_activity(sqlite_world), is_ready=False)
    page = claimant.get("claim")
    assert page.status == 403 and page.heading == "Your credit cannot be claimed yet"
    assert page.link("Read and acknowledge").endswith("/information")
    assert page.link("Pass the post-test").endswith("/post-test")
    for path in ("claim", "claim/details"):
        assert claimant.get(path).status == 403
        sent = {
            "csrf_token": _token(claimant),
            FIELD: "1.00",
            "attestation": "yes",
            "printed_name": "A",
            "degree": "MD",
        }
        assert claimant.person.post(f"/s/{claimant.session_id}/{path}", sent).status == 403
    assert claimant.get("certificate").status == 403
    assert learner_count(sqlite_world) == (0, 0)


def _token(claimant: Claimant) -> str:
    page = claimant.get("information")
    return dict(page.forms[-1].filled({}))["csrf_token"]


def test_after_expiry_nothing_can_be_claimed(ready: Claimant) -> None:
    ready.confirm()
    page = ready.get("claim")
    sent = dict(page.form(0).filled({FIELD: "1.00", "attestation": "yes"}))
    ready.world.clock.advance(days=40)
    late = arrive(ready.world, claimable_activity(ready.world), is_ready=False)
    assert "expired on" in late.get("claim").text
    token = late.get("information")
    page = late.person.post(f"/s/{late.session_id}/claim", {**sent, "csrf_token": _any_token(token.html)})
    assert page.status == 403 and learner_count(ready.world) == (0, 0)


def _any_token(html: str) -> str:
    return html.partition('name="csrf_token" value="')[2].partition('"')[0]


def test_a_second_tab_gets_the_same_certificate(ready: Claimant) -> None:
    ready.confirm()
    tab = ready.get("claim")
    first = ready.claim("0.50")
    second = ready.person.submit(tab, 0, {FIELD: "1.00", "attestation": "yes"})
    assert second.path.endswith("/certificate") and "0.50 AMA PRA" in words(second) and "1.00 AMA" not in words(second)
    assert second.link("Download certificate") == first.link("Download certificate")
    assert ready.get("claim").path.endswith("/certificate")
    assert ready.get("claim/details").path.endswith("/certificate")
    assert learner_count(ready.world) == (1, 1)


def test_details_changed_in_another_tab_are_shown_first(ready: Claimant) -> None:
    ready.confirm()
    tab = ready.get("claim")
    ready.confirm(degree="RN")
    page = ready.person.submit(tab, 0, {FIELD: "1.00", "attestation": "yes"})
    assert page.status == 422 and "changed in another window" in page.text
    assert learner_count(ready.world) == (0, 0)


def test_without_a_form_token_nothing_happens(ready: Claimant) -> None:
    ready.confirm()
    sent = {FIELD: "1.00", "attestation": "yes"}
    assert ready.person.post(f"/s/{ready.session_id}/claim", sent).status == 403
    assert learner_count(ready.world) == (0, 0)


def test_staff_see_specimens_and_no_number(sqlite_world: World) -> None:
    claimant = arrive(sqlite_world, claimable_activity(sqlite_world), "instructor")
    claimant.confirm()
    page = claimant.claim("0.75")
    assert "records no credit" in page.text and learner_count(sqlite_world) == (0, 0)
    for which in ("physicians", "other participants"):
        answer = claimant.person.get(page.link(f"Specimen for {which}"))
        assert answer.status == 200 and answer.response.content.startswith(b"%PDF")


def test_learners_get_no_specimen(ready: Claimant) -> None:
    assert ready.get("certificate/specimen.pdf").status == 404
