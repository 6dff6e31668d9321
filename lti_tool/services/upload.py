"""Files that people put in: by the ending of the name, and checked to be what the ending says.

Nothing is opened with the program it is for; files are only ever given back as downloads.
"""

from __future__ import annotations

import unicodedata
import warnings
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

from PIL import Image

from lti_tool.domain.errors import BadInput
from lti_tool.domain.vault import FILE_TYPES, MAX_FILE_BYTES
from lti_tool.services.picture import is_cut_off
from lti_tool.services.ports import Bindery

LONGEST_NAME = 150
MAX_PARTS = 5000
MAX_UNPACKED = 200_000_000
MAX_PIXELS = 50_000_000
OFFICE = {".docx": "word/", ".xlsx": "xl/", ".pptx": "ppt/"}
"""The folder that makes an Office file what its name says."""
ACTIVE_PARTS = ("vbaproject.bin", "activex/", "oleobject", "customui/")
"""Parts of an Office file that run, or that hold other programs' files."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that may be kept."""

    name: str
    media_type: str
    body: bytes


def clean_file_name(raw: str) -> str:
    """The name alone, without folders and characters that mean something to a file system. May be empty."""
    last = raw.replace("\\", "/").rsplit("/", 1)[-1]
    text = unicodedata.normalize("NFC", last)
    kept = "".join(one for one in text if unicodedata.category(one)[0] != "C" and one not in '<>:"|?*')
    stem, dot, ending = " ".join(kept.split()).strip(" .").rpartition(".")
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}"[:LONGEST_NAME]


def check_upload(raw_name: str, body: bytes, bindery: Bindery) -> Upload:
    """Raises ``BadInput("fields_unusable")`` with a fault for ``file``: ``missing``, ``too_large``, ``unknown_type``,
    ``not_what_it_says``, ``file_active`` (scripts, macros, launch actions, files within), ``file_locked``
    (encrypted), ``too_many_pages``."""
    name = clean_file_name(raw_name)
    ending = PurePosixPath(name).suffix.lower()
    fault = "missing" if not body or not name else _fault(ending, body, bindery)
    if fault:
        raise BadInput("fields_unusable", faults={"file": fault})
    return Upload(name, FILE_TYPES[ending], body)


def _fault(ending: str, body: bytes, bindery: Bindery) -> str:
    if len(body) > MAX_FILE_BYTES:
        return "too_large"
    if ending not in FILE_TYPES:
        return "unknown_type"
    if ending == ".pdf":
        return _pdf_fault(body, bindery)
    if ending in OFFICE:
        return _office_fault(body, OFFICE[ending])
    if FILE_TYPES[ending].startswith("image/"):
        return _picture_fault(body, "PNG" if ending == ".png" else "JPEG")
    return _text_fault(body)


def _pdf_fault(body: bytes, bindery: Bindery) -> str:
    try:
        bindery.inspect(body)
    except BadInput as error:
        return error.code
    return ""


def _office_fault(body: bytes, folder: str) -> str:
    try:
        with zipfile.ZipFile(BytesIO(body)) as packed:
            entries = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return "not_what_it_says"
    names = [entry.filename.lower() for entry in entries]
    if "[content_types].xml" not in names or not any(name.startswith(folder) for name in names):
        return "not_what_it_says"
    if len(entries) > MAX_PARTS or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        return "too_large"
    return "file_active" if any(part in name for name in names for part in ACTIVE_PARTS) else ""


def _picture_fault(body: bytes, kind: str) -> str:
    try:
        with warnings.catch_warnings(action="error"), Image.open(BytesIO(body), formats=(kind,)) as image:
            is_large = image.width * image.height > MAX_PIXELS
            image.verify()
    except (OSError, SyntaxError, ValueError, Warning, Image.DecompressionBombError):
        return "not_what_it_says"
    if is_cut_off(body):
        return "not_what_it_says"
    return "too_large" if is_large else ""


def _text_fault(body: bytes) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return "not_what_it_says"
    is_odd = any(unicodedata.category(one) == "Cc" and one not in "\r\n\t" for one in text[:1_000_000])
    return "not_what_it_says" if is_odd else ""
