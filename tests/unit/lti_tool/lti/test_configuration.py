"""Which addresses of an LMS's configuration can belong together, and what of it is taken over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from lti_tool.domain.errors import BadInput
from lti_tool.domain.launch import LmsFamily
from lti_tool.domain.registration import PlatformConfiguration
from lti_tool.lti.configuration import PLATFORM_CONFIGURATION, _configuration, check_hosts

LMS = "https://lms.example"
CANVAS = "https://canvas.instructure.com"
SSO = "https://sso.canvaslms.com"
SCHOOL = "https://canvas.school.example"


def configured(issuer: str = LMS, **changes: Any) -> PlatformConfiguration:
    found = PlatformConfiguration(issuer, f"{issuer}/auth", f"{issuer}/token", f"{issuer}/keys", f"{issuer}/register")
    return replace(found, **changes)


def canvas(**changes: Any) -> PlatformConfiguration:
    return replace(
        PlatformConfiguration(
            CANVAS,
            f"{SSO}/api/lti/authorize_redirect",
            f"{SCHOOL}/login/oauth2/token",
            f"{SSO}/api/lti/security/jwks",
            f"{SCHOOL}/api/lti/registrations",
            family=LmsFamily.CANVAS,
        ),
        **changes,
    )


def is_refused(url: str, found: PlatformConfiguration) -> bool:
    try:
        check_hosts(url, found)
    except BadInput as error:
        return error.code in ("configuration_foreign", "configuration_malformed")
    return False


def test_everything_on_the_issuers_origin_belongs_together() -> None:
    assert not is_refused(f"{LMS}/.well-known/openid-configuration", configured())
    assert not is_refused("https://lms.example:443/x", configured("https://LMS.example/moodle"))


@pytest.mark.parametrize("name", ["authorization_url", "token_url", "keyset_url", "registration_url"])
def test_one_address_elsewhere_is_foreign(name: str) -> None:
    for stranger in ("https://evil.example/x", "https://lms.example.evil.example/x", "https://lms.example:444/x"):
        assert is_refused(f"{LMS}/configuration", configured(**{name: stranger})), stranger


def test_a_stranger_cannot_speak_for_an_issuer() -> None:
    assert is_refused("https://evil.example/configuration", configured())


def test_a_canvas_institution_speaks_from_its_own_host() -> None:
    for host in (CANVAS, SCHOOL, "https://school.instructure.com"):
        assert not is_refused(f"{host}/api/lti/security/openid-configuration", canvas()), host


def test_a_stranger_as_a_canvas_institution_gets_no_further_than_its_own_host() -> None:
    assert is_refused(f"{SCHOOL}/configuration", canvas(token_url="https://evil.example/token"))


@pytest.mark.parametrize("name", ["authorization_url", "keyset_url"])
def test_but_who_somebody_is_only_canvas_itself_says(name: str) -> None:
    assert is_refused(f"{SCHOOL}/configuration", canvas(**{name: f"{SCHOOL}/x"}))


def test_brightspace_under_its_own_name_takes_tokens_from_the_maker() -> None:
    found = configured(token_url="https://auth.brightspace.com/core/connect/token", family=LmsFamily.BRIGHTSPACE)
    assert not is_refused(f"{LMS}/configuration", found)
    assert is_refused(f"{LMS}/configuration", replace(found, family=LmsFamily.GENERIC))
    assert is_refused(f"{LMS}/configuration", replace(found, keyset_url="https://auth.brightspace.com/keys"))


def test_blackboard_is_central() -> None:
    at = "https://developer.blackboard.com/api/v1"
    addresses = (f"{at}/gateway/oidcauth", f"{at}/gateway/oauth2/jwttoken", f"{at}/jwks.json", f"{at}/register")
    found = PlatformConfiguration("https://blackboard.com", *addresses, family=LmsFamily.BLACKBOARD)
    assert not is_refused(f"{at}/configuration", found)


@given(claimed=st.sampled_from(["canvas", "desire2learn", "blackboardlearn", "moodle", "sakai", ""]))
def test_a_product_code_alone_opens_no_other_keys(claimed: str) -> None:
    document = {
        "issuer": LMS,
        "authorization_endpoint": f"{LMS}/auth",
        "token_endpoint": f"{LMS}/token",
        "jwks_uri": "https://evil.example/keys",
        "registration_endpoint": f"{LMS}/register",
        PLATFORM_CONFIGURATION: {"product_family_code": claimed},
    }
    assert is_refused(f"{LMS}/configuration", _configuration(document))


PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
JSON = PLAIN | st.lists(PLAIN, max_size=4) | st.dictionaries(st.text(max_size=20), PLAIN | st.lists(PLAIN), max_size=4)


@given(
    document=st.fixed_dictionaries(
        {},
        optional={
            name: JSON | st.just(f"{LMS}/x")
            for name in (
                "issuer",
                "authorization_endpoint",
                "token_endpoint",
                "jwks_uri",
                "registration_endpoint",
                "scopes_supported",
                "authorization_server",
                PLATFORM_CONFIGURATION,
            )
        },
    )
)
def test_whatever_is_sent_is_read_or_refused(document: dict[str, Any]) -> None:
    try:
        found = _configuration(document)
    except BadInput as error:
        event(error.code)
    else:
        addresses = (found.issuer, found.authorization_url, found.keyset_url, found.token_url, found.registration_url)
        assert is_refused(f"{LMS}/configuration", found) or all(one == f"{LMS}/x" for one in addresses)


def test_messages_come_as_words_or_objects() -> None:
    listed = ["LtiResourceLinkRequest", {"type": "LtiDeepLinkingRequest", "placements": ["ContentArea", 7]}, 3, {}]
    document = {
        "issuer": LMS,
        "authorization_endpoint": f"{LMS}/a",
        "token_endpoint": f"{LMS}/t",
        "jwks_uri": f"{LMS}/k",
        "registration_endpoint": f"{LMS}/r",
        "authorization_server": "school.instructure.com",
        PLATFORM_CONFIGURATION: {"product_family_code": "moodle", "version": "4.5", "messages_supported": listed},
    }
    found = _configuration(document)
    assert found.messages == {"LtiResourceLinkRequest": (), "LtiDeepLinkingRequest": ("ContentArea",)}
    assert (found.family, found.product, found.token_audience) == (LmsFamily.MOODLE, "moodle 4.5", None)
