"""A platform's server and a learner in a native face: the block's own code against the real tool."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from lti_tool.domain.assessment import Question, QuestionKind, TestKind
from lti_tool.domain.native import ActivityCopy, NativeClaim, NativeRecord, write_message
from lti_tool.lti.assertion import public_key_of
from lti_tool.services.native_access import add_block_key
from tests.functional.world import World
from xblock_cme.claiming import Claimant, claim, confirm_profile, evaluate, heard, profile_digest
from xblock_cme.client import Credentials, ToolClient
from xblock_cme.facts import LearnerFacts
from xblock_cme.progress import Progress, progress
from xblock_cme.studying import acknowledge, confirm_reading, finish_content, open_item, respond
from xblock_cme.taking import start, submit

Fields = dict[str, list[str]]
SUBJECT = "0b79f5a9-0cad-5d2e-96e9-29259b828623"
COURSE = "course-v1:CME+CARD101+2026"


@lru_cache(maxsize=4)
def key_pair(number: int) -> tuple[str, str]:
    """Private and public PEM; made once per process: they are dear."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoding = serialization.Encoding.PEM
    secret = private.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = private.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
    return secret.decode(), public.decode()


def credentials(world: World, number: int = 0, *, issuer: str = "", client_id: str = "") -> Credentials:
    """A registered key of the world's platform, or of another one."""
    secret, public = key_pair(number)
    kid, pem = public_key_of(public)
    config = world.lms.config
    with world.db() as db:
        place = (issuer or world.lms.issuer, client_id or config.client_id, config.deployment_ids[0])
        key = add_block_key(db, *place, kid, pem, world.clock())
    return Credentials(world.base_url, key.client_id, key.kid, secret)


def client(found: Credentials) -> ToolClient:
    """A client whose requests go through no proxy."""
    session = requests.Session()
    session.trust_env = False
    return ToolClient(found, session)


def right(question: Question) -> Fields:
    """Form fields of the right answer."""
    name = f"q.{question.key}"
    match question.kind:
        case QuestionKind.MATCHING:
            return {f"{name}.{prompt}": [option] for prompt, option in question.pairs.items()}
        case QuestionKind.ORDERING:
            return {f"{name}.{entry.key}": [str(place)] for place, entry in enumerate(question.entries, start=1)}
        case QuestionKind.NUMERIC:
            return {name: [f"{question.number:f}"]}
        case _:
            return {name: sorted(question.correct)}


def response_fields(question: Question) -> Fields:
    """Any answer: the first choice, where there is one."""
    return {f"q.{question.key}": [question.entries[0].key]} if question.entries else right(question)


def evaluation_fields(copy: ActivityCopy) -> Fields:
    from lti_tool.domain.answer_form import evaluation_blocks

    assert copy.activity.evaluation is not None
    return {
        block.field(item): [item.choices[-1].key if item.choices else "Nothing to add."]
        for block in evaluation_blocks(copy.activity.evaluation.items)
        for item in block.items
    }


class NativeLearner:
    """One learner in a block, by the block's own functions; ``pace`` passes between two actions."""

    def __init__(self, copy: ActivityCopy, began_at: datetime, pace: timedelta = timedelta(minutes=6)) -> None:
        self.copies = {str(copy.version): write_message(copy)}
        self.copy, self.now, self.pace = copy, began_at, pace
        self.facts = LearnerFacts()

    @property
    def here(self) -> Progress:
        return progress(self.copies, self.facts, [], [], self.now)

    def do(self, action: Callable[[Progress], LearnerFacts]) -> None:
        self.facts = action(self.here)
        self.now += self.pace

    def acknowledge(self) -> None:
        self.do(lambda here: acknowledge(here, here.page.fingerprint))

    def take(self, kind: TestKind, answers: Callable[[Question], Fields] = right, seed: int = 7) -> None:
        self.do(lambda here: start(here, kind, seed))
        attempt = self.here.record.open_attempt(kind)
        assert attempt is not None
        test = self.copy.activity.pre_test if kind is TestKind.PRE else self.copy.activity.post_test
        assert test is not None
        fields: Fields = {"revision": [str(self.facts.revision)], "tab": ["1"]}
        for item in attempt.form:
            fields |= answers(test.question(item.question))
        self.do(lambda here: submit(here, kind, attempt.id, fields, is_confirmed=True).facts)

    def study(self) -> None:
        for item in self.copy.activity.content.items if self.copy.activity.content else ():
            self.do(lambda here, key=item.key: open_item(here, key))  # type: ignore[misc]
            if item.question is not None:
                fields = response_fields(item.question)
                self.do(lambda here, key=item.key, fields=fields: respond(here, key, fields))  # type: ignore[misc]
            self.do(lambda here, key=item.key: confirm_reading(here, key))  # type: ignore[misc]
        self.do(finish_content)

    def evaluate(self) -> None:
        self.do(lambda here: evaluate(here, evaluation_fields(self.copy), Claimant(SUBJECT, COURSE))[0])

    def hear(self, found: NativeRecord) -> None:
        """What the tool has recorded itself."""
        self.do(lambda here: heard(here, found))

    def walk(self, answers: Callable[[Question], Fields] = right) -> None:
        """The whole path up to the claim."""
        self.acknowledge()
        if self.copy.activity.pre_test:
            self.take(TestKind.PRE)
        self.study()
        self.take(TestKind.POST, answers)
        if self.here.standing.is_done(self.copy.activity.steps[3]):
            self.evaluate()

    def claim(
        self, degree: str = "MD", amounts: Mapping[str, str] | None = None, *, subject: str = SUBJECT, **more: Any
    ) -> NativeClaim:
        """What the block would send. Raises what the block would refuse."""
        fields: Fields = {"printed_name": ["Ada Lovelace"], "degree": [degree], "country": ["US"]}
        self.facts = confirm_profile(self.here, {**fields, "equivalence": ["yes"]})
        profile = self.facts.profile
        assert profile is not None
        offered = self.copy.offered(profile)
        chosen = {one.field: [str(one.amounts[-1])] for one in offered if one.amounts}
        chosen |= {f"amount.{code}": [amount] for code, amount in (amounts or {}).items()}
        form = {**chosen, "profile": [profile_digest(profile)], "attestation": ["yes"]}
        return replace(claim(self.here, form, Claimant(subject, COURSE, locale="en")), **more)
