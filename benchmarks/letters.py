"""Certificates by e-mail by the thousand: how long the preview, the queueing and the sending take, on PostgreSQL.

Each letter goes by SMTP to a server on this machine that takes everything. Beside it, in the same run, the same number
of letters is handed to that server by a bare ``smtplib`` loop, one connection each: the ratio is what the queue costs.
"""

from __future__ import annotations

import argparse
import smtplib
import sys
from datetime import timedelta
from email.message import EmailMessage
from itertools import pairwise
from time import perf_counter

from sqlalchemy import insert, select

from benchmarks.databases import postgres
from lti_tool.db import models
from lti_tool.db.base import Base, new_id
from lti_tool.db.engine import transaction
from lti_tool.db.migrate import upgrade
from lti_tool.db.sealing import Sealer
from lti_tool.domain.mail import Security
from lti_tool.mail.smtp import SmtpMailer
from lti_tool.mail.voice import Voices
from lti_tool.services.certificate_letter import CertificatePost
from lti_tool.services.certificate_mail import mail_certificates, mail_preview, mail_progress
from lti_tool.services.mail import Postman, deliver_mail
from tests.unit.lti_tool.mail.test_smtp import Inbox, serving
from tests.unit.lti_tool.services.claiming import NOW, World, opened_world
from tests.unit.lti_tool.services.officers import officer

COUNT = 2000
AIM_RATIO = 5.0
"""A letter through the queue may cost so many times a bare one."""
SEALER = Sealer("for a benchmark, and only for a benchmark")


def _copy(row: Base, **changes: object) -> dict[str, object]:
    return {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs} | changes


def fill(world: World, count: int) -> None:
    """So many holders of a certificate who have left an address, after the one that was claimed."""
    world.claim(world.learner())
    with transaction(world.sessions) as db:
        certificate = db.scalars(select(models.Certificate)).one()
        entry = db.get_one(models.CreditEntry, certificate.award_id)
        part = db.get_one(models.Participation, entry.participation_id)
        learner = db.get_one(models.Learner, part.learner_id)
        rows: dict[type[Base], list[dict[str, object]]] = {}
        for number in range(count):
            who, what, award = new_id(), new_id(), new_id()
            contact = {"learner_id": who, "provider_id": world.provider_id, "given_at": NOW}
            made = {
                models.Learner: _copy(learner, id=who, subject=f"b{number}"),
                models.Participation: _copy(part, id=what, learner_id=who),
                models.CreditEntry: _copy(entry, id=award, learner_id=who, participation_id=what, claim_id=award),
                models.Certificate: _copy(
                    certificate, id=new_id(), award_id=award, code=award, number=f"2026-BENCH-{number:06d}"
                ),
                models.LearnerContact: contact | {"sealed": SEALER.seal(f"b{number}@example.org")},
            }
            for table, row in made.items():
                rows.setdefault(table, []).append(row)
        for table, values in rows.items():
            db.execute(insert(table), values)


def bare(port: int, count: int) -> float:
    """Seconds for the same number of letters without the tool."""
    begun = perf_counter()
    for number in range(count):
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = (
            "cme@example.org",
            f"b{number}@example.org",
            "Your certificate",
        )
        letter.set_content("A link to it.\n" * 20)
        with smtplib.SMTP("127.0.0.1", port) as server:
            server.send_message(letter)
    return perf_counter() - begun


def run(count: int) -> bool:
    """Queue and send them, print what it took, and say whether all arrived within the aim."""
    with postgres() as url, serving(Inbox()) as port:
        upgrade(url)
        with opened_world(url) as world:
            return _measured(world, port, count)


def _measured(world: World, port: int, count: int) -> bool:
    fill(world, count)
    who, inside = officer(world.provider_id), world.activity_id
    post = CertificatePost("https://c.example/{}".format, "https://s.example/{}".format, Voices(), SEALER)
    times = [perf_counter()]
    with transaction(world.sessions) as db:
        fresh = mail_preview(db, who, inside).fresh
    times.append(perf_counter())
    with transaction(world.sessions) as db:
        mail_certificates(db, who, inside, post, NOW)
    times.append(perf_counter())
    mailer = SmtpMailer("127.0.0.1", port, sender="CME <cme@example.org>", security=Security.NONE, timeout=10.0)
    sent = deliver_mail(Postman(world.sessions, mailer, lambda: NOW + timedelta(minutes=1)), limit=count + 1)
    times.append(perf_counter())
    with transaction(world.sessions) as db:
        arrived = mail_progress(db, who, inside).sent
    preview, queueing, sending = (after - before for before, after in pairwise(times))
    beside = bare(port, count)
    print(
        f"{count} letters: preview {preview:.2f} s, queued in {queueing:.1f} s ({1000 * queueing / count:.1f} ms each)"
    )
    print(f"  sent by one worker in {sending:.1f} s: {sent / sending:.0f} a second; bare smtplib {count / beside:.0f}")
    print(f"  a letter through the queue costs {sending / beside:.1f} times a bare one (aim: {AIM_RATIO:.0f})")
    return fresh == arrived == count and sending / beside <= AIM_RATIO


def main() -> int:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    if run(parser.parse_args().count):
        return 0
    print("Not every letter arrived, or the queue costs more than it may.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
