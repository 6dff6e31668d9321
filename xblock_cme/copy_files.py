"""The files of a copy on their way into a block, as far as a platform has room for them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from lti_tool.domain.errors import Refused
from lti_tool.domain.native import ActivityCopy, write_message
from lti_tool.domain.response import items_of
from xblock_cme.client import TooLarge

MOST_STORED = 15_000_000
"""Bytes of all copies and files of a block. Platforms keep a block's content in one document of at most 16 MB."""


def downloaded(client: Any, copy: ActivityCopy, stored: int) -> Iterator[tuple[str, str]]:
    """``stored``: bytes that the block keeps already. Raises ``Refused("copy_too_large")`` naming what does not fit."""
    taken = stored + len(json.dumps(write_message(copy)))
    for name in copy.media:
        try:
            body = client.media(copy.key, copy.version, name)
        except TooLarge as error:
            raise _too_large(copy, name) from error
        text = base64.b64encode(body).decode()
        taken += len(text)
        if taken > MOST_STORED:
            raise _too_large(copy, name)
        yield name, text


def _too_large(copy: ActivityCopy, name: str) -> Refused:
    item = next((one for one in items_of(copy.activity) if name in (one.file, one.captions)), None)
    title = item.title if item is not None else copy.activity.title
    facts = {"title": title, "file": name, "limit": MOST_STORED * 3 // 4 // 1_000_000}
    return Refused("copy_too_large", f"{name} does not fit into a block", **facts)
