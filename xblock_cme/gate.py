"""The CME gate: whatever an author puts into it is withheld until the chosen steps of an activity are done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.timezone import now as clock
from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.fields import List, Scope, String
from xblock.utils.studio_editable import StudioContainerXBlockMixin, StudioEditableXBlockMixin
from xblock.validation import ValidationMessage

from lti_tool.domain.activity import Activity, Step
from lti_tool.domain.errors import CmeError
from xblock_cme import store
from xblock_cme.compat import course_of, has_plugin, language, partition_classes, person_of
from xblock_cme.copies import newest_copy
from xblock_cme.course import STEP, activity_of, course_gates, kind_of, rule_of
from xblock_cme.gate_completion import CompletionMode, tell_completion
from xblock_cme.gating import GateRule, is_open
from xblock_cme.render import direction_of, render
from xblock_cme.words import BLOCKERS, STEP_NAMES, _

CHOOSABLE = (Step.INFORMATION, Step.PRE_TEST, Step.CONTENT, Step.POST_TEST, Step.EVALUATION)


def step_choices(_block: Any) -> list[dict[str, str]]:
    """For the editor."""
    return [{"value": step.value, "display_name": STEP_NAMES[step]} for step in CHOOSABLE]


@XBlock.needs("i18n")
@XBlock.wants("user")
@XBlock.wants("completion")
class CmeGateXBlock(StudioContainerXBlockMixin, StudioEditableXBlockMixin, XBlock):
    """A container. A unit never shows complete before its gate is open."""

    has_children = True
    completion_mode = CompletionMode()
    has_custom_completion = True
    icon_class = "vertical"
    show_in_read_only_mode = True
    """To staff who look at a learner's page: a gate keeps nothing itself."""
    editable_fields = ("display_name", "activity", "steps")

    display_name = String(display_name=_("Display name"), default=_("CME gate"), scope=Scope.settings)
    activity = String(
        display_name=_("Activity"),
        help=_("Key of the activity whose steps are asked for; empty for that of the CME step in this gate."),
        default="",
        scope=Scope.settings,
    )
    steps = List(
        display_name=_("Steps that open the gate"),
        help=_("All of these must be done before a learner gets anything of what is in this gate."),
        default=[Step.INFORMATION.value],
        scope=Scope.settings,
        list_style="set",
        list_values_provider=step_choices,
    )

    # ---- the rule --------------------------------------------------------------------------------------------------

    def translate(self, text: str) -> str:
        service = self.runtime.service(self, "i18n")
        return str(service.gettext(text)) if service and text else text

    def _step_blocks(self) -> list[Any]:
        found = [self.runtime.get_block(key) for key in self.children]
        return [block for block in found if block is not None and kind_of(block) == STEP]

    def rule(self) -> GateRule:
        return rule_of(self, {block.scope_ids.usage_id: block for block in self._step_blocks()})

    def _copies(self, rule: GateRule) -> dict[str, Any]:
        """From the step blocks inside, and from the rest of the course."""
        usage = self.scope_ids.usage_id
        course_key = getattr(usage, "course_key", None)
        elsewhere = course_gates(course_key).copies.get(rule.activity, {}) if course_key else {}
        copies = dict(elsewhere)
        for block in self._step_blocks():
            copies.update(
                {number: each for number, each in block.copies.items() if each["body"]["key"] == rule.activity}
            )
        return copies

    def is_open_now(self) -> bool:
        """For whoever is looking; staff pass, as everywhere on the platform."""
        person, rule = person_of(self), self.rule()
        if person.is_staff:
            return True
        place = store.Place(person.user_id, course_of(self).key, rule.activity)
        return is_open(rule, self._copies(rule), place, clock())

    def is_opened_from_within(self) -> bool:
        """Each step that opens it is taken in a step block that it holds."""
        rule = self.rule()
        inside = {block.step for block in self._step_blocks() if activity_of(block.copies) == rule.activity}
        return bool(rule.steps) and ("" in inside or set(rule.steps) <= inside)

    # ---- views -----------------------------------------------------------------------------------------------------

    @XBlock.supports("multi_device")
    def student_view(self, context: Any = None) -> Fragment:
        """The gate's own steps at once; everything else only behind an open gate."""
        fragment = Fragment()
        is_passed = self.is_open_now()
        children = [self.runtime.get_block(key) for key in self.children]
        shown = [child for child in children if child is not None and (is_passed or kind_of(child) == STEP)]
        for child in shown:
            part = child.render("student_view", dict(context or {}))
            fragment.add_fragment_resources(part)
            fragment.add_content(part.content)
        person = person_of(self)
        if person.user_id and person.may_write and not person.is_trial and not self.is_opened_from_within():
            tell_completion(self, is_passed, shown)
        if not is_passed:
            fragment.add_content(self._notice())
            fragment.add_css_url(self.runtime.local_resource_url(self, "public/cme.css"))
        return fragment

    def _notice(self) -> str:
        words = [self.translate(BLOCKERS[f"needs_{step}"]) for step in self.steps if f"needs_{step}" in BLOCKERS]
        values = {"requirements": words, "direction": direction_of(language())}
        return render("gate.html", values, self.runtime.service(self, "i18n"))

    def author_edit_view(self, context: Any) -> Fragment:
        """Any kind of content may be put in."""
        fragment = Fragment()
        self.render_children(context, fragment, can_reorder=True, can_add=True)
        return fragment

    def author_preview_view(self, context: Any) -> Fragment:
        names = ", ".join(self.translate(STEP_NAMES[Step(word)]) for word in self.steps)
        values = {"names": names, "count": len(self.children), "direction": direction_of(language())}
        fragment = Fragment(render("gate_author.html", values, self.runtime.service(self, "i18n")))
        fragment.add_css_url(self.runtime.local_resource_url(self, "public/cme.css"))
        return fragment

    def student_view_data(self, context: Any = None) -> dict[str, Any]:
        """Platforms cache this for everybody: only what the gate asks for."""
        return {"steps": list(self.steps)}

    # ---- validation ------------------------------------------------------------------------------------------------

    def validate_field_data(self, validation: Any, data: Any) -> None:
        if not data.steps or not set(data.steps) <= {step.value for step in CHOOSABLE}:
            text = self.translate("Choose at least one step of the list; without one the gate stays closed.")
            validation.add(ValidationMessage(ValidationMessage.ERROR, text))

    def validate(self) -> Any:
        validation = super().validate()
        for text in self._faults():
            validation.add(ValidationMessage(ValidationMessage.ERROR, self.translate(text)))
        return validation

    def _faults(self) -> Iterator[str]:
        if not has_plugin() or partition_classes()[0] is None:
            yield _("The CME plugin is not installed in this platform: content in this gate would not be withheld.")
        rule = self.rule()
        try:
            activity: Activity = newest_copy(self._copies(rule)).activity
        except CmeError:
            yield _("No CME step of this course holds the gate's activity: add one, or the gate never opens.")
            return
        if {Step(word) for word in rule.steps if word in set(Step)} - set(activity.steps):
            yield _("The activity does not have every step that this gate asks for, so the gate would never open.")
