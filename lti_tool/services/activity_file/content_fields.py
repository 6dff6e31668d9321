"""The part ``content`` of the format: what is studied, and the cases and polls in it."""

from __future__ import annotations

from lti_tool.domain.activity import ContentKind
from lti_tool.services.activity_file.basics import ADDRESS, ENTRY, FILE, KEY, MARKDOWN, NAME, need, own_key, words
from lti_tool.services.activity_file.kinds import Amount, Flag, Text, Whole
from lti_tool.services.activity_file.records import Field, Many, Record

_MEDIA = (
    need("url", ADDRESS, "Where it is streamed from (https)"),
    need("captions", ADDRESS, "WebVTT file with captions (https)"),
    need("minutes", Whole(1, 1000), "Running time"),
    Field("minimum_coverage", Amount(), "Fraction that must be played, above 0 and up to 1"),
)
_WAITS = Field("required", Flag(), "true: what follows opens only once it is answered", True)
_ITEM = Record(
    (
        own_key,
        need("title", NAME, "Heading and entry in the list of contents"),
        need("kind", words(ContentKind), "What it is"),
    ),
    {
        ContentKind.PAGE: (need("body", MARKDOWN, "Markdown; images by file name"),),
        ContentKind.PDF: (need("file", FILE, "PDF beside this file"),),
        ContentKind.VIDEO: _MEDIA,
        ContentKind.AUDIO: _MEDIA,
        ContentKind.ARTICLE: (
            need("citation", Text(2000), "Full citation"),
            need("url", ADDRESS, "Where it is published (https)"),
        ),
        ContentKind.CASE: (
            need("body", MARKDOWN, "The case, in Markdown; images by file name"),
            need("question", KEY, "Key of the question it asks: one that no test asks"),
            _WAITS,
        ),
        ContentKind.POLL: (
            Field("body", MARKDOWN, "What comes before the question, in Markdown", ""),
            need("stem", Text(2000, is_markdown=True), "The question itself"),
            need("choices", Many(ENTRY, 2, 26), "What can be chosen; none is right"),
            Field("several", Flag(), "true: several can be chosen", False),
            _WAITS,
        ),
    },
)
CONTENT = Record(
    (
        Field("minimum_minutes", Whole(1, 6000), "Least time on the content before the next step opens"),
        need("items", Many(_ITEM, 1), "What is studied, in order"),
    )
)
