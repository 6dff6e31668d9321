"""Doors of the platform that ask nobody whether they may have a block, and what is behind a gate there.

The LMS serves handlers to visitors who are not signed in (``GET``), and to everybody by a second address that is meant
for other servers, without asking who may load the block; Studio's preview serves them to every account. Neither lock of
a gate is asked then, so this middleware asks. The addresses are known by the names that the platform gives them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseNotFound
from django.utils.timezone import now as clock

from xblock_cme.compat import may_read_course, plain_key, usage_in
from xblock_cme.course import GATE, STEP, course_gates, is_behind

HANDLER, WITHOUT_ACCOUNT, PREVIEW = "xblock_handler", "xblock_handler_noauth", "preview_handler"
CALLED_BY_SERVERS = frozenset({"lti", "lti_consumer"})
"""Kinds of blocks that other servers speak to, with signatures of their own and no account."""


OURS = frozenset({GATE, STEP})
"""No server calls these; and that address takes forms from pages of other sites, with the learner's account."""


class GateDoors:
    """Whoever may not load a block finds no handler of it either."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        """Visitors are told apart after the view: it signs in those who bring a token."""
        response = self.get_response(request)
        found = getattr(request, "resolver_match", None)
        if found is None or found.url_name != HANDLER or request.user.is_authenticated:
            return response
        return HttpResponseNotFound() if _is_shut(request.user, found.kwargs) else response

    def process_view(self, request: Any, view: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        """What must not even be begun: by these addresses learners were graded."""
        name = request.resolver_match.url_name
        if name == WITHOUT_ACCOUNT and _is_shut(request.user, kwargs, is_for_servers=True):
            return HttpResponseNotFound()
        if name == PREVIEW and _is_strange(request.user, kwargs):
            return HttpResponseNotFound()
        return None


def _is_shut(user: Any, kwargs: dict[str, Any], *, is_for_servers: bool = False) -> bool:
    """A gate above the block is closed to this user, or it has no business there. What is no key is the platform's."""
    usage = usage_in(kwargs.get("usage_id", ""), kwargs.get("course_id", ""))
    if usage is None or (is_for_servers and not user.is_authenticated and usage.block_type in CALLED_BY_SERVERS):
        return False
    if is_for_servers and usage.block_type in OURS:
        return True
    return is_behind(usage, str(user.pk or ""), clock())


def _is_strange(user: Any, kwargs: dict[str, Any]) -> bool:
    """No author of the course, and the block is behind a gate, open or not: learners have the LMS."""
    usage = usage_in(kwargs.get("usage_key_string", ""))
    if usage is None or plain_key(usage) not in course_gates(usage.course_key).covered:
        return False
    return not may_read_course(user, usage.course_key)
