"""The accreditors' rules that a file can break: dates, people, support, wording. Those of credit: ``credits``.

Sources: AMA PRA credit system; ACCME Standards for Integrity and Independence; ACCME policy on enduring
materials. See ``docs/reference/activity-file.md`` for the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from lti_tool.domain.activity import (
    NEEDS_ASSESSMENT,
    Accreditation,
    LearningFormat,
    Requirement,
    Standard3Exception,
    SupportKind,
)
from lti_tool.domain.company import is_only_a_name
from lti_tool.domain.document import part, records
from lti_tool.domain.fault import Findings
from lti_tool.domain.integrity import offered_exceptions
from lti_tool.services.activity_file.keys import Data
from lti_tool.services.activity_file.kinds import WHERE, did_you_mean, join
from lti_tool.services.time_zone import time_zones

REVIEW_YEARS = 3
"""An enduring material is reviewed at least that often (ACCME)."""

AMA = "AMA PRA credit system"
STANDARD_3 = "ACCME Standard 3"
STANDARD_4 = "ACCME Standard 4"
ENDURING = "ACCME, enduring materials"
_CATEGORY_2 = re.compile(r"PRA\s+Categor(?:y|ies)\s+(?:2|II|two)\b|Category\s+(?:2|II|two)\s+(?:credit|CME)", re.I)


def _three_years_after(day: date) -> date:
    try:
        return day.replace(year=day.year + REVIEW_YEARS)
    except ValueError:  # 29 February, or beyond the calendar
        return date(day.year + REVIEW_YEARS, 3, 1) if day.year + REVIEW_YEARS <= date.max.year else date.max


def _dates(data: Data, findings: Findings) -> None:
    designated, release, reviewed, expires = (data[name] for name in ("designated", "release", "reviewed", "expires"))
    if designated and release and designated > release:
        what = f"credit was designated on {designated}, after the release on {release}"
        findings.add(
            "designated", what, "designate before the first learner starts", f"{AMA}: no retroactive designation"
        )
    if release and expires and expires < release:
        findings.add("expires", f"expires on {expires}, before the release on {release}", "correct one of the dates")
    if reviewed and expires and expires > _three_years_after(reviewed):
        what = f"expires on {expires}, more than {REVIEW_YEARS} years after the review on {reviewed}"
        findings.add("expires", what, f"{_three_years_after(reviewed)} at the latest, or review again", ENDURING)


def _provider(data: Data, findings: Findings) -> None:
    provider = data["provider"] or {}
    kind, joint = provider.get("accreditation"), provider.get("joint_providers") or []
    where = "provider.joint_providers"
    if kind == Accreditation.JOINT and not joint:
        findings.add(
            where,
            "joint providership without a joint provider",
            "name it, or write accreditation: direct",
            "ACCME, joint providership",
        )
    if kind == Accreditation.DIRECT and joint:
        findings.add(
            where,
            "a joint provider, yet the accreditation is direct",
            "write accreditation: joint",
            "ACCME, joint providership",
        )
    if kind == Accreditation.STATE and not provider.get("state_body"):
        findings.add("provider.state_body", "a state-accredited provider names its accreditor", "add state_body")
    if provider.get("name") and provider["name"] in joint:
        findings.add(where, "the accredited provider cannot be its own joint provider", "remove it")


def _company(record: Data, rule: str, findings: Findings) -> None:
    name = record.get("company")
    if name and not is_only_a_name(name):
        what = f"{name!r} is more than the name of a company"
        findings.add(
            join(record[WHERE], "company"), what, "name only: no address, logo, product or trademark sign", rule
        )


def _person(person: Data, exception: str, findings: Findings) -> None:
    where, relationships = person[WHERE], records(person.get("relationships"))
    for relationship in relationships:
        _company(relationship, f"{STANDARD_3}.5", findings)
    if relationships and not person.get("mitigation"):
        findings.add(
            join(where, "mitigation"),
            "relevant relationships without mitigation",
            "say how each was mitigated before the role began",
            f"{STANDARD_3}.4",
        )
    if relationships and exception != Standard3Exception.NONE:
        findings.add(
            join(where, "relationships"),
            "relationships are not collected under this exception",
            "remove them, or write standard3_exception: none",
            STANDARD_3,
        )


def _people(data: Data, findings: Findings) -> None:
    exception, people = data["standard3_exception"], records(data["people"])
    for person in people:
        _person(person, exception or Standard3Exception.NONE, findings)
    if data["people"] == [] and exception == Standard3Exception.NONE:
        findings.add(
            "people", "nobody is in control of content", "list planners, authors, faculty and reviewers", STANDARD_3
        )
    if exception and data["format"] and exception not in offered_exceptions(LearningFormat(data["format"])):
        what = f"{exception} never fits a format such as {data['format']}"
        findings.add("standard3_exception", what, "write none", f"{STANDARD_3}, exceptions")


def _support(data: Data, findings: Findings) -> None:
    for support in records(data["commercial_support"]):
        _company(support, STANDARD_4, findings)
        if support.get("kind") == SupportKind.IN_KIND and not support.get("description"):
            what = "support in kind without saying what was given"
            findings.add(
                join(support[WHERE], "description"), what, "describe it", f"{STANDARD_4}: nature of in-kind support"
            )


def _assessment(data: Data, findings: Findings) -> None:
    if data["format"] not in NEEDS_ASSESSMENT or not data["credits"]:
        return
    rule = f"{AMA}: enduring and journal-based formats"
    if part(data, "steps", "post-test") in (Requirement.OPTIONAL, Requirement.ABSENT):
        what = f"a {data['format']} needs an assessment"
        findings.add("steps.post-test", what, "write required", rule)
    test, mark = data["post_test"], "post_test.pass_mark"
    if test and test["pass_mark"] is None and not findings.has_fault(mark):
        findings.add(mark, f"a {data['format']} needs a pass mark that is told in advance", "add pass_mark", rule)


def _texts(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, where)
    elif isinstance(value, dict):
        here = value.get(WHERE, where)
        for name, item in value.items():
            if name != WHERE:
                yield from _texts(item, join(here, re.sub(r"[.\[\]]", "_", name)))


def _wording(data: Data, findings: Findings) -> None:
    for where, text in _texts(data):
        if _CATEGORY_2.search(text):
            what = "Category 2 credit is claimed by physicians themselves and never offered by a provider"
            findings.add(where, what, "remove the words", f"{AMA}: Category 2")


def _addresses(data: Data, findings: Findings) -> None:
    for item in records(part(data, "content", "items")):
        for name in ("url", "captions"):
            address = item.get(name)
            if address and not is_web_address(address):
                findings.add(
                    join(item[WHERE], name),
                    f"{address[:80]!r} is not a web address",
                    "write it in full, beginning with https://",
                )


def is_web_address(address: str) -> bool:
    """Encrypted, with a host, without credentials or blanks."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme == "https" and bool(host) and "@" not in parts.netloc and not re.search(r"\s", address)


def _zone(data: Data, findings: Findings) -> None:
    zone = data["time_zone"]
    if zone and zone not in time_zones():
        near = did_you_mean(zone, tuple(sorted(time_zones())))
        findings.add(
            "time_zone", f"there is no time zone {zone!r}", near or "write an IANA name such as America/Chicago"
        )


def check_rules(data: Data, findings: Findings) -> None:
    """Note every rule that is broken. Values that could not be read are passed over."""
    _dates(data, findings)
    for check in (_provider, _people, _support, _assessment, _addresses, _zone, _wording):
        check(data, findings)
