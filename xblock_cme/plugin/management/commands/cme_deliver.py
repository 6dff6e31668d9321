"""``manage.py lms cme_deliver``: send the claims, evaluations and retired accounts that the tool has not taken yet."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connections
from django.utils.timezone import now

from xblock_cme.outbox import client_for, send_due


class Command(BaseCommand):
    help = "Sends claims, evaluations and retired accounts to the CME tool. Run it every minute, or with --every."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=int, default=0, help="Go on for ever, with this pause in seconds.")
        parser.add_argument("--now", action="store_true", help="Try everything at once, also what rests for a while.")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            try:
                self._send(is_forced=options["now"])
            except (OperationalError, InterfaceError) as error:
                if not options["every"]:
                    raise
                self.stderr.write(f"The platform's database does not answer; trying again: {error}")
            if not options["every"]:
                return
            connections.close_all()  # servers end connections that rest, and every one when they start anew
            time.sleep(options["every"])

    def _send(self, *, is_forced: bool) -> None:
        done = send_due(client_for, now(), is_forced=is_forced)
        claims = f"awarded {done.awarded}, refused {done.refused}, waiting {done.waiting}"
        self.stdout.write(f"claims: {claims}; evaluations sent: {done.evaluations}; retired: {done.retired}")
