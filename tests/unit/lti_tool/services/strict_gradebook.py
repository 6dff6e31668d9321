"""A gradebook in memory with Moodle's rule of timestamps, that can be told how to fail next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lti_tool.domain.errors import ServiceUnavailable
from lti_tool.domain.grade import Delivery, LineItem, LineItemSpec, Score, ScoreOutcome
from lti_tool.domain.launch import Platform
from lti_tool.services.delivery import Courier
from tests.unit.lti_tool.domain.builders import NOW
from tests.unit.lti_tool.services.ward import Ward

UNHEARD = ScoreOutcome(Delivery.RETRY, None, "lms.example did not answer in time")
REFUSED = ScoreOutcome(Delivery.NOT_GRADABLE, 400, "Incorrect score received")
BUSY = ScoreOutcome(Delivery.RETRY, 503, "Service Unavailable")
THROTTLED = ScoreOutcome(Delivery.RETRY, 429, "slow down", 120)


class Killed(BaseException):
    """The worker is gone: nothing that comes after is done."""


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@dataclass
class StrictGradebook:
    """``next_up``: what happens instead, once each: ``before`` it works, or ``after``; an outcome or ``Killed``."""

    grades: dict[tuple[str, str], Score] = field(default_factory=dict)
    posts: list[tuple[str, Score]] = field(default_factory=list)
    items: list[LineItem] = field(default_factory=list)
    before: list[ScoreOutcome | type[Killed]] = field(default_factory=list)
    after: list[ScoreOutcome | type[Killed]] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None
    is_down: bool = False

    def post_score(self, platform: Platform, line_item_url: str, score: Score, now: datetime) -> ScoreOutcome:
        self.posts.append((line_item_url, score))
        if self.is_down:
            return UNHEARD
        if self.before:
            return _happens(self.before.pop(0))
        self.meanwhile()
        outcome = self._keep((line_item_url, score.user_id), score)
        return _happens(self.after.pop(0)) if self.after else outcome

    def _keep(self, place: tuple[str, str], score: Score) -> ScoreOutcome:
        held = self.grades.get(place)
        if held is not None and held.timestamp.replace(microsecond=0) >= score.timestamp.replace(microsecond=0):
            return ScoreOutcome(Delivery.STALE, 409, "Refusing score with an earlier timestamp")
        self.grades[place] = score
        return ScoreOutcome(Delivery.DELIVERED, 200)

    def list_line_items(
        self,
        platform: Platform,
        line_items_url: str,
        now: datetime,
        *,
        resource_id: str = "",
        resource_link_id: str = "",
        is_writable: bool = False,
    ) -> Sequence[LineItem]:
        if self.is_down:
            raise ServiceUnavailable("timeout", "lms.example did not answer in time")
        return [
            item
            for item in self.items
            if resource_id in ("", item.resource_id) and resource_link_id in ("", item.resource_link_id)
        ]

    def create_line_item(self, platform: Platform, line_items_url: str, spec: LineItemSpec, now: datetime) -> LineItem:
        url = f"{line_items_url}/{len(self.items)}"
        made = LineItem(url, spec.label, spec.score_maximum, spec.resource_id, spec.tag, spec.resource_link_id)
        self.items.append(made)
        return made


def _happens(what: ScoreOutcome | type[Killed]) -> ScoreOutcome:
    if isinstance(what, ScoreOutcome):
        return what
    raise what


def courier_of(ward: Ward, book: StrictGradebook, clock: Clock) -> Courier:
    """A worker with the longest of all jitters."""
    return Courier(ward.sessions, book, clock, lambda: 0.999)
