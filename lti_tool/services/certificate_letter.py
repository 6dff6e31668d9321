"""The letter that brings a certificate: in its reader's language, with a link that needs no learning platform."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.sealing import Sealer
from lti_tool.domain.mail import Letter, Written, to_translate
from lti_tool.domain.wire import read_certificate
from lti_tool.services.certificate_link import new_certificate_link
from lti_tool.services.certificate_register import credit_text
from lti_tool.services.follow_up_link import new_follow_up_link
from lti_tool.services.ports import Voice, Voices

CERTIFICATE = Letter(
    to_translate("Your certificate for “{title}”"),
    (
        to_translate("Dear {name},"),
        to_translate(
            "{provider} has issued your certificate for “{title}”, completed on {completed}: {credit}. Download it "
            "here; the link is for you alone and works until {until}."
        ),
        "{link}",
        to_translate("Whoever gets this address from you can check the certificate:"),
        "{verify_link}",
        to_translate(
            "You get this message because you gave this address to have your certificates sent to you. If you want no "
            "more mail from us, open this address:"
        ),
        "{stop_link}",
    ),
)


@dataclass(frozen=True, slots=True)
class CertificatePost:
    """What writing needs. The addresses are made from a link's secret."""

    address: Callable[[str], str]
    stop_address: Callable[[str], str]
    voices: Voices
    sealer: Sealer


def written_letter(
    session: Session,
    post: CertificatePost,
    row: models.Certificate,
    part: models.Participation,
    voice: Voice,
    now: datetime,
) -> Written:
    """To the holder of a certificate: what it is, from whom, and a new link to it. Never the file."""
    printed = read_certificate(row.body)
    token, until = new_certificate_link(post.sealer, row.provider_id, row.id, now)
    stop, _ = new_follow_up_link(session, row.provider_id, part.id, now)
    return voice.write(
        CERTIFICATE,
        name=printed.learner_name,
        title=printed.activity_title,
        provider=printed.provider_name,
        completed=voice.day(printed.completed_on),
        credit="; ".join(map(credit_text, printed.credits)) or printed.title,
        until=voice.day_of(until),
        link=post.address(token),
        verify_link=printed.verify_url,
        stop_link=post.stop_address(stop),
    )
