"""A test's form as a browser posts it (``domain.answer_form``), with what tells tabs and revisions apart.

Fields beside the answers: ``revision`` and ``tab``.
"""

from __future__ import annotations

import re

from lti_tool.domain.answer_form import Fields, field_of, first, read_answers
from lti_tool.domain.assessment import FormItem, Test
from lti_tool.domain.errors import BadInput
from lti_tool.services.answers import TABS, Sheet

__all__ = ["Fields", "field_of", "read_sheet"]

_NUMBER = re.compile(r"[0-9]{1,10}")
LARGEST = 2**31 - 1


def _whole(fields: Fields, name: str) -> int:
    """A number that this tool wrote into its own form. Raises ``BadInput("form_number_wrong")``."""
    text = first(fields, name) or "0"
    if not _NUMBER.fullmatch(text) or int(text) > LARGEST:
        raise BadInput("form_number_wrong", faults={name: "not_possible"})
    return int(text)


def read_sheet(fields: Fields, test: Test, form: tuple[FormItem, ...]) -> Sheet:
    """Raises ``BadInput("question_unknown")`` for a question that this learner was not given."""
    answers, faults = read_answers(fields, test, form)
    return Sheet(answers, faults, _whole(fields, "revision"), _whole(fields, "tab") % TABS)
