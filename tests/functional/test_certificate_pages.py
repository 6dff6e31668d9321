"""The certificate's page and file, over HTTP, printed by the real printer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.design import TemplateChoice
from lti_tool.domain.errors import ServiceUnavailable
from lti_tool.domain.page_markup import OwnWords
from lti_tool.services.ports import RenderedCertificate
from tests.functional.claim_walk import Claimant, arrive, claimable_activity, learner_count
from tests.functional.world import World


@pytest.fixture
def holder(sqlite_world: World) -> Claimant:
    claimant = arrive(sqlite_world, claimable_activity(sqlite_world))
    claimant.confirm()
    claimant.claim()
    return claimant


def test_the_file_is_printed_once_and_stays_the_same(world: World) -> None:
    claimant = arrive(world, claimable_activity(world))
    claimant.confirm(printed_name="王小明 Wang")
    claimant.claim()
    first, second = claimant.pdf(), claimant.pdf()
    assert first.status == 200 and first.response.headers["Content-Type"] == "application/pdf"
    assert first.response.content == second.response.content
    with world.db() as db:
        row = db.scalars(select(models.Certificate)).one()
    assert row.pdf_hash == sha256(first.response.content).hexdigest() and row.template == "classic-v2"
    assert first.response.headers["Cache-Control"] == "no-store"


def test_the_page_leads_to_linkedin_and_to_the_badge(holder: Claimant) -> None:
    address = holder.get("certificate").link("Add to your LinkedIn profile")
    assert address.startswith("https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME")
    assert "issueYear=2026" in address and "Ada" not in address
    holder.pdf()
    badge = holder.person.get(holder.get("certificate").link("Open Badge: 0.75 ")).response
    assert badge.headers["Content-Type"] == "application/vc+jwt" and badge.text.count(".") == 2


def test_the_files_name(sqlite_world: World) -> None:
    claimant = arrive(sqlite_world, claimable_activity(sqlite_world, title='Hypertonie: „Höher/Tiefer" 高血压'))
    claimant.confirm()
    claimant.claim()
    disposition = claimant.pdf().response.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=") and disposition.isascii()
    assert "filename*=UTF-8''Certificate%20of%20Credit%20-%20Hypertonie" in disposition


def test_it_stays_after_expiry_and_after_a_new_version(holder: Claimant) -> None:
    before = holder.pdf().response.content
    holder.world.clock.advance(days=400)
    made = claimable_activity(holder.world, audience="Everybody.", title="Another title")
    again = arrive(holder.world, made, is_ready=False)
    page = again.get("certificate")
    assert page.status == 200 and "Hypertension in the Elderly" in page.text
    assert again.person.get(page.link("Download certificate")).response.content == before


def test_nobody_elses(holder: Claimant) -> None:
    href = holder.get("certificate").link("Download certificate")
    name = href.rpartition("/")[2]
    other = arrive(holder.world, claimable_activity(holder.world), "pharmacist")
    for guess in (name, "0" * 32 + ".pdf", "x.pdf", "%00.pdf"):
        assert other.get(f"certificate/{guess}").status == 404
    assert other.person.get(href).status == 403


class ClosedPrinter:
    def render(
        self, certificate: Certificate, assets: Mapping[str, bytes] = {}, badges: Mapping[str, str] = {}
    ) -> RenderedCertificate:
        raise ServiceUnavailable("certificate.renderer_missing")

    def templates(self) -> tuple[TemplateChoice, ...]:
        return ()

    def starting_markup(self, template: str) -> str:
        return ""

    def words_of(self, markup: str) -> tuple[OwnWords, ...]:
        return ()

    def unprintable(self, text: str) -> str:
        return ""


def test_a_closed_printer_loses_nothing(holder: Claimant) -> None:
    world = holder.world
    open_press = world.deps.press
    object.__setattr__(world.deps, "press", replace(open_press, printer=ClosedPrinter()))
    page = holder.pdf()
    assert page.status == 503 and page.heading == "Your credit is recorded; the PDF follows"
    assert page.response.headers["Retry-After"] == "300" and learner_count(world) == (1, 1)
    object.__setattr__(world.deps, "press", open_press)
    world.crashes.clear()
    assert holder.pdf().response.content.startswith(b"%PDF")
