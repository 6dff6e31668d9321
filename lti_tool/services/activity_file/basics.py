"""What the tables of the format have in common: kinds of texts, keys, and how a field is declared."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from lti_tool.services.activity_file.kinds import Kind, OneOf, Text
from lti_tool.services.activity_file.records import Field, Many, Record


def words(of: Iterable[StrEnum]) -> OneOf:
    return OneOf(tuple(word.value for word in of))


def need(name: str, kind: Kind, about: str) -> Field:
    return Field(name, kind, about, is_required=True)


LINE = Text()
NAME = Text(200)
MARKDOWN = Text(100_000, is_markdown=True)
KEY = Text(60, pattern=r"[A-Za-z0-9][A-Za-z0-9_-]*", hint="a key of letters, digits, - and _ (at most 60)")
ACTIVITY_KEY = Text(60, pattern=r"[a-z0-9-]{3,60}", hint="3 to 60 of a-z, 0-9 and -")
FILE = Text(100, pattern=r"[A-Za-z0-9_-][A-Za-z0-9._-]*", hint="the name of a file beside this one, without a folder")
ADDRESS = Text(2000)
KEYS = Many(KEY, maximum=30)
SOURCE = Text(60, pattern=r"[0-9a-f]{32}/[0-9]{1,6}", hint="what the question bank has written")

own_key = need("key", KEY, "Short name, unique in its list; results are filed under it, so never change it later")
ENTRY = Record((own_key, need("text", LINE, "Shown to the learner")))
