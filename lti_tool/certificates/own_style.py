"""What a provider's own style sheet may not even try: what takes a layout longer the deeper it is nested, or for ever.

WeasyPrint lays out boxes inside flexible boxes, grids, columns and tables several times at each level, and a length of
thirty digits page by page. Pages are printed one at a time; none may keep the others waiting.
"""

from __future__ import annotations

import re

from lti_tool.domain.errors import BadInput

_COSTLY = re.compile(r"(?<![\w.#-])(?:inline-)?(?:flex|grid|table|column)(?:s|-[a-z-]+)?(?![\w-])", re.IGNORECASE)
_HUGE = re.compile(r"(?<![\w#.-])[+-]?\d*\.?\d+e[+-]?\d|(?<![\w#.])\d{6}", re.IGNORECASE)


def costly_style(css: str) -> str:
    """What of a style sheet, or of declarations, is not laid out; ``""`` for one that may be tried.

    A backslash would hide a word from this.
    """
    if "\\" in css:
        return "\\"
    match = _COSTLY.search(css) or _HUGE.search(css)
    return match[0] if match else ""


def check_style(css: str) -> None:
    """Raises ``BadInput("certificate.style_unusable")``."""
    if found := costly_style(css):
        raise style_unusable(found)


def style_unusable(found: str) -> BadInput:
    """The refusal of a style sheet that cannot be laid out."""
    return BadInput("certificate.style_unusable", f"the style sheet cannot be laid out: {found}")
