"""``DemoLms``: the LMS itself, without HTTP. Tests and the routes both work through it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from lti_tool.demo import jose
from lti_tool.demo.behaviours import BEHAVIOURS
from lti_tool.demo.claims import Facts, MessageKind, launch_claims
from lti_tool.demo.config import LmsConfig, ToolAddresses
from lti_tool.demo.course import MAIN, Course, Placement
from lti_tool.demo.deep_linking import item_fault
from lti_tool.demo.faults import Fault, FaultKind, Faults
from lti_tool.demo.journal import Entry, Journal
from lti_tool.demo.launches import (
    HINT_LIFETIME,
    DeepLinkRequest,
    LoginRequest,
    Message,
    Minted,
    PendingMessages,
    combined,
    mint,
)
from lti_tool.demo.notices import NoticeDesk
from lti_tool.demo.people import Person
from lti_tool.demo.record import Clock, CourseRecord
from lti_tool.demo.store import SigningKey, ToolRegistration
from lti_tool.demo.tampering import NOTHING, TAMPERINGS, Tampering
from lti_tool.demo.tokens import AccessTokens


def utc_now() -> datetime:
    return datetime.now(UTC)


class DemoLms(CourseRecord):
    """The course, keys, faults and what was received. Safe for several threads.

    ``clock`` gives aware UTC times. Raises ValueError for an unknown family.
    """

    def __init__(self, config: LmsConfig, clock: Clock = utc_now) -> None:
        super().__init__(config, clock)
        self.faults = Faults()
        self.journal = Journal()
        self.pending = PendingMessages()
        self.tokens = AccessTokens(config.token_seconds)
        self.notices = NoticeDesk(self, self._sign)
        self.registration_tokens: dict[str, datetime] = {}
        self.id_token_shift = 0
        self.tool_keyset: dict[str, Any] | None = None
        self._tamperings: list[Tampering] = []
        self._begin()

    def _begin(self) -> None:
        """Raises ValueError before anything is written when the family or the seed cannot be used."""
        _check_beginning(self.config)
        with self.store.change() as state:
            if not state.is_seeded:
                state.family, state.shares_names = self.config.family, self.config.shares_names
            if self.config.tool is not None:
                state.tool = ToolRegistration.from_config(self.config.tool, self.config)
            if not state.keys:
                pems = self.config.signing_pems or (jose.new_pem(), jose.new_pem())
                state.keys = [SigningKey(jose.new_kid(), pem) for pem in pems]
            seed = () if state.is_seeded else self.config.seed
            state.is_seeded = True
        for item in seed:
            self.add_placement(item)

    # -- settings --------------------------------------------------------------------------------------------------

    def set_behaviour(self, name: str) -> None:
        """Raises ValueError for a name that is not in ``BEHAVIOURS``."""
        _check_family(name)
        with self.store.change() as state:
            state.family = name

    def connect(self, tool: ToolAddresses) -> None:
        """Tells the LMS where the tool answers (for a tool that starts after it)."""
        with self.store.change() as state:
            state.tool = ToolRegistration.from_config(tool, self.config)
        self.tool_keyset = None

    def share_names(self, shares: bool) -> None:
        with self.store.change() as state:
            state.shares_names = shares

    def fail_next(
        self, kind: str | FaultKind, times: int | None = 1, *, service: str = "any", seconds: float = 1.0
    ) -> None:
        """Makes the next ``times`` calls of ``service`` fail; None means until ``clear_faults``."""
        self.faults.add(Fault(FaultKind(kind), service, times, seconds))

    def clear_faults(self) -> None:
        self.faults.clear()
        self._tamperings.clear()
        self.id_token_shift = 0

    def skew(self, seconds: int) -> None:
        """Moves the LMS's clock, as the tool sees it in id_tokens."""
        self.id_token_shift = seconds

    def tamper_next(self, tampering: str | Tampering, times: int = 1) -> None:
        """Spoils the next id_tokens. A name is one of ``TAMPERINGS``."""
        row = TAMPERINGS[tampering] if isinstance(tampering, str) else tampering
        self._tamperings.extend([row] * times)

    @property
    def waiting_tamperings(self) -> tuple[Tampering, ...]:
        return tuple(self._tamperings)

    # -- keys ------------------------------------------------------------------------------------------------------

    def rotate_keys(self, *, keep_old: bool = True) -> str:
        """A new signing key, first in use at once; the kid. ``keep_old`` False drops every earlier key."""
        key = SigningKey(jose.new_kid(), jose.new_pem())
        with self.store.change() as state:
            state.keys = [*state.keys, key] if keep_old else [key]
        return key.kid

    def jwks(self) -> dict[str, Any]:
        with self.store.read() as state:
            return {"keys": [jose.public_jwk(key.pem, key.kid) for key in state.keys if key.is_published]}

    def _signing_key(self) -> SigningKey:
        with self.store.read() as state:
            return [key for key in state.keys if key.is_published][-1]

    def _sign(self, claims: Mapping[str, Any]) -> str:
        return mint(claims, self._signing_key(), NOTHING).jwt

    # -- what was received ----------------------------------------------------------------------------------------

    def requests_received(self, service: str = "") -> tuple[Entry, ...]:
        """What the tool asked for, oldest first; ``service`` as in ``faults.SERVICES`` or ``authorize`` etc."""
        return self.journal.entries(service)

    # -- messages --------------------------------------------------------------------------------------------------

    def begin(
        self,
        person: Person | str,
        placement: Placement | int | None = None,
        *,
        kind: MessageKind = MessageKind.RESOURCE_LINK,
        document_target: str = "iframe",
        for_user: Person | None = None,
        deployment_id: str = "",
    ) -> LoginRequest:
        """Begins a launch: the login initiation with a fresh single-use hint. Raises LookupError without a tool."""
        tool = self._tool_or_error()
        who = self.person(person) if isinstance(person, str) else person
        number = placement.id if isinstance(placement, Placement) else placement
        message = Message(
            kind,
            who,
            deployment_id or tool.deployment_ids[0],
            self.now() + HINT_LIFETIME,
            number,
            document_target,
            for_user,
        )
        hint = self.pending.add(message, self.now(), as_json=self.behaviour.hint_is_json)
        return LoginRequest(self.behaviour.login_method, tool.login, self._login_parameters(message, hint))

    def _login_parameters(self, message: Message, hint: str) -> Mapping[str, str]:
        tool, behaviour = self._tool_or_error(), self.behaviour
        parameters = {
            "iss": self.issuer,
            "target_link_uri": self._facts(message, nonce="").target_link_uri,
            "login_hint": self.subject(message.person),
            "lti_message_hint": hint,
            "client_id": tool.client_id,
        }
        parameters |= dict.fromkeys(behaviour.deployment_parameters, message.deployment_id)
        if behaviour.storage_target and behaviour.announces_storage:
            parameters["lti_storage_target"] = behaviour.storage_target
        return parameters

    def mint(self, message: Message, nonce: str) -> Minted:
        """The id_token of a message that was begun, spoiled by ``tamper_next`` if any is waiting."""
        tampering = self._tamperings.pop(0) if self._tamperings else NOTHING
        return mint(launch_claims(self._facts(message, nonce)), self._signing_key(), tampering)

    def mint_launch(
        self,
        person: Person | str,
        placement: Placement | int | None,
        *,
        nonce: str,
        kind: MessageKind = MessageKind.RESOURCE_LINK,
        tampering: str | Tampering = NOTHING,
        deployment_id: str = "",
        **overrides: Any,
    ) -> Minted:
        """Signs a launch without a browser. ``overrides`` are members of ``Tampering`` (claims, without, header, …)."""
        who = self.person(person) if isinstance(person, str) else person
        number = placement.id if isinstance(placement, Placement) else placement
        deployment = deployment_id or self._tool_or_error().deployment_ids[0]
        message = Message(kind, who, deployment, self.now(), number)
        base = TAMPERINGS[tampering] if isinstance(tampering, str) else tampering
        return mint(launch_claims(self._facts(message, nonce)), self._signing_key(), combined(base, **overrides))

    def _facts(self, message: Message, nonce: str) -> Facts:
        placement = self.placement(message.placement_id) if message.placement_id is not None else None
        facts = Facts(
            kind=message.kind,
            person=message.person,
            behaviour=self.behaviour,
            addresses=self.addresses,
            tool=self._tool_or_error(),
            deployment_id=message.deployment_id,
            nonce=nonce,
            now=self.now() + timedelta(seconds=self.id_token_shift),
            document_target=message.document_target,
            placement=placement,
            line_items=self.line_items(placement) if placement else (),
            for_user=message.for_user,
            shares_names=self._shares_names(),
            course=self._course_of(placement),
        )
        if message.kind is MessageKind.DEEP_LINKING and nonce:
            return _with_ticket(facts, self._open_picker(message))
        return facts

    def _course_of(self, placement: Placement | None) -> Course:
        return (self.course(placement.course) if placement else None) or MAIN

    def _open_picker(self, message: Message) -> DeepLinkRequest:
        return self.pending.open_deep_link(message, self.now(), sends_data=self.behaviour.sends_deep_link_data)

    def _shares_names(self) -> bool:
        with self.store.read() as state:
            return state.shares_names

    def _tool_or_error(self) -> ToolRegistration:
        tool = self.tool
        if tool is None:
            raise LookupError("No tool is connected to the demo LMS yet.")
        return tool

    # -- registration ----------------------------------------------------------------------------------------------

    def new_registration_token(self) -> str:
        """A single-use token for dynamic registration, good for one hour."""
        token = secrets.token_urlsafe(32)
        self.registration_tokens[token] = self.now() + timedelta(hours=1)
        return token

    def reset(self) -> None:
        """Forgets placements, grades and faults; keys and the tool's registration stay."""
        with self.store.change() as state:
            state.placements, state.line_items, state.results, state.scores, state.copies = [], [], [], [], []
            state.gate_line_item = None
        self.clear_faults()
        self.journal.clear()


def _check_family(name: str) -> None:
    if name not in BEHAVIOURS:
        raise ValueError(f"Unknown LMS family {name!r}; use one of {', '.join(BEHAVIOURS)}.")


def _check_beginning(config: LmsConfig) -> None:
    _check_family(config.family)
    for place, item in enumerate(config.seed, start=1):
        fault = item_fault(item)
        if fault:
            raise ValueError(f"Seed item {place}: {fault}.")


def _with_ticket(facts: Facts, request: DeepLinkRequest) -> Facts:
    return replace(facts, deep_link_ticket=request.ticket, deep_link_data=request.data)
