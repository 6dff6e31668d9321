"""Catalogues for tests: every text of every mail in a made-up translation, for any language."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from scripts.mail_texts import marked_texts


@lru_cache(maxsize=1)
def every_text() -> frozenset[str]:
    """All sources are read for it: once for the process."""
    return frozenset(text for _name, text in marked_texts())


def translate_all(folder: Path, language: str) -> Path:
    """Each text between brackets with its language: what stands outside of them was never translated."""
    made = Catalog(locale=language, domain="mail")
    for text in every_text():
        made.add(text, f"[{language}: {text}]")
    write_catalogue(folder, language, made)
    return folder


def write_catalogue(folder: Path, language: str, made: Catalog) -> None:
    """Compiled, where gettext looks for it."""
    target = folder / language / "LC_MESSAGES" / "mail.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        write_mo(file, made)
