"""The history variables as LMSs really fill them, or do not."""

from __future__ import annotations

from typing import Any

import pytest

from lti_tool.lti.history import BRIGHTSPACE, LTI_1_1, history_of
from tests.unit.lti_tool.lti.edge import LTI, Edge

LINK = ("link_history", "ResourceLink.id.history")


@pytest.mark.parametrize(
    ("claims", "custom", "found"),
    [
        ({}, {}, ()),
        ({}, {"link_history": "b,a"}, ("b", "a")),
        ({}, {"link_history": " b%2C1 , a ,,b%2C1"}, ("b,1", "a")),
        ({}, {"link_history": "$ResourceLink.id.history"}, ()),
        ({BRIGHTSPACE: {"ResourceLink.id.history": "x,y"}}, {}, ("x", "y")),
        ({BRIGHTSPACE: "x"}, {}, ()),
        ({LTI_1_1: {"resource_link_id": "old"}}, {"link_history": "b"}, ("b", "old")),
        ({LTI_1_1: {"resource_link_id": 7}}, {}, ()),
        ({}, {"link_history": "x" * 300 + ",a\x00b,ok"}, ("ok",)),
    ],
)
def test_histories(claims: dict[str, Any], custom: dict[str, str], found: tuple[str, ...]) -> None:
    assert history_of(claims, custom, *LINK) == found


def test_an_endless_history_is_cut() -> None:
    assert len(history_of({}, {"link_history": ",".join(map(str, range(1000)))}, *LINK)) == 20


def test_a_launch_carries_them_and_what_came_masked() -> None:
    changes = {LTI + "custom": {"context_history": "c2,c1", "link_history": "$ResourceLink.id.history"}}
    launch = Edge().launch(**changes)
    assert (launch.context_history, launch.link_history) == (("c2", "c1"), ())
    assert launch.received[LTI + "custom"]["link_history"] == "$ResourceLink.id.history"
    assert launch.received["sub"] == "•••"
