"""Verified claims to a ``Launch``: every claim typed and bounded, anything malformed refused by name.

Absent and ``null`` are the same. Optional text that is too long is cut; identifiers never are.
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
    CourseContext,
    DeepLinkingSettings,
    GradebookEndpoint,
    Launch,
    MessageType,
    PersonName,
    Platform,
    ResourceLink,
    RosterEndpoint,
)
from lti_tool.lti.history import history_of
from lti_tool.lti.quirks import family_of
from lti_tool.lti.return_url import check_return_url, usable_web_url
from lti_tool.lti.roles import TEST_USER, roles_of

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
DL_SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"

MAX_TEXT = 1000
MAX_CUSTOM = 200
MAX_CUSTOM_VALUE = 8192
MAX_ROLES = 100
MAX_ADDRESS = 2048
"""Addresses of services are kept; a longer one could not be."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
"""Control characters, and halves of surrogate pairs: JSON can hold them, no database and no UTF-8 can."""
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
    deployment = _deployment(claims, platform)
    subject = _identifier(claims.get("sub"), "subject")
    raw_roles = _raw_roles(claims)
    _ask_library(claims, message_type)
    platform = replace(platform, family=family_of(platform, _object(claims, LTI + "tool_platform", "tool_platform")))
    presentation = _object(claims, LTI + "launch_presentation", "launch_presentation")
    link = _resource_link(claims, is_required=message_type is MessageType.RESOURCE_LINK)
    custom = _custom(claims)
    launch = Launch(
        message_type=message_type,
        platform=platform,
        deployment_id=deployment,
        subject=subject,
        roles=roles_of(raw_roles, platform.family),
        target_link_uri=_target(claims),
        name=PersonName(*(_text(claims.get(part)) for part in ("name", "given_name", "family_name"))),
        email=_matching(_EMAIL, claims.get("email")),
        locale=_matching(_LOCALE, presentation.get("locale")) or _matching(_LOCALE, claims.get("locale")),
        context=_context(claims),
        resource_link=link,
        custom=custom,
        gradebook=_gradebook(claims),
        roster=_roster(claims),
        deep_linking=_deep_linking(claims, platform, is_plain_http_allowed, message_type),
        return_url=usable_web_url(presentation.get("return_url"), is_plain_http_allowed),
        document_target=_text(presentation.get("document_target")),
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


def _deployment(claims: Mapping[str, Any], platform: Platform) -> str:
    value = _identifier(claims.get(LTI + "deployment_id"), "deployment_id")
    if value not in platform.deployment_ids and not platform.takes_deployments:
        raise LaunchRefused(
            "deployment_unknown", "this deployment is not connected", issuer=platform.issuer, deployment=value
        )
    return value


def _identifier(value: Any, name: str) -> str:
    if value is None or value == "":
        raise LaunchRefused(f"{name}_missing", f"the message has no {name}", claim=name)
    if not isinstance(value, str):
        raise LaunchRefused(f"{name}_malformed", f"{name} must be a string", claim=name)
    if len(value) > MAX_ID:
        raise LaunchRefused(f"{name}_too_long", f"{name} has more than {MAX_ID} characters", claim=name)
    if _CONTROL.search(value):
        raise LaunchRefused(f"{name}_malformed", f"{name} holds control characters", claim=name)
    return value


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


def _object(claims: Mapping[str, Any], claim: str, name: str) -> Mapping[str, Any]:
    value = claims.get(claim)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise LaunchRefused(f"{name}_malformed", f"{name} must be an object", claim=name)
    return value


def _text(value: Any, limit: int = MAX_TEXT) -> str:
    return _CONTROL.sub(" ", value).strip()[:limit] if isinstance(value, str) else ""


def _matching(pattern: re.Pattern[str], value: Any) -> str:
    return value if isinstance(value, str) and pattern.fullmatch(value) else ""


def _target(claims: Mapping[str, Any]) -> str:
    value = claims.get(LTI + "target_link_uri")
    if not isinstance(value, str) or not value:
        raise LaunchRefused("target_link_uri_missing", "the message has no target_link_uri")
    return value


def _context(claims: Mapping[str, Any]) -> CourseContext | None:
    if claims.get(LTI + "context") is None:
        return None
    context = _object(claims, LTI + "context", "context")
    return CourseContext(
        _identifier(context.get("id"), "context_id"), _text(context.get("label")), _text(context.get("title"))
    )


def _resource_link(claims: Mapping[str, Any], *, is_required: bool) -> ResourceLink | None:
    link = _object(claims, LTI + "resource_link", "resource_link")
    if not is_required and not link.get("id"):
        return None
    return ResourceLink(
        _identifier(link.get("id"), "resource_link"), _text(link.get("title")), _text(link.get("description"), 4000)
    )


def _custom(claims: Mapping[str, Any]) -> dict[str, str]:
    """Custom parameters as strings; a variable that the LMS did not fill (``$Name`` literally) becomes empty."""
    given = _object(claims, LTI + "custom", "custom")
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
    claim = _object(claims, AGS, "endpoint")
    scopes = claim.get("scope") or []
    if not isinstance(scopes, list) or not all(
        isinstance(scope, str) and not _CONTROL.search(scope) for scope in scopes
    ):
        raise LaunchRefused("endpoint_malformed", "scope of the gradebook endpoint must be a list of strings")
    lineitems, lineitem = (_service_url(claim.get(name), "endpoint") for name in ("lineitems", "lineitem"))
    return GradebookEndpoint(frozenset(scopes), lineitems, lineitem)


def _roster(claims: Mapping[str, Any]) -> RosterEndpoint | None:
    url = _service_url(_object(claims, NRPS, "namesroleservice").get("context_memberships_url"), "namesroleservice")
    return RosterEndpoint(url) if url else None


def _service_url(value: Any, name: str) -> str | None:
    if value is None or value == "":
        return None
    is_web = isinstance(value, str) and value.startswith(("https://", "http://")) and not _CONTROL.search(value)
    if not is_web or len(value) > MAX_ADDRESS:
        raise LaunchRefused(f"{name}_malformed", f"an address in {name} is not a web address", claim=name)
    return str(value)


def _deep_linking(
    claims: Mapping[str, Any],
    platform: Platform,
    is_plain_http_allowed: Callable[[str, int], bool],
    message_type: MessageType,
) -> DeepLinkingSettings | None:
    if message_type is not MessageType.DEEP_LINKING:
        return None
    settings = _object(claims, DL_SETTINGS, "deep_linking_settings")
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
        title=_text(settings.get("title")),
        text=_text(settings.get("text"), 4000),
    )


def _flag(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")


def _for_user(claims: Mapping[str, Any], message_type: MessageType) -> str | None:
    if message_type not in (MessageType.SUBMISSION_REVIEW, MessageType.DATA_PRIVACY):
        return None
    return _identifier(_object(claims, LTI + "for_user", "for_user").get("user_id"), "for_user")
