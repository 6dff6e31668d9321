"""Faults of question files in the reader's language: the words are translated, what stands in the file is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask
from flask_babel import Babel

from lti_tool.domain.fault import Fault, Words
from lti_tool.exchange import read_questions
from lti_tool.web.office.question_words import file_fault_words

TABLE = b"key,kind,stem,choice_1,choice_2,correct\nbad{x},single,,a,a,7\n,essay 100%,Why?,,,\n"


def faults() -> tuple[Fault, ...]:
    return read_questions("q.csv", TABLE).faults


@pytest.fixture
def french(tmp_path: Path) -> Iterator[None]:
    """A made-up translation of every word of these faults."""
    made = Catalog(locale="fr")
    for fault in faults():
        for text in (fault.what, fault.remedy):
            template = text.template if isinstance(text, Words) else text
            if template:
                made.add(template, f"«{template}»")
    target = tmp_path / "fr" / "LC_MESSAGES" / "messages.mo"
    target.parent.mkdir(parents=True)
    with target.open("wb") as file:
        write_mo(file, made)
    app = Flask(__name__)
    Babel(app, default_translation_directories=str(tmp_path), locale_selector=lambda: "fr")
    with app.test_request_context():
        yield


def test_without_a_translation_they_read_as_they_were_written() -> None:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        assert faults()
        assert [file_fault_words(fault) for fault in faults()] == [fault.message for fault in faults()]


@pytest.mark.usefixtures("french")
def test_every_sentence_is_translated_and_names_stay() -> None:
    said = [file_fault_words(fault) for fault in faults()]
    assert any("'essay 100%'" in words for words in said) and any("'7'" in words for words in said)
    for words in said:
        assert words.startswith("«") and words.count("«") == words.count("»") >= 1
        assert not [part for part in words.split("»") if part.strip(" .") and not part.lstrip(" .").startswith("«")]
