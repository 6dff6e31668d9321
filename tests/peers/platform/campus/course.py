"""Building a course and launching from it, through the consumer's public calls."""

from __future__ import annotations

import uuid
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.http import HttpRequest
from lti_consumer import api
from lti_consumer.data import Lti1p3LaunchData
from lti_consumer.models import CourseAllowPIISharingInLTIFlag, Lti1p3Passport, LtiConfiguration
from opaque_keys.edx.keys import CourseKey, UsageKey

from campus import releases
from campus.models import Block, Course, ExternalId, Member, Profile
from campus.runtime import BLOCK_TYPE, Face, load_block
from xblock_cme.lti_launch import launch_address


def create_course(
    org: str, number: str, name: str, may_share_names: bool | None, member_limit: int | None
) -> dict[str, str]:
    """A course run; ``may_share_names`` sets the course flag for personal data, None leaves it unset."""
    key = CourseKey.from_string(f"course-v1:{org}+{number}+2026")
    Course.objects.create(key=str(key), org=org, name=name, member_limit=member_limit)
    if may_share_names is not None:
        CourseAllowPIISharingInLTIFlag.objects.create(course_id=key, enabled=may_share_names)
    return {"key": str(key)}


def create_person(
    course: str, username: str, full_name: str, email: str, role: str, is_enrolled: bool, is_superuser: bool
) -> dict[str, str]:
    """A person with a role in the course; ``sub`` is the id by which tools know them."""
    user = get_user_model().objects.create(username=username, email=email, is_superuser=is_superuser)
    Profile.objects.create(user=user, name=full_name)
    Member.objects.create(course_id=course, user=user, role=role, is_enrolled=is_enrolled)
    return {"username": username, "sub": str(ExternalId.objects.create(user=user).external_user_id)}


def create_block(course: str, fields: dict[str, Any], shares_client_with: str | None) -> dict[str, str]:
    """An LTI 1.3 component with these field values; returns its usage key and what the tool must register."""
    usage_key = CourseKey.from_string(course).make_usage_key(BLOCK_TYPE, uuid.uuid4().hex)
    passport = _configuration(shares_client_with).lti_1p3_passport if shares_client_with else _new_passport()
    fields["lti_1p3_passport_id"] = str(passport.passport_id)
    Block.objects.create(usage_key=str(usage_key), course_id=course, fields={**fields, "lti_version": "lti_1p3"})
    config_id = api.config_id_for_block(load_block(usage_key))
    return {"usage_key": str(usage_key), **_registration(usage_key, config_id)}


def _new_passport() -> Lti1p3Passport:
    """A client with its key made here: the consumer's own key maker takes seconds, in pure Python."""
    return Lti1p3Passport.objects.create(**_new_key())


def _new_key() -> dict[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return {
        "lti_1p3_internal_private_key": pem.decode(),
        "lti_1p3_internal_private_key_id": str(uuid.uuid4()),
        "lti_1p3_internal_public_jwk": "",
    }


def _registration(usage_key: UsageKey, config_id: uuid.UUID) -> dict[str, str]:
    """The values that Studio shows to whoever sets up the tool."""
    nobody = Lti1p3LaunchData(user_id=0, user_role=None, config_id=config_id, resource_link_id=str(usage_key))
    info = api.get_lti_1p3_launch_info(nobody)
    return {
        "issuer": settings.LMS_ROOT_URL,
        "client_id": info["client_id"],
        "deployment_id": info["deployment_id"],
        "authorization_url": info["oidc_callback"],
        "token_url": info["token_url"],
        "keyset_url": info["keyset_url"],
    }


def start_launch(block: str, username: str, message: str, face: Face, release: str | None) -> dict[str, str]:
    """Where the person's browser goes first.

    ``message`` is ``resource_link``, ``deep_linking``, or ``planning``: the CME block's way in for authors, by the
    configuration of this component. ``release`` replaces the roles by a recorded set.
    """
    user = get_user_model().objects.get(username=username)
    loaded = load_block(UsageKey.from_string(block), user, face)
    launch = loaded.get_lti_1p3_launch_data()
    if message == "planning":
        return {"url": launch_address(loaded, str(launch.config_id), {"cme_open": "planning"})}
    if release is not None:
        launch.user_role = releases.role_name(release, loaded.role)
    if message == "deep_linking":
        return {"url": api.get_lti_1p3_launch_start_url(launch, deep_link_launch=True)}
    return {"url": api.get_lti_1p3_content_url(launch)}


def rotate_key(block: str) -> dict[str, str]:
    """Replace the platform's key by another under a new ``kid``; the consumer then publishes that one alone."""
    passport = _configuration(block).lti_1p3_passport
    for name, value in _new_key().items():
        setattr(passport, name, value)
    passport.save()
    return {"kid": passport.lti_1p3_internal_private_key_id}


def _configuration(block: str) -> LtiConfiguration:
    return LtiConfiguration.objects.get(location=UsageKey.from_string(block))


def log_in(request: HttpRequest, body: dict[str, Any]) -> dict[str, str]:
    """Give the caller the LMS session of this person, as a cookie."""
    user = get_user_model().objects.get(username=body["username"])
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return {"username": user.get_username()}
