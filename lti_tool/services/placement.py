"""Putting activities into a course: what can be placed, as what, and what a link without an activity opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.catalogue.credit import credit_type, phrase
from lti_tool.db import models
from lti_tool.db.load_platform import platform_value
from lti_tool.domain.activity import Activity, Step
from lti_tool.domain.credit import CreditOffer, printed_amount
from lti_tool.domain.errors import BadInput, Conflict, Forbidden, NotFound
from lti_tool.domain.grade import LineItemSpec
from lti_tool.domain.launch import Launch, MessageType
from lti_tool.services.activity import ListedActivity, list_activities
from lti_tool.services.arrival import ACTIVITY_PARAMETER, STEP_PARAMETER
from lti_tool.services.grade import score_maximum
from lti_tool.services.line_item import resource_id, tag_of
from lti_tool.services.session import Visit

SEPARATOR = ":"
"""Between activity key and step, in forms and resource ids. Activity keys never hold one."""
MAX_CHOICES = 50


@dataclass(frozen=True, slots=True)
class PlaceableActivity:
    """One activity of the provider as the picker shows it."""

    key: str
    title: str
    activity: Activity
    credit: str
    """What can be earned, e.g. ``1.00 AMA PRA Category 1 Credit™``; ``""`` for nothing."""
    is_expired: bool
    is_unreleased: bool

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.activity.steps


@dataclass(frozen=True, slots=True)
class PlacementOffer:
    """One link to be put into a course: the whole activity, or a single step."""

    activity_key: str
    activity_title: str
    step: Step | None
    line_item_maximum: int

    @property
    def resource_id(self) -> str:
        """Stable through versions and copies of the course."""
        return resource_id(self.activity_key, self.step)

    @property
    def tag(self) -> str:
        return tag_of(self.step)

    @property
    def custom(self) -> dict[str, str]:
        """What the LMS sends with every launch of the link."""
        step = {STEP_PARAMETER: self.step.value} if self.step else {}
        return {ACTIVITY_PARAMETER: self.activity_key, **step}

    def line_item(self, label: str) -> LineItemSpec:
        return LineItemSpec(label, float(self.line_item_maximum), self.resource_id, self.tag)


def placeable_activities(db: Session, visit: Visit, now: datetime, search: str = "") -> tuple[PlaceableActivity, ...]:
    """The provider's activities by title; ``search`` looks in title, key and description, letter case aside."""
    words = search.casefold().split()
    return tuple(
        _placeable(listed, now)
        for listed in list_activities(db, visit.provider_id, only_published=True)
        if _is_found(listed, words)
    )


def _is_found(listed: ListedActivity, words: Sequence[str]) -> bool:
    text = f"{listed.title} {listed.key} {listed.activity.description}".casefold()
    return all(word in text for word in words)


def _placeable(listed: ListedActivity, now: datetime) -> PlaceableActivity:
    activity = listed.activity
    return PlaceableActivity(
        key=listed.key,
        title=listed.title,
        activity=activity,
        credit="; ".join(_credit(activity, offer) for offer in activity.credits),
        is_expired=now >= activity.closes_at,
        is_unreleased=now < activity.opens_at,
    )


def _credit(activity: Activity, offer: CreditOffer) -> str:
    words = phrase(credit_type(offer.credit_type, activity.designated_on), offer.maximum, offer.variant)
    return f"{printed_amount(offer.maximum)} {words.plain}"


def offers(db: Session, visit: Visit, choices: Sequence[str], now: datetime) -> tuple[PlacementOffer, ...]:
    """The chosen links, in the order chosen, each once. A choice is ``<key>`` or ``<key>:<step>``.

    Raises ``BadInput``: ``nothing_chosen``, ``too_many_items`` (more than the LMS takes at once), ``choice_unknown``
    (no such activity of this provider, or no such step in it) or ``activity_expired``.
    """
    wanted = list(dict.fromkeys(choices))
    if not wanted:
        raise BadInput("nothing_chosen", faults={"choose": "nothing_chosen"})
    is_single = visit.deep_linking is not None and not visit.deep_linking.accept_multiple
    limit = 1 if is_single else MAX_CHOICES
    if len(wanted) > limit:
        raise BadInput("too_many_items", faults={"choose": "too_many_items"}, count=len(wanted), limit=limit)
    known = {one.key: one for one in placeable_activities(db, visit, now)}
    return tuple(_offer(known, choice) for choice in wanted)


def _offer(known: dict[str, PlaceableActivity], choice: str) -> PlacementOffer:
    key, _, word = choice.partition(SEPARATOR)
    found = known.get(key)
    steps = {step.value: step for step in found.steps} if found else {}
    if found is None or (word and word not in steps):
        raise BadInput("choice_unknown", faults={"choose": "choice_unknown"}, choice=choice[:100])
    if found.is_expired:
        raise BadInput("activity_expired", faults={"choose": "activity_expired"}, title=found.title)
    step = steps.get(word)
    return PlacementOffer(key, found.title, step, score_maximum(found.activity, step))


def deep_linking_launch(db: Session, visit: Visit) -> Launch:
    """What the answer to the visit's Deep Linking request must know of it, from what the session kept.

    Raises ``Conflict("deep_linking_over")`` for a session that has no open request.
    """
    deployment = db.get(models.Deployment, visit.deployment_id)
    if visit.deep_linking is None or deployment is None:
        raise Conflict("deep_linking_over")
    return Launch(
        message_type=MessageType.DEEP_LINKING,
        platform=platform_value(deployment.platform),
        deployment_id=deployment.deployment_id,
        subject="",
        roles=frozenset(),
        target_link_uri="",
        deep_linking=visit.deep_linking,
    )


def close_deep_linking(db: Session, visit: Visit) -> None:
    """The request is being answered: once, whatever the number of tabs. Raises ``Conflict("deep_linking_over")``."""
    statement = (
        update(models.WebSession)
        .where(models.WebSession.id == visit.session_id, models.WebSession.deep_linking.is_not(None))
        .values(deep_linking=None)
        .returning(models.WebSession.id)
        .execution_options(synchronize_session=False)
    )
    if db.execute(statement).first() is None:
        raise Conflict("deep_linking_over")


@dataclass(frozen=True, slots=True)
class Binding:
    """What the visitor's link opens now. ``is_fixed`` once a learner of this course has begun the activity."""

    link_title: str
    activity_key: str
    activity_title: str
    step: Step | None
    is_fixed: bool


def binding(db: Session, visit: Visit) -> Binding:
    """Raises ``NotFound("placement_unknown")`` for a session without a link."""
    row = _placement(db, visit)
    activity = db.get(models.Activity, row.activity_id) if row.activity_id else None
    if activity is None:
        return Binding(row.title, "", "", None, is_fixed=False)
    step = Step(row.step) if row.step else None
    return Binding(row.title, activity.key, activity.title, step, _is_begun(db, row))


def bind(db: Session, visit: Visit, choice: str, now: datetime) -> None:
    """Let the visitor's link open ``choice`` (``<key>`` or ``<key>:<step>``).

    Raises ``Forbidden("staff_only")``; ``NotFound("placement_unknown")``; ``Conflict("placement_begun")`` once a
    learner has begun what it opens now; ``BadInput`` as ``offers``.
    """
    if not visit.is_staff:
        raise Forbidden("staff_only")
    row = _placement(db, visit, is_locked=True)
    offer = offers(db, visit, [choice] if choice else [], now)[0]
    wanted = db.scalars(
        select(models.Activity.id).where(
            models.Activity.provider_id == visit.provider_id, models.Activity.key == offer.activity_key
        )
    ).one()
    step = offer.step.value if offer.step else None
    if (row.activity_id, row.step) == (wanted, step):
        return
    if row.activity_id is not None and _is_begun(db, row):
        raise Conflict("placement_begun")
    row.activity_id, row.step = wanted, step
    db.flush()


def _placement(db: Session, visit: Visit, *, is_locked: bool = False) -> models.Placement:
    query = select(models.Placement).where(
        models.Placement.id == visit.placement_id, models.Placement.course_id == visit.course_id
    )
    row = db.scalars(query.with_for_update(of=models.Placement) if is_locked else query).first()
    if row is None:
        raise NotFound("placement_unknown")
    return row


def _is_begun(db: Session, row: models.Placement) -> bool:
    """A learner of this course has done something in the activity; merely opening the link binds nobody."""
    participation, member = models.Participation, models.CourseMember
    begun = (
        select(participation.id)
        .join(member, member.learner_id == participation.learner_id)
        .where(
            member.course_id == row.course_id,
            member.is_staff.is_(False),
            participation.activity_id == row.activity_id,
            participation.is_trial.is_(False),
            select(models.Acknowledgement.id)
            .where(models.Acknowledgement.participation_id == participation.id)
            .exists()
            | select(models.Attempt.id).where(models.Attempt.participation_id == participation.id).exists()
            | select(models.Study.item).where(models.Study.participation_id == participation.id).exists(),
        )
    )
    return db.scalars(begun.limit(1)).first() is not None
