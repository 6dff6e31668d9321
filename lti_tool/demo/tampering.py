"""Bad id_tokens on purpose: each row spoils one thing that a tool must notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"


@dataclass(frozen=True, slots=True)
class Tampering:
    """What to change in a good launch before, or in, signing.

    ``claims`` and ``header`` replace members, ``without`` and ``header_without`` remove them, ``only`` throws away
    everything but ``claims``. ``shift`` moves ``iat`` and ``exp`` (seconds). ``key`` is ``own`` or ``foreign`` (not in
    the JWKS, but under a published kid). ``breaks_signature`` alters the payload after signing.
    """

    label: str = ""
    claims: Mapping[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    header: Mapping[str, Any] = field(default_factory=dict)
    header_without: tuple[str, ...] = ()
    only: bool = False
    shift: int = 0
    algorithm: str = "RS256"
    key: str = "own"
    breaks_signature: bool = False


NOTHING = Tampering()
"""A good launch."""

TAMPERINGS: dict[str, Tampering] = {
    "no-kid": Tampering("No kid in the header", header_without=("kid",)),
    "unknown-kid": Tampering("Unknown kid", header={"kid": "nobody-published-this"}),
    "foreign-key": Tampering("Signed with a key that is not published", key="foreign"),
    "broken-signature": Tampering("Payload altered after signing", breaks_signature=True),
    "alg-none": Tampering("alg none, no signature", header={"alg": "none"}, algorithm="none"),
    "alg-hs256": Tampering("HS256 with the public key as secret", header={"alg": "HS256"}, algorithm="HS256"),
    "alg-rs512": Tampering("RS512, which is not announced", header={"alg": "RS512"}, algorithm="RS512"),
    "not-lti": Tampering("Not an LTI message at all", claims={"name": "badltilaunch"}, only=True),
    "wrong-version": Tampering("LTI version 11.3", claims={CLAIM + "version": "11.3"}),
    "no-version": Tampering("No LTI version", without=(CLAIM + "version",)),
    "many-missing": Tampering(
        "Several claims missing", without=("aud", "iss", "sub", CLAIM + "deployment_id", CLAIM + "roles")
    ),
    "wrong-times": Tampering("iat 11111 and exp 22222", claims={"iat": 11111, "exp": 22222}),
    "no-exp": Tampering("No exp", without=("exp",)),
    "no-iat": Tampering("No iat", without=("iat",)),
    "expired": Tampering("Expired ten minutes ago", shift=-660),
    "from-the-future": Tampering("Issued ten minutes ahead", shift=600),
    "no-nonce": Tampering("No nonce", without=("nonce",)),
    "wrong-nonce": Tampering("A nonce that was never given", claims={"nonce": "nonce-of-somebody-else"}),
    "no-message-type": Tampering("No message type", without=(CLAIM + "message_type",)),
    "unknown-message-type": Tampering("Unknown message type", claims={CLAIM + "message_type": "LtiBadRequest"}),
    "no-roles": Tampering("No roles claim", without=(CLAIM + "roles",)),
    "roles-not-a-list": Tampering("Roles as a string", claims={CLAIM + "roles": "Learner"}),
    "no-deployment": Tampering("No deployment id", without=(CLAIM + "deployment_id",)),
    "unknown-deployment": Tampering("Unknown deployment", claims={CLAIM + "deployment_id": "nowhere"}),
    "no-resource-link": Tampering("No resource link", without=(CLAIM + "resource_link",)),
    "empty-resource-link": Tampering("Resource link without id", claims={CLAIM + "resource_link": {"title": "x"}}),
    "long-resource-link": Tampering(
        "Resource link id of 300 characters", claims={CLAIM + "resource_link": {"id": "x" * 300}}
    ),
    "no-sub": Tampering("No sub", without=("sub",)),
    "long-sub": Tampering("sub of 300 characters", claims={"sub": "s" * 300}),
    "no-iss": Tampering("No iss", without=("iss",)),
    "foreign-iss": Tampering("Another LMS's iss", claims={"iss": "https://lms.invalid"}),
    "no-aud": Tampering("No aud", without=("aud",)),
    "foreign-aud": Tampering("Another tool's aud", claims={"aud": "somebody-else"}),
    "foreign-azp": Tampering("Another tool's azp", claims={"azp": "somebody-else"}),
    "no-target": Tampering("No target link address", without=(CLAIM + "target_link_uri",)),
    "foreign-target": Tampering(
        "Target link on another site", claims={CLAIM + "target_link_uri": "https://elsewhere.invalid/launch"}
    ),
}
