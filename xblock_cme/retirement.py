"""What happens when the platform retires an account: what is kept here of the learner goes, and the tool is told.

The tool keeps what an accreditor obliges its provider to keep; the platform need keep none of it. Nothing is sent from
the platform's own retirement: it is written down, and ``cme_deliver`` sends it, again and again until it is taken.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.timezone import now as clock

from lti_tool.domain.errors import CmeError
from xblock_cme import store
from xblock_cme.compat import (
    has_plugin,
    is_studio,
    lti_id_of_user,
    retirement_signals,
    stored_states,
    tool_organisations,
    tool_settings,
)
from xblock_cme.course import STEP
from xblock_cme.facts import read_facts, write_facts


def retire(user: Any, now: datetime) -> None:
    """Everything that there is to do for an account; a second time finds nothing more."""
    user_id, subject = str(user.pk), lti_id_of_user(user)
    for organisation in _tools_of(store.organisations_of(user_id)) if subject else ():
        store.queue_retirement(user_id, subject, organisation, now)
    store.forget_learner(user_id)
    for row in stored_states(user, STEP):
        _take_name_off(row)


def _tools_of(organisations: set[str]) -> list[str]:
    """One organisation for each tool that may know the learner: by a block, or by an LTI launch from this platform.

    Where the learner's own organisation has no tool in the settings, it is told of all the same, once it has one.
    """
    found: dict[tuple[str, str], str] = {}
    for organisation in (*tool_organisations(), *sorted(organisations)):
        tool = tool_settings(organisation)
        place = (str(tool.get("tool_url", "")), str(tool.get("client_id", "")))
        if all(place) or organisation in organisations:
            found.setdefault(place, organisation)
    return list(found.values())


def _take_name_off(row: Any) -> None:
    """The platform keeps learners' state; the particulars for the certificate are no part of it any more."""
    state = json.loads(row.state or "{}")
    try:
        facts = read_facts(state.get("facts"))
    except CmeError:
        state.pop("facts", None)  # of a release that cannot be read: better nothing than a name
    else:
        state["facts"] = write_facts(replace(facts, profile=None)) if facts.version else {}
    row.state = json.dumps(state)
    row.save()


def on_retire(user: Any, **kwargs: Any) -> None:
    """A stage of the platform's retirement. What fails here fails the stage, which is then tried again."""
    if has_plugin():
        retire(user, clock())


def connect() -> None:
    """Listen in the LMS, where accounts are retired."""
    if is_studio():
        return
    for name, signal in retirement_signals().items():
        signal.connect(on_retire, dispatch_uid=f"xblock_cme.{name}")
