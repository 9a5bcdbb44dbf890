"""`manage.py verify_proof [--from-log] [--json]`: is everything that was received where it belongs?"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from dashboard.core.balance import Heap
from dashboard.selectors.balance import balance_of, to_take_back
from integrations.core.money import Money
from integrations.events.services import verify_chain
from integrations.models import Pair
from reconciliation.proof.core.lights import Break, Moment, Proved
from reconciliation.proof.proving import prove, today_of
from reconciliation.settlements.retelling import RetoldSettlements, retell_settlements
from reconciliation.statements.retelling import RetoldStatements, retell_statements
from sync.services.retelling import Differs, Retold, retell
from sync.services.retelling_postings import retell_postings


class Command(BaseCommand):
    """Reads only. Ends with status 1 where anything differs."""

    help = (
        "Recompute every pair's hash chain and proof and say what differs; with --from-log also tell all records "
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
    settled = retell_settlements(pair) if from_log else None
    postings = retell_postings(pair) if from_log else (0, [])
    proved = prove(pair, Moment(today_of(pair)))
    reversed_in_xero = [_said(heap) for heap in to_take_back(pair)]
    return {
        "holds": broken is None
        and not any(each.difference or each.breaks for each in proved)
        and not postings[1]
        and not any(each and each.differences for each in (retold, lines, settled)),
        "chain": "whole" if broken is None else f"breaks at message {broken.sequence}: {broken.reason}",
        "captured": [
            f"{_said(line.captured)} = in Xero {_said(line.posted)} + on its way {_said(line.on_its_way)} "
            f"+ waiting for a person {_said(line.needs_you)}"
            for line in balance_of(pair).lines
        ],
        "reversed_but_still_in_xero": reversed_in_xero,
        "proof": [_line(each) for each in proved],
        "breaks": [_break(each, one.currency) for one in proved for each in one.breaks],
        "overdue": [_break(each, one.currency) for one in proved for each in one.alerts],
        **(
            {}
            if retold is None or lines is None or settled is None
            else _from_log(retold, lines, settled, postings)
        ),
    }


def _said(heap: Heap) -> str:
    refunds = f", {heap.refunds} refunds" if heap.refunds else ""
    return f"{Money(heap.minor, heap.currency)} ({heap.count}{refunds})"


def _line(proved: Proved) -> str:
    """One equality in a line."""
    head = f"{_NAMES[proved.equality]} {proved.account} {proved.currency}".replace("  ", " ")
    if proved.unknown:
        return f"{head}: not known yet. {proved.unknown}"
    right = " + ".join(f"{term.label.lower()} {Money(term.minor, proved.currency)}" for term in proved.right)
    sign = "=" if not proved.difference else f"differs by {Money(proved.difference, proved.currency)} from"
    return f"{head}: {proved.light}. {Money(proved.left.minor, proved.currency)} {sign} {right}"


def _break(each: Break, currency: str) -> str:
    return f"{each.words}: {Money(each.minor, currency)}. {each.why}"


_NAMES: Final = {
    "opayo": "Opayo = records",
    "records": "records = Xero + in flight",
    "xero": "Xero = ours",
    "bank": "clearing = not yet banked",
}


def _from_log(
    retold: Retold, lines: RetoldStatements, settled: RetoldSettlements, postings: tuple[int, list[Differs]]
) -> dict[str, Any]:
    return {
        "told_again": f"{retold.events} messages: {retold.payments} payments, {retold.refunds} refunds, "
        f"{retold.disputes} disputes, {retold.orders} orders; {lines.statements} statements: {lines.lines} bank lines; "
        f"{settled.settlements} settlements: {settled.lines} lines; {settled.matches} matches; {postings[0]} postings",
        "older_than_the_log": retold.unexplained + lines.unexplained,
        "differences": [
            f"{item.kind} {item.key}: stored {item.stored}, the log tells {item.told}"
            for item in (*retold.differences, *lines.differences, *settled.differences, *postings[1])
        ],
    }
