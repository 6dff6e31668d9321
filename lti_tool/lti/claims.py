"""Verified claims to a ``Launch``: every claim typed and bounded, anything malformed refused by name.

The verdict on a message type's required claims is also asked of pylti1p3's message validators.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pylti1p3.exception import LtiException
from pylti1p3.message_validators.abstract import MessageValidatorAbstract
from pylti1p3.message_validators.deep_link import DeepLinkMessageValidator
from pylti1p3.message_validators.privacy_launch import PrivacyLaunchValidator
from pylti1p3.message_validators.resource_message import ResourceMessageValidator
from pylti1p3.message_validators.submission_review import SubmissionReviewLaunchValidator

from lti_tool.domain.errors import LaunchRefused
from lti_tool.domain.launch import (
    MAX_ID,
    DeepLinkingSettings,
    GradebookEndpoint,
    Launch,
    MessageType,
    NoticeService,
    NoticeType,
    PersonName,
    Platform,
    ResourceLink,
    RosterEndpoint,
)
from lti_tool.lti.claim_parts import (
    CONTROL,
    LTI,
    context_of,
    deployment_of,
    identifier,
    object_of,
    service_url,
    text_of,
)
from lti_tool.lti.history import history_of
from lti_tool.lti.quirks import family_of
from lti_tool.lti.return_url import check_return_url, usable_web_url
from lti_tool.lti.roles import TEST_USER, roles_of

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
PNS = LTI + "platformnotificationservice"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
DL_SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"

MAX_CUSTOM = 200
MAX_CUSTOM_VALUE = 8192
MAX_ROLES = 100
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]+")
_UNFILLED = re.compile(r"\$[A-Za-z][A-Za-z0-9_.]*")
_LOCALE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,4}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")

_VALIDATORS: Mapping[MessageType, Callable[[], MessageValidatorAbstract]] = {
    MessageType.RESOURCE_LINK: ResourceMessageValidator,
    MessageType.DEEP_LINKING: DeepLinkMessageValidator,
    MessageType.SUBMISSION_REVIEW: SubmissionReviewLaunchValidator,
    MessageType.DATA_PRIVACY: PrivacyLaunchValidator,
}


def launch_of(
    claims: Mapping[str, Any], platform: Platform, is_plain_http_allowed: Callable[[str, int], bool]
) -> Launch:
    """The message as values. ``is_plain_http_allowed(host, port)`` speaks for hosts on the allow-list.

    Raises ``LaunchRefused``; its code names the claim.
    """
    if claims.get(LTI + "version") != "1.3.0":
        raise LaunchRefused("version_wrong", "the message is not LTI 1.3.0")
    message_type = _message_type(claims)
    deployment = deployment_of(claims, platform)
    subject = identifier(claims.get("sub"), "subject")
    raw_roles = _raw_roles(claims)
    _ask_library(claims, message_type)
    platform = replace(platform, family=family_of(platform, object_of(claims, LTI + "tool_platform", "tool_platform")))
    presentation = object_of(claims, LTI + "launch_presentation", "launch_presentation")
    link = _resource_link(claims, is_required=message_type is MessageType.RESOURCE_LINK)
    custom = _custom(claims)
    launch = Launch(
        message_type=message_type,
        platform=platform,
        deployment_id=deployment,
        subject=subject,
        roles=roles_of(raw_roles, platform.family),
        target_link_uri=_target(claims),
        name=PersonName(*(text_of(claims.get(part)) for part in ("name", "given_name", "family_name"))),
        email=_matching(_EMAIL, claims.get("email")),
        locale=_matching(_LOCALE, presentation.get("locale")) or _matching(_LOCALE, claims.get("locale")),
        context=context_of(claims),
        resource_link=link,
        custom=custom,
        gradebook=_gradebook(claims),
        roster=_roster(claims),
        notices=_notices(claims),
        deep_linking=_deep_linking(claims, platform, is_plain_http_allowed, message_type),
        return_url=usable_web_url(presentation.get("return_url"), is_plain_http_allowed),
        document_target=text_of(presentation.get("document_target")),
        for_user=_for_user(claims, message_type),
        is_test_user=TEST_USER in raw_roles,
        raw_roles=raw_roles,
        link_history=history_of(claims, custom, "link_history", "ResourceLink.id.history"),
        context_history=history_of(claims, custom, "context_history", "Context.id.history"),
    )
    if message_type is MessageType.DATA_PRIVACY and launch.for_user != subject and not launch.is_staff:
        raise LaunchRefused("privacy_on_behalf", "somebody who is not staff asks for the data of another person")
    return launch


def _message_type(claims: Mapping[str, Any]) -> MessageType:
    value = claims.get(LTI + "message_type")
    if not value:
        raise LaunchRefused("message_type_missing", "the id_token is not an LTI message: it has no message type")
    try:
        return MessageType(value)
    except ValueError as error:
        raise LaunchRefused(
            "message_type_unsupported", "this tool does not serve messages of this type", message_type=str(value)[:60]
        ) from error


def _raw_roles(claims: Mapping[str, Any]) -> tuple[str, ...]:
    value = claims.get(LTI + "roles")
    if value is None:
        raise LaunchRefused("roles_missing", "the message has no roles claim")
    if not isinstance(value, list) or not all(isinstance(role, str) for role in value):
        raise LaunchRefused("roles_malformed", "roles must be a list of strings")
    if len(value) > MAX_ROLES:
        raise LaunchRefused("roles_malformed", f"more than {MAX_ROLES} roles")
    return tuple(value)


def _ask_library(claims: Mapping[str, Any], message_type: MessageType) -> None:
    try:
        _VALIDATORS[message_type]().validate(claims)
    except (LtiException, AttributeError, TypeError) as error:
        raise LaunchRefused(_library_code(str(error)), f"the message is incomplete: {error}") from error


def _library_code(words: str) -> str:
    named = {
        "Missing Resource Link Id": "resource_link_missing",
        "Missing Deep Linking Settings": "deep_linking_settings_missing",
        "For user claim must be included in a DataPrivacyLaunchRequest": "for_user_missing",
        "Must support resource link placement types": "accept_types_unsupported",
        "Must support a presentation type": "presentation_targets_missing",
    }
    return named.get(words, "message_incomplete")


def _matching(pattern: re.Pattern[str], value: Any) -> str:
    return value if isinstance(value, str) and pattern.fullmatch(value) else ""


def _target(claims: Mapping[str, Any]) -> str:
    value = claims.get(LTI + "target_link_uri")
    if not isinstance(value, str) or not value:
        raise LaunchRefused("target_link_uri_missing", "the message has no target_link_uri")
    return value


def _resource_link(claims: Mapping[str, Any], *, is_required: bool) -> ResourceLink | None:
    link = object_of(claims, LTI + "resource_link", "resource_link")
    if not is_required and not link.get("id"):
        return None
    return ResourceLink(
        identifier(link.get("id"), "resource_link"), text_of(link.get("title")), text_of(link.get("description"), 4000)
    )


def _custom(claims: Mapping[str, Any]) -> dict[str, str]:
    """Custom parameters as strings; a variable that the LMS did not fill (``$Name`` literally) becomes empty."""
    given = object_of(claims, LTI + "custom", "custom")
    if len(given) > MAX_CUSTOM:
        raise LaunchRefused("custom_too_large", f"more than {MAX_CUSTOM} custom parameters")
    return {key: _custom_value(value) for key, value in given.items() if len(key) <= MAX_ID}


def _custom_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = _UNSTORABLE.sub("", str(value)) if isinstance(value, (str, int, float)) else ""
    if len(text) > MAX_CUSTOM_VALUE:
        raise LaunchRefused("custom_too_large", f"a custom parameter has more than {MAX_CUSTOM_VALUE} characters")
    return "" if _UNFILLED.fullmatch(text) else text


def _gradebook(claims: Mapping[str, Any]) -> GradebookEndpoint | None:
    if claims.get(AGS) is None:
        return None
    claim = object_of(claims, AGS, "endpoint")
    scopes = claim.get("scope") or []
    if not isinstance(scopes, list) or not all(
        isinstance(scope, str) and not CONTROL.search(scope) for scope in scopes
    ):
        raise LaunchRefused("endpoint_malformed", "scope of the gradebook endpoint must be a list of strings")
    lineitems, lineitem = (service_url(claim.get(name), "endpoint") for name in ("lineitems", "lineitem"))
    return GradebookEndpoint(frozenset(scopes), lineitems, lineitem)


def _roster(claims: Mapping[str, Any]) -> RosterEndpoint | None:
    url = service_url(object_of(claims, NRPS, "namesroleservice").get("context_memberships_url"), "namesroleservice")
    return RosterEndpoint(url) if url else None


def _notices(claims: Mapping[str, Any]) -> NoticeService | None:
    """No launch needs this service, so one that cannot be used is none."""
    claim = claims.get(PNS)
    offered = claim.get("notice_types_supported") if isinstance(claim, dict) else None
    types = frozenset(kind for kind in NoticeType if isinstance(offered, list) and kind.value in offered)
    try:
        url = service_url(claim.get("platform_notification_service_url"), PNS) if isinstance(claim, dict) else None
    except LaunchRefused:
        return None
    return NoticeService(url, types) if url and types else None


def _deep_linking(
    claims: Mapping[str, Any],
    platform: Platform,
    is_plain_http_allowed: Callable[[str, int], bool],
    message_type: MessageType,
) -> DeepLinkingSettings | None:
    if message_type is not MessageType.DEEP_LINKING:
        return None
    settings = object_of(claims, DL_SETTINGS, "deep_linking_settings")
    data = settings.get("data")
    if data is not None and not isinstance(data, str):
        raise LaunchRefused("deep_linking_settings_malformed", "data must be a string")
    accepts_line_item = settings.get("accept_lineitem")
    return DeepLinkingSettings(
        return_url=check_return_url(settings.get("deep_link_return_url"), platform, is_plain_http_allowed),
        accept_types=tuple(kind for kind in settings["accept_types"] if isinstance(kind, str)),
        accept_multiple=_flag(settings.get("accept_multiple")),
        accept_lineitem=True if accepts_line_item is None else _flag(accepts_line_item),
        data=data,
        title=text_of(settings.get("title")),
        text=text_of(settings.get("text"), 4000),
    )


def _flag(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")


def _for_user(claims: Mapping[str, Any], message_type: MessageType) -> str | None:
    if message_type not in (MessageType.SUBMISSION_REVIEW, MessageType.DATA_PRIVACY):
        return None
    return identifier(object_of(claims, LTI + "for_user", "for_user").get("user_id"), "for_user")
