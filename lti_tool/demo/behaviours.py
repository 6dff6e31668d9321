"""How LMS products differ at the other end of LTI 1.3: one frozen row per flavour.

Sources: Moodle 4.5.6 and 5.1 observed over HTTP; Open edX ``lti-consumer-xblock`` 9.14.3 and 11.4.4 run and read;
Canvas, Brightspace and Blackboard vendor documentation and public issue threads; Sakai's servlet read. Each row's
``source`` says which. The demo stays *stricter* than the products where a product is lax (assertion ``aud``, ``jti``,
expiry): a tool that passes here passes there.
"""

from __future__ import annotations

from dataclasses import replace

from lti_tool.demo.behaviour import Behaviour, IdStyle, Refusal, Roles, TimestampRule, roles_of
from lti_tool.demo.vocabulary import (
    ALL_SCOPES,
    INSTITUTION,
    LINEITEM_READ,
    MEMBERS_READ,
    MEMBERSHIP,
    RESULT_READ,
    SCORE,
    STANDARD_VARIABLES,
    SYSTEM,
    WITH_NOTICES,
    RegistrationStyle,
    UnfinishedScore,
)

_MOODLE = Behaviour(
    name="moodle",
    label="Moodle 4.5 and 5.1",
    source="Moodle 4.5.6 and 5.1, observed over HTTP",
    product_family_code="moodle",
    version="2024100706",
    ids=IdStyle.INTEGER,
    hint_is_json=True,
    roles=roles_of(
        (MEMBERSHIP + "Learner",),
        (MEMBERSHIP + "Instructor",),
        (INSTITUTION + "Administrator", MEMBERSHIP + "Instructor", SYSTEM + "Administrator"),
    ),
    sends_azp=False,
    sends_deep_link_data=False,
    context_has_uri_type=False,
    substitutes=STANDARD_VARIABLES - {"ResourceLink.id.history", "ToolPlatformInstance.guid"},
    token_content_type="text/html; charset=UTF-8",
    remembers_tool_keys=True,
    service_query="type_id={deployment}",
    pages_by_default=False,
    bad_accept=400,
    bad_content_type=400,
    forbidden_scope=401,
    timestamp_rule=TimestampRule.LATER_WHOLE_SECOND,
    timestamp_refusal=Refusal(409, "Refusing score with an earlier timestamp"),
    not_gradable=Refusal(400, "Incorrect score received"),
    foreign_link=Refusal(403, "Resource link not found"),
    unfinished_score=UnfinishedScore.WIPES,
    hides_zero_result=True,
    refuses_result_limit=True,
    masks_refusal_of_multiline_body=True,
    uncouples_on_put=True,
    short_member_roles=True,
    roster_versions=("1.0", "2.0"),
    sends_lti_1_leftovers=True,
)

_OPENEDX_STAFF = (
    SYSTEM + "Administrator",
    INSTITUTION + "Administrator",
    MEMBERSHIP + "Administrator",
    MEMBERSHIP + "Instructor",
)


def _openedx(name: str, label: str, roles: Roles, scopes: tuple[str, ...]) -> Behaviour:
    return Behaviour(
        name=name,
        label=label,
        source="lti-consumer-xblock 9.14.3 and 11.4.4, run and read",
        product_family_code="",
        ids=IdStyle.USAGE_KEY,
        hint_works_once=False,
        roles=roles,
        sends_given_and_family=False,
        link_has_title=False,
        sends_presentation_details=False,
        scopes=scopes,
        pages_by_default=False,
        score_accepted=201,
        timestamp_refusal=Refusal(400, "Score timestamp can only be updated to a later point in time"),
        not_gradable=Refusal(500, "Server Error (500)"),
        foreign_link=Refusal(400, "Unknown resourceLinkId"),
        integer_maximum=True,
        needs_link_or_resource_id=True,
        registration=RegistrationStyle.UNSUPPORTED,
        any_delete=Refusal(403, "You do not have permission to perform this action."),
    )


_DECLARATIVE = (LINEITEM_READ, RESULT_READ, SCORE, MEMBERS_READ)
_OPENEDX_ROLES = roles_of(
    (MEMBERSHIP + "Learner", INSTITUTION + "None", SYSTEM + "None"), _OPENEDX_STAFF, _OPENEDX_STAFF
)
_OPENEDX_OLD_ROLES = roles_of(
    (INSTITUTION + "Student",),
    (INSTITUTION + "Instructor",),
    (SYSTEM + "Administrator", INSTITUTION + "Administrator"),
)

_CANVAS = Behaviour(
    name="canvas",
    label="Canvas",
    source="canvas-lms documentation and controllers, public threads",
    product_family_code="canvas",
    version="cloud",
    deployment_parameters=("deployment_id", "lti_deployment_id"),
    storage_target="post_message_forwarding",
    roles=roles_of(
        (INSTITUTION + "Administrator", INSTITUTION + "Instructor", MEMBERSHIP + "Learner", SYSTEM + "User"),
        (INSTITUTION + "Instructor", MEMBERSHIP + "Instructor", SYSTEM + "User"),
        (INSTITUTION + "Administrator", MEMBERSHIP + "Instructor", SYSTEM + "User"),
    ),
    substitutes=STANDARD_VARIABLES,
    scopes=WITH_NOTICES,
    page_size=10,
    timestamp_rule=TimestampRule.NOT_EARLIER,
    timestamp_refusal=Refusal(400, "Provided timestamp earlier than last updated"),
    bad_score=Refusal(422, "Unprocessable score"),
    not_gradable=Refusal(422, "User not found in course or is not a student"),
    unfinished_score=UnfinishedScore.WIPES,
    caps_at_maximum=False,
    coupled_delete=Refusal(401, "The line item is coupled to a resource link"),
    needs_user_agent=True,
    registration=RegistrationStyle.TOKEN_ALWAYS,
    answers_deployment_id=False,
)

_BRIGHTSPACE = Behaviour(
    name="brightspace",
    label="Brightspace",
    source="D2L documentation and public threads",
    product_family_code="desire2learn",
    storage_target="_parent",
    roles=roles_of(
        (INSTITUTION + "Student", MEMBERSHIP + "Learner"),
        (INSTITUTION + "Faculty", MEMBERSHIP + "Instructor"),
        (INSTITUTION + "Administrator", MEMBERSHIP + "Administrator"),
    ),
    substitutes=STANDARD_VARIABLES,
    token_audience="https://api.brightspace.com/auth/token",
    registration=RegistrationStyle.NO_TOKEN,
    not_gradable=Refusal(403, "User in requested score is not enrolled in the org unit"),
)

_BLACKBOARD = Behaviour(
    name="blackboard",
    label="Blackboard Learn",
    source="Anthology documentation and public threads",
    product_family_code="BlackboardLearn",
    ids=IdStyle.HEX,
    login_method="GET",
    storage_target="lti_storage_frame",
    announces_storage=False,
    substitutes=STANDARD_VARIABLES,
    not_gradable=Refusal(400, "User could not be found"),
    integer_maximum=True,
    score_accepted=204,
)

_SAKAI = Behaviour(
    name="sakai",
    label="Sakai",
    source="sakai LTI13Servlet, read",
    product_family_code="sakailms.org",
    substitutes=STANDARD_VARIABLES,
    pages_by_default=False,
    refused_token=403,
    forbidden_scope=400,
    not_gradable=Refusal(400, "User does not belong to site"),
)

_GENERIC = Behaviour(
    name="generic",
    label="Plain reading of the specifications",
    source="1EdTech LTI 1.3, AGS 2.0, NRPS 2.0, DL 2.0, PNS 1.0, platform storage 0.1",
    product_family_code="demo-lms",
    storage_target="_parent",
    substitutes=STANDARD_VARIABLES,
    scopes=WITH_NOTICES,
    needs_fraction=True,
    caps_at_maximum=False,
)

BEHAVIOURS: dict[str, Behaviour] = {
    row.name: row
    for row in (
        _GENERIC,
        _MOODLE,
        _openedx("openedx", "Open edX (11.x, declarative)", _OPENEDX_ROLES, _DECLARATIVE),
        replace(
            _openedx("openedx-programmatic", "Open edX (11.x, programmatic)", _OPENEDX_ROLES, ALL_SCOPES),
            creates_link_item=False,
        ),
        replace(
            _openedx("openedx-9.14", "Open edX (9.14)", _OPENEDX_OLD_ROLES, _DECLARATIVE),
            publishes_zero=False,
        ),
        _CANVAS,
        _BRIGHTSPACE,
        _BLACKBOARD,
        _SAKAI,
    )
}
