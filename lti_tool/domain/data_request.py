"""What learners may ask about their data: restriction and erasure (GDPR, articles 17 and 18), and how it goes on.

From the moment a request is made until it is closed the learner's data is kept and nothing of it is sent anywhere.
What an accreditor obliges the provider to keep is kept all the same (article 17, 3 b), restricted.
"""

from __future__ import annotations

from enum import StrEnum


class RequestKind(StrEnum):
    """The values are stored."""

    ERASE = "erase"
    RESTRICT = "restrict"


class RequestState(StrEnum):
    """The values are stored."""

    WAITING = "waiting"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    GRANTED = "granted"
    """Carried out; the restriction stays on what had to be kept."""
    LIFTED = "lifted"
    """The learner ended a restriction."""


RESTRICTING = frozenset({RequestState.WAITING, RequestState.GRANTED})
"""While a request is in one of these, nothing of the learner is sent."""


def next_states(kind: RequestKind, state: RequestState) -> frozenset[RequestState]:
    """What may become of a request. An erasure that was carried out is never undone."""
    if state is RequestState.WAITING:
        return frozenset({RequestState.WITHDRAWN, RequestState.REFUSED, RequestState.GRANTED})
    if state is RequestState.GRANTED and kind is RequestKind.RESTRICT:
        return frozenset({RequestState.LIFTED})
    return frozenset()
