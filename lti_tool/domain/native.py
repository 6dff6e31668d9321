"""What passes between the tool and a native face of it (the Open edX block): versioned facts, never verdicts.

Each kind of message carries its own version. A reader that does not know a version refuses it (``wire_version``), so an
old block and a new tool never guess at each other's meaning.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from lti_tool.domain.activity import Activity
from lti_tool.domain.claim import CreditTerms, OfferedCredit, offered_credits
from lti_tool.domain.disclosure import InformationPage, Statements, information_page
from lti_tool.domain.errors import BadInput
from lti_tool.domain.evaluation import EvaluationAnswer
from lti_tool.domain.learner import Profile
from lti_tool.domain.record import Record
from lti_tool.domain.text import RichText
from lti_tool.domain.wire import read_value, write_value

COPY_VERSION = "activity-copy/1"
CLAIM_VERSION = "native-claim/3"
ANSWER_VERSION = "native-answer/1"
EVALUATION_VERSION = "native-evaluation/1"
RECEIPT_VERSION = "native-receipt/2"
RETIREMENT_VERSION = "native-retirement/1"
RECORD_VERSION = "native-record/2"
HOLDING_VERSION = "native-holding/1"
IDENTIFIERS_VERSION = "native-identifiers/1"

MEDIA_FOLDER = "cme-media/"
"""Addresses of an activity's files in rendered texts start with this; whoever shows a text puts in its own."""

T = TypeVar("T")


def text_key(text: str) -> str:
    """What a rendered text is found by: 16 hex digits of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class ActivityCopy:
    """Everything that a native face needs of one version of an activity, so that no page waits for the tool."""

    key: str
    version: int
    activity: Activity
    statements: Statements
    terms: tuple[CreditTerms, ...]
    """Of every credit type that the activity offers, in the edition in force on the day of designation."""
    participation: str
    """What whoever is not awarded credit confirms."""
    countries: tuple[str, ...]
    """ISO 3166-1 alpha-2 codes that a learner can choose."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Each Markdown text of the activity as cleaned HTML of blocks, by :func:`text_key`."""
    lines: Mapping[str, str] = field(default_factory=dict)
    """The same for texts of one line."""
    media: Mapping[str, str] = field(default_factory=dict)
    """Name of each file to its SHA-256 in hex."""

    @property
    def page(self) -> InformationPage:
        """The information page of this version, with the fingerprint that the tool computes for it."""
        return information_page(self.activity, self.statements)

    def offered(self, profile: Profile, held: Collection[str] = ()) -> tuple[OfferedCredit, ...]:
        """What this person may claim beside the credit types that they hold."""
        terms = {one.credit.code: one for one in self.terms}
        return offered_credits(self.activity.credits, terms, self.activity.format, profile, self.participation, held)


@dataclass(frozen=True, slots=True)
class NativeClaim:
    """A learner claims: who, where, what they did in which version, and what they ask for."""

    subject: str
    """The platform's LTI id of the person: the ``sub`` that a launch carries."""
    context: str
    """The platform's id of the course."""
    activity: str
    version: int
    """The version that tests, content and credit come from."""
    text_version: int
    """The version whose information page was in force for the learner."""
    at: datetime
    """When the learner claimed; a delivery may come days later."""
    record: Record
    profile: Profile
    amounts: Mapping[str, str]
    """As chosen, by credit type."""
    is_attested: bool
    is_equivalence_stated: bool = False
    context_title: str = ""
    locale: str = ""
    identifiers: Mapping[str, str] | None = field(default=None, repr=False)
    """What was asked for boards and registries, as typed, by the written form of each ``credential.Requirement``. An
    empty one leaves what is on file; a permission that is not ``yes`` is withdrawn. ``None``: nothing was asked."""


@dataclass(frozen=True, slots=True)
class NativeEvaluation:
    """An answered evaluation. ``subject`` is empty where the evaluation is anonymous."""

    activity: str
    version: int
    context: str
    answers: Mapping[str, EvaluationAnswer]
    subject: str = ""
    context_title: str = ""


@dataclass(frozen=True, slots=True)
class NativeReceipt:
    """That a learner has answered the evaluation, and when; never what. It travels apart from the answers, and brings
    the commitments to change where the answers are anonymous: they are kept with their learner."""

    subject: str
    """The platform's LTI id of the person."""
    activity: str
    version: int
    context: str
    at: datetime
    context_title: str = ""
    commitments: Mapping[str, str] | None = None
    """By item of the evaluation; ``None`` where there are none."""


@dataclass(frozen=True, slots=True)
class NativeRetirement:
    """The platform has retired an account: its person asked to be forgotten there."""

    subject: str
    """The platform's LTI id of the person."""


@dataclass(frozen=True, slots=True)
class NativeCertificate:
    """A certificate as the claimant's page shows it."""

    id: str
    number: str
    title: str
    phrase: RichText
    """The body's exact phrase with its italics; empty for a type without credit."""
    note: str
    """Small print, e.g. what a certificate of participation is."""
    amount: str
    credit_type: str
    is_awarded: bool
    learner_name: str
    completed_on: str
    status: str
    verify_url: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a claim was refused: a blocker of the pathway, or a field of the form (``control``)."""

    code: str
    step: str = ""
    control: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NativeAnswer:
    """The tool's answer to a claim: certificates, or the reasons why there are none."""

    is_awarded: bool
    certificates: tuple[NativeCertificate, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class NativeRecord:
    """What the tool has recorded of a learner in an activity itself: what was done through LTI links."""

    activity: str
    version: int
    """The version that they began with; 0 for somebody of whom nothing is known."""
    record: Record
    """Facts alone; credit is in ``answer``."""
    answer: NativeAnswer | None = None
    link: str = ""
    """The platform's id of an LTI link in the course that opens the activity; empty for none."""


@dataclass(frozen=True, slots=True)
class NativeHolding:
    """What is on file at the tool for a claim of one learner, so that a face asks for nothing twice."""

    activity: str
    identifiers: tuple[str, ...] = ()
    """Which identifiers, in the written form of ``credential.Requirement``; never what they are."""
    credits: tuple[str, ...] = ()
    """Credit types of the activity that were given already."""


@dataclass(frozen=True, slots=True)
class NativeIdentifiers:
    """What boards and registries may be told of credit that was given: wanted with the claim, and asked after it."""

    subject: str
    """The platform's LTI id of the person."""
    activity: str
    identifiers: Mapping[str, str] = field(repr=False)
    """As in ``NativeClaim``."""


VERSIONS: Mapping[type, str] = {
    ActivityCopy: COPY_VERSION,
    NativeClaim: CLAIM_VERSION,
    NativeAnswer: ANSWER_VERSION,
    NativeEvaluation: EVALUATION_VERSION,
    NativeReceipt: RECEIPT_VERSION,
    NativeRetirement: RETIREMENT_VERSION,
    NativeRecord: RECORD_VERSION,
    NativeHolding: HOLDING_VERSION,
    NativeIdentifiers: IDENTIFIERS_VERSION,
}
PLAYBACK = "record.studies.*.playback"
"""How far recordings were played. ``*`` stands for every key."""
EARLIER: Mapping[type, Mapping[str, frozenset[str]]] = {
    NativeClaim: {
        "native-claim/1": frozenset({"identifiers", PLAYBACK}),
        "native-claim/2": frozenset({PLAYBACK}),
    },
    NativeReceipt: {"native-receipt/1": frozenset({"commitments"})},
    NativeRecord: {"native-record/1": frozenset({PLAYBACK})},
}
"""Versions that are read as well, earliest first, and what they do not have. A message that does without is written in
the earlier version: a reader of an older release understands it, and refuses what it does not know."""


def _said(part: Any, path: str) -> list[Any]:
    """What stands at a path of a written message."""
    name, _, rest = path.partition(".")
    if not isinstance(part, dict):
        return []
    found = list(part.values()) if name == "*" else [part[name]] if name in part else []
    return [each for one in found for each in _said(one, rest)] if rest else found


def _enveloped(kind: type, body: Mapping[str, Any]) -> dict[str, Any]:
    """In the earliest version that has everything which the body says."""
    for version, absent in EARLIER.get(kind, {}).items():
        if all(part is None for path in absent for part in _said(body, path)):
            return {"version": version, "body": {name: part for name, part in body.items() if name not in absent}}
    return {"version": VERSIONS[kind], "body": dict(body)}


def write_message(value: Any) -> dict[str, Any]:
    """A message as plain data with its version."""
    return _enveloped(type(value), write_value(value))


def with_identifiers(message: Mapping[str, Any], identifiers: Mapping[str, str]) -> dict[str, Any]:
    """A written claim with what was asked for it: made to be sent, never to be stored."""
    if not identifiers:
        return dict(message)
    return _enveloped(NativeClaim, {**message["body"], "identifiers": dict(identifiers)})


def read_message(kind: type[T], data: Any) -> T:
    """Raises ``BadInput``: ``wire_version`` for a version that this release does not read, else naming the field."""
    found, expected = data.get("version") if isinstance(data, dict) else None, VERSIONS[kind]
    earlier = EARLIER.get(kind, {})
    if found != expected and found not in earlier:
        raise BadInput("wire_version", f"unknown version {found!r}, this release reads {expected!r}", found=found)
    body = data.get("body")
    for name in sorted(earlier.get(str(found), frozenset())):
        if _said(body, name):
            raise BadInput("wire_unknown_field", f"{name}: unknown in {found!r}", faults={name: "unknown"})
    return read_value(kind, body)
