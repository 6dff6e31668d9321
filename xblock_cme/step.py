"""The CME step: an activity, or one step of it, in an Open edX course."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import now as clock
from web_fragments.fragment import Fragment
from webob import Response
from xblock.completable import CompletableXBlockMixin
from xblock.core import XBlock
from xblock.fields import Dict, Float, Scope, String
from xblock.scorable import ScorableXBlockMixin, Score

from lti_tool.domain.errors import CmeError, NotFound
from xblock_cme import store
from xblock_cme.block import LearnerMixin, fraction_of
from xblock_cme.certificate_file import certificate_file, no_file
from xblock_cme.compat import course_of, is_studio, lti_id_of, person_of
from xblock_cme.copies import newest_copy
from xblock_cme.facts import read_facts
from xblock_cme.fields import JsonDict
from xblock_cme.media import visible_files
from xblock_cme.playing import PlayingMixin
from xblock_cme.serving import file_answer
from xblock_cme.staff import StaffMixin
from xblock_cme.studio import StudioMixin
from xblock_cme.words import _


@XBlock.needs("i18n")
@XBlock.wants("user")
@XBlock.wants("settings")
@XBlock.wants("completion")
class CmeStepXBlock(
    StaffMixin, StudioMixin, PlayingMixin, LearnerMixin, ScorableXBlockMixin, CompletableXBlockMixin, XBlock
):
    """Shows a dated copy of an approved activity and keeps the learner's facts. The tool decides on credit."""

    block_settings_key = "cme"
    has_author_view = True
    icon_class = "problem"
    show_in_read_only_mode = True
    """To staff who look at a learner's page: nothing is written in another's name."""
    i18n_js_namespace = "CmeXBlockI18N"

    display_name = String(
        display_name=_("Display name"),
        help=_("The name that learners see in the course outline."),
        default=_("Continuing medical education"),
        scope=Scope.settings,
    )
    step = String(
        display_name=_("Step"),
        help=_("The one step that this component shows; empty for the whole activity."),
        default="",
        scope=Scope.settings,
    )
    weight = Float(
        display_name=_("Problem weight"),
        help=_("How much this component counts within its assignment."),
        default=1.0,
        values={"min": 0},
        scope=Scope.settings,
    )
    copies = JsonDict(help="Dated copies of the activity by version number.", default={}, scope=Scope.content)
    files = JsonDict(
        help="The activity's pictures and documents, base64, by version and name.", default={}, scope=Scope.content
    )
    taken = JsonDict(help="When and by whom each copy was taken.", default={}, scope=Scope.content)
    facts = Dict(help="What the learner did here.", default={}, scope=Scope.user_state)
    override = Float(help="A score that staff have set in place of the computed one.", scope=Scope.user_state)

    # ---- views -----------------------------------------------------------------------------------------------------

    @XBlock.supports("multi_device")
    def student_view(self, context: Any = None) -> Fragment:
        fragment = Fragment(self.learner_page())
        fragment.add_css_url(self.runtime.local_resource_url(self, "public/cme.css"))
        for script in ("public/player.js", "public/cme.js"):
            fragment.add_javascript_url(self.runtime.local_resource_url(self, script))
        fragment.initialize_js("CmeStep")
        return fragment

    def student_view_data(self, context: Any = None) -> dict[str, Any]:
        """What everybody may know, for the blocks API: platforms cache it without asking who is looking."""
        try:
            copy = newest_copy(self.copies)
        except CmeError:
            return {"step": self.step}
        return {
            "activity": copy.key,
            "version": copy.version,
            "title": copy.activity.title,
            "step": self.step,
            "expires_on": copy.activity.expires_on.isoformat(),
        }

    def max_score(self) -> float:
        """Grades are fractions; ``weight`` turns them into points."""
        return 1.0

    # ---- handlers --------------------------------------------------------------------------------------------------

    @XBlock.json_handler
    def act(self, data: Any, suffix: str = "") -> dict[str, Any]:
        """Everything that the page's script asks for."""
        try:
            return self.perform_action(data if isinstance(data, dict) else {})
        except CmeError as error:
            return {"html": self._refused_page(error), "step": ""}

    @XBlock.handler
    def student_view_user_state(self, request: Any, suffix: str = "") -> Response:
        """Where this learner stands, for the platform's apps."""
        try:
            here = self._present()
        except CmeError as error:
            return Response(json_body={"code": error.code})
        steps = {each.step.value: each.state.value for each in here.standing.steps}
        return Response(json_body={"steps": steps, "is_complete": here.standing.is_complete})

    def _present(self) -> Any:
        person, course = person_of(self), course_of(self)
        return self.progress_of(person, self._place(person, course), clock())

    @XBlock.handler
    def media(self, request: Any, suffix: str = "") -> Response:
        """A file of this learner's version, if it belongs to something that they may see now."""
        try:
            here = self._present()
            text = self._file(here, suffix)
        except CmeError:
            return Response(status=404)
        return file_answer(request, suffix, text, here.copy.media.get(suffix, ""))

    def _file(self, here: Any, name: str) -> str:
        """As base64."""
        if name not in visible_files(here):
            raise NotFound("media_unknown")
        found = self.files.get(str(here.copy.version), {}).get(name)
        if found is None:
            raise NotFound("media_unknown")
        return str(found)

    @XBlock.handler
    def certificate(self, request: Any, suffix: str = "") -> Response:
        """The PDF of one's own certificate, or all as a ZIP archive, fetched from the tool."""
        try:
            place = self._place(person_of(self), course_of(self))
            state = store.claim_state(place)
            issued = state.answer.certificates if state and state.answer else ()
            return certificate_file(self.tool_client, issued, suffix, place.activity_key, lti_id_of(self))
        except CmeError as error:
            return no_file(error, suffix, self.translate)

    # ---- scores ----------------------------------------------------------------------------------------------------

    def has_submitted_answer(self) -> bool:
        record = read_facts(self.facts).record
        return bool(record.attempts or record.acknowledgements or record.evaluated_at or record.content_finished_at)

    def get_score(self) -> Score:
        """What stands: a score that staff have set, else the one told last."""
        told = fraction_of(read_facts(self.facts).sent)
        return Score(self.override if self.override is not None else float(told or 0), 1.0)

    def set_score(self, score: Score) -> None:
        self.override = score.raw_earned / (score.raw_possible or 1)

    def calculate_score(self) -> Score:
        """Anew from the answers, by the version that the learner began with."""
        self.override = None
        fraction = self._present().fraction(self.only)
        return Score(float(fraction or 0), 1.0)

    def publish_grade(self, score: Score | None = None, only_if_higher: bool | None = None) -> None:
        """The platform's "override score" calls this after ``set_score``."""
        self._publish_grade(score or self.get_score(), only_if_higher)

    # ---- exported courses ----------------------------------------------------------------------------------------

    def add_xml_to_node(self, node: Any) -> None:
        """An exported course never carries a learner's state, whoever the exporting block is bound to."""
        super().add_xml_to_node(node)
        _without_learners(node)

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any) -> Any:
        """Nor is any taken in."""
        _without_learners(node)
        return super().parse_xml(node, runtime, keys)

    # ---- Studio and the workbench ----------------------------------------------------------------------------------

    def author_view(self, context: Any = None) -> Fragment:
        return self.summary() if is_studio() else self.student_view(context)

    @staticmethod
    def workbench_scenarios() -> list[tuple[str, str]]:
        return [("CME step without an activity", "<cme_step/>")]


def _without_learners(node: Any) -> None:
    for name, field in CmeStepXBlock.fields.items():
        if field.scope is Scope.user_state:
            node.attrib.pop(name, None)
