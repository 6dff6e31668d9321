"""A name is corrected in its line and in its sentence, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.certificate import renamed
from lti_tool.domain.errors import BadInput
from lti_tool.domain.text import RichText
from tests.unit.lti_tool.certificates.conftest import make_certificate

WORDS = frozenset(make_certificate().sentence.plain.split())
NAMES = st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=12).filter(lambda name: name not in WORDS)


@given(NAMES, NAMES)
def test_only_the_name_changes(old: str, new: str) -> None:
    before = make_certificate(old)
    after = renamed(before, new)
    assert after.learner_name == new
    assert replace(after, learner_name=old, sentence=before.sentence) == before
    head, _, tail = before.sentence.plain.partition("certifies that " + old)
    assert after.sentence.plain == f"{head}certifies that {new}{tail}"
    assert [run.is_italic for run in after.sentence.runs] == [run.is_italic for run in before.sentence.runs]


def test_a_provider_that_bears_the_name_keeps_it() -> None:
    certificate = make_certificate("Ann", provider_name="Ann Arbor Academy")
    sentence = RichText.of("The Ann Arbor Academy certifies that Ann, MD has participated.")
    after = renamed(replace(certificate, sentence=sentence), "Anne")
    assert after.sentence.plain == "The Ann Arbor Academy certifies that Anne, MD has participated."


def test_a_sentence_without_the_name_is_refused() -> None:
    certificate = replace(make_certificate("Ann Lee"), sentence=RichText.of("Northlake certifies that somebody came."))
    with pytest.raises(BadInput) as refusal:
        renamed(certificate, "Ann Li")
    assert refusal.value.code == "correction_impossible"
