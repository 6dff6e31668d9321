"""Proof-reading a laid-out page: everything that must be said is there, can be seen, and stands as its body wants it.

For pages with a provider's own style sheet. It cannot change the words, but it could hide them, make them
tiny, push them off the page or take their italics (AMA PRA: the phrase stands in italics with its trademark sign).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from weasyprint.formatting_structure.boxes import TextBox

from lti_tool.certificates.page import texts
from lti_tool.certificates.wording import tidied
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.errors import BadInput
from lti_tool.domain.text import RichText

LEAST_SIZE = 6.0
"""CSS pixels, i.e. 4.5 points: what the smallest shipped text shrinks to, and still printed legibly."""
_NOT_SHOWN = frozenset({"verify_url", "number"})
"""Replaced by other words on a specimen."""


@dataclass(frozen=True, slots=True)
class _Seen:
    text: str
    is_italic: bool
    is_generated: bool


def proof_read(document: Any, certificate: Certificate) -> None:
    """Raises ``BadInput("certificate.hides_text")`` naming each field whose words are not all there to be seen."""
    page = document.pages[0]
    seen = list(_seen(page._page_box, (page.width, page.height), _Shown()))
    faults = dict(_faults(seen, certificate)) | _size_fault(page, certificate)
    if faults:
        listed = ", ".join(faults)
        raise BadInput("certificate.hides_text", f"the style sheet hides or changes: {listed}", faults=faults)


def _size_fault(page: Any, certificate: Certificate) -> dict[str, str]:
    size = (792.0, 612.0) if certificate.design is None else certificate.design.size
    is_same = all(
        abs(found * 0.75 - wanted) < 0.5 for found, wanted in zip((page.width, page.height), size, strict=True)
    )
    return {} if is_same else {"page": "size_changed"}


def _faults(seen: list[_Seen], certificate: Certificate) -> Iterator[tuple[str, str]]:
    """A name also stands in its sentence: each text is looked for as often as it is printed."""
    whole = _joined(one.text for one in seen)
    printed = [(field, _joined(text)) for field, text in _printed(certificate)]
    for field, text in printed:
        if whole.count(text) < sum(other.count(text) for _, other in printed):
            yield field, "hidden"
    italic = _joined(one.text for one in seen if one.is_italic)
    runs = [(field, _joined(run.text)) for field, rich in _protected(certificate) for run in rich.runs if run.is_italic]
    for field, text in runs:
        if italic.count(text) < sum(other.count(text) for _, other in runs):
            yield field, "not_italic"
    if any(one.is_generated and one.text.strip() for one in seen):
        yield "content", "generated_text"


def _printed(certificate: Certificate) -> Iterator[tuple[str, str]]:
    """Every text on its own."""
    absent = _NOT_SHOWN if certificate.is_specimen else frozenset()
    for field, text in texts(certificate).items():
        if field not in absent | {"credits", "statements", "notes"} and text:
            yield field, text
    for credit in certificate.credits:
        yield "credits", format(credit.amount, "f")
        yield from (("credits", text.plain) for text in (credit.label, *credit.details))
    yield from (("statements", text.plain) for text in certificate.statements)
    yield from (("notes", text.plain) for text in certificate.notes)


def _protected(certificate: Certificate) -> Iterator[tuple[str, RichText]]:
    yield "sentence", certificate.sentence
    for credit in certificate.credits:
        yield from (("credits", text) for text in (credit.label, *credit.details))
    for statement in (*certificate.statements, *certificate.notes):
        yield "statements", statement


def _joined(parts: Iterable[str]) -> str:
    """Without blanks: a line may break at each, and several become one."""
    return "".join(tidied("".join(parts)).split())


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the boxes around leave to be seen: a rectangle in pixels, and whether anything at all."""

    top: float = float("-inf")
    left: float = float("-inf")
    bottom: float = float("inf")
    right: float = float("inf")
    is_visible: bool = True

    def within(self, box: Any) -> _Shown:
        """Narrowed by a box that is around."""
        is_visible = self.is_visible and box.style["opacity"] >= 1 and not box.style["transform"]
        if box.style["overflow"] == "visible":
            return _Shown(self.top, self.left, self.bottom, self.right, is_visible)
        left, top = box.position_x, box.position_y
        right, bottom = left + box.margin_width(), top + box.margin_height()
        return _Shown(
            max(self.top, top), max(self.left, left), min(self.bottom, bottom), min(self.right, right), is_visible
        )

    def shows(self, box: Any) -> bool:
        """A little over the edge is allowed: lines are higher than their letters."""
        slack = box.style["font_size"] / 2
        return (
            self.is_visible
            and box.style["visibility"] == "visible"
            and box.style["font_size"] >= LEAST_SIZE
            and box.style["color"][3] == 1
            and self.left - slack <= box.position_x
            and box.position_x + box.width <= self.right + slack
            and self.top - slack <= box.position_y
            and box.position_y + box.height <= self.bottom + slack
        )


def _seen(parent: Any, size: tuple[float, float], around: _Shown) -> Iterator[_Seen]:
    page = _Shown(0, 0, size[1], size[0])
    for child in getattr(parent, "children", ()):
        box = getattr(child, "_box", child)
        if isinstance(box, TextBox):
            if around.shows(box) and page.shows(box):
                yield _Seen(box.text, box.style["font_style"] == "italic", "::" in str(box.element_tag))
        else:
            yield from _seen(box, size, around.within(box))
