"""The refusal of a provider's own page names every fault once, by line."""

from __future__ import annotations

from lti_tool.domain.page_markup import MARKUP_UNUSABLE, MarkupFault, MarkupRule, unusable


def test_faults_are_named_once_and_by_line() -> None:
    late, early = MarkupFault(7, "notes[0]", MarkupRule.HIDDEN), MarkupFault(2, "<b>", MarkupRule.ELEMENT)
    error = unusable([late, early, late])
    assert error.code == MARKUP_UNUSABLE and error.faults == {"markup": MARKUP_UNUSABLE}
    assert error.facts["found"] == (early, late)
    assert str(error).endswith("line 2, <b>: element; line 7, notes[0]: hidden")
