"""The 1EdTech LTI Advantage certification cases for tools, against the edge.

Source: https://www.imsglobal.org/spec/lti/v1p3/cert/ (Conformance Certification Guide). The suite's letters are kept:
A known bad payloads, B valid teacher launches, C valid student launches, D Deep Linking, E NRPS, F AGS.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import jwt
import pytest

from lti_tool.domain.errors import LaunchRefused
from lti_tool.domain.grade import Delivery, LineItemSpec, Score
from lti_tool.domain.launch import Launch, Role, RosterEndpoint
from lti_tool.lti.addresses import AddressRules
from lti_tool.lti.deep_linking import DeepLinkItem, respond
from lti_tool.lti.gradebook import (
    CONTAINER_TYPE,
    LINE_ITEM_READ_SCOPE,
    LINE_ITEM_SCOPE,
    LINE_ITEM_TYPE,
    RESULT_SCOPE,
    RESULTS_TYPE,
    SCORE_SCOPE,
    SCORE_TYPE,
    Gradebook,
)
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.keys import generate_key, signing_key
from lti_tool.lti.roster import CONTAINER_TYPE as MEMBERS_TYPE
from lti_tool.lti.roster import MEMBERSHIP_SCOPE, Roster
from tests.unit.lti_tool.lti.edge import (
    ABSENT,
    AGS,
    BASE,
    CLIENT,
    ISSUER,
    LTI,
    MEMBERSHIP,
    NOW,
    NRPS,
    TARGET,
    Edge,
    claims,
    deep_linking_changes,
    sign,
)
from tests.unit.lti_tool.lti.fake_platform import Answer, FakePlatform, Request, as_json, running
from tests.unit.lti_tool.lti.memory_ports import MemoryTokens, MemoryToolKeys

pytestmark = pytest.mark.certification

TEACHER: dict[str, Any] = {"roles": [MEMBERSHIP + "Instructor"]}
STUDENT: dict[str, Any] = {"roles": [MEMBERSHIP + "Learner"]}
NO_NAMES: dict[str, Any] = {"name": ABSENT, "given_name": ABSENT, "family_name": ABSENT}
TOOL_KEY = generate_key(NOW, is_first=True)


def post(header: dict[str, Any] | None = None, body: Any = None, **changes: Any) -> Launch:
    """One launch through login and launch endpoint, with any header or body."""
    edge = Edge()
    begun = edge.begin()
    content = claims(begun.nonce, **changes) if body is None else body
    launch = edge.post(begun, sign(content, 0, header))
    assert isinstance(launch, Launch)
    return launch


# --- A. known bad payloads: refused, visibly --------------------------------------------------------------------

BAD_PAYLOADS: dict[str, tuple[dict[str, Any], str]] = {
    "A01-no-kid": ({"header": {"kid": ABSENT}}, "key_id_missing"),
    "A02-incorrect-kid": ({"header": {"kid": "imstester_incorrect"}}, "key_unknown"),
    "A03-wrong-version": ({"version": "11.3"}, "version_wrong"),
    "A04-no-version": ({"version": ABSENT}, "version_wrong"),
    "A05-not-an-lti-message": ({"body": {"name": "badltilaunch"}}, "issuer_wrong"),
    "A06-several-claims-missing": (
        {"aud": ABSENT, "iss": ABSENT, "sub": ABSENT, "deployment_id": ABSENT, "roles": ABSENT},
        "issuer_wrong",
    ),
    "A07-incorrect-times": ({"iat": 11111, "exp": 22222}, "token_expired"),
    "A08-no-message-type": ({"message_type": ABSENT}, "message_type_missing"),
    "A09-no-roles": ({"roles": ABSENT}, "roles_missing"),
    "A10-no-deployment-id": ({"deployment_id": ABSENT}, "deployment_id_missing"),
    "A11-no-resource-link-id": ({"resource_link": {"title": "no id"}}, "resource_link_missing"),
    "A12-no-sub": ({"sub": ABSENT}, "subject_missing"),
}


@pytest.mark.parametrize("case", BAD_PAYLOADS)
@pytest.mark.parametrize("person", [TEACHER, STUDENT], ids=["teacher", "student"])
def test_a_bad_payload_is_refused(case: str, person: dict[str, Any]) -> None:
    changes, code = BAD_PAYLOADS[case]
    with pytest.raises(LaunchRefused) as caught:
        post(**(person | changes))
    assert caught.value.code == code
    assert str(caught.value)


@pytest.mark.parametrize("missing", ["aud", "iss", "sub", "deployment_id", "roles"])
def test_a06_each_required_claim_alone(missing: str) -> None:
    with pytest.raises(LaunchRefused):
        post(**{missing: ABSENT})


# --- B and C. valid launches ------------------------------------------------------------------------------------

VALID: dict[str, tuple[dict[str, Any], frozenset[Role]]] = {
    "B01-instructor": (TEACHER, frozenset({Role.INSTRUCTOR})),
    "B02-several-roles": (
        {"roles": [MEMBERSHIP + "Instructor", MEMBERSHIP + "ContentDeveloper", "urn:other"]},
        frozenset({Role.INSTRUCTOR, Role.CONTENT_DEVELOPER}),
    ),
    "B03-short-role": ({"roles": ["Instructor"]}, frozenset({Role.INSTRUCTOR})),
    "B04-unknown-role": ({"roles": [MEMBERSHIP + "UnknownRole"]}, frozenset()),
    "B05-no-role": ({"roles": [""]}, frozenset()),
    "B06-only-email": (TEACHER | NO_NAMES, frozenset({Role.INSTRUCTOR})),
    "B07-only-names": (TEACHER | {"email": ABSENT}, frozenset({Role.INSTRUCTOR})),
    "B08-no-pii": (TEACHER | NO_NAMES | {"email": ABSENT}, frozenset({Role.INSTRUCTOR})),
    "B09-email-without-context": (TEACHER | NO_NAMES | {"context": ABSENT}, frozenset({Role.INSTRUCTOR})),
    "C01-student": (STUDENT, frozenset({Role.LEARNER})),
    "C02-several-roles": (
        {"roles": [MEMBERSHIP + "Learner", MEMBERSHIP + "Mentor"]},
        frozenset({Role.LEARNER, Role.MENTOR}),
    ),
    "C03-short-role": ({"roles": ["Learner"]}, frozenset({Role.LEARNER})),
    "C04-unknown-role": ({"roles": [MEMBERSHIP + "UnknownRole"]}, frozenset()),
    "C05-no-role": ({"roles": [""]}, frozenset()),
    "C06-only-email": (STUDENT | NO_NAMES, frozenset({Role.LEARNER})),
    "C07-only-names": (STUDENT | {"email": ABSENT}, frozenset({Role.LEARNER})),
    "C08-no-pii": (STUDENT | NO_NAMES | {"email": ABSENT}, frozenset({Role.LEARNER})),
    "C09-email-without-context": (STUDENT | NO_NAMES | {"context": ABSENT}, frozenset({Role.LEARNER})),
    "C10-only-a-resource-link": (STUDENT | NO_NAMES | {"context": ABSENT, "email": ABSENT}, frozenset({Role.LEARNER})),
}


@pytest.mark.parametrize("case", VALID)
def test_b_and_c_a_valid_launch_succeeds(case: str) -> None:
    changes, roles = VALID[case]
    launch = post(**changes)
    assert launch.roles == roles
    assert launch.subject == "user-7"
    assert launch.resource_link is not None
    has_email = changes.get("email") is not ABSENT
    assert bool(launch.email) is has_email
    assert bool(launch.name.display) is ("name" not in changes)
    assert (launch.context is None) is ("context" in changes)


# --- D. Deep Linking --------------------------------------------------------------------------------------------


@pytest.fixture
def deep_link() -> dict[str, Any]:
    """The claims of a signed response, checked as the platform checks them."""
    launch = post(**(TEACHER | deep_linking_changes(data="csrftoken:c7fbba78")))
    item = DeepLinkItem("Sepsis", TARGET, {"activity": "a1"}, LineItemSpec("Post-test", 100, "a1/post"))
    response = respond(launch, [item], signing_key([TOOL_KEY], NOW), Edge().settings, NOW)
    assert response.return_url == f"{ISSUER}/return"
    header = jwt.get_unverified_header(response.jwt)
    assert (header["alg"], header["kid"]) == ("RS256", TOOL_KEY.kid)
    options: Any = {"verify_exp": False, "verify_iat": False, "require": ["iss", "aud", "exp", "iat", "nonce"]}
    return dict(jwt.decode(response.jwt, TOOL_KEY.public_pem, algorithms=["RS256"], audience=ISSUER, options=options))


def test_d_the_response_is_a_deep_linking_response(deep_link: dict[str, Any]) -> None:
    assert deep_link[LTI + "message_type"] == "LtiDeepLinkingResponse"
    assert deep_link[LTI + "version"] == "1.3.0"
    assert deep_link[LTI + "deployment_id"] == "dep-1"
    assert (deep_link["iss"], deep_link["aud"]) == (CLIENT, ISSUER)


def test_d_its_timestamps_are_valid(deep_link: dict[str, Any]) -> None:
    assert deep_link["iat"] <= NOW.timestamp() < deep_link["exp"] <= NOW.timestamp() + 3600


def test_d_data_comes_back_and_nothing_is_made_up(deep_link: dict[str, Any]) -> None:
    assert deep_link["https://purl.imsglobal.org/spec/lti-dl/claim/data"] == "csrftoken:c7fbba78"
    assert not any(name.endswith(("/msg", "/log", "/errormsg", "/errorlog")) for name in deep_link)


def test_d_the_returned_link_can_be_launched(deep_link: dict[str, Any]) -> None:
    (item,) = deep_link["https://purl.imsglobal.org/spec/lti-dl/claim/content_items"]
    launch = post(**(STUDENT | {"target_link_uri": item["url"], "custom": item["custom"]}))
    assert (launch.target_link_uri, launch.custom) == (TARGET, {"activity": "a1"})


# --- E and F. services ------------------------------------------------------------------------------------------


@pytest.fixture
def fake() -> Iterator[FakePlatform]:
    with running(FakePlatform([TOOL_KEY])) as started:
        yield started


@pytest.fixture
def session(fake: FakePlatform) -> Iterator[GuardedSession]:
    with closing(GuardedSession(AddressRules.parse([fake.host]))) as made:
        yield made


def test_e_the_members_are_asked_for_as_the_standard_says(fake: FakePlatform, session: GuardedSession) -> None:
    members = {"id": "x", "context": {"id": "c"}, "members": [{"user_id": "u1", "roles": ["Learner"]}]}
    fake.routes[("GET", "/members")] = fake.guarded(MEMBERSHIP_SCOPE, MEMBERS_TYPE, lambda _: as_json(members))
    launch = post(
        **(TEACHER | {NRPS: {"context_memberships_url": f"{fake.base}/members", "service_versions": ["2.0"]}})
    )
    assert launch.roster == RosterEndpoint(f"{fake.base}/members")
    roster = Roster(session, MemoryTokens(), MemoryToolKeys([TOOL_KEY]))
    assert [member.user_id for member in roster.members(fake.registration(), launch.roster, NOW)] == ["u1"]
    (request,) = fake.calls("/members")
    assert request.headers["accept"] == MEMBERS_TYPE
    assert list(fake.tokens.values()) == [{MEMBERSHIP_SCOPE}]


def gradebook_routes(fake: FakePlatform) -> list[dict[str, Any]]:
    """A gradebook as the suite runs it; returns the scores that it took."""
    items: list[dict[str, Any]] = []
    scores: list[dict[str, Any]] = []

    def create(request: Request) -> Answer:
        assert request.headers["content-type"] == LINE_ITEM_TYPE
        items.append(json.loads(request.body) | {"id": f"{fake.base}/items/{len(items)}"})
        return as_json(items[-1], 201)

    def score(request: Request) -> Answer:
        assert request.headers["content-type"] == SCORE_TYPE
        scores.append(json.loads(request.body))
        return Answer(200)

    def results(_: Request) -> Answer:
        return as_json([{"userId": s["userId"], "resultScore": s["scoreGiven"], "resultMaximum": 10} for s in scores])

    fake.routes |= {
        ("POST", "/items"): fake.guarded(LINE_ITEM_SCOPE, LINE_ITEM_TYPE, create),
        ("GET", "/items"): fake.guarded(LINE_ITEM_READ_SCOPE, CONTAINER_TYPE, lambda _: as_json(items)),
        ("POST", "/items/0/scores"): fake.guarded(SCORE_SCOPE, None, score),
        ("GET", "/items/0/results"): fake.guarded(RESULT_SCOPE, RESULTS_TYPE, results),
    }
    return scores


def test_f_line_items_are_made_and_scores_posted_without_any_page(fake: FakePlatform, session: GuardedSession) -> None:
    scores = gradebook_routes(fake)
    scopes = [LINE_ITEM_SCOPE, LINE_ITEM_READ_SCOPE, SCORE_SCOPE, RESULT_SCOPE]
    launch = post(**(STUDENT | {AGS: {"scope": scopes, "lineitems": f"{fake.base}/items"}}))
    assert launch.gradebook is not None
    assert launch.gradebook.lineitems is not None
    platform, container = fake.registration(), launch.gradebook.lineitems
    gradebook = Gradebook(session, MemoryTokens(), MemoryToolKeys([TOOL_KEY]))
    made = gradebook.create_line_item(platform, container, LineItemSpec("Post-test", 10, "a1/post"), NOW)
    assert gradebook.list_line_items(platform, container, NOW, resource_id="a1/post") == [made]
    outcome = gradebook.post_score(platform, made.url, Score(launch.subject, 8, 10, NOW), NOW)
    assert outcome.delivery is Delivery.DELIVERED
    assert set(scores[0]) >= {
        "userId",
        "timestamp",
        "activityProgress",
        "gradingProgress",
        "scoreGiven",
        "scoreMaximum",
    }
    (result,) = gradebook.get_results(platform, made.url, NOW, user_id=launch.subject)
    assert (result.score, result.maximum) == (8.0, 10.0)
    assert all(len(granted) == 1 for granted in fake.tokens.values())


def test_the_launch_address_is_the_tools(deep_link: dict[str, Any]) -> None:
    (item,) = deep_link["https://purl.imsglobal.org/spec/lti-dl/claim/content_items"]
    assert item["url"].startswith(f"{BASE}/lti/launch")
