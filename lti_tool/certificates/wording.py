"""From a line of text to runs that a page can set: one script each, with language and direction.

A name in another script is its own run, so that a screen reader speaks it in its language, its
direction does not disturb the sentence around it, and Han characters get the forms of its region.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lti_tool.certificates.faces import Faces
from lti_tool.domain.text import RichText

_SCRIPTS = re.compile(
    r"(?P<kana>[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f])"
    r"|(?P<hangul>[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff])"
    r"|(?P<han>[\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3100-\u312f\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
    r"|(?P<arabic>[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc])"
    r"|(?P<hebrew>[\u0590-\u05ff\ufb1d-\ufb4f])"
    r"|(?P<devanagari>[\u0900-\u097f\ua8e0-\ua8ff])"
    r"|(?P<thai>[\u0e00-\u0e7f])"
    r"|(?P<armenian>[\u0530-\u058f\ufb13-\ufb17])"
    r"|(?P<georgian>[\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2f])"
    r"|(?P<greek>[\u0370-\u03ff\u1f00-\u1fff])"
    r"|(?P<cyrillic>[\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f])"
)
_EAST_ASIAN = frozenset({"kana", "hangul", "han"})
_RIGHT_TO_LEFT = frozenset({"arabic", "hebrew"})
_LANGUAGES = {
    "arabic": ("ar", {"ar", "fa", "ur", "ps", "ckb", "sd", "ug"}),
    "hebrew": ("he", {"he", "yi"}),
    "devanagari": ("hi", {"hi", "mr", "ne", "sa"}),
    "thai": ("th", {"th"}),
    "armenian": ("hy", {"hy"}),
    "georgian": ("ka", {"ka"}),
    "greek": ("el", {"el"}),
    "cyrillic": ("und-Cyrl", {"ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tg", "uz"}),
    "kana": ("ja", {"ja"}),
    "hangul": ("ko", {"ko"}),
    "han": ("zh-Hans", {"zh", "ja", "ko", "yue"}),
}
"""Per script: the tag when nothing else is known, and the languages whose tag is taken over."""
_TOWER = re.compile(r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{5,}")
"""More marks on one letter than any language writes: they would run over the lines around the name."""
_FORBIDDEN = frozenset({"Cc", "Cs", "Co", "Cn"})
_DIRECTION_CONTROLS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NEUTRAL = frozenset({"Mn", "Me", "Mc", "Zs", "Po", "Pd", "Ps", "Pe", "Pi", "Pf", "Nd", "Cf", "Lm", "Sk"})
_JOINERS = frozenset("\u200c\u200d")


@dataclass(frozen=True, slots=True)
class PrintedRun:
    """A stretch of one script and style. ``lang`` and ``dir`` are empty for the page's own language."""

    text: str
    is_italic: bool = False
    lang: str = ""
    dir: str = ""


_ONCE = lru_cache(maxsize=1024)
"""Most texts of a certificate stood on the one before; three or four are its own."""


@_ONCE
def tidied(text: str) -> str:
    """Canonical composition, any white space as one space, none at the ends of lines."""
    return unicodedata.normalize("NFC", re.sub(r"\s+", " ", text))


@_ONCE
def unprintable(text: str, faces: Faces) -> tuple[str, ...]:
    """The characters, each once and in order, that no shipped face has or that must not stand in a document."""
    towering = (match.group()[-1] for match in _TOWER.finditer(text))
    unknown = (character for character in text if not _is_printable(character, faces))
    return tuple(dict.fromkeys((*unknown, *towering)))


def _is_printable(character: str, faces: Faces) -> bool:
    if character in _DIRECTION_CONTROLS or unicodedata.category(character) in _FORBIDDEN:
        return False
    return character in _JOINERS or bool(faces.family_for(character))


@_ONCE
def printed(text: RichText | str, language: str, hint: str = "", han: str = "") -> tuple[PrintedRun, ...]:
    """Runs of ``text`` on a page in ``language``.

    ``hint`` is the BCP 47 tag of the text if known, ``han`` that of Han names quoted in it.
    """
    rich = text if isinstance(text, RichText) else RichText.of(text)
    kanji_language = _kanji_language(rich.plain, hint or han or language)
    return tuple(
        _printed_run(piece, script, run.is_italic, language, hint, kanji_language)
        for run in rich.runs
        for script, piece in _by_script(tidied(run.text))
    )


def _printed_run(text: str, script: str, is_italic: bool, language: str, hint: str, kanji: str) -> PrintedRun:
    lang = _language_of(script, language, hint, kanji)
    if not lang or lang == language:
        return PrintedRun(text, is_italic)
    return PrintedRun(text, is_italic, lang, "rtl" if script in _RIGHT_TO_LEFT else "ltr")


def _language_of(script: str, language: str, hint: str, kanji: str) -> str:
    if not script:
        return hint if hint and hint.split("-")[0] != language.split("-")[0] else ""
    if script in _EAST_ASIAN:
        return kanji
    default, speakers = _LANGUAGES[script]
    return next((tag for tag in (hint, language) if tag.split("-")[0] in speakers), default)


def _kanji_language(text: str, hint: str) -> str:
    """Whose forms Han characters take: kana and hangul decide, then the hint, else simplified Chinese."""
    found = {match.lastgroup for match in _SCRIPTS.finditer(text)}
    if "kana" in found:
        return "ja"
    if "hangul" in found:
        return "ko"
    return hint if hint.split("-")[0] in _LANGUAGES["han"][1] else "zh-Hans"


def _by_script(text: str) -> Iterator[tuple[str, str]]:
    """Cut where the script changes; spaces and marks stay with the run they stand in."""
    start, current, pending = 0, "", 0
    for position, character in enumerate(text):
        if unicodedata.category(character) in _NEUTRAL and not _SCRIPTS.match(character):
            continue
        script = _script_of(character)
        if script != current:
            if position > start:
                cut = pending if current else position
                yield from ((current, text[start:cut]),) if cut > start else ()
                start = cut
            current = script
        pending = position + 1
    if start < len(text):
        yield current, text[start:]


def _script_of(character: str) -> str:
    match = _SCRIPTS.match(character)
    if match is None or match.lastgroup is None:
        return ""
    return "han" if match.lastgroup in _EAST_ASIAN else match.lastgroup
