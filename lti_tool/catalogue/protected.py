"""Words that a certificate may say only where its values say them: credits, their bodies, and an award.

A page of a provider's own may greet and explain. It may not name a credit by hand: everybody would get the words who
gets the page, also those who are not awarded anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from lti_tool.catalogue.shelf import accreditation_series, credit_series

_STEMS = (
    *("accredit", "award", "certif", "ceu", "cme", "cpd", "credit", "designat", "hour"),
    *("acredit", "designad", "hora", "otorga"),
    *("accorde", "decern", "heure"),
    *("akkredit", "anerkannt", "fortbildungspunkt", "kredit", "stunde", "verliehen", "zertif"),
)
"""How words begin that tell of credit, in the languages of the printed labels; without accents."""
_WORD = re.compile(r"[^\W\d_]+")
_INITIALS = re.compile(r"\b[A-Z]{3,}\b")
_BROKEN_UP = ("amapra", "category1")
"""Parts of a protected phrase that are looked for also where blanks break them up."""
_LEAST = 8
"""Letters of a name that is looked for also where blanks and signs break it up."""


def claiming_word(text: str) -> str:
    """What in ``text`` tells of credit, a body or an award; ``""`` if nothing does."""
    initials = next((word for word in _INITIALS.findall(text) if word in _initials()), "")
    stem = next((word for word in _WORD.findall(_bare(text)) if word.startswith(_STEMS)), "")
    squeezed = _squeezed(text)
    names = (*_BROKEN_UP, *_names())
    return initials or stem or next((name for name in names if _squeezed(name) in squeezed), "")


def _bare(text: str) -> str:
    """In small letters, without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def _squeezed(text: str) -> str:
    """Letters and digits alone."""
    return "".join(filter(str.isalnum, _bare(text)))


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    """Names, phrases and bodies of the catalogue, long enough to be no ordinary word."""
    return tuple(dict.fromkeys(name for name in _named() if len(_squeezed(name)) >= _LEAST))


def _named() -> Iterator[str]:
    for series in credit_series().values():
        if any(edition.text("phrase_one") for edition in series.editions):
            yield from (series.name, series.body)
            for edition in series.editions:
                yield from (_without_slots(edition.text(key)) for key in ("phrase_one", "phrase_many"))
    for series in accreditation_series().values():
        yield series.body


def _without_slots(phrase: str) -> str:
    return re.sub(r"\{[^}]*\}|[*\[\]]", "", phrase).strip()


@lru_cache(maxsize=1)
def _initials() -> frozenset[str]:
    codes = " ".join((*credit_series(), *accreditation_series())).upper().replace("-", " ")
    return frozenset(_INITIALS.findall(" ".join((*_named(), *(code for code in codes.split() if len(code) < _LEAST)))))
