"""Write ``docs/reference/api.md`` and ``docs/reference/openapi.json`` from the operations that the API declares.

Run ``python docs/generate_api.py`` after a change of the API; a test compares.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from reference_page import REFERENCE, document, table, write

from lti_tool.web.api.document import openapi

OPENING = """\
For servers of learning platforms that show accredited activities in pages of their own, as the
[Open edX block](../explanation/the-xblock.md) does. The face shows pages and collects facts; the tool decides and
records. [`openapi.json`](openapi.json) describes every shape (OpenAPI 3.1); the running tool serves it at
`/api/v1/openapi.json`.

**Signing in.** OAuth 2 client credentials with a signed assertion (`private_key_jwt`, RFC 7523). The platform's
operator makes an RSA key pair; the provider registers its public half with `cme-tool platform block-key add`. POST to
`/api/v1/token` with `grant_type=client_credentials`,
`client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer` and a JWT (RS256; `kid` is the key id;
`iss` and `sub` are the client id; `aud` is the token address; `exp` at most ten minutes ahead; a new `jti` each time).
The token lives 15 minutes. A key speaks for one deployment: it sees the activities of the provider that owns it, and
learners of its own platform, nobody else's.

**Learners** are known by the platform's LTI id, the same `sub` that an LTI launch carries, so credit that was earned in
the block and credit that was earned through an LTI link belong to one person.

**Versions.** Copies, claims, answers, evaluations and receipts carry a version of their own (`activity-copy/1`,
`native-claim/3`, …). An unknown one is refused with 422 and `wire_version`, in both directions. An earlier version
that lacks a field is read as well, and is what to write where that field has nothing to say: `native-claim/2` for a
claim without anything played, `native-claim/1` for one without identifiers besides, `native-receipt/1` for a receipt
without commitments, `native-record/1` for a record without anything played.

**Facts, never verdicts.** A claim holds what the learner did and when, with the activity version that they were given.
Each fact is put back into its place in time: what the rules of that moment would not have allowed is refused as
`facts_impossible`. Then the same pathway is computed as for an LTI launch, and the answer holds certificates or
reasons.

**Recordings.** What was played is sent as parts (`studies.<item>.playback`, in milliseconds) with the length that the
player has told; `coverage` is the share of it, and may not be more. No more than twice the time since `first_opened_at`
can have been played, and no more `seconds` spent than have passed since anything was opened.

**Two faces of one activity.** What the same person did through LTI links of the platform counts as well. The tool
looks at both in their order in time: its own record stands, and what was sent joins it as far as the rules of each
moment allow, so that limits of attempts, pauses and the one pre-test hold over both. Credit that exists is the answer
to every further claim that names no other; other credit of the activity is claimed besides.
`/activities/<key>/record` tells what the tool has recorded itself, for a learner who asks to go on in the face.
Whoever has begun *another version* through a link finishes it there (`begun_elsewhere`, with the link).

**Identifiers** for boards and registries go with the claim (`identifiers`): what was asked, as typed. Ask
`/activities/<key>/holding` first which are on file, then the learner for what the chosen credit still needs. The tool
checks them as on its own pages, keeps what a claimable credit asks for, sealed, and never tells them again. An empty
one leaves what is on file; a permission that is not `yes` is withdrawn. A face must not store them: where the tool
cannot be reached, send the claim without the credit that needs them, and the whole of it, with its day, once they
were given again. What is only wished to be reported goes to `PUT /identifiers` once the credit was given.

**Evaluations** are two messages. The receipt says at once that the learner has answered, and when: links of the
platform then ask no more, and `is_first` says whether the answers are wanted. The answers follow, without the learner
where the evaluation is anonymous; send them in an order that tells nothing. Commitments to change of an anonymous
evaluation come with the receipt, for they are kept with their learner.

**Certificates.** A claim that its provider divides is answered with several. Each has its PDF at
`/certificates/<id>/pdf`, also after it was replaced; `/activities/<key>/certificates.zip` gives those that are valid
now, and `certificate_unknown` where none is.

**Repeats.** POSTs need an `Idempotency-Key`. An awarded claim answers the same for ever, whatever the key; a refused
one leaves nothing behind and may be sent again, put right, with a new key.

**Retired accounts.** A platform that retires an account tells it at `/retirements`. What the tool knows of the person
is sent nowhere from that moment, and the provider's staff find a request for its erasure. `is_known` false means that
nothing is known and nothing was written; tell it again as long as a claim of that person may still arrive.

**Limits.** `CME_API_PER_MINUTE` calls a minute for each deployment and web process; then 429 with `Retry-After`.
Refusals are `{"code", "message", "reference"}` with the [codes](refusal-codes.md) of the tool's pages."""


def rows() -> Iterator[tuple[str, str, str]]:
    """Method, address and summary of each operation."""
    for address, found in openapi()["paths"].items():
        for method, what in found.items():
            yield method.upper(), f"`{address}`", what["summary"]


def page() -> str:
    """The whole page."""
    return document("# The API", OPENING, table(("Method", "Address", "What"), rows()), generator="generate_api.py")


def openapi_json() -> str:
    """The document as it is kept beside the page."""
    return json.dumps(openapi(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write("api.md", page())
    (REFERENCE / "openapi.json").write_text(openapi_json(), encoding="utf-8")
