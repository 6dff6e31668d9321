"""Assignment and Grade Services 2.0: line items, scores, results.

Media types are sent alone and exactly (Moodle answers 400 to anything else); JSON goes on one line (a line break in a
refused score makes Moodle answer 200).
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urljoin

from pylti1p3.grade import Grade

from lti_tool.domain.errors import BadInput, CmeError, ServiceUnavailable
from lti_tool.domain.grade import Delivery, GradingProgress, LineItem, LineItemSpec, Result, Score, ScoreOutcome
from lti_tool.domain.launch import Platform
from lti_tool.lti.http import GuardedSession, Reply
from lti_tool.lti.links import below, with_query
from lti_tool.lti.ports import TokenCache, ToolKeys
from lti_tool.lti.quirks import delivery_of, quirks_of
from lti_tool.lti.service import PlatformService, accepted, cleaned, retry_after, words_of

SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
LINE_ITEM_SCOPE = SCOPE + "lineitem"
LINE_ITEM_READ_SCOPE = SCOPE + "lineitem.readonly"
RESULT_SCOPE = SCOPE + "result.readonly"
SCORE_SCOPE = SCOPE + "score"
LINE_ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
CONTAINER_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"
MAX_COMMENT = 5000
NEVER_HELPED_BY_WAITING = frozenset({"scope_not_granted", "token_malformed"})


class Gradebook:
    """A client for any platform's gradebook; make one per process."""

    def __init__(self, session: GuardedSession, tokens: TokenCache, keys: ToolKeys) -> None:
        self._service = PlatformService(session, tokens, keys)

    def post_score(self, platform: Platform, line_item_url: str, score: Score, now: datetime) -> ScoreOutcome:
        """Send one score and say what became of it. Never raises for what the platform does or fails to do.

        Moodle and Canvas wipe the grade for any progress but FullyGraded; where ``quirks`` says so, such a score is
        ``REJECTED`` without being sent.
        """
        if quirks_of(platform.family).only_full_grades and score.grading_progress is not GradingProgress.FULLY_GRADED:
            return ScoreOutcome(Delivery.REJECTED, None, "only a final grade is sent: others wipe the gradebook")
        body = score_body(score).encode("utf-8")
        headers = {"Content-Type": SCORE_TYPE, "Accept": "*/*"}
        try:
            url = below(line_item_url, "scores")
            reply = self._service.call(platform, SCORE_SCOPE, "POST", url, now, headers=headers, body=body)
        except BadInput as error:
            return ScoreOutcome(Delivery.REJECTED, None, str(error)[:500])
        except CmeError as error:
            return _unsent(error)
        return classify(platform, reply)

    def list_line_items(
        self,
        platform: Platform,
        line_items_url: str,
        now: datetime,
        *,
        resource_id: str = "",
        tag: str = "",
        resource_link_id: str = "",
        is_writable: bool = False,
    ) -> list[LineItem]:
        """Line items of this tool in one course, filtered by the platform and again here (some ignore it).

        ``is_writable``: the launch granted the full ``lineitem`` scope and not ``lineitem.readonly``.
        Raises ``ServiceUnavailable``, ``BadInput`` like ``PlatformService.pages``.
        """
        wanted = {"resource_id": resource_id, "tag": tag, "resource_link_id": resource_link_id}
        url = with_query(line_items_url, urlencode({name: value for name, value in wanted.items() if value}))
        scope = LINE_ITEM_SCOPE if is_writable else LINE_ITEM_READ_SCOPE
        pages = self._service.pages(platform, scope, url, CONTAINER_TYPE, now)
        found = [_line_item(entry, url) for page in pages for entry in _entries(page)]
        return [
            item
            for item in found
            if resource_id in ("", item.resource_id)
            and tag in ("", item.tag)
            and resource_link_id in ("", item.resource_link_id)
        ]

    def create_line_item(self, platform: Platform, line_items_url: str, spec: LineItemSpec, now: datetime) -> LineItem:
        """Make a gradebook column. Not idempotent: look for ``resource_id`` first (Moodle and D2L make doubles).

        Raises ``ServiceUnavailable`` (``service_status`` with ``status`` and ``words``), ``BadInput``.
        """
        headers = {"Content-Type": LINE_ITEM_TYPE, "Accept": LINE_ITEM_TYPE}
        body = _compact(_spec_body(spec)).encode("utf-8")
        reply = self._service.call(platform, LINE_ITEM_SCOPE, "POST", line_items_url, now, headers=headers, body=body)
        return _line_item(accepted(reply).json(), line_items_url)

    def get_results(self, platform: Platform, line_item_url: str, now: datetime, *, user_id: str = "") -> list[Result]:
        """What the gradebook holds, of everybody or of one learner. Raises like ``list_line_items``."""
        url = with_query(below(line_item_url, "results"), urlencode({"user_id": user_id}) if user_id else "")
        pages = self._service.pages(platform, RESULT_SCOPE, url, RESULTS_TYPE, now)
        results = [_result(entry) for page in pages for entry in _entries(page)]
        return [result for result in results if user_id in ("", result.user_id)]


def classify(platform: Platform, reply: Reply) -> ScoreOutcome:
    """The outcome of an answer, by the table in ``quirks``."""
    text = reply.text.strip() if reply.status == 200 else f"{reply.reason} {reply.text}"
    delivery = delivery_of(platform.family, reply.status, text)
    said = "" if delivery is Delivery.DELIVERED else words_of(reply)
    wait = retry_after(reply) if delivery is Delivery.RETRY else None
    return ScoreOutcome(delivery, reply.status, said, wait)


def score_body(score: Score) -> str:
    """The score as compact JSON on one line (LTI-AGS 2.0, 3.4.2)."""
    grade = (
        Grade()
        .set_user_id(score.user_id)
        .set_score_given(_number(score.given))
        .set_score_maximum(_number(score.maximum))
        .set_timestamp(_timestamp(score.timestamp))
        .set_activity_progress(score.activity_progress.value)
        .set_grading_progress(score.grading_progress.value)
    )
    if score.comment:
        grade.set_comment(score.comment[:MAX_COMMENT])
    times = {"startedAt": score.started_at, "submittedAt": score.submitted_at}
    submission = {name: _timestamp(time) for name, time in times.items() if time is not None}
    if submission:
        grade.set_extra_claims({"submission": submission})
    return _compact(json.loads(grade.get_value()))


def _unsent(error: CmeError) -> ScoreOutcome:
    status = error.facts.get("status")
    said = cleaned(f"{error} {error.facts.get('words', '')}")
    if error.code in NEVER_HELPED_BY_WAITING:
        return ScoreOutcome(Delivery.REJECTED, status, said)
    return ScoreOutcome(Delivery.RETRY, status, said, error.facts.get("retry_after"))


def _spec_body(spec: LineItemSpec) -> dict[str, Any]:
    optional = {"resourceId": spec.resource_id, "tag": spec.tag, "resourceLinkId": spec.resource_link_id}
    return {"label": spec.label, "scoreMaximum": _number(spec.score_maximum)} | {k: v for k, v in optional.items() if v}


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _number(value: float) -> float:
    """Whole numbers without a fraction: Open edX and Blackboard take integers only for a maximum."""
    return int(value) if float(value).is_integer() else value


def _timestamp(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _entries(page: Any) -> list[dict[str, Any]]:
    if not isinstance(page, list) or not all(isinstance(entry, dict) for entry in page):
        raise ServiceUnavailable("reply_malformed", "the platform's answer is not a list of objects")
    return page


def _line_item(entry: Any, base_url: str) -> LineItem:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or not entry["id"]:
        raise ServiceUnavailable("reply_malformed", "the platform's answer holds a line item without id")
    return LineItem(
        url=urljoin(base_url, entry["id"]),
        label=_string(entry.get("label")),
        score_maximum=_finite(entry.get("scoreMaximum")) or 0.0,
        resource_id=_string(entry.get("resourceId")),
        tag=_string(entry.get("tag")),
        resource_link_id=_string(entry.get("resourceLinkId")),
    )


def _result(entry: dict[str, Any]) -> Result:
    user, score, maximum = entry.get("userId"), _finite(entry.get("resultScore")), _finite(entry.get("resultMaximum"))
    return Result(_string(user), score, maximum, _string(entry.get("comment")))


def _string(value: Any) -> str:
    if isinstance(value, bool):
        return ""
    return str(value) if isinstance(value, (str, int)) else ""


def _finite(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
