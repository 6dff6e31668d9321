"""Letters in their reader's language: every one of them translates, days and direction follow the reader."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

import lti_tool.services
from lti_tool.domain.mail import Letter
from lti_tool.mail.voice import FIRST_STRONG_ISOLATE, POP_ISOLATE, RIGHT_TO_LEFT_MARK, Voices
from scripts.mail_texts import TARGET, TOOL, catalogue
from tests.unit.lti_tool.mail.translated import every_text, translate_all, write_catalogue

PLACEHOLDER = re.compile(r"\{(\w+)\}")
LETTER = Letter("For {name}", ("Dear {name},", "{link}", "until {until}."))


def letters() -> Iterator[tuple[str, Letter]]:
    """Every letter of every use-case."""
    for module in pkgutil.walk_packages(lti_tool.services.__path__, "lti_tool.services."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, Letter):
                yield f"{module.name}.{name}", value


LETTERS = dict(letters())


def names_of(letter: Letter) -> set[str]:
    return {name for words in (letter.subject, *letter.paragraphs) for name in PLACEHOLDER.findall(words)}


def test_all_letters_are_found() -> None:
    assert {name.rpartition(".")[0].rpartition(".")[2] for name in LETTERS} >= {
        "disclosure_reminder",
        "follow_up_reminder",
        "invitation",
        "office_letter",
        "reminder",
    }


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_no_word_of_a_letter_bypasses_translation(name: str, tmp_path: Path) -> None:
    letter = LETTERS[name]
    voice = Voices(translate_all(tmp_path, "fr"))(["fr"], "UTC")
    written = voice.write(letter, **dict.fromkeys(names_of(letter), "·"))
    for paragraph in (written.subject, *written.body.strip().split("\n\n")):
        assert paragraph == "·" or re.fullmatch(r"\[fr: [^\[\]]+\]", paragraph), paragraph
    assert written.language == "fr"


def test_every_letter_is_made_of_marked_texts() -> None:
    marked = every_text()
    for name, letter in LETTERS.items():
        for words in (letter.subject, *letter.paragraphs):
            assert words in marked or PLACEHOLDER.fullmatch(words), (name, words)


def test_mail_is_written_by_a_voice_and_by_nothing_else() -> None:
    """``queue_mail`` takes a ``Written``, and only ``Voice.write`` makes one."""
    makers = set()
    for path in TOOL.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Written":
                makers.add(path.relative_to(TOOL).as_posix())
    assert makers == {"mail/voice.py"}


def test_the_texts_for_translators_are_those_of_the_code() -> None:
    assert TARGET.read_bytes() == catalogue()


def test_english_needs_no_catalogue_and_stands_in_for_all_others(tmp_path: Path) -> None:
    voice = Voices(tmp_path)(["xx", "tlh", "not a tag", "de"], "America/New_York")
    assert voice.language == "en"
    assert voice.day_of(datetime(2026, 3, 2, 3, 0, tzinfo=UTC)) == "March 1, 2026"
    assert (voice.distance(0), voice.distance(1), voice.distance(45), voice.distance(-3)) == (
        "today",
        "in 1 day",
        "in 45 days",
        "3 days ago",
    )


def test_days_are_written_as_the_reader_writes_them(tmp_path: Path) -> None:
    voices = Voices(translate_all(tmp_path, "de"))
    assert voices(["de-AT", "en"], "UTC").day(date(2026, 1, 5)) == "5. Jänner 2026"
    assert voices(["en-GB"], "UTC").day(date(2026, 1, 5)) == "5 January 2026"
    assert voices(["de"], "UTC").distance(3) == "in 3 Tagen"


def test_a_right_to_left_letter_keeps_names_whole_and_links_bare(tmp_path: Path) -> None:
    made = Catalog(locale="ar", domain="mail")
    made.add("Dear {name},", "[ar: Dear {name},]")
    write_catalogue(tmp_path, "ar", made)
    voice = Voices(tmp_path)(["ar"], "UTC")
    link = "https://cme.example/x?token=1"
    body = voice.write(LETTER, name="Sam (MD)", link=link, until="x").body
    first, second, third = body.strip("\n").split("\n\n")
    assert first == f"{RIGHT_TO_LEFT_MARK}[ar: Dear {FIRST_STRONG_ISOLATE}Sam (MD){POP_ISOLATE},]"
    assert second == link
    assert third.startswith(RIGHT_TO_LEFT_MARK)


def test_a_value_is_never_read_as_a_placeholder(tmp_path: Path) -> None:
    voice = Voices(tmp_path)(["en"], "UTC")
    written = voice.write(LETTER, name="{link}\nBcc: a", link="l", until="{0.__class__}")
    assert written.subject == "For {link} Bcc: a"
    assert written.body == "Dear {link}\nBcc: a,\n\nl\n\nuntil {0.__class__}.\n"
    with pytest.raises(KeyError):
        voice.write(LETTER, name="x")
