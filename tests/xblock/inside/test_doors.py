"""Handlers that the platform serves without asking who may load the block, as a real LMS and Studio were seen to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from tests.xblock.inside.courses import Block, Store
from tests.xblock.inside.gated_course import ADA, SECRET, acknowledge
from xblock_cme import compat, doors
from xblock_cme.doors import HANDLER, PREVIEW, WITHOUT_ACCOUNT, GateDoors
from xblock_cme.plugin.settings import cms, lms

VISITOR = SimpleNamespace(pk=None, is_authenticated=False)
LEARNER = SimpleNamespace(pk=int(ADA.id), is_authenticated=True)


@dataclass
class Platform:
    """Serves handlers to whoever asks, and does what they say. ``bearer``: whom a token of the request signs in."""

    bearer: Any = None
    done: list[str] = field(default_factory=list)

    def view(self, request: Any) -> HttpResponse:
        self.done.append(request.resolver_match.url_name)
        request.user = self.bearer or request.user
        return HttpResponse(SECRET)

    def ask(self, door: str, usage: str, user: Any) -> int:
        """The status; an answer that is none of the platform's holds nothing."""
        names = {"usage_key_string": usage} if door == PREVIEW else {"usage_id": usage, "course_id": COURSE}
        request: Any = RequestFactory().get("/")
        request.user, request.resolver_match = user, SimpleNamespace(url_name=door, kwargs=names)
        middleware = GateDoors(lambda asked: middleware.process_view(asked, self.view, (), names) or self.view(asked))
        answer = middleware(request)
        assert (SECRET in answer.content.decode()) is (answer.status_code == 200)
        return int(answer.status_code)


COURSE = "course-v1:CME+C1+R1"


def key(block: Block) -> str:
    return str(block.usage_id)


@pytest.mark.parametrize("name", ["near", "inner", "deep"])
def test_visitors_find_no_handler_behind_a_gate(gated: dict[str, Block], name: str) -> None:
    """The platform answers them by GET wherever they know a key: also the whole text of a problem."""
    assert Platform().ask(HANDLER, key(gated[name]), VISITOR) == 404
    assert Platform().ask(HANDLER, key(gated["unit"]), VISITOR) == 200
    assert Platform(bearer=LEARNER).ask(HANDLER, key(gated[name]), VISITOR) == 200, "the platform has asked for them"


@pytest.mark.parametrize("name", ["near", "inner", "deep"])
def test_the_address_for_servers_is_no_way_round(world: Store, gated: dict[str, Block], name: str) -> None:
    """It asks nobody, keeps the account, and grades."""
    for who in (LEARNER, VISITOR):
        platform = Platform()
        assert platform.ask(WITHOUT_ACCOUNT, key(gated[name]), who) == 404
        assert platform.done == [], "nothing was even begun"
    acknowledge(world, ADA)
    assert Platform().ask(WITHOUT_ACCOUNT, key(gated[name]), LEARNER) == 200
    assert Platform().ask(WITHOUT_ACCOUNT, key(gated[name]), VISITOR) == 404


def test_our_own_blocks_have_no_address_for_servers(world: Store, gated: dict[str, Block]) -> None:
    """It takes what a page of another site sends with a learner's account: an attestation, say."""
    (step,) = world.live.get_items(world.course_key, {"category": "cme_step"})
    for block in (step, gated["gate"]):
        assert Platform().ask(WITHOUT_ACCOUNT, key(block), LEARNER) == 404
        assert Platform().ask(HANDLER, key(block), LEARNER) == 200
    assert Platform().ask(HANDLER, key(step), VISITOR) == 200, "whoever is not signed in sees the disclosure"


@pytest.mark.parametrize("branch", ["published-branch", "draft-branch"])
def test_a_key_of_another_spelling_is_the_same_block(gated: dict[str, Block], branch: str) -> None:
    spelt = key(gated["near"]).replace("+type@", f"+branch@{branch}+type@")
    assert Platform().ask(HANDLER, spelt, VISITOR) == 404
    assert Platform().ask(WITHOUT_ACCOUNT, spelt, LEARNER) == 404


def test_servers_reach_components_that_wait_for_them(world: Store, gated: dict[str, Block]) -> None:
    """An LTI tool behind a gate sends its scores without an account; a learner does not start it so."""
    link = world.add("lti_consumer", gated["gate"])
    world.go_live(gated["unit"])
    assert Platform().ask(WITHOUT_ACCOUNT, key(link), VISITOR) == 200
    assert Platform().ask(WITHOUT_ACCOUNT, key(link), LEARNER) == 404


@pytest.mark.parametrize("usage", ["", "no key", "i4x://CME/C1/problem/x", "lb:CME:shelf:problem:x"])
@pytest.mark.parametrize("door", [HANDLER, WITHOUT_ACCOUNT, PREVIEW])
def test_what_is_no_block_of_a_course_is_left_to_the_platform(gated: dict[str, Block], door: str, usage: str) -> None:
    assert Platform().ask(door, usage, VISITOR) == 200


def test_an_aside_has_the_access_of_its_block(gated: dict[str, Block]) -> None:
    aside = f"aside-usage-v2:{key(gated['near']).replace(':', '$:', 1)}::notes"
    assert Platform().ask(WITHOUT_ACCOUNT, aside, LEARNER) == 404


def test_studios_preview_is_for_authors(gated: dict[str, Block], monkeypatch: pytest.MonkeyPatch) -> None:
    """It serves every account; what is behind a gate is for those who may read the course there."""
    auth = ModuleType("auth")
    auth.has_studio_read_access = lambda user, course_key: user is AUTHOR  # type: ignore[attr-defined]
    asked = compat.optional
    monkeypatch.setattr(compat, "optional", lambda room, name: getattr(auth, name, None) or asked(room, name))
    assert Platform().ask(PREVIEW, key(gated["deep"]), AUTHOR) == 200
    assert Platform().ask(PREVIEW, key(gated["deep"]), LEARNER) == 404
    assert Platform().ask(PREVIEW, key(gated["unit"]), LEARNER) == 200


AUTHOR = SimpleNamespace(pk=9, is_authenticated=True)


@pytest.mark.parametrize("service", [lms, cms])
def test_both_services_have_the_doors_once(service: Any) -> None:
    settings = SimpleNamespace(MIDDLEWARE=["first"])
    for _ in range(2):
        service.plugin_settings(settings)
    assert ["first", f"{doors.__name__}.{GateDoors.__name__}"] == settings.MIDDLEWARE
