"""Approved activities, their versions as copies, and their files."""

from __future__ import annotations

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue

from lti_tool.domain.native import MEDIA_FOLDER, write_message
from lti_tool.domain.wire import write_value
from lti_tool.services.native_activity import (
    TextRenderer,
    activity_copy,
    approved_activities,
    approved_activity,
    version_file,
)
from lti_tool.web.api.operation import Operation, operation
from lti_tool.web.api_access import ApiWork
from lti_tool.web.markdown import inline_markdown, markdown


def _in_folder(name: str) -> str:
    return f"{MEDIA_FOLDER}{name}"


TEXTS = TextRenderer(lambda text: str(markdown(text, _in_folder)), lambda text: str(inline_markdown(text, _in_folder)))


@operation(
    Operation(
        name="activities",
        method="GET",
        rule="/activities",
        summary="Activities that are approved for this platform, in their newest versions, by title; apart from them "
        "those that only an LTI link can show, with the reason.",
        answer="Activities",
        query={"search": "Words to look for in title and key."},
    )
)
def activities(work: ApiWork) -> ResponseReturnValue:
    search = request.args.get("search", "")[:100]
    found = approved_activities(work.db, work.client.provider_id, work.now, search)
    return jsonify(write_value(found))


@operation(
    Operation(
        name="activity",
        method="GET",
        rule="/activities/<key>",
        summary="One approved activity and the number of its newest version.",
        answer="Activity",
    )
)
def activity(work: ApiWork, key: str) -> ResponseReturnValue:
    return jsonify(write_value(approved_activity(work.db, work.client.provider_id, key, work.now)))


@operation(
    Operation(
        name="activity_version",
        method="GET",
        rule="/activities/<key>/versions/<int:version>",
        summary="One version as a copy that needs the tool no more. A version never changes.",
        answer="ActivityCopy",
    )
)
def activity_version(work: ApiWork, key: str, version: int) -> ResponseReturnValue:
    return jsonify(write_message(activity_copy(work.db, work.client.provider_id, key, version, TEXTS)))


@operation(
    Operation(
        name="activity_media",
        method="GET",
        rule="/activities/<key>/versions/<int:version>/media/<name>",
        summary="A picture or document of a version.",
        media_type="application/octet-stream",
    )
)
def activity_media(work: ApiWork, key: str, version: int, name: str) -> ResponseReturnValue:
    found = version_file(work.db, work.client.provider_id, key, version, name)
    response = Response(found.body, mimetype=found.media_type)
    response.set_etag(found.content_hash)
    return response
