"""Sessions in a plan whose activity native faces may show already: advice where that takes it away from learners."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from lti_tool.domain.activity import Activity
from lti_tool.domain.document import Document
from lti_tool.domain.series import ActivitySession
from lti_tool.services.plan.faces import ends_faces
from tests.unit.lti_tool.domain.builders import activity

MEETING: Document = {"sessions": [{"key": "s1"}]}
PLAIN = activity()
SERIES = replace(PLAIN, sessions=(ActivitySession("s1", "Rounds", date(2026, 3, 17), 60),))


@pytest.mark.parametrize(
    ("document", "shown", "wanted"),
    [
        (MEETING, PLAIN, True),
        (MEETING, SERIES, False),
        (MEETING, None, False),
        ({}, PLAIN, False),
        ({"sessions": []}, PLAIN, False),
        ({}, SERIES, False),
    ],
    ids=["gains them", "had them", "nobody has it", "none", "all removed", "loses them"],
)
def test_sessions_end_faces_of_what_had_none(document: Document, shown: Activity | None, wanted: bool) -> None:
    assert ends_faces(document, shown) is wanted
