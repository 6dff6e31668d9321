"""``manage.py lms cme_deliver``: send the claims, evaluations and retired accounts that the tool has not taken yet."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import now

from xblock_cme.outbox import client_for, send_due


class Command(BaseCommand):
    help = "Sends claims, evaluations and retired accounts to the CME tool. Run it every minute, or with --every."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=int, default=0, help="Go on for ever, with this pause in seconds.")
        parser.add_argument("--now", action="store_true", help="Try everything at once, also what rests for a while.")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            done = send_due(client_for, now(), is_forced=options["now"])
            claims = f"awarded {done.awarded}, refused {done.refused}, waiting {done.waiting}"
            self.stdout.write(f"claims: {claims}; evaluations sent: {done.evaluations}; retired: {done.retired}")
            if not options["every"]:
                return
            time.sleep(options["every"])
