"""`manage.py verify_proof [--from-log] [--json]`: is everything that was received where it belongs?"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dashboard.core.balance import Heap
from dashboard.selectors.balance import balance_of, to_take_back
from integrations.core.money import Money
from integrations.events.services import verify_chain
from integrations.models import Pair
from reconciliation.statements.retelling import RetoldStatements, retell_statements
from sync.services.retelling import Retold, retell


class Command(BaseCommand):
    """Reads only. Ends with status 1 where anything differs."""

    help = (
        "Recompute every pair's hash chain and balance and say what differs; with --from-log also tell all records "
        "again from the received messages and compare."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from-log", action="store_true", help="Tell the records again from the log.")
        parser.add_argument("--pair", help="The slug of one pair; all pairs without it.")
        parser.add_argument("--json", action="store_true", help="One JSON object a pair.")

    def handle(self, *args: Any, **options: Any) -> None:
        pairs = Pair.objects.order_by("slug")
        if options["pair"]:
            pairs = pairs.filter(slug=options["pair"])
        if not pairs:
            raise CommandError("There is no such pair.")
        findings = {pair.slug: _proof(pair, from_log=options["from_log"]) for pair in pairs}
        for slug, finding in findings.items():
            self._tell(slug, finding, as_json=options["json"])
        if not all(finding["holds"] for finding in findings.values()):
            raise CommandError("The proof does not hold.", returncode=1)

    def _tell(self, slug: str, finding: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"pair": slug, **finding}))
            return
        self.stdout.write(f"{slug}: {'holds' if finding['holds'] else 'DOES NOT HOLD'}")
        for name, value in finding.items():
            for line in value if isinstance(value, list) else [value]:
                if name != "holds":
                    self.stdout.write(f"  {name.replace('_', ' ')}: {line}")


def _proof(pair: Pair, *, from_log: bool) -> dict[str, Any]:
    """The findings in words; `holds` tells whether all is well. Money that waits is told, and is no difference."""
    broken = verify_chain(pair.pk)
    retold = retell(pair) if from_log else None
    lines = retell_statements(pair) if from_log else None
    reversed_in_xero = [_said(heap) for heap in to_take_back(pair)]
    return {
        "holds": broken is None and not (retold and retold.differences) and not (lines and lines.differences),
        "chain": "whole" if broken is None else f"breaks at message {broken.sequence}: {broken.reason}",
        "captured": [
            f"{_said(line.captured)} = in Xero {_said(line.posted)} + on its way {_said(line.on_its_way)} "
            f"+ waiting for a person {_said(line.needs_you)}"
            for line in balance_of(pair).lines
        ],
        "reversed_but_still_in_xero": reversed_in_xero,
        **({} if retold is None or lines is None else _from_log(retold, lines)),
    }


def _said(heap: Heap) -> str:
    refunds = f", {heap.refunds} refunds" if heap.refunds else ""
    return f"{Money(heap.minor, heap.currency)} ({heap.count}{refunds})"


def _from_log(retold: Retold, lines: RetoldStatements) -> dict[str, Any]:
    return {
        "told_again": f"{retold.events} messages: {retold.payments} payments, {retold.refunds} refunds, "
        f"{retold.disputes} disputes, {retold.orders} orders; {lines.statements} statements: {lines.lines} bank lines",
        "older_than_the_log": retold.unexplained + lines.unexplained,
        "differences": [
            f"{item.kind} {item.key}: stored {item.stored}, the log tells {item.told}"
            for item in (*retold.differences, *lines.differences)
        ],
    }
