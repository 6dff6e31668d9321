"""What the step block does for a learner: load the facts, act on them, keep them, tell the platform, show the page."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Any

from django.utils.timezone import now as clock

from lti_tool.domain.activity import Step
from lti_tool.domain.answer_form import Fields
from lti_tool.domain.errors import CmeError, Refused
from lti_tool.domain.native import NativeHolding, NativeRecord
from xblock_cme import store
from xblock_cme.acting import perform
from xblock_cme.claiming import Claimant, Sheet
from xblock_cme.compat import (
    Course,
    Person,
    course_of,
    has_plugin,
    jump_address,
    language,
    lti_id_of,
    person_of,
)
from xblock_cme.copies import newest_copy
from xblock_cme.face import Notice, refusal
from xblock_cme.facts import LearnerFacts, Sent, read_facts, since, write_facts
from xblock_cme.handing import hand_on
from xblock_cme.outbox import client_for, send_receipt
from xblock_cme.paging import View, page_values
from xblock_cme.peers import count_answers, peers
from xblock_cme.progress import Progress, progress
from xblock_cme.question_face import Shelf
from xblock_cme.render import direction_of, render
from xblock_cme.scene import Outcome, Scene
from xblock_cme.words import REFUSALS, _

LONGEST_FIELD = 5000
MOST_FIELDS = 500
OWN_WORDS = _("I have read the information and the disclosures above.")
"""A text of which no platform has a translation of its own, as it has of shorter ones."""


def read_fields(data: Any) -> dict[str, list[str]]:
    """The fields of a form as the page's script sends them; anything else is dropped."""
    if not isinstance(data, dict) or len(data) > MOST_FIELDS:
        return {}
    return {
        str(name): [value[:LONGEST_FIELD] for value in values if isinstance(value, str)]
        for name, values in data.items()
        if isinstance(values, list)
    }


class LearnerMixin:
    """Of a block with the fields ``copies``, ``step`` and ``facts``."""

    runtime: Any
    scope_ids: Any
    copies: Any
    step: str
    facts: Any

    # ---- who, where, how far ---------------------------------------------------------------------------------------

    @property
    def only(self) -> Step | None:
        """The single step that this block shows; ``None`` for the whole activity."""
        return Step(self.step) if self.step in {step.value for step in Step} else None

    @property
    def usage(self) -> str:
        return str(self.scope_ids.usage_id)

    def translate(self, text: str) -> str:
        service = self.runtime.service(self, "i18n")
        return str(service.gettext(text)) if service and text else text

    def _place(self, person: Person, course: Course) -> store.Place:
        return store.Place(person.user_id, course.key, newest_copy(self.copies).key)

    def progress_of(self, person: Person, place: store.Place, now: datetime) -> Progress:
        """Where this person stands, from this block's state, the course's other blocks and the claims."""
        own, known = read_facts(self.facts), store.known_facts(place)
        mirrored = known.pop(self.usage, None)
        if not own.version:
            own = replace(own, is_trial=person.is_trial)
            if mirrored is not None and not self.facts and person.may_write:
                store.forget_facts(place.user_id, self.usage)
        reset = store.reset_at(place)
        others = [since(facts, reset) for facts in known.values()]
        state = store.claim_state(place)
        claims = () if own.is_trial else store.claims_of(state, now)
        return progress(self.copies, since(own, reset), others, claims, now)

    def shelf_for(self, here: Progress) -> Shelf:
        prefix = "cme-" + hashlib.sha256(self.usage.encode()).hexdigest()[:8]
        return Shelf(here.copy, lambda name: self._address("media", name), self.translate, prefix)

    def _address(self, handler: str, suffix: str) -> str:
        return str(self.runtime.handler_url(self, handler, suffix))

    def _claimant(self, course: Course) -> Claimant:
        subject = lti_id_of(self)
        if not subject:
            raise Refused("not_signed_in")
        return Claimant(subject, course.key, locale=language())

    def _ask_tool(self, key: str, claimant: Claimant) -> NativeRecord:
        found: NativeRecord = self.tool_client().record(key, claimant.subject, claimant.context)
        return found

    def _ask_holding(self, person: Person, key: str, claimant: Claimant) -> NativeHolding:
        """In haste: the learner waits for a page, and where nothing is heard the claim is kept."""
        if not person.may_write:
            raise Refused("viewing_as")
        found: NativeHolding = self.tool_client().in_haste().holding(key, claimant.subject)
        return found

    # ---- acting ----------------------------------------------------------------------------------------------------

    def perform_action(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """What the handler answers: the page after the action, or what autosave needs to know."""
        person, course, now = person_of(self), course_of(self), clock()
        place = self._place(person, course)
        here = self.progress_of(person, place, now)
        step = self._wanted(here, str(data.get("step", "")))
        scene = Scene(
            here=here,
            step=step,
            fields=read_fields(data.get("fields")),
            shelf=self.shelf_for(here),
            claimant=lambda: self._claimant(course),
            ask_tool=partial(self._ask_tool, here.copy.key),
            ask_holding=partial(self._ask_holding, person, here.copy.key),
            kept=None if here.facts.is_trial else store.claim_state(place),
        )
        outcome = perform(str(data.get("action", "")), scene)
        outcome = self._kept(outcome, person, course, place, here)
        if data.get("is_quiet"):
            return _quiet(outcome)
        after = self.progress_of(person, place, now)
        shown = step if self.only is not None else outcome.step or step
        page = self._page(person, place, after, shown, outcome, scene.fields)
        return {"html": page, "step": shown.value}

    def _wanted(self, here: Progress, word: str) -> Step:
        if self.only is not None:
            return self.only
        known = {step.value: step for step in here.activity.steps}
        return known.get(word, here.standing.current)

    def _kept(self, outcome: Outcome, person: Person, course: Course, place: store.Place, here: Progress) -> Outcome:
        """Write down what the action has led to. What cannot be kept is refused as a whole."""
        facts = outcome.facts
        if facts is None or (facts == here.facts and not outcome.is_sending):
            return outcome
        try:
            if not person.user_id:
                raise Refused("not_signed_in")
            if not person.may_write:
                raise Refused("viewing_as")
            if outcome.sheet is not None:
                outcome = self._hand_in(outcome, outcome.sheet, course)
            if outcome.answer is not None:
                store.keep_answer(place, course.organisation, outcome.answer, here.now)
            hand_on(outcome, course.organisation, place, here.now)
        except CmeError as error:
            return Outcome(notice=refusal(self.shelf_for(here), error))
        self._keep_facts(facts, place, here.now)
        if not facts.is_trial:
            given, known = facts.record.responses, here.facts.record.responses
            new = {key: given[key] for key in given.keys() - known.keys()}
            count_answers(place, course.organisation, here.activity, new)
        self.report(self.progress_of(person, place, here.now), place)
        return outcome

    def _hand_in(self, outcome: Outcome, sheet: Sheet, course: Course) -> Outcome:
        """The receipt at once, the answers by the command; of an evaluation that was answered elsewhere no answers."""
        told = store.queue_evaluation(course.organisation, sheet.receipt)
        if send_receipt(told, lambda organisation: client_for(organisation).in_haste()):
            store.queue_evaluation(course.organisation, sheet.evaluation)
            return outcome
        text = self.translate("You have answered this evaluation before, through a link. Your answers of then stand.")
        return replace(outcome, notice=Notice(text, kind="good"))

    def _keep_facts(self, facts: LearnerFacts, place: store.Place, now: datetime) -> None:
        self.facts = write_facts(facts)
        store.keep_facts(place, self.usage, facts, now)

    # ---- telling the platform --------------------------------------------------------------------------------------

    def report(self, here: Progress, place: store.Place) -> None:
        """Grade and completion, each once per change. A test run is never told."""
        if here.facts.is_trial or not place.user_id:
            return
        fraction = here.fraction(self.only)
        is_complete = here.standing.is_complete if self.only is None else here.standing.is_done(self.only)
        sent = Sent("" if fraction is None else str(fraction), is_complete)
        known = here.facts.sent
        if sent == known:
            return
        if sent.value != known.value and fraction is not None:
            self.runtime.publish(self, "grade", {"value": float(fraction), "max_value": 1.0, "only_if_higher": False})
        if sent.is_complete != known.is_complete:
            self.runtime.publish(self, "completion", {"completion": 1.0 if is_complete else 0.0})
        self._keep_facts(replace(read_facts(self.facts), sent=sent, version=here.facts.version), place, here.now)

    # ---- showing ---------------------------------------------------------------------------------------------------

    def learner_page(self) -> str:
        """The HTML of the block for whoever looks at it. No call leaves the platform."""
        person, course, now = person_of(self), course_of(self), clock()
        try:
            place = self._place(person, course)
            here = self.progress_of(person, place, now)
        except CmeError as error:
            return self._refused_page(error)
        if person.may_write:
            self.report(here, place)
        return self._page(person, place, here, self._wanted(here, ""), Outcome())

    def _page(
        self,
        person: Person,
        place: store.Place,
        here: Progress,
        step: Step,
        outcome: Outcome,
        fields: Fields = MappingProxyType({}),
    ) -> str:
        view = View(
            shelf=self.shelf_for(here),
            only=self.only,
            name=person.full_name,
            claim=None if here.facts.is_trial else store.claim_state(place),
            certificate_url=lambda key: self._address("certificate", key),
            link_url=partial(jump_address, course_of(self)),
            peers=partial(peers, place, course_of(self).organisation) if has_plugin() else None,
            outcome=outcome,
            fields=fields,
        )
        try:
            values = page_values(view, here, step)
        except CmeError as error:
            return self._refused_page(error)
        values |= {
            "direction": direction_of(language()),
            "is_staff": person.is_staff,
            "page_language": self._words_language(),
        }
        return render("page.html", values, self.runtime.service(self, "i18n"))

    def _words_language(self) -> str:
        """Of the block's own words: English where it has no translation for the reader's language."""
        return language() if self.translate(OWN_WORDS) != OWN_WORDS else "en"

    def _refused_page(self, error: CmeError) -> str:
        text = self.translate(REFUSALS.get(error.code, "This could not be done"))
        return render("refused.html", {"text": text, "direction": direction_of(language())})

    def tool_client(self) -> Any:
        """The tool of this block's organisation. Raises ``Refused("tool_not_connected")``."""
        return client_for(course_of(self).organisation)


def _quiet(outcome: Outcome) -> dict[str, Any]:
    """Autosave's answer: no page, only whether it was kept."""
    saved = outcome.saved
    if saved is None:
        return {"is_kept": False, "text": outcome.notice.text if outcome.notice else ""}
    return {
        "is_kept": not saved.stale,
        "revision": saved.facts.revision,
        "text": outcome.notice.text if outcome.notice and (saved.stale or saved.faults) else "",
    }


def fraction_of(sent: Sent) -> Decimal | None:
    """The grade that the platform was told last."""
    return Decimal(sent.value) if sent.value else None
