"""The letter that brings a certificate: in its reader's language, with a link that needs no learning platform."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.sealing import Sealer
from lti_tool.domain.certificate import Certificate
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


CERTIFICATES = Letter(
    to_translate("Your certificates for “{title}”"),
    (
        CERTIFICATE.paragraphs[0],
        to_translate(
            "{provider} has issued {number} certificates for “{title}” to you. Download them here; the links are for "
            "you alone and work until {until}."
        ),
        "{links}",
        to_translate("Whoever gets these addresses from you can check the certificates:"),
        "{verify_links}",
        *CERTIFICATE.paragraphs[-2:],
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
    rows: Sequence[models.Certificate],
    part: models.Participation,
    voice: Voice,
    now: datetime,
) -> Written:
    """To the holder of certificates of one activity: what they are, from whom, and a new link to each. Never a file."""
    opened = [
        (read_certificate(row.body), *new_certificate_link(post.sealer, row.provider_id, row.id, now)) for row in rows
    ]
    printed, token, until = opened[0]
    stop, _ = new_follow_up_link(session, rows[0].provider_id, part.id, now)
    about = {
        "name": printed.learner_name,
        "title": printed.activity_title,
        "provider": printed.provider_name,
        "until": voice.day_of(until),
        "stop_link": post.stop_address(stop),
    }
    if len(rows) == 1:
        return voice.write(
            CERTIFICATE,
            **about,
            completed=voice.day(printed.completed_on),
            credit=_credit(printed),
            link=post.address(token),
            verify_link=printed.verify_url,
        )
    links = [f"{one.number} – {_credit(one)}\n{post.address(secret)}" for one, secret, _ in opened]
    addresses = [one.verify_url for one, _, _ in opened]
    number = str(len(rows))
    return voice.write(CERTIFICATES, **about, number=number, links="\n".join(links), verify_links="\n".join(addresses))


def _credit(printed: Certificate) -> str:
    return "; ".join(map(credit_text, printed.credits)) or printed.title
