"""Write the block's texts for translators: ``xblock_cme/translations/en/LC_MESSAGES/text.po``.

Run ``python scripts/block_texts.py`` after a change of words; a test compares. Open edX collects translations from this
place (OEP-58), and its XBlock i18n service reads the compiled ``text.mo`` beside it. A translation is added with
``pybabel init -D text -i xblock_cme/translations/en/LC_MESSAGES/text.po -d xblock_cme/translations -l <language>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import write_po

BLOCK = Path(__file__).parents[1] / "xblock_cme"
TARGET = BLOCK / "translations" / "en" / "LC_MESSAGES" / "text.po"
KEYWORDS: dict[str, None] = {"_": None, "translate": None, "say": None}
TRANS = re.compile(r'{% trans "([^"]+)" %}')
BLOCKTRANS = re.compile(r"{% blocktrans[^%]*%}(.*?){% endblocktrans %}", re.DOTALL)
VARIABLE = re.compile(r"{{ (\w+) }}")


def template_texts() -> Iterator[tuple[str, str]]:
    """File and text, in the form that Django looks up."""
    for path in sorted((BLOCK / "templates").glob("*.html")):
        source = path.read_text("utf-8")
        for text in TRANS.findall(source):
            yield path.name, text
        for text in BLOCKTRANS.findall(source):
            yield path.name, VARIABLE.sub(r"%(\1)s", text.replace("%", "%%"))


def python_texts() -> Iterator[tuple[str, str]]:
    for path in sorted(BLOCK.glob("*.py")):
        with path.open("rb") as file:
            for _line, text, _comments, _context in extract("python", file, keywords=KEYWORDS):
                if isinstance(text, str):
                    yield path.name, text


def catalogue() -> bytes:
    """The whole file: texts in order, each once, without line numbers and dates."""
    made = Catalog(locale="en", project="cme-tool", version="", domain="text", fuzzy=False)
    for name, text in sorted({*template_texts(), *python_texts()}, key=lambda found: (found[1], found[0])):
        made.add(text, locations=[(f"xblock_cme/{name}", None)])  # type: ignore[list-item]
    buffer = BytesIO()
    write_po(buffer, made, width=100, omit_header=True)
    head = b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: en\\n"\n\n'
    return head + buffer.getvalue()


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(catalogue())
