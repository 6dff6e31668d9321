"""Reasons for a locked step: right for every number, and the same words in the tool and in the block."""

from __future__ import annotations

import re

import pytest

from lti_tool.web.blocker_words import BLOCKERS
from xblock_cme.words import BLOCKERS as OF_THE_BLOCK

COUNTED = re.compile(r"%\(\w+\)s [a-z]+s\b")
"""A number with a plural behind it, which is wrong for 1."""


@pytest.mark.parametrize("code", BLOCKERS)
def test_no_sentence_counts_one_thing_as_several(code: str) -> None:
    assert not COUNTED.search(str(BLOCKERS[code]))
    assert str(BLOCKERS[code]) == str(OF_THE_BLOCK[code])


def test_the_pattern_finds_what_it_is_for() -> None:
    assert COUNTED.search("All %(attempts)s attempts are used")
