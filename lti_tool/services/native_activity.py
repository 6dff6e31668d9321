"""Activities for native faces: what is approved for a platform, and dated copies that need the tool no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.catalogue import attestation, credit_type, phrase, statements
from lti_tool.db import models
from lti_tool.db.load import activity_value
from lti_tool.domain.activity import Activity
from lti_tool.domain.claim import PARTICIPATION, CreditTerms
from lti_tool.domain.credit import CreditOffer, printed_amount
from lti_tool.domain.errors import NotFound, Refused
from lti_tool.domain.native import ActivityCopy, text_key
from lti_tool.domain.response import items_of
from lti_tool.domain.statement import NO_OVERRIDES, Overrides
from lti_tool.services.activity import ListedActivity, list_activities
from lti_tool.services.learner import COUNTRIES
from lti_tool.services.media import MediaFile
from lti_tool.services.statement import overrides_of


@dataclass(frozen=True, slots=True)
class TextRenderer:
    """``web.markdown``: cleaned HTML of an author's text, as blocks and as one line."""

    blocks: Callable[[str], str]
    line: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class ApprovedActivity:
    """One activity as a picker shows it."""

    key: str
    title: str
    version: int
    credit: str
    """What can be earned, e.g. ``1.00 AMA PRA Category 1 Credit™``; ``""`` for nothing."""
    expires_on: str
    is_expired: bool


class LinkReason(StrEnum):
    """Why an activity is reached by an LTI link alone."""

    SESSIONS = "sessions"
    """Staff record attendance of people whom the tool knows, and those who work in a native face become known to it
    with their claim only: nobody could have been recorded by then."""


@dataclass(frozen=True, slots=True)
class LinkActivity:
    """An approved activity that a native face cannot show: a picker says so, and why."""

    key: str
    title: str
    reason: LinkReason


@dataclass(frozen=True, slots=True)
class ApprovedActivities:
    """What a picker shows of one search, by title."""

    activities: tuple[ApprovedActivity, ...]
    by_link: tuple[LinkActivity, ...]


def approved_activities(db: Session, provider_id: str, now: datetime, search: str = "") -> ApprovedActivities:
    """The provider's activities in their newest approved versions, by title: published and not closed. ``search`` looks
    in title and key."""
    words = search.casefold().split()
    listed = list_activities(db, provider_id, only_published=True)
    found = [one for one in listed if all(word in _text(one) for word in words)]
    reasons = {one.key: link_reason(one.activity) for one in found}
    return ApprovedActivities(
        tuple(_shown(one, now) for one in found if reasons[one.key] is None),
        tuple(LinkActivity(one.key, one.title, why) for one in found if (why := reasons[one.key]) is not None),
    )


def link_reason(activity: Activity) -> LinkReason | None:
    """``None`` for what a native face can show."""
    return LinkReason.SESSIONS if activity.sessions else None


def _text(listed: ListedActivity) -> str:
    return f"{listed.title} {listed.key}".casefold()


def _shown(listed: ListedActivity, now: datetime) -> ApprovedActivity:
    activity = listed.activity
    return ApprovedActivity(
        key=listed.key,
        title=listed.title,
        version=listed.version,
        credit="; ".join(_credit(activity, offer) for offer in activity.credits),
        expires_on=activity.expires_on.isoformat(),
        is_expired=now >= activity.closes_at,
    )


def _credit(activity: Activity, offer: CreditOffer) -> str:
    words = phrase(credit_type(offer.credit_type, activity.designated_on), offer.maximum, offer.variant)
    return f"{printed_amount(offer.maximum)} {words.plain}"


def approved_activity(db: Session, provider_id: str, key: str, now: datetime) -> ApprovedActivity:
    """Raises ``NotFound("activity_unknown")`` also for another provider's, ``Refused("activity_by_link")`` for one that
    a native face cannot show."""
    for one in list_activities(db, provider_id, only_published=True):
        if one.key == key:
            reason = link_reason(one.activity)
            if reason is not None:
                raise Refused("activity_by_link", f"reached by an LTI link alone: {reason}", reason=reason)
            return _shown(one, now)
    raise NotFound("activity_unknown")


def activity_id_of(db: Session, provider_id: str, key: str) -> str:
    """Row key of an activity that is or was published: faces that have one keep it when it is closed.

    Raises ``NotFound("activity_unknown")``, also for what is approved but not published yet.
    """
    if not key.isascii() or not key.isprintable():
        raise NotFound("activity_unknown")
    table = models.Activity
    query = select(table.id).where(table.provider_id == provider_id, table.key == key, table.published_at.is_not(None))
    found = db.scalars(query).first()
    if found is None:
        raise NotFound("activity_unknown")
    return found


def activity_copy(db: Session, provider_id: str, key: str, version: int, texts: TextRenderer) -> ActivityCopy:
    """One version for a native face. Raises ``NotFound``: ``activity_unknown``, ``activity_version_unknown``."""
    activity_id = activity_id_of(db, provider_id, key)
    activity = activity_value(db, activity_id, version)
    media = select(models.Media.name, models.Media.content_hash)
    rows = db.execute(media.where(models.Media.activity_id == activity_id, models.Media.version == version))
    files = {row.name: row.content_hash for row in rows}
    return copy_of(activity, version, files, texts, overrides_of(db, provider_id))


def copy_of(
    activity: Activity,
    version: int,
    media: Mapping[str, str],
    texts: TextRenderer,
    overrides: Overrides = NO_OVERRIDES,
) -> ActivityCopy:
    """The copy of an activity, with every sentence of the bodies, as the provider words it, and every text as cleaned
    HTML."""
    day = activity.designated_on
    kinds = [credit_type(offer.credit_type, day, overrides) for offer in activity.credits]
    blocks, lines = _texts(activity)
    return ActivityCopy(
        key=activity.key,
        version=version,
        activity=activity,
        statements=statements(activity, day, overrides),
        terms=tuple(CreditTerms(kind, attestation(kind)) for kind in kinds),
        participation=attestation(credit_type(PARTICIPATION, day)),
        countries=tuple(sorted(COUNTRIES)),
        texts={text_key(text): texts.blocks(text) for text in sorted(blocks)},
        lines={text_key(text): texts.line(text) for text in sorted(lines)},
        media=dict(sorted(media.items())),
    )


def _texts(activity: Activity) -> tuple[set[str], set[str]]:
    """Markdown that is shown as blocks, and as one line."""
    tests = [test for test in (activity.pre_test, activity.post_test) if test is not None]
    questions = [question for test in tests for question in test.questions]
    questions += [item.question for item in items_of(activity) if item.question is not None]
    blocks = {text for question in questions for text in (question.vignette, question.rationale)}
    blocks |= {item.body for item in items_of(activity)}
    return blocks - {""}, {question.stem for question in questions} - {""}


def version_file(db: Session, provider_id: str, key: str, version: int, name: str) -> MediaFile:
    """A file of one version. Raises ``NotFound("media_unknown")``."""
    activity_id = activity_id_of(db, provider_id, key)
    query = select(models.Media).where(
        models.Media.activity_id == activity_id, models.Media.version == version, models.Media.name == name
    )
    row = db.scalars(query).first() if name.isprintable() else None
    if row is None:
        raise NotFound("media_unknown")
    return MediaFile(row.name, row.media_type, row.content_hash, row.body)
