"""What a learner does on the block's pages in a browser."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.assessment import Question, QuestionKind, Test
from lti_tool.services.activity import import_activity
from lti_tool.services.certificate_status import correct_name
from tests import axe
from tests.functional.native import right
from tests.functional.two_faces import link
from tests.functional.world import World, sample
from tests.unit.lti_tool.services.claiming import short_activity
from tests.unit.lti_tool.services.officers import officer
from tests.unit.lti_tool.services.rounds import SERIES

NAME = "hypertension-2026"


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name, exact=isinstance(name, str)).first.click()


def press_key(page: Page, what: Locator) -> None:
    """Without a pointer."""
    what.focus()
    page.keyboard.press("Enter")


def heading(page: Page, text: str | re.Pattern[str]) -> None:
    """The page has arrived, and the keyboard is at its heading or at what must be read first."""
    expect(page.get_by_role("heading", name=text).first).to_be_visible(timeout=20_000)


def acknowledge(page: Page) -> None:
    page.get_by_label("I have read the information and the disclosures above.").check()
    press(page, "Confirm and continue")
    expect(page.get_by_text(re.compile("^You confirmed this page on"))).to_be_visible()


def answer(page: Page, question: Question) -> None:
    for name, values in right(question).items():
        if question.kind in (QuestionKind.MATCHING, QuestionKind.ORDERING):
            page.locator(f'select[name="{name}"]').select_option(values[0])
        elif question.kind is QuestionKind.NUMERIC:
            page.locator(f'input[name="{name}"]').fill(values[0])
        else:
            for value in values:
                page.locator(f'input[name="{name}"][value="{value}"]').check()


def keys_shown(page: Page) -> list[str]:
    """The questions of the open attempt, in their order."""
    names = page.locator("form[data-cme-autosave]").evaluate(
        "form => [...form.elements].map(one => one.name).filter(name => name.startsWith('q.'))"
    )
    return list(dict.fromkeys(name.split(".")[1] for name in names))


def take(page: Page, test: Test | None, label: str) -> None:
    """Start a test, answer all of it, submit."""
    assert test is not None
    press(page, label)
    expect(page.get_by_role("button", name="Submit answers")).to_be_visible()
    for key in keys_shown(page):
        answer(page, test.question(key))
    press(page, "Submit answers")
    heading(page, "Your result")


def study(page: Page, name: str = NAME) -> None:
    activity = sample(name).activity
    assert activity is not None and activity.content is not None
    heading(page, "Content")
    press(page, re.compile("^Continue: "))
    for item in activity.content.items:
        heading(page, item.title)
        press(page, re.compile("^I have read this page"))
    press(page, "I have studied this")


def evaluate(page: Page) -> None:
    expect(page.get_by_role("button", name="Send the evaluation")).to_be_visible()
    for group in page.locator("fieldset.cme-scale, fieldset.cme-question:not(:has(fieldset))").all():
        group.locator("input").last.check()
    for field in page.locator("textarea").all():
        field.fill("Nothing to add.")
    press(page, "Send the evaluation")
    expect(page.get_by_text("Thank you, your evaluation has been recorded")).to_be_visible()


def to_the_claim(page: Page) -> None:
    """Every step up to the particulars, all of them accessible."""
    activity = sample(NAME).activity
    assert activity is not None
    acknowledge(page)
    press(page, re.compile("^Continue: "))
    take(page, activity.pre_test, "Start the pre-test")
    press(page, re.compile("^Continue: "))
    study(page)
    expect(page.get_by_text("You have studied the content")).to_be_visible()
    press(page, re.compile("^Continue: Post-test"))
    take(page, activity.post_test, "Start the post-test")
    expect(page.get_by_text("You have passed", exact=True)).to_be_visible()
    accessible(page)
    press(page, re.compile("^Continue: "))
    heading(page, "Evaluation")
    accessible(page)
    evaluate(page)
    press(page, re.compile("^Continue: "))


def details(page: Page, degree: str = "MD") -> None:
    page.get_by_label("Your name as it should be printed").fill("Ada Lovelace")
    page.get_by_label(re.compile("^Degree or profession")).select_option(degree)
    page.get_by_label("Country", exact=True).select_option("US")
    press(page, "Confirm these details")
    heading(page, re.compile("Claim your credit|Confirm your participation"))


def attest(page: Page) -> None:
    page.locator('input[name="attestation"]').check()
    press(page, re.compile("^(Claim credit and issue|Issue) my certificate$"))


def give(page: Page, number: str) -> None:
    """What a board asks, and claim."""
    page.get_by_label("ABIM ID").fill(number)
    page.get_by_label("Month and day of birth").fill("0704")
    page.get_by_label("The provider may report this credit").check()
    press(page, "Claim credit and issue my certificate")


def report(page: Page) -> None:
    """By keyboard: what could not go with the claim, wrong and then right."""
    accessible(page)
    press_key(page, page.get_by_role("button", name="Give them now"))
    heading(page, "What the accreditors and boards need")
    expect(page.get_by_role("heading", level=2).first).to_be_focused()
    accessible(page)
    page.get_by_label("National Provider Identifier").fill("1234567890")
    page.get_by_label("Month and day of birth").fill("0704")
    page.get_by_label("The provider may report this credit").check()
    press_key(page, page.get_by_role("button", name="Send it to the provider"))
    expect(page.get_by_role("alert")).to_be_focused()
    accessible(page)
    page.get_by_label("National Provider Identifier").fill("1234567893")
    press_key(page, page.get_by_role("button", name="Send it to the provider"))
    heading(page, "Your credit has been recorded")
    expect(page.get_by_text("Your report waits for you")).to_have_count(0)


def claim_further(page: Page) -> None:
    """By keyboard, beside the first certificate; what is on file need not be typed again."""
    accessible(page)
    press_key(page, page.get_by_role("button", name="Claim further credit"))
    heading(page, "Claim your credit")
    expect(page.get_by_role("heading", level=2).first).to_be_focused()
    assert page.locator('select[name^="amount."]').count() == 1, "what was given is offered no more"
    accessible(page)
    page.locator('select[name="amount.moc-abim"]').select_option("0.50")
    attest(page)
    heading(page, "What the accreditors and boards need")
    accessible(page)
    assert page.get_by_label("Month and day of birth").input_value() == ""
    page.get_by_label("ABIM ID").fill("987654")
    press_key(page, page.get_by_role("button", name="Claim credit and issue my certificate"))
    heading(page, "Your credit has been recorded")
    expect(page.get_by_role("link", name=re.compile("^Download the certificate"))).to_have_count(2)
    accessible(page)


def look_up_a_correction(page: Page, world: World) -> None:
    """The office corrects the name on the certificate that was issued last; its holder asks, by keyboard."""
    with world.db() as db:
        last = db.scalars(select(models.Certificate.id).order_by(models.Certificate.number.desc())).first()
        who, printer, now = officer(world.provider_id), world.deps.printer, world.clock()
        correct_name(db, who, last or "", "Augusta King", "As she asked", printer, link, now)
    press_key(page, page.get_by_role("button", name="Look up my certificates"))
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Your certificates are shown as they are now.")
    expect(page.get_by_text("Replaced by a newer certificate")).to_have_count(1)
    expect(page.get_by_text("Augusta King, MD")).to_have_count(1)
    accessible(page)


def sees_what_is_by_link(page: Page, world: World) -> None:
    """An activity with sessions is in the picker, with the reason and the way in place of a button."""
    with world.db() as db:
        import_activity(
            db, world.provider_id, short_activity(key="rounds", title="Rounds", **SERIES), {}, world.clock()
        )
    page.get_by_label("Find an approved activity").fill("rounds")
    row = page.locator("[data-studio-found] li")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Rounds")
    expect(row).to_contain_text("Place it as an LTI component with the custom parameter cme_activity=rounds.")
    expect(row.get_by_role("button")).to_have_count(0)
    accessible(page)


def accessible(page: Page) -> None:
    """WCAG 2.2 AA by axe, within the block; and nothing wider than the screen."""
    assert axe.faults(page, axe.WCAG, context=".cme") == []
    width = page.evaluate("() => [document.querySelector('.cme').scrollWidth, document.documentElement.clientWidth]")
    assert width[0] <= width[1], width
