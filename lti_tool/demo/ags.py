"""Assignment and Grade Services over HTTP (LTI-AGS 2.0)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, request

from lti_tool.demo.addresses import link_id
from lti_tool.demo.course import COURSE_NUMBER, Course, LineItem, Placement, Result, ScoreReceived
from lti_tool.demo.deep_linking import LINE_ITEM_EXTRAS
from lti_tool.demo.gradebook import Refused, Score, check_timestamp, parse_line_item, parse_score, result_after
from lti_tool.demo.people import Person
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.services import REASON, Services, json_response, refusal_response, refuse
from lti_tool.demo.vocabulary import LINEITEM, LINEITEM_READ, RESULT_READ, SCORE

ITEM = "application/vnd.ims.lis.v2.lineitem+json"
CONTAINER = "application/vnd.ims.lis.v2.lineitemcontainer+json"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"


class GradeRoutes:
    """Line items, scores and results of the one course."""

    def __init__(self, lms: DemoLms, services: Services) -> None:
        self.lms = lms
        self.services = services

    def blueprint(self) -> Blueprint:
        routes = Blueprint("ags", __name__)
        root, one = "/lti/ags/<course>/lineitems", f"/lti/ags/{COURSE_NUMBER}/lineitems/<int:number>/lineitem"
        for path, service, view, method in (
            (root, "lineitems", self.list_items, "GET"),
            (root, "lineitems", self.create_item, "POST"),
            (one, "lineitems", self.show_item, "GET"),
            (one, "lineitems", self.replace_item, "PUT"),
            (one, "lineitems", self.delete_item, "DELETE"),
            (f"{one}/scores", "scores", self.receive_score, "POST"),
            (f"{one}/results", "results", self.list_results, "GET"),
        ):
            wrapped = self.services.wrap(service, view)
            routes.add_url_rule(path, wrapped.__name__, wrapped, methods=[method], provide_automatic_options=False)
        return routes

    # -- line items ------------------------------------------------------------------------------------------------

    def list_items(self, course: str) -> Response:
        self.services.require_scope(LINEITEM, LINEITEM_READ)
        self.services.require_accept(CONTAINER, alone=self.lms.behaviour.name == "moodle")
        number = self._course(course).number
        rows = [self.document(item) for item in self.lms.line_items() if item.course == number]
        filters = {"resource_link_id": "resourceLinkId", "resource_id": "resourceId", "tag": "tag"}
        for parameter, member in filters.items():
            if parameter in request.args:
                rows = [row for row in rows if row.get(member) == request.args[parameter]]
        page, link = self.services.page(rows, self.lms.addresses.line_items_of(number), tuple(filters))
        answer = json_response(list(page), CONTAINER)
        if link:
            answer.headers["Link"] = link
        return answer

    def _course(self, number: str) -> Course:
        course = self.lms.course(number)
        if course is None:
            raise refuse(404, f"there is no course {number}")
        return course

    def create_item(self, course: str) -> Response:
        self.services.require_scope(LINEITEM)
        self.services.require_content_type(ITEM)
        document = parse_line_item(request.get_data(), self.lms.behaviour)
        place, placement = self._course(course).number, self._placement_named(document)
        if placement is not None and placement.course != place:
            raise Refused(self.lms.behaviour.foreign_link)
        with self.lms.store.change() as state:
            item = _item_from(document, state.new_id(), placement, place)
            state.line_items.append(item)
        return json_response(self.document(item), ITEM, 201)

    def show_item(self, number: int) -> Response:
        self.services.require_scope(LINEITEM, LINEITEM_READ)
        self.services.require_accept(ITEM)
        return json_response(self.document(self._item(number)), ITEM)

    def replace_item(self, number: int) -> Response:
        self.services.require_scope(LINEITEM)
        self.services.require_content_type(ITEM)
        document = parse_line_item(request.get_data(), self.lms.behaviour)
        item = self._item(number)
        if document.get("id", self.lms.addresses.line_item(number)) != self.lms.addresses.line_item(number):
            raise refuse(400, "id cannot be changed")
        placement = self._placement_named(document)
        if placement is None and not self.lms.behaviour.uncouples_on_put:
            placement = self.lms.placement(item.placement_id) if item.placement_id is not None else None
        changed = _item_from(document, number, placement, item.course)
        with self.lms.store.change() as state:
            state.line_items = [changed if row.id == number else row for row in state.line_items]
        return json_response(self.document(changed), ITEM)

    def delete_item(self, number: int) -> Response:
        self.services.require_scope(LINEITEM)
        item, behaviour = self._item(number), self.lms.behaviour
        refusal = behaviour.any_delete or (behaviour.coupled_delete if item.placement_id is not None else None)
        if refusal is not None:
            raise Refused(refusal)
        with self.lms.store.change() as state:
            state.line_items = [row for row in state.line_items if row.id != number]
            state.results = [row for row in state.results if row.line_item_id != number]
        return Response(status=204)

    def document(self, item: LineItem) -> dict[str, Any]:
        """The line item as JSON (LTI-AGS 2.0, 3.2)."""
        maximum = int(item.score_maximum) if item.score_maximum.is_integer() else item.score_maximum
        document: dict[str, Any] = {
            "id": self.lms.addresses.line_item(item.id),
            "label": item.label,
            "scoreMaximum": maximum,
            "resourceId": item.resource_id,
            "tag": item.tag,
            **item.extras,
        }
        placement = self.lms.placement(item.placement_id) if item.placement_id is not None else None
        return document | ({"resourceLinkId": link_id(placement, self.lms.behaviour.ids)} if placement else {})

    def _item(self, number: int) -> LineItem:
        item = self.lms.line_item(number)
        if item is None:
            raise refuse(404, f"Grade item {number} doesn't exist")
        return item

    def _placement_named(self, document: dict[str, Any]) -> Placement | None:
        link = document.get("resourceLinkId")
        if not link:
            return None
        placement = self.lms.placement_by_link(link)
        if placement is None:
            raise Refused(self.lms.behaviour.foreign_link)
        return placement

    # -- scores ----------------------------------------------------------------------------------------------------

    def receive_score(self, number: int) -> Response:
        self.services.require_scope(SCORE)
        try:
            self._record_score(number)
        except Refused as error:
            answer = self._score_refused(error)
        else:
            answer = self._score_accepted(number)
        self._remember(number, answer)
        return answer

    def _record_score(self, number: int) -> None:
        self.services.require_content_type(SCORE_TYPE)
        item = self._item(number)
        score = parse_score(request.get_data(), self.lms.behaviour)
        person = self._gradable(score)
        with self.lms.store.change() as state:
            before = self.lms.grade(person, item)
            check_timestamp(score, before, self.lms.behaviour)
            after = result_after(score, item, person, before, self.lms.behaviour)
            state.results = [*(row for row in state.results if row is not before), after]

    def _gradable(self, score: Score) -> Person:
        person = self.lms.person_by_subject(score.user_id)
        if person is None or person.is_staff:
            raise Refused(self.lms.behaviour.not_gradable)
        return person

    def _score_refused(self, error: Refused) -> Response:
        """Moodle puts the body into the status line; with a line break in it the refusal turns into 200 and ``[]``."""
        if self.lms.behaviour.masks_refusal_of_multiline_body and b"\n" in request.get_data():
            answer = json_response([], "application/json")
            answer.headers[REASON] = f"refused, but answered 200: {error.refusal.reason}"
            return answer
        return refusal_response(error.refusal)

    def _score_accepted(self, number: int) -> Response:
        behaviour = self.lms.behaviour
        if behaviour.name == "canvas":
            return json_response({"resultUrl": self.lms.addresses.line_item(number, "/results")}, "application/json")
        body = request.get_data() if behaviour.score_accepted == 201 else b""
        return Response(body, status=behaviour.score_accepted, content_type=SCORE_TYPE)

    def _remember(self, number: int, answer: Response) -> None:
        raw, reason = request.get_data(as_text=True), answer.headers.get(REASON, "")
        with self.lms.store.change() as state:
            at = self.lms.now().isoformat(timespec="milliseconds")
            state.scores.append(ScoreReceived(at, number, raw, answer.status_code, reason))

    # -- results ---------------------------------------------------------------------------------------------------

    def list_results(self, number: int) -> Response:
        self.services.require_scope(RESULT_READ)
        self.services.require_accept(RESULTS)
        if self.lms.behaviour.refuses_result_limit and "limit" in request.args:
            return Response("<!doctype html><title>Error</title>", status=404, mimetype="text/html")
        item = self._item(number)
        user = request.args.get("user_id")
        rows = [row for row in self._results_of(item) if user is None or row["userId"] == user]
        page, link = self.services.page(rows, self.lms.addresses.line_item(number, "/results"), ("user_id",))
        answer = json_response(list(page), RESULTS)
        if link:
            answer.headers["Link"] = link
        return answer

    def _results_of(self, item: LineItem) -> list[dict[str, Any]]:
        with self.lms.store.read() as state:
            rows = [row for row in state.results if row.line_item_id == item.id and row.score is not None]
        return [self._result_document(row, item) for row in rows]

    def _result_document(self, result: Result, item: LineItem) -> dict[str, Any]:
        user, base = self.lms.subject(self.lms.person(result.person)), self.lms.addresses
        address = base.line_item(item.id, "/results")
        document: dict[str, Any] = {
            "id": f"{address}{'&' if '?' in address else '?'}user_id={quote(user)}",
            "userId": user,
            "scoreOf": base.line_item(item.id),
            "timestamp": result.timestamp,
        }
        if result.comment:
            document["comment"] = result.comment
        if result.score == 0 and self.lms.behaviour.hides_zero_result:
            return document
        return document | {"resultScore": result.score, "resultMaximum": item.score_maximum}


def _item_from(document: dict[str, Any], number: int, placement: Placement | None, course: str) -> LineItem:
    return LineItem(
        number,
        document["label"],
        float(document["scoreMaximum"]),
        placement.id if placement else None,
        document.get("resourceId", ""),
        document.get("tag", ""),
        {name: document[name] for name in LINE_ITEM_EXTRAS if name in document},
        made_by_tool=True,
        course=course,
    )
