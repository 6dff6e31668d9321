"""What an LMS says of itself (its OpenID configuration), and whether its addresses can belong together.

An invitation to register says who may ask, not who answers: the configuration is fetched from an address that came with
the request. So the issuer must own the address that speaks for it, and whatever decides who somebody is (sign-in page
and keys) must be the issuer's own or known to be run by its maker. Otherwise a stranger could register as an LMS that
is not theirs and introduce its people (LTI Dynamic Registration 1.0, 3.5.1; OWASP ASVS 5.0, 10.5.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from lti_tool.domain.errors import BadInput
from lti_tool.domain.launch import MAX_ID, LmsFamily
from lti_tool.domain.registration import PlatformConfiguration
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.quirks import GENERIC, ROWS, family_named, is_below
from lti_tool.lti.service import accepted
from lti_tool.lti.settings import origin_of

PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
MAX_CONFIGURATION_BYTES = 256 * 1024
MAX_MESSAGES = 50
MAX_PLACEMENTS = 100
_ADDRESSES = {
    "authorization_url": "authorization_endpoint",
    "token_url": "token_endpoint",
    "keyset_url": "jwks_uri",
    "registration_url": "registration_endpoint",
}


def fetch_configuration(session: GuardedSession, url: str, token: str) -> PlatformConfiguration:
    """Read and check the configuration. Canvas wants the registration token for it too; others overlook it.

    Raises ``BadInput`` (``configuration_malformed``, ``configuration_foreign``, and those of ``GuardedSession``) and
    ``ServiceUnavailable`` as ``GuardedSession.send`` and ``service.accepted``.
    """
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    reply = accepted(session.get(url, headers, max_bytes=MAX_CONFIGURATION_BYTES))
    document = reply.json()
    if not isinstance(document, dict):
        raise _malformed("the document")
    found = _configuration(document)
    for address in (found.authorization_url, found.token_url, found.keyset_url, found.registration_url):
        session.check(address)
    check_hosts(url, found)
    return found


def _malformed(what: str) -> BadInput:
    words = f"{what} of the LMS's configuration cannot be used"
    return BadInput("configuration_malformed", words, what=what, words=words)


def _text(document: Mapping[str, Any], name: str, limit: int = 2048) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= limit:
        raise _malformed(name)
    return value


def _configuration(document: Mapping[str, Any]) -> PlatformConfiguration:
    platform = document.get(PLATFORM_CONFIGURATION)
    platform = platform if isinstance(platform, dict) else {}
    issuer = _text(document, "issuer", MAX_ID)
    code, version = (str(platform.get(name) or "")[:60] for name in ("product_family_code", "version"))
    scopes = document.get("scopes_supported")
    return PlatformConfiguration(
        issuer=issuer,
        **{field: _text(document, name) for field, name in _ADDRESSES.items()},
        token_audience=_audience(document),
        family=family_named(code, issuer),
        product=" ".join(f"{code} {version}".split()),
        scopes=frozenset(one for one in scopes if isinstance(one, str)) if isinstance(scopes, list) else None,
        messages=_messages(platform.get("messages_supported")),
    )


def _audience(document: Mapping[str, Any]) -> str | None:
    """``authorization_server`` is the assertion's audience where it is an address; Canvas writes a bare host there."""
    value = document.get("authorization_server")
    is_address = isinstance(value, str) and value.startswith(("https://", "http://")) and len(value) <= 2048
    return value if is_address else None


def _messages(listed: Any) -> dict[str, tuple[str, ...]]:
    """Old releases of Moodle list bare words, others objects."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in listed[:MAX_MESSAGES] if isinstance(listed, list) else ():
        if isinstance(entry, str):
            found[entry] = ()
        elif isinstance(entry, dict) and isinstance(entry.get("type"), str):
            places = entry.get("placements")
            places = places[:MAX_PLACEMENTS] if isinstance(places, list) else []
            found[entry["type"]] = tuple(place for place in places if isinstance(place, str))
    return found


def check_hosts(url: str, found: PlatformConfiguration) -> None:
    """Refuse addresses that do not belong together. Raises ``BadInput`` (``configuration_foreign``) naming the first.

    What the maker of an LMS runs centrally is known by host, and only for issuers of that maker: a product code is a
    claim, a host is not.
    """
    maker = next((row for row in ROWS.values() if is_below(found.issuer, row.issuer_hosts)), GENERIC)
    own, makers = {_place(found.issuer)}, maker.endpoint_hosts
    for name, address in (("sign-in page", found.authorization_url), ("key set", found.keyset_url)):
        if _place(address) not in own and not is_below(address, makers):
            raise _foreign(name, address)
    is_from_maker = _place(url) in own or is_below(url, makers)
    if not is_from_maker and not maker.returns_to_any_host:
        raise _foreign("configuration", url)
    if is_from_maker and maker.returns_to_any_host:
        return  # its maker says where the institution is
    tenant = {*own, _place(url)}
    for name, address in (("token address", found.token_url), ("registration address", found.registration_url)):
        if _place(address) not in tenant and not is_below(address, (*makers, *_central(found))):
            raise _foreign(name, address)


def _central(found: PlatformConfiguration) -> tuple[str, ...]:
    """Brightspace under a name of the institution's own still takes its tokens from the maker."""
    return ("auth.brightspace.com",) if found.family is LmsFamily.BRIGHTSPACE else ()


def _place(url: str) -> str:
    """Origin of a web address. Raises ``BadInput`` (``configuration_malformed``)."""
    try:
        return origin_of(url)
    except ValueError as error:
        raise _malformed("an address") from error


def _foreign(name: str, address: str) -> BadInput:
    host = (urlsplit(address).hostname or "")[:200]
    words = f"the {name} is on {host}, which is not the issuer's"
    return BadInput("configuration_foreign", words, what=name, host=host, words=words)
