"""The face of the LMS: who one is, the course, its pages and placements, the gradebook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for

from lti_tool.demo.authorization import FormPost
from lti_tool.demo.claims import MessageKind
from lti_tool.demo.course import COURSE_LABEL, COURSE_TITLE, MAIN, PAGES, LineItem, NativePage, Placement, Result
from lti_tool.demo.people import BY_KEY, LEARNERS, Person
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.sessions import current_person, sign_in, sign_out

Page = str | Response
View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One placement in the outline with the person's own grades."""

    placement: Placement
    grades: tuple[tuple[LineItem, Result | None], ...]


@dataclass(frozen=True, slots=True)
class Gate:
    """The restrict-access rule of the native page. ``item`` None: no such activity stands in the course."""

    item: LineItem | None
    is_open: bool


def signed_in(view: View) -> View:
    """Sends a stranger to the page where one picks a person."""

    @wraps(view)
    def answer(*args: Any, **arguments: Any) -> Any:
        if current_person() is None:
            return redirect(url_for("course.people"))
        return view(*args, **arguments)

    return answer


def staff_only(view: View) -> View:
    @wraps(view)
    def answer(*args: Any, **arguments: Any) -> Any:
        if not _me().is_staff:
            page = render_template("refused.html", title="Not for you", reason="Only instructors may do that.")
            return make_response(page, 403)
        return view(*args, **arguments)

    return answer


def _me() -> Person:
    person = current_person()
    if person is None:
        abort(401)
    return person


def same_site_posts_only() -> Response | None:
    """A form of this LMS says so in Origin; another site's cannot."""
    origin = request.headers.get("Origin")
    if request.method == "POST" and origin is not None and origin != request.host_url.rstrip("/"):
        return Response("cross-site request refused", status=403)
    return None


class CourseViews:
    """Pages for everybody."""

    def __init__(self, lms: DemoLms) -> None:
        self.lms = lms

    def blueprint(self) -> Blueprint:
        routes = Blueprint("course", __name__)
        routes.before_request(same_site_posts_only)
        for path, name, view, methods in (
            ("/", "people", self.people, ["GET"]),
            ("/session", "choose", self.choose, ["POST"]),
            ("/course", "outline", signed_in(self.outline), ["GET"]),
            ("/course/pages/<slug>", "page", signed_in(self.page), ["GET"]),
            ("/course/placements/<int:number>", "placement", signed_in(self.placement), ["GET"]),
            ("/course/placements/<int:number>/open", "open", signed_in(self.open), ["GET"]),
            ("/course/placements/<int:number>/remove", "remove", signed_in(staff_only(self.remove)), ["POST"]),
            ("/course/placements/<int:number>/review/<key>", "review", signed_in(self.review), ["GET"]),
            ("/course/add", "add", signed_in(staff_only(self.add)), ["GET"]),
            ("/course/add/open", "pick", signed_in(staff_only(self.pick)), ["GET"]),
            ("/course/copy", "copy", signed_in(staff_only(self.copy)), ["POST"]),
            ("/course/storage-frame", "storage_frame", self.storage_frame, ["GET"]),
            ("/grades", "grades", signed_in(self.grades), ["GET"]),
        ):
            routes.add_url_rule(path, name, view, methods=methods)
        return routes

    # -- who -------------------------------------------------------------------------------------------------------

    def people(self) -> Page:
        return render_template("people.html")

    def choose(self) -> Response:
        person = BY_KEY.get(request.form.get("person", ""))
        if person is None:
            sign_out()
            return _to("course.people")
        sign_in(person)
        return _to("course.outline")

    # -- course ----------------------------------------------------------------------------------------------------

    def outline(self) -> Page:
        courses = self.lms.courses()
        rows = {
            one.number: [self._row(link) for link in self.lms.placements() if link.course == one.number]
            for one in courses
        }
        return render_template(
            "outline.html",
            title=COURSE_TITLE,
            label=COURSE_LABEL,
            pages=PAGES,
            rows=rows[MAIN.number],
            copies=[(course, rows[course.number]) for course in courses if course != MAIN],
            gate=self.gate(),
            tool=self.lms.tool,
            **{name: request.args.get(name, "")[:300] for name in ("lti_msg", "lti_errormsg")},
        )

    def _row(self, placement: Placement) -> Row:
        items = self.lms.line_items(placement)
        return Row(placement, tuple((item, self.lms.grade(_me(), item)) for item in items))

    def page(self, slug: str) -> Page:
        page = next((page for page in PAGES if page.slug == slug), None)
        if page is None:
            abort(404)
        gate = self.gate()
        if self.is_locked(page, gate):
            return make_response(render_template("locked.html", page=page, gate=gate), 403)
        return render_template("page.html", page=page, gate=gate)

    def gate(self) -> Gate:
        """The rule in force, for the person who asks."""
        with self.lms.store.read() as state:
            chosen = state.gate_line_item
        items = self.lms.line_items()
        rule = [
            item for item in items if item.id == chosen or (chosen is None and item.tag == self.lms.config.gate_tag)
        ]
        if not rule:
            return Gate(None, True)
        grade = self.lms.grade(_me(), rule[0])
        return Gate(rule[0], grade is not None and grade.score is not None and grade.score >= rule[0].score_maximum)

    def is_locked(self, page: NativePage, gate: Gate) -> bool:
        return page.is_restricted and not gate.is_open and not _me().is_staff

    # -- placements ------------------------------------------------------------------------------------------------

    def placement(self, number: int) -> Page:
        return render_template("placement.html", placement=self._placement(number), **self._frame())

    def open(self, number: int) -> Page:
        target = "window" if request.args.get("target") == "window" else "iframe"
        placement = self._placement(number)
        return self._begin(placement, document_target=target)

    def review(self, number: int, key: str) -> Page:
        """Opens a learner's attempt (LTI Submission Review 1.0): staff anybody's, a learner one's own."""
        learner = BY_KEY.get(key)
        if learner is None or learner.is_staff or not (_me().is_staff or _me() == learner):
            abort(404)
        placement = self._placement(number)
        return self._begin(placement, kind=MessageKind.SUBMISSION_REVIEW, for_user=learner, document_target="window")

    def remove(self, number: int) -> Response:
        self.lms.remove_placement(self._placement(number).id)
        return _to("course.outline")

    def copy(self) -> Response:
        """A copy of the course; whoever asked to be told of it is told."""
        made = self.lms.copy_course()
        told = self.lms.notices.tell_copy(MAIN, made)
        answers = ", ".join(str(sent.status) if sent.status else "no answer" for sent in told)
        words = f"The tool was told; it answered: {answers}." if told else "Nobody has asked to be told."
        return _to("course.outline", f"The course was copied. {words}")

    def add(self) -> Page:
        return render_template("add.html", tool=self.lms.tool, **self._frame())

    def pick(self) -> Page:
        return self._begin(None, kind=MessageKind.DEEP_LINKING)

    def storage_frame(self) -> Page:
        """Canvas's sibling frame for platform storage."""
        return render_template("storage_frame.html", **self._frame())

    def _frame(self) -> dict[str, Any]:
        behaviour = self.lms.behaviour
        return {"tool_origins": self.lms.tool_origins, "storage_target": behaviour.storage_target}

    def _begin(self, placement: Placement | None, **how: Any) -> Page:
        if self.lms.tool is None:
            reason = "No tool is connected yet. Register one under LMS settings."
            return make_response(render_template("refused.html", title="No tool", reason=reason), 503)
        login = self.lms.begin(_me(), placement, **how)
        if login.method == "GET":
            return _see_other(login.url, dict(login.parameters))
        form = FormPost(login.url, login.parameters)
        return render_template("form_post.html", form=form, label="Open the activity")

    def _placement(self, number: int) -> Placement:
        placement = self.lms.placement(number)
        if placement is None:
            abort(404)
        return placement

    # -- gradebook -------------------------------------------------------------------------------------------------

    def grades(self) -> Page:
        people = LEARNERS if _me().is_staff else (_me(),)
        items = self.lms.line_items()
        table = [(who, [self.lms.grade(who, item) for item in items]) for who in people]
        return render_template("grades.html", items=items, table=table)


def _to(endpoint: str, message: str | None = None) -> Response:
    return make_response(redirect(url_for(endpoint, lti_msg=message), 303))


def _see_other(url: str, parameters: dict[str, str]) -> Response:
    joint = "&" if "?" in url else "?"
    return make_response(redirect(f"{url}{joint}{urlencode(parameters)}", 302))
