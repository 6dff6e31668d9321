"""How LMSs differ, as data: one frozen row per LMS, each rule with where it was seen.

A rule for a refused score is tried in order; the first whose status and words fit decides, then the general rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from lti_tool.domain.grade import Delivery
from lti_tool.domain.launch import LmsFamily, Platform


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """``status`` and, if given, ``words`` (a case-insensitive pattern in the body or reason) mean ``delivery``."""

    status: int
    delivery: Delivery
    source: str
    words: str = ""

    def fits(self, status: int, text: str) -> bool:
        return status == self.status and (not self.words or re.search(self.words, text, re.IGNORECASE) is not None)


@dataclass(frozen=True, slots=True)
class Quirks:
    """What one LMS does differently from the specifications."""

    family: LmsFamily
    product_codes: frozenset[str] = frozenset()
    """Values of ``tool_platform.product_family_code``, lower case."""
    issuer_hosts: tuple[str, ...] = ()
    """Hosts of ``iss`` (or their parents) that belong to this LMS alone."""
    endpoint_hosts: tuple[str, ...] = ()
    """Hosts (or their parents), other than the issuer's, that this LMS itself runs endpoints on."""
    login_hint_works_once: bool = False
    login_names_the_tool_only: bool = False
    """Logins carry the tool's configured address even for an item whose message names its own."""
    returns_to_any_host: bool = False
    """Issuer and endpoints are central while each institution has its own host."""
    only_full_grades: bool = True
    """Any other gradingProgress wipes the grade, so nothing but FullyGraded is ever sent."""
    takes_result_limit: bool = True
    forbids_refused_tokens: bool = False
    """An access token that it does not accept any more is answered with 403, like a lack of rights."""
    score_rules: tuple[ScoreRule, ...] = ()


MOODLE = Quirks(
    LmsFamily.MOODLE,
    product_codes=frozenset({"moodle"}),
    login_hint_works_once=True,  # seen in 4.5.6: the hint is used up by the first authorization request
    takes_result_limit=False,  # seen in 4.5.6: results?limit= answers 404 with an HTML page
    score_rules=(
        ScoreRule(409, Delivery.STALE, "seen in 4.5.6 and 5.1: not later in whole seconds, also for an exact repeat"),
        ScoreRule(
            200, Delivery.NOT_GRADABLE, "seen in 4.5.6: refused although 200; an accepted score has no body", r"^\[\]$"
        ),
        ScoreRule(
            400, Delivery.NOT_GRADABLE, "seen in 4.5.6 and 5.1: one text for unknown, unenrolled, teacher and bad body"
        ),
        ScoreRule(404, Delivery.GONE, "seen in 4.5.6 and 5.1: grade item deleted"),
        ScoreRule(500, Delivery.RETRY, "seen in 4.5.6 and 5.1: grade or grade item locked; may be unlocked"),
    ),
)

OPEN_EDX = Quirks(
    LmsFamily.OPEN_EDX,
    product_codes=frozenset({"openedx", "open edx", "edx"}),
    login_names_the_tool_only=True,  # seen in 11.4.4, for items chosen by deep linking
    score_rules=(
        ScoreRule(400, Delivery.STALE, "lti-consumer-xblock 9.16/11.4: equal or earlier timestamp", "timestamp"),
        ScoreRule(500, Delivery.RETRY, "an unknown user answers 500, as does a passing fault"),
    ),
)

CANVAS = Quirks(
    LmsFamily.CANVAS,
    product_codes=frozenset({"canvas"}),
    issuer_hosts=("canvas.instructure.com", "canvas.beta.instructure.com", "canvas.test.instructure.com"),
    endpoint_hosts=("instructure.com", "canvaslms.com"),  # canvas-lms doc/api: sso.canvaslms.com signs people in
    login_hint_works_once=True,  # canvas-lms authentication_controller: the launch is deleted when it is fetched
    returns_to_any_host=True,  # one issuer for all hosted institutions, each on its own, often branded, domain
    score_rules=(
        ScoreRule(
            422, Delivery.REJECTED, "canvas-lms doc/api: attempts are used up", "maximum number of allowed attempts"
        ),
        ScoreRule(422, Delivery.NOT_GRADABLE, "canvas-lms doc/api: the user is not an active student of the course"),
        ScoreRule(400, Delivery.STALE, "canvas-lms doc/api: timestamp before the result's updated_at", "timestamp"),
        ScoreRule(403, Delivery.RETRY, "canvas-lms doc/api throttling: 403 when throttled", "rate limit"),
    ),
)

BRIGHTSPACE = Quirks(
    LmsFamily.BRIGHTSPACE,
    product_codes=frozenset({"desire2learn", "brightspace", "d2l"}),
    issuer_hosts=("brightspace.com", "desire2learn.com"),
    endpoint_hosts=("brightspace.com",),  # webwork2 #2342: tokens come from auth.brightspace.com for every tenant
    score_rules=(
        ScoreRule(403, Delivery.NOT_GRADABLE, "hypothesis/lms: user is not enrolled in the org unit", "not enrolled"),
        ScoreRule(404, Delivery.NOT_GRADABLE, "hypothesis/lms: the user does not exist", r"user.*does not exist"),
    ),
)

BLACKBOARD = Quirks(
    LmsFamily.BLACKBOARD,
    product_codes=frozenset({"blackboardlearn", "blackboard"}),
    issuer_hosts=("blackboard.com",),
    endpoint_hosts=("blackboard.com",),  # docs.anthology.com: endpoints are on developer.blackboard.com
    returns_to_any_host=True,  # issuer and endpoints are central, deployments tell institutions apart
    score_rules=(
        ScoreRule(400, Delivery.NOT_GRADABLE, "hypothesis/lms: score for an unknown user", "user could not be found"),
    ),
)

SAKAI = Quirks(
    LmsFamily.SAKAI,
    product_codes=frozenset({"sakai", "sakailms.org"}),  # sakai LTI13Servlet: the second when it registers a tool
    forbids_refused_tokens=True,  # sakai LTI13Servlet: "signature_error", of all tokens once a server has started anew
    score_rules=(
        ScoreRule(400, Delivery.NOT_GRADABLE, "sakai LTI13Servlet: no member of the site", "does not belong to site"),
    ),
)
GENERIC = Quirks(LmsFamily.GENERIC)

ROWS: Mapping[LmsFamily, Quirks] = {
    row.family: row for row in (MOODLE, OPEN_EDX, CANVAS, BRIGHTSPACE, BLACKBOARD, SAKAI, GENERIC)
}

ASSERTION_AUDIENCES: Mapping[str, str] = {
    # webwork2 #2342: not the token URL; oat-sa lib-lti1p3-core #187: and never a list
    "auth.brightspace.com": "https://api.brightspace.com/auth/token",
}
"""``aud`` of client assertions by the host of the token URL, where it is not that URL."""

_SPEC = "LTI-AGS 2.0 and RFC 9110"
GENERAL_RULES = (
    ScoreRule(
        200, Delivery.RETRY, "a proxy's, log-in or maintenance page: no gradebook answers HTML", r"^<(!doctype|html)"
    ),
    ScoreRule(404, Delivery.GONE, _SPEC),
    ScoreRule(410, Delivery.GONE, _SPEC),
    ScoreRule(409, Delivery.STALE, _SPEC),
    ScoreRule(408, Delivery.RETRY, _SPEC),
    ScoreRule(425, Delivery.RETRY, _SPEC),
    ScoreRule(429, Delivery.RETRY, _SPEC),
)


def quirks_of(family: LmsFamily) -> Quirks:
    """The row of an LMS."""
    return ROWS[family]


def family_of(platform: Platform, tool_platform: Mapping[str, object]) -> LmsFamily:
    """What the registration says; else the product code of the launch; else the issuer's host."""
    if platform.family is not LmsFamily.GENERIC:
        return platform.family
    code = tool_platform.get("product_family_code")
    return family_named(code if isinstance(code, str) else "", platform.issuer)


def family_named(code: str, issuer: str) -> LmsFamily:
    """The LMS of a product code; without one, of the issuer's host."""
    named = code.strip().lower()
    for row in ROWS.values():
        if named in row.product_codes or (not named and is_below(issuer, row.issuer_hosts)):
            return row.family
    return LmsFamily.GENERIC


def is_below(url: str, hosts: tuple[str, ...]) -> bool:
    """The host of ``url`` is one of ``hosts``, or below one."""
    host = (urlsplit(url).hostname or "").lower()
    return any(host == known or host.endswith("." + known) for known in hosts)


def delivery_of(family: LmsFamily, status: int, text: str) -> Delivery:
    """What an answer to a posted score means. ``text`` is the reason phrase or the body, as sent."""
    for rule in (*quirks_of(family).score_rules, *GENERAL_RULES):
        if rule.fits(status, text):
            return rule.delivery
    if 200 <= status < 300:
        return Delivery.DELIVERED
    return Delivery.RETRY if status >= 500 else Delivery.REJECTED
