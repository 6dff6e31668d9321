"""Letters in their reader's language: translations by gettext, days as they are written there, direction of script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from gettext import NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_timedelta
from babel.support import Translations

from lti_tool.domain.mail import Letter, Written, to_translate

FOLDER = Path(__file__).parent / "translations"
DOMAIN = "mail"
TODAY = to_translate("today")
RIGHT_TO_LEFT_MARK = "\u200f"
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
"""A name in another script stands in a line without turning its order round (Unicode UAX 9, 6.1)."""
_ALONE = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class Voice:
    """Writes in one language. Made by :class:`Voices`."""

    locale: Locale
    zone: ZoneInfo
    catalogue: NullTranslations

    @property
    def language(self) -> str:
        return str(self.locale).replace("_", "-")

    @property
    def is_right_to_left(self) -> bool:
        return self.locale.character_order == "right-to-left"

    def say(self, words: str, **values: str) -> str:
        kept = {name: self._isolated(value) for name, value in values.items()}
        return self.catalogue.gettext(words).format_map(kept)

    def day(self, day: date) -> str:
        return format_date(day, "long", locale=self.locale)

    def day_of(self, moment: datetime) -> str:
        return self.day(moment.astimezone(self.zone).date())

    def distance(self, days: int) -> str:
        if days == 0:
            return self.say(TODAY)
        span = timedelta(days=days)
        return format_timedelta(span, granularity="day", threshold=1e9, add_direction=True, locale=self.locale)

    def write(self, letter: Letter, **values: str) -> Written:
        body = "\n\n".join(self._paragraph(words, values) for words in letter.paragraphs)
        subject = " ".join(self.say(letter.subject, **values).split())
        return Written(subject, f"{body}\n", self.language, values.get("stop_link", ""))

    def _paragraph(self, words: str, values: dict[str, str]) -> str:
        if _ALONE.fullmatch(words):
            return words.format_map(values)
        return (RIGHT_TO_LEFT_MARK if self.is_right_to_left else "") + self.say(words, **values)

    def _isolated(self, value: str) -> str:
        return f"{FIRST_STRONG_ISOLATE}{value}{POP_ISOLATE}" if self.is_right_to_left else value


def _locale(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class Voices:
    """All languages that letters exist in: a folder of compiled catalogues, and English, which needs none."""

    folder: Path = FOLDER
    known: dict[tuple[str, str], Voice | None] = field(default_factory=dict)

    def __call__(self, languages: Sequence[str], time_zone: str) -> Voice:
        found = (self._found(tag, time_zone) for tag in (*languages, "en"))
        return next(voice for voice in found if voice is not None)

    def _found(self, tag: str, time_zone: str) -> Voice | None:
        if (tag, time_zone) not in self.known:
            self.known[tag, time_zone] = self._made(tag, time_zone)
        return self.known[tag, time_zone]

    def _made(self, tag: str, time_zone: str) -> Voice | None:
        locale = _locale(tag)
        if locale is None:
            return None
        catalogue = Translations.load(str(self.folder), [str(locale), locale.language], DOMAIN)
        if locale.language != "en" and not isinstance(catalogue, Translations):
            return None
        return Voice(locale, ZoneInfo(time_zone), catalogue)
