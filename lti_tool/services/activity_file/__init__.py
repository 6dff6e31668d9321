"""Activity files: YAML that people write, checked line by line, and written back.

``read_activity_file`` never raises for what a file holds: it gives the activity or every fault.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lti_tool.domain.activity import Activity
from lti_tool.domain.fault import Fault, Findings, Place
from lti_tool.services.activity_file.build import build_activity
from lti_tool.services.activity_file.credits import check_credits
from lti_tool.services.activity_file.export import activity_data, question_data, write_activity_file, write_data
from lti_tool.services.activity_file.fields import ACTIVITY, activity_schema
from lti_tool.services.activity_file.keys import check_keys
from lti_tool.services.activity_file.measures import check_measures
from lti_tool.services.activity_file.media import check_names, folder_reader, read_media
from lti_tool.services.activity_file.nodes import MAX_BYTES, Node, parse_nodes, plain_nodes
from lti_tool.services.activity_file.rules import check_rules
from lti_tool.services.activity_file.series import check_series

__all__ = [
    "CheckedFile",
    "Fault",
    "activity_data",
    "activity_schema",
    "check_activity_data",
    "question_data",
    "read_activity_file",
    "read_activity_text",
    "write_activity_file",
    "write_data",
]


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What a file holds: an activity, or the reasons why not. Never both."""

    activity: Activity | None
    media: Mapping[str, bytes] = field(default_factory=dict)
    """Images and PDFs by file name."""
    names: frozenset[str] = frozenset()
    """The files that it names, where their bytes were checked elsewhere."""
    faults: tuple[Fault, ...] = ()


def read_activity_text(data: bytes, *, name: str, folder: Path) -> CheckedFile:
    """Check the bytes of a file called ``name`` whose media lie in ``folder``."""
    findings = Findings(name)
    values = _values(parse_nodes(data, findings), findings)
    media = read_media(values, folder_reader(folder), findings) if values is not None else {}
    if values is None or findings.faults:
        return CheckedFile(None, {}, faults=findings.sorted())
    return CheckedFile(build_activity(values), media)


def check_activity_data(data: Mapping[str, Any], names: Collection[str]) -> CheckedFile:
    """The same checks for plain data; faults then have a path and no line. ``names``: files that are there."""
    findings = Findings("")
    values = _values(plain_nodes(data), findings)
    if values is None:
        return CheckedFile(None, {}, faults=findings.sorted())
    named = check_names(values, names, findings)
    return CheckedFile(None if findings.faults else build_activity(values), {}, named, findings.sorted())


def _values(root: Node | None, findings: Findings) -> dict[str, Any] | None:
    """What was read, with every rule but those about files looked at."""
    values: dict[str, Any] | None = ACTIVITY.read(root, "", findings) if root is not None else None
    if values is not None:
        check_keys(values, findings)
        check_measures(values, findings)
        check_rules(values, findings)
        check_credits(values, findings)
        check_series(values, findings)
    return values


def read_activity_file(path: Path) -> CheckedFile:
    """Read and check a file; see :func:`read_activity_text`. A file that cannot be opened is a fault too."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        findings = Findings(path.name)
        findings.add_at(Place(0, 0), "", f"cannot be opened: {error.strerror}", "check the path and your permissions")
        return CheckedFile(None, {}, faults=findings.sorted())
    return read_activity_text(data, name=path.name, folder=path.parent)
