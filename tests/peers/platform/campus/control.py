"""The control room: JSON over HTTP, by which a test builds a course and looks into its gradebook.

``POST /control/<noun>`` makes or changes something, ``GET /control/<noun>?block=...`` looks. A fault in a request is
answered with 400 and ``{"error": ...}``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from opaque_keys import InvalidKeyError

from campus import course, records

Deed = Callable[[HttpRequest, dict[str, Any]], Any]

MAKE: dict[str, Deed] = {
    "courses": lambda request, body: course.create_course(**body),
    "people": lambda request, body: course.create_person(**body),
    "blocks": lambda request, body: course.create_block(**body),
    "launches": lambda request, body: course.start_launch(**body),
    "keys": lambda request, body: course.rotate_key(**body),
    "sessions": course.log_in,
}
LOOK: dict[str, Callable[..., Any]] = {
    "grades": records.grades,
    "line-items": records.line_items,
    "scores": records.scores,
    "content-items": records.content_items,
}


@csrf_exempt
def room(request: HttpRequest, noun: str) -> JsonResponse:
    """Answer one request of the test."""
    table = MAKE if request.method == "POST" else LOOK
    if noun not in table:
        return JsonResponse({"error": f"no {request.method} {noun} here"}, status=404)
    try:
        return JsonResponse({"result": _do(request, noun)})
    except (KeyError, TypeError, ValueError, ObjectDoesNotExist, InvalidKeyError) as error:
        return JsonResponse({"error": f"{type(error).__name__}: {error}"}, status=400)


def _do(request: HttpRequest, noun: str) -> Any:
    if request.method == "POST":
        return MAKE[noun](request, json.loads(request.body))
    return LOOK[noun](**request.GET.dict())
