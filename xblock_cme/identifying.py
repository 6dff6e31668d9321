"""What boards and registries need for a claim: asked when such a credit is chosen, and handed on without being kept.

Nothing that is typed here is ever in a field of the block, in a learner's state or in a table of the plugin app: it
goes into one request to the tool and is forgotten. Where that request fails the claim itself is kept, and what was
typed is asked again (see ``docs/decisions/0020-identifiers-are-asked-again.md``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from lti_tool.domain.answer_form import Fields, first
from lti_tool.domain.claim import OfferedCredit, chosen_credits
from lti_tool.domain.credential import (
    CONSENTS,
    NOTHING_HELD,
    Requirement,
    asked_for,
    is_requirement,
    missing_identifiers,
    read_identifiers,
)
from lti_tool.domain.errors import BadInput
from lti_tool.domain.native import ActivityCopy, NativeClaim

HELD, ASKED, REPORTING = "held", "asked", "reporting"
"""Names of the form's hidden fields: what is on file, that the page has asked, and whether reports are wanted."""
GIVEN = "given"
"""The same for a further claim: the credit types that were given before."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The page that asks. ``needs``: each with the credits that are not awarded without it."""

    claim: NativeClaim
    needs: Mapping[Requirement, Sequence[OfferedCredit]]
    held: frozenset[Requirement]
    is_kept: bool
    """It is for a claim that was made and is kept, of which a part waits for this."""
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_report: bool = False
    """Only a report waits for this: the credit was given."""


def credits_of(copy: ActivityCopy, claim: NativeClaim, held: Collection[str] = ()) -> list[OfferedCredit]:
    """What the claim names beside what is ``held``. Raises ``BadInput("claim_unusable")``."""
    offered = copy.offered(claim.profile, held)
    return [one for one, _ in chosen_credits(offered, claim.amounts, is_attested=claim.is_attested)]


def needs_of(claimed: Sequence[OfferedCredit], fields: Fields) -> dict[Requirement, tuple[OfferedCredit, ...]]:
    """What is to be asked for these credits; what may be given too, only where the learner wants that."""
    return asked_for(claimed, with_optional=first(fields, REPORTING) == "yes")


def is_asked(fields: Fields) -> bool:
    """The page that asks was sent."""
    return first(fields, ASKED) == "yes"


def held_in(fields: Fields) -> frozenset[Requirement]:
    """What the page showed as being on file. The tool looks again at the claim."""
    return requirements_of(fields.get(HELD, ()))


def requirements_of(texts: Collection[str]) -> frozenset[Requirement]:
    """What this release does not know of is nothing that it asks."""
    return frozenset(Requirement.parse(text) for text in texts if is_requirement(text))


def typed_in(fields: Fields, needs: Collection[Requirement]) -> dict[str, str]:
    """As typed, by written form; every requirement that was asked is there."""
    return {str(need): first(fields, f"id.{need}").strip() for need in needs}


def check_typed(
    claimed: Sequence[OfferedCredit],
    needs: Collection[Requirement],
    typed: Mapping[str, str],
    held: Collection[Requirement],
) -> None:
    """By the tool's own rules. Raises ``BadInput("credential_unusable")`` with faults ``id.<requirement>``.

    A permission was shown with its tick: it stands as it was sent, whatever is on file.
    """
    numbers = [need for need in held if need.kind not in CONSENTS]
    found = read_identifiers(typed, needs, numbers)
    faults = missing_identifiers(claimed, found, numbers)
    if faults:
        raise BadInput("credential_unusable", faults=faults)


def waiting_without(claimed: Sequence[OfferedCredit], held: Collection[Requirement] = NOTHING_HELD) -> tuple[str, ...]:
    """Credit types that are not awarded before the learner has given what is not on file."""
    return tuple(one.credit.code for one in claimed if missing_identifiers([one], (), held))
