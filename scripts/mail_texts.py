"""Write the texts of all mail for translators: ``lti_tool/mail/translations/en/LC_MESSAGES/mail.po``.

Run ``python scripts/mail_texts.py`` after a change of words; a test compares. A translation is added with
``pybabel init -D mail -i <that file> -d lti_tool/mail/translations -l <language>`` and
``pybabel compile -D mail -d lti_tool/mail/translations``; from then on readers of that language get it.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import write_po

TOOL = Path(__file__).parents[1] / "lti_tool"
TARGET = TOOL / "mail" / "translations" / "en" / "LC_MESSAGES" / "mail.po"
KEYWORDS: dict[str, None] = {"to_translate": None}


def marked_texts() -> Iterator[tuple[str, str]]:
    """File and text, wherever one is marked."""
    for path in sorted(TOOL.rglob("*.py")):
        with path.open("rb") as file:
            for _line, text, _comments, _context in extract("python", file, keywords=KEYWORDS):
                if isinstance(text, str):
                    yield path.relative_to(TOOL.parent).as_posix(), text


def catalogue() -> bytes:
    """The whole file: texts in order, each once, without line numbers and dates."""
    made = Catalog(locale="en", project="cme-tool", version="", domain="mail", fuzzy=False)
    for name, text in sorted(set(marked_texts()), key=lambda found: (found[1], found[0])):
        made.add(text, locations=[(name, None)], flags=("python-brace-format",))  # type: ignore[list-item]
    buffer = BytesIO()
    write_po(buffer, made, width=100, omit_header=True)
    head = b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: en\\n"\n\n'
    return head + buffer.getvalue()


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(catalogue())
