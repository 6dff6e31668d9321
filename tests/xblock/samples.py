"""Writes the demo's activities as the copies that a block keeps, for tests in the block's own environment."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path

import lti_tool
from lti_tool.domain.native import MEDIA_FOLDER, write_message
from lti_tool.services.activity_file import read_activity_file
from lti_tool.services.native_activity import TextRenderer, copy_of
from lti_tool.web.markdown import inline_markdown, markdown

SAMPLES = Path(lti_tool.__file__).parent / "demo" / "activities"


def in_folder(name: str) -> str:
    return f"{MEDIA_FOLDER}{name}"


TEXTS = TextRenderer(lambda text: str(markdown(text, in_folder)), lambda text: str(inline_markdown(text, in_folder)))


def write_samples(folder: Path) -> None:
    """One JSON file for each sample: the fields ``copies`` and ``files`` of a block that has taken version 1."""
    for path in sorted(SAMPLES.glob("*.yaml")):
        checked = read_activity_file(path)
        assert checked.activity is not None
        digests = {name: hashlib.sha256(body).hexdigest() for name, body in checked.media.items()}
        copy = copy_of(checked.activity, 1, digests, TEXTS)
        files = {name: base64.b64encode(body).decode() for name, body in checked.media.items()}
        fields = {"copies": {"1": write_message(copy)}, "files": {"1": files}}
        (folder / f"{path.stem}.json").write_text(json.dumps(fields), encoding="utf-8")


if __name__ == "__main__":
    write_samples(Path(sys.argv[1]))
