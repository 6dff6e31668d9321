"""Names that the specifications give: roles (LTI Core 1.3, A.2), scopes (AGS, NRPS), variables, ways to register."""

from __future__ import annotations

from enum import StrEnum

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person#"

AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
LINEITEM, LINEITEM_READ = AGS + "lineitem", AGS + "lineitem.readonly"
RESULT_READ, SCORE = AGS + "result.readonly", AGS + "score"
MEMBERS_READ = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
ALL_SCOPES = (LINEITEM, LINEITEM_READ, RESULT_READ, SCORE, MEMBERS_READ)
NOTICE_HANDLERS = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
WITH_NOTICES = (*ALL_SCOPES, NOTICE_HANDLERS)

STANDARD_VARIABLES = frozenset(
    {
        "User.id",
        "User.username",
        "Person.name.full",
        "Person.name.given",
        "Person.name.family",
        "Person.email.primary",
        "Context.id",
        "Context.title",
        "Context.id.history",
        "ResourceLink.id",
        "ResourceLink.title",
        "ResourceLink.id.history",
        "Membership.role",
        "LineItem.url",
        "LineItems.url",
        "ToolPlatformInstance.guid",
    }
)


class UnfinishedScore(StrEnum):
    """What a score whose gradingProgress is not FullyGraded does to a grade that is already there."""

    KEEPS = "keeps"
    WIPES = "wipes"


class RegistrationStyle(StrEnum):
    """Who must show the registration token, where (LTI Dynamic Registration 1.0; Canvas and Brightspace differ)."""

    TOKEN = "on the registration"
    TOKEN_ALWAYS = "on the configuration too"
    NO_TOKEN = "never given"
    UNSUPPORTED = "no dynamic registration"
