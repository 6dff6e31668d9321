"""The author's part of a step block: choose an approved activity, take its dated copy, take a newer one by a click."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from django.utils.timezone import now as clock
from web_fragments.fragment import Fragment
from webob import Response
from xblock.core import XBlock
from xblock.validation import ValidationMessage

from lti_tool.domain.activity import Activity, Step
from lti_tool.domain.errors import CmeError, Forbidden, NotFound
from lti_tool.domain.native import ActivityCopy, write_message
from lti_tool.domain.text import RichText
from xblock_cme.client import ByLink
from xblock_cme.compat import course_of, has_plugin, language, may_author, person_of, tool_settings
from xblock_cme.copies import newest_copy
from xblock_cme.copy_files import downloaded
from xblock_cme.lti_launch import launch_address
from xblock_cme.render import direction_of, render, written
from xblock_cme.words import STEP_NAMES, _

REFUSED = {
    "tool_not_connected": _("The CME tool is not connected. The platform's operator sets its address and key."),
    "tool_unreachable": _("The CME tool does not answer at the moment. Try again later; learners are not affected."),
    "activity_unknown": _("The CME tool no longer offers this activity."),
    "activity_by_link": _(
        "In its newest version this activity cannot be shown by this component. Place it as an LTI component."
    ),
    "wire_version": _("The CME tool and this block do not understand each other: update the older release."),
    "planning_not_connected": _(
        "The way to the CME tool's authoring is not connected. "
        "The platform's operator names the LTI configuration of the tool in the settings."
    ),
    "not_authoring": _("This can be done in Studio only, by authors of the course."),
    "copy_too_large": _(
        "“%(title)s” does not fit: with “%(file)s” the files of this component take more than %(limit)s MB. "
        "Host that file at an https address and name it in the activity, or place the activity as an LTI link."
    ),
}

BY_LINK = {
    "sessions": _("This activity has sessions. Who attended is recorded by staff in the CME tool, not here."),
}
"""By the tool's reason."""
OTHER_REASON = _("This component cannot show this activity.")
PLACE_BY_LINK = _("Place it as an LTI component with the custom parameter %(parameter)s.")

LTI_CONFIGURATION = "lti_config_id"
"""Setting: which configuration of the platform's LTI consumer leads to the tool."""


def differences(old: Activity, new: Activity) -> list[str]:
    """Names of the parts of an activity that are not the same in both."""
    names = [item.name for item in fields(Activity)]
    return [name.replace("_", " ") for name in names if getattr(old, name) != getattr(new, name)]


def credit_text(copy: ActivityCopy) -> str:
    """What can be earned, e.g. ``1.00 AMA PRA Category 1 Credits``."""
    terms = {one.credit.code: one.credit for one in copy.terms}
    offers = copy.activity.credits
    phrases = (RichText.parse(terms[one.credit_type].phrase(one.maximum), variant=one.variant) for one in offers)
    return "; ".join(f"{offer.maximum:.2f} {words.plain}" for offer, words in zip(offers, phrases, strict=True))


def _day(text: str) -> str:
    """A day as the reader writes it; what is none stays as it is."""
    try:
        return str(written(date.fromisoformat(text)))
    except ValueError:
        return text


class StudioMixin:
    """Of a block with the fields ``display_name``, ``step``, ``weight``, ``copies``, ``files`` and ``taken``."""

    runtime: Any
    display_name: Any
    step: Any
    weight: Any
    copies: Any
    files: Any
    taken: Any
    translate: Callable[[str], str]
    tool_client: Callable[[], Any]

    # ---- views -----------------------------------------------------------------------------------------------------

    def _copy(self) -> ActivityCopy | None:
        try:
            return newest_copy(self.copies)
        except CmeError:
            return None

    def _known(self) -> dict[str, Any]:
        copy = self._copy()
        if copy is None:
            return {"copy": None}
        taken = self.taken.get(str(copy.version), {})
        activity = copy.activity
        return {
            "copy": {
                "key": copy.key,
                "title": activity.title,
                "version": copy.version,
                "credit": credit_text(copy),
                "expires_on": written(activity.expires_on),
                "taken_at": _day(taken.get("at", "")),
            },
            "steps": [self.translate(STEP_NAMES[step]) for step in activity.steps],
        }

    def summary(self) -> Fragment:
        """What Studio shows on the unit page: which activity, which step, how old the copy is."""
        step = Step(self.step) if self.step in {each.value for each in Step} else None
        values = {**self._known(), "only": self.translate(STEP_NAMES[step]) if step else ""}
        fragment = Fragment(self._render("author.html", values))
        fragment.add_css_url(self.runtime.local_resource_url(self, "public/cme.css"))
        return fragment

    def studio_view(self, context: Any = None) -> Fragment:
        """The editor: settings, and the picker."""
        steps = [
            {"value": step.value, "label": self.translate(label), "is_chosen": step.value == self.step}
            for step, label in STEP_NAMES.items()
        ]
        has_way = bool(tool_settings(course_of(self).organisation).get(LTI_CONFIGURATION))
        values = {**self._known(), "block": self, "choices": steps, "has_way": has_way}
        fragment = Fragment(self._render("studio.html", values))
        fragment.add_css_url(self.runtime.local_resource_url(self, "public/cme.css"))
        fragment.add_javascript_url(self.runtime.local_resource_url(self, "public/studio.js"))
        fragment.initialize_js("CmeStudio")
        return fragment

    def _render(self, template: str, values: Mapping[str, Any]) -> str:
        values = {"direction": direction_of(language()), "language": language(), **values}
        return render(template, values, self.runtime.service(self, "i18n"))

    # ---- handlers --------------------------------------------------------------------------------------------------

    def _answer(self, work: Any) -> dict[str, Any]:
        try:
            if not may_author(self):
                raise Forbidden("not_authoring")
            return {"is_done": True, **work()}
        except CmeError as error:
            words = self.translate(REFUSED.get(error.code, _("This could not be done")))
            text = words % error.facts if error.code == "copy_too_large" else words
            return {"is_done": False, "code": error.code, "text": text}

    @XBlock.json_handler
    def studio_search(self, data: Any, suffix: str = "") -> dict[str, Any]:
        """Activities that the tool has approved for this site."""
        search = str(data.get("search", ""))[:100] if isinstance(data, dict) else ""

        def work() -> dict[str, Any]:
            found = self.tool_client().activities(search)
            rows = [{**asdict(one), "expires_on": _day(one.expires_on)} for one in found.activities]
            by_link = [{"key": one.key, "title": one.title, "why": self._why(one)} for one in found.by_link]
            return {"activities": rows, "by_link": by_link}

        return self._answer(work)

    def _why(self, one: ByLink) -> str:
        """Why it cannot be taken, and what to do in place of it."""
        why = self.translate(BY_LINK.get(one.reason, OTHER_REASON))
        return f"{why} {self.translate(PLACE_BY_LINK) % {'parameter': f'cme_activity={one.key}'}}"

    @XBlock.json_handler
    def studio_check(self, data: Any, suffix: str = "") -> dict[str, Any]:
        """Is there a newer version, and what is different in it?"""

        def work() -> dict[str, Any]:
            mine = newest_copy(self.copies)
            client = self.tool_client()
            version = client.newest_version(mine.key)
            if version <= mine.version:
                return {"version": mine.version, "is_newer": False}
            changed = differences(mine.activity, client.copy(mine.key, version).activity)
            return {"version": version, "is_newer": True, "changes": changed}

        return self._answer(work)

    @XBlock.json_handler
    def studio_take(self, data: Any, suffix: str = "") -> dict[str, Any]:
        """Take the newest approved version. Copies that learners began with stay; another activity replaces them."""
        key = str(data.get("key", ""))[:64] if isinstance(data, dict) else ""

        def work() -> dict[str, Any]:
            client = self.tool_client()
            mine = self._copy()
            wanted = key or (mine.key if mine else "")
            if not wanted:
                raise NotFound("activity_unknown")
            copy = client.copy(wanted, client.newest_version(wanted))
            is_same = mine is not None and mine.key == wanted
            stored = len(json.dumps([self.copies, self.files])) if is_same else 0
            self._store(copy, dict(downloaded(client, copy, stored)), is_same=is_same)
            return {"version": copy.version, "title": copy.activity.title}

        return self._answer(work)

    def _store(self, copy: ActivityCopy, files: Mapping[str, str], *, is_same: bool) -> None:
        number = str(copy.version)
        when = {"at": clock().date().isoformat(), "by": person_of(self).user_id}
        self.copies = {**(self.copies if is_same else {}), number: write_message(copy)}
        self.files = {**(self.files if is_same else {}), number: files}
        self.taken = {**(self.taken if is_same else {}), number: when}
        if self.display_name == type(self).display_name.default:
            self.display_name = copy.activity.title

    @XBlock.json_handler
    def studio_save(self, data: Any, suffix: str = "") -> dict[str, Any]:
        """The settings of the editor."""
        given = data if isinstance(data, dict) else {}

        def work() -> dict[str, Any]:
            self.display_name = str(given.get("display_name", ""))[:255] or self.display_name
            step = str(given.get("step", ""))
            self.step = step if step in {each.value for each in Step} else ""
            self.weight = _weight(given.get("weight"), self.weight)
            return {}

        return self._answer(work)

    @XBlock.handler
    def planning(self, request: Any, suffix: str = "") -> Response:
        """On to the tool's authoring, by an LTI launch that the platform makes for this author."""
        settings = tool_settings(course_of(self).organisation)
        if not may_author(self):
            return self._refused_way("not_authoring", 403)
        address = launch_address(self, str(settings.get(LTI_CONFIGURATION) or ""), self._custom())
        return Response(status=302, location=address) if address else self._refused_way("planning_not_connected", 503)

    def _custom(self) -> dict[str, str]:
        copy = self._copy()
        return {"cme_open": "planning"} | ({"cme_activity": copy.key} if copy else {})

    def _refused_way(self, code: str, status: int) -> Response:
        text = self.translate(REFUSED[code])
        return Response(text, status=status, content_type="text/plain", charset="utf-8")

    # ---- validation ------------------------------------------------------------------------------------------------

    def validate(self) -> Any:
        validation = super().validate()  # type: ignore[misc]
        for kind, text in self._faults():
            validation.add(ValidationMessage(kind, self.translate(text)))
        return validation

    def _faults(self) -> Iterator[tuple[str, str]]:
        error, warning = ValidationMessage.ERROR, ValidationMessage.WARNING
        if not has_plugin():
            yield (
                error,
                _("The Django app xblock_cme.plugin is not installed: evaluations and claims cannot be recorded."),
            )
        try:
            activity = newest_copy(self.copies).activity
        except NotFound:
            yield warning, _("Choose an activity that the CME tool has approved.")
            return
        except CmeError:
            yield (
                error,
                _("The stored copy of the activity cannot be read by this release. Take it again from the tool."),
            )
            return
        if self.step and self.step not in {step.value for step in activity.steps}:
            yield error, _("This activity has no such step. Choose another one, or the whole activity.")
        if clock() >= activity.closes_at:
            yield warning, _("This activity has expired: no credit can be claimed any more.")


def _weight(value: Any, present: float) -> float:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return present
    return found if 0 <= found <= 10_000 else present
