"""What every learner's page has around its own part: the step bar, the activity's name, the banner of test runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, g, url_for
from flask_babel import gettext as _

from lti_tool.domain.activity import ContentItem, Step
from lti_tool.domain.standing import StepStanding, StepState
from lti_tool.services.participation import Progress
from lti_tool.services.session import Visit
from lti_tool.web.access import Work
from lti_tool.web.headers import allow_captions
from lti_tool.web.messages import STEP_NAMES, blocker_text, step_address
from lti_tool.web.page import direction_of, page


@dataclass(frozen=True, slots=True)
class BarStep:
    """One step for the macro ``step_bar``."""

    key: str
    label: str
    state: str
    href: str | None
    reason: str


def _state(standing: StepStanding, viewed: Step | None) -> str:
    if standing.state is StepState.DONE:
        return "done"
    if standing.blockers:
        return "locked"
    if standing.step is viewed:
        return "current"
    return "open" if standing.is_required else "optional"


def _bar_step(standing: StepStanding, viewed: Step | None, only: Step | None) -> BarStep:
    """``only``: the placement opens this single step; the others are context and lead nowhere."""
    is_linked = standing.state is not StepState.LOCKED and only in (None, standing.step)
    return BarStep(
        key=standing.step.value,
        label=str(STEP_NAMES[standing.step]),
        state=_state(standing, viewed),
        href=step_address(standing.step) if is_linked else None,
        reason=" · ".join(blocker_text(blocker) for blocker in standing.blockers),
    )


def step_bar(here: Progress, visit: Visit, viewed: Step | None) -> list[BarStep]:
    return [_bar_step(standing, viewed, visit.step) for standing in here.standing.steps]


@dataclass(frozen=True, slots=True)
class Onward:
    """Where to go from a step that is done."""

    href: str
    label: str
    is_away: bool = False
    """Leads out of the tool, back to the course."""


def onward(here: Progress, visit: Visit, step: Step) -> Onward | None:
    """The next step, or the course if the placement opens this step alone. ``None`` where nothing waits."""
    if visit.step is not None:
        return Onward(visit.return_url, _("Back to the course"), is_away=True) if visit.return_url else None
    following = here.standing.after(step)
    if following is step or here.standing.of(following).blockers:
        return None
    return Onward(step_address(following), _("Continue: %(step)s", step=STEP_NAMES[following]))


def media_url(name: str) -> str:
    """Address of a file of the activity within the present session, or where else the page says that they lie."""
    address: Callable[[str], str] | None = g.get("media_address")
    return address(name) if address is not None else url_for("learner.media", name=name)


def captions_of(item: ContentItem, language: str) -> list[dict[str, Any]]:
    """For the macro ``media_player``. Those of another host a script fetches: browsers load no such ``track``."""
    if not item.captions:
        return []
    is_elsewhere = "://" in item.captions
    if is_elsewhere:
        allow_captions(item.captions)
    address = item.captions if is_elsewhere else media_url(item.captions)
    track = {"src": address, "srclang": language, "label": language}
    return [{**track, "is_default": True, "is_elsewhere": is_elsewhere}]


def learner_page(
    template: str, work: Work, here: Progress, step: Step | None, *, status: int = 200, **values: Any
) -> Response:
    """A page of one step. Templates extend ``learner/step.html``."""
    language = here.activity.language
    return page(
        template,
        work,
        status=status,
        activity=here.activity,
        activity_title=here.activity.title,
        provider_name=here.activity.provider.name,
        content_language=language,
        content_direction=direction_of(language),
        support_text=_("Questions about this activity: %(contact)s", contact=here.activity.provider.contact),
        steps=step_bar(here, work.visit, step),
        step_name=str(STEP_NAMES[step]) if step else "",
        is_trial=here.is_trial,
        onward=onward(here, work.visit, step) if step else None,
        **values,
    )
