"""Why a launch was refused, in words for the person in front of it: what happened, and who can do what about it.

The code stands beside the words, for whoever connected the LMS: it names the exact check (``lti_tool.lti``).
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

ASK_LMS = lazy_gettext(
    "Go back to your course and open the activity again. If it happens again, give the reference to your help desk."
)
ADMIN = lazy_gettext(
    "This must be put right by whoever connected this tool to the learning platform. Give them the reference."
)
_WAIT = lazy_gettext("Try again in a minute. If it happens again, give the reference to your help desk.")
_INSTRUCTOR = lazy_gettext("Tell your instructor: the link in the course has to be removed and added again.")
_CLOCK = lazy_gettext(
    "Go back to your course and open the activity again. If it happens every time, the clock of the learning platform "
    "or of this tool is wrong: give the reference to your help desk."
)

Words = tuple[Any, Any]

_GROUPS: tuple[tuple[Words, str], ...] = (
    (
        (lazy_gettext("Your learning platform refused to sign you in"), ASK_LMS),
        "platform_error",
    ),
    (
        (
            lazy_gettext("This sign-in was used before or took too long"),
            lazy_gettext("Each sign-in works once. Go back to your course and open the activity again."),
        ),
        "state_unknown",
    ),
    (
        (lazy_gettext("The sign-in was incomplete"), ASK_LMS),
        "login_parameter_missing login_parameter_too_long login_parameter_malformed state_missing id_token_missing",
    ),
    ((lazy_gettext("This sign-in was begun in another browser"), ASK_LMS), "browser_wrong"),
    ((lazy_gettext("This learning platform is not connected to this tool"), ADMIN), "issuer_unknown"),
    (
        (lazy_gettext("This learning platform was disconnected from this tool while you signed in"), ADMIN),
        "registration_removed",
    ),
    (
        (
            lazy_gettext("This learning platform waits for approval"),
            lazy_gettext("Whoever offers these activities must approve the connection in their office first."),
        ),
        "registration_pending",
    ),
    (
        (
            lazy_gettext("This registration address has been used or is too old"),
            lazy_gettext(
                "Each address registers one learning platform, once. Ask whoever gave it to you for a new one."
            ),
        ),
        "registration_invitation_used",
    ),
    (
        (
            lazy_gettext("Open this address from your learning platform"),
            lazy_gettext(
                "It is no page to look at: enter it where your learning platform asks for a registration address."
            ),
        ),
        "registration_incomplete registration_token_malformed",
    ),
    (
        (
            lazy_gettext("What your learning platform says of itself does not fit together"),
            lazy_gettext(
                "Its configuration names addresses that are not the issuer’s. Connect it by hand instead, with the "
                "values that its administration shows. Nothing was registered."
            ),
        ),
        "configuration_foreign configuration_malformed",
    ),
    (
        (
            lazy_gettext("Your learning platform did not accept the registration"),
            lazy_gettext("Nothing was registered, and the address can be used again. Begin the registration anew."),
        ),
        "registration_refused registration_malformed",
    ),
    (
        (
            lazy_gettext("This connection belongs to somebody else"),
            lazy_gettext(
                "The client id or the deployment is connected for another provider of this installation. Ask whoever "
                "runs it."
            ),
        ),
        "registration_taken platform_in_use platform_unknown",
    ),
    ((lazy_gettext("This learning platform used a client id that is not connected"), ADMIN), "client_unknown"),
    (
        (lazy_gettext("This learning platform did not say which of its connections it uses"), ADMIN),
        "client_ambiguous",
    ),
    ((lazy_gettext("This deployment of the learning platform is not connected"), ADMIN), "deployment_unknown"),
    (
        (lazy_gettext("The link in the course points somewhere else"), _INSTRUCTOR),
        "target_link_uri_foreign target_link_uri_changed target_link_uri_missing",
    ),
    ((lazy_gettext("Your learning platform's keys could not be fetched"), _WAIT), "keyset_unavailable"),
    (
        (lazy_gettext("Your learning platform's signature could not be checked"), ADMIN),
        "key_unknown key_id_missing token_signature token_algorithm",
    ),
    (
        (lazy_gettext("The sign-in from your learning platform was meant for somebody else"), ADMIN),
        "issuer_wrong audience_wrong azp_wrong",
    ),
    (
        (lazy_gettext("The sign-in from your learning platform does not belong to this visit"), ASK_LMS),
        "nonce_wrong nonce_missing",
    ),
    (
        (lazy_gettext("The sign-in from your learning platform is not valid at this time"), _CLOCK),
        "token_expired token_from_future token_too_old token_not_yet_valid token_lifetime token_time_missing "
        "token_time_malformed",
    ),
    (
        (lazy_gettext("What your learning platform sent could not be read"), ADMIN),
        "token_malformed token_too_large version_wrong message_type_missing message_incomplete",
    ),
    (
        (lazy_gettext("This tool does not offer what your learning platform asked for"), ADMIN),
        "message_type_unsupported accept_types_unsupported presentation_targets_missing not_deep_linking",
    ),
    (
        (
            lazy_gettext("Your learning platform did not say who you are"),
            lazy_gettext(
                "Sign in to your learning platform and open the activity again from the course; visitors without an "
                "account cannot take part. If you are signed in, give the reference to your help desk."
            ),
        ),
        "subject_missing subject_malformed subject_too_long",
    ),
    (
        (lazy_gettext("Your learning platform did not say what your role in the course is"), ADMIN),
        "roles_missing roles_malformed",
    ),
    (
        (lazy_gettext("Your learning platform did not say which link in the course was opened"), ADMIN),
        "resource_link_missing resource_link_malformed resource_link_too_long",
    ),
    (
        (lazy_gettext("Your learning platform did not say where you come from"), ADMIN),
        "deployment_id_missing deployment_id_malformed deployment_id_too_long context_malformed context_id_missing "
        "context_id_malformed context_id_too_long tool_platform_malformed launch_presentation_malformed",
    ),
    (
        (lazy_gettext("Your learning platform did not say whose work is to be reviewed"), ADMIN),
        "for_user_missing for_user_malformed for_user_too_long",
    ),
    (
        (
            lazy_gettext("Only the person themselves can see what is kept of them here"),
            lazy_gettext("Let them open it from their own account, or ask the provider of the activities."),
        ),
        "privacy_on_behalf",
    ),
    (
        (lazy_gettext("The settings of the link in the course cannot be used"), _INSTRUCTOR),
        "custom_malformed custom_too_large",
    ),
    (
        (lazy_gettext("The addresses of your learning platform's gradebook or course list cannot be used"), ADMIN),
        "endpoint_malformed namesroleservice_malformed",
    ),
    (
        (lazy_gettext("A notice of your learning platform cannot be used"), ADMIN),
        "notices_malformed notices_too_many notices_too_fast notices_off notice_missing notice_malformed "
        "notice_id_missing notice_id_malformed notice_id_too_long notice_type_unsupported notice_time_malformed "
        "nonce_used nonce_malformed nonce_too_long origin_contexts_missing origin_contexts_malformed "
        "origin_contexts_too_long issuer_missing issuer_malformed issuer_too_long client_id_missing "
        "client_id_malformed client_id_too_long",
    ),
    (
        (
            lazy_gettext("Your learning platform does not send notices of copied courses"),
            lazy_gettext("Open an activity from a course once, so that the platform says what it offers."),
        ),
        "notices_not_offered",
    ),
    (
        (lazy_gettext("What is chosen here could not be sent back to your learning platform"), ADMIN),
        "deep_linking_settings_missing deep_linking_settings_malformed return_url_missing return_url_unsafe "
        "return_url_foreign",
    ),
    (
        (lazy_gettext("Your learning platform did not answer as it should"), _WAIT),
        "connection_failed timeout tls_failed reply_malformed reply_not_json reply_too_large keyset_status "
        "keyset_malformed keyset_empty paging_foreign paging_loop paging_endless circuit_open service_status "
        "redirect_refused",
    ),
    (
        (lazy_gettext("Your learning platform does not let this tool do that"), ADMIN),
        "scope_not_granted token_refused notice_handler_unconfirmed",
    ),
)

LAUNCH_EXPLANATIONS: dict[str, Words] = {code: words for words, codes in _GROUPS for code in codes.split()}
"""Code to (what, remedy)."""
