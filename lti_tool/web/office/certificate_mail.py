"""An activity's certificates by e-mail: who would be written to, the letters, and how far they are."""

from __future__ import annotations

import re
import secrets
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import Conflict
from lti_tool.services.certificate_letter import CertificatePost
from lti_tool.services.certificate_mail import (
    LetterState,
    Silence,
    mail_again,
    mail_certificates,
    mail_preview,
    mail_progress,
)
from lti_tool.services.certificate_register import register_activity
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.messages import EXPLANATIONS
from lti_tool.web.office import blueprint
from lti_tool.web.office.certificate_filter import filter_values, wanted_certificates
from lti_tool.web.office.frame import office_page
from lti_tool.web.page import absolute

_STAMP = re.compile(r"[0-9a-f]{32}")
SILENCE_WORDS = {
    Silence.NOT_VALID: lazy_gettext("Superseded or withdrawn"),
    Silence.RESTRICTED: lazy_gettext("The holder’s data may not be used at present (a request about data)"),
    Silence.NO_ADDRESS: lazy_gettext("The holder has given no address"),
    Silence.UNWANTED: lazy_gettext("The holder wants no more mail"),
    Silence.UNDER_WAY: lazy_gettext("A message is on its way"),
    Silence.WRITTEN: lazy_gettext("Written to before"),
}
STATE_WORDS = {
    LetterState.WAITING: lazy_gettext("is tried again"),
    LetterState.SENT: lazy_gettext("sent"),
    LetterState.FAILED: lazy_gettext("failed"),
}
EXPLANATIONS["mail_off"] = (
    lazy_gettext("This installation sends no mail"),
    lazy_gettext("Nothing was queued. Your administrator can name a mail server (CME_SMTP_HOST)."),
)
EXPLANATIONS["mail_stamp_wrong"] = (
    lazy_gettext("This form is not complete"),
    lazy_gettext("Nothing was queued. Reload the page and send it again."),
)


@office_route(blueprint, "/certificates/of/<activity_id>/mail", Capability.MANAGE_CERTIFICATES)
def certificate_mail(work: OfficeWork, activity_id: str) -> ResponseReturnValue:
    """Who would be written to, who not and why, and how far earlier letters are."""
    wanted = wanted_certificates()
    return office_page(
        "office/certificate_mail.html",
        work,
        activity_id=activity_id,
        activity_title=register_activity(work.db, work.officer, activity_id),
        asked=filter_values(wanted),
        preview=mail_preview(work.db, work.officer, activity_id, wanted),
        progress=mail_progress(work.db, work.officer, activity_id),
        silence_words=SILENCE_WORDS,
        state_words=STATE_WORDS,
        stamp=secrets.token_hex(16),
        has_mail=work.deps.settings.has_mail,
    )


@office_route(blueprint, "/certificates/of/<activity_id>/mail", Capability.MANAGE_CERTIFICATES, ("POST",))
def certificate_mail_send(work: OfficeWork, activity_id: str) -> ResponseReturnValue:
    """Queue the letters. Sent twice, the form is heard once."""
    wanted, post = wanted_certificates(), _post(work)
    stamp = request.form.get("stamp", "") if request.form.get("again") == "yes" else ""
    if request.form.get("again") == "yes" and not _STAMP.fullmatch(stamp):
        raise Conflict("mail_stamp_wrong")
    mail_certificates(work.db, work.officer, activity_id, post, work.now, wanted=wanted, stamp=stamp)
    return _back(activity_id)


@office_route(blueprint, "/certificates/of/<activity_id>/mail/again", Capability.MANAGE_CERTIFICATES, ("POST",))
def certificate_mail_again(work: OfficeWork, activity_id: str) -> ResponseReturnValue:
    """Write anew to those whose mail was given up."""
    mail_again(work.db, work.officer, activity_id, _post(work), work.now)
    return _back(activity_id)


def _back(activity_id: str) -> ResponseReturnValue:
    asked: dict[str, Any] = {**filter_values(wanted_certificates())}
    return redirect(url_for("office.certificate_mail", activity_id=activity_id, **asked), 303)


def _post(work: OfficeWork) -> CertificatePost:
    """Raises ``Conflict("mail_off")``."""
    if not work.deps.settings.has_mail:
        raise Conflict("mail_off")
    return CertificatePost(
        lambda token: absolute("learner.linked_certificate", token=token),
        lambda token: absolute("learner.stop_reminders", token=token),
        work.deps.voices,
        work.deps.sealer,
    )
