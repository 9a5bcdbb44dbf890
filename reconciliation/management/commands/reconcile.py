"""`manage.py reconcile [--pair SLUG]`: fetch Opayo's batches and do now what the schedules do by and by."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.clock import business_now
from integrations.core.failures import Failure
from integrations.models import Connection, Pair
from integrations.pairs.selectors import live_connections
from reconciliation.reconciling import reconcile
from reconciliation.settlements.fetching import fetch_batches
from sync.services.leases import wake


class Command(BaseCommand):
    help = "Fetch settlement batches, match settlements and bank lines, and book what follows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pair", help="The slug of one pair; all active pairs without it.")
        parser.add_argument("--no-fetch", action="store_true", help="Ask Opayo nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        pairs = Pair.objects.filter(is_active=True).order_by("slug")
        if options["pair"]:
            pairs = pairs.filter(slug=options["pair"])
        if not pairs:
            raise CommandError("There is no such pair.")
        for pair in pairs:
            fetched = 0 if options["no_fetch"] else self._fetch(pair)
            done = reconcile(pair)
            self.stdout.write(
                f"{pair.slug}: {fetched} batches fetched, {done.found.auto} matched, {done.found.suggested} suggested, "
                f"{done.booked.made} postings made, {done.booked.taken_back} taken back"
            )

    def _fetch(self, pair: Pair) -> int:
        fetched = 0
        for connection in live_connections(Connection.System.OPAYO):
            if connection.pair_id != pair.pk:
                continue
            try:
                fetched += fetch_batches(connection, now=business_now())
            except Failure as failure:
                self.stderr.write(f"{pair.slug}: {failure.message}")
        if fetched:
            wake("process_events", pair.pk)
        return fetched
