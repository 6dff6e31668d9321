"""Words for refusals while somebody studies: the content, its cases and polls, what a native face cannot
show, and forms that could not be read."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

CONTENT_EXPLANATIONS: dict[str, tuple[Any, Any]] = {
    "content_locked": (
        lazy_gettext("This part opens with your answer"),
        lazy_gettext("A case or poll comes before it. Any answer opens what follows:"),
    ),
    "activity_by_link": (
        lazy_gettext("This activity is reached by an LTI link alone"),
        lazy_gettext("It has sessions, whose attendance staff record here. Place it in the course as an LTI link."),
    ),
    **{
        code: (
            lazy_gettext("This could not be saved"),
            lazy_gettext("Go back, reload the page and try again. What was saved before is kept."),
        )
        for code in ("form_number_wrong", "report_wrong", "response_wrong")
    },
}
