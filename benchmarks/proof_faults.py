"""Whether the proof finds what somebody changes in Xero, in the bank's file and in our database, and names the document.

A month of trade is played against the sandbox first, to the bank; what the proof says of it then must be nothing. Then faults
are put in: in Xero all at once through its own API, in the database one by one, each taken back again.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import django

from benchmarks.report import print_result
from config.demo.headless import throw_away_stack, trade_and_audit
from config.demo.options import read_options
from config.demo.processes import progress
from config.demo.stack import Stack

if TYPE_CHECKING:
    from integrations.models import Pair

ORDERS: Final = os.environ.get("TILLBRIDGE_PROOF_ORDERS", "150")
DAYS: Final = os.environ.get("TILLBRIDGE_PROOF_DAYS", "30")
_EACH: Final = 10
"""Documents of each kind that faults are put into in Xero."""


@dataclass
class Tally:
    """By kind of fault: put in, found, and found by name; and what was said where nothing was wrong."""

    injected: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
    false_alarms: list[str] = field(default_factory=list)

    def count(self, name: str, *, found: bool, named: bool, what: str) -> None:
        self.injected[name] += 1
        self.found[name] += found
        self.named[name] += named
        if not named:
            progress(f"{'Not named' if found else 'Not found'}: {name}, {what}")


def main() -> None:
    arguments = ["--headless", "--orders", ORDERS, "--days", DAYS, "--limits", "off", "--settlement"]
    with throw_away_stack(read_options(arguments)) as stack:
        trade_and_audit(stack)
        for child in stack.victims:
            child.stop()
        os.environ.update(stack.own_environment())
        django.setup()
        tally, seconds = _measured(stack)
    rows = [
        (name, tally.injected[name], tally.found[name], tally.named[name]) for name in sorted(tally.injected)
    ]
    line = {
        "injected": tally.injected.total(), "found": tally.found.total(), "named": tally.named.total(),
        "false_alarms": len(tally.false_alarms), "orders": int(ORDERS), "days": int(DAYS), **seconds,
    }  # fmt: skip
    print_result(
        "proof_faults: what somebody changed behind our back",
        ("fault", "injected", "found", "named"),
        rows,
        line,
    )


def _measured(stack: Stack) -> tuple[Tally, dict[str, float]]:
    from integrations.models import Pair

    pair, tally = Pair.objects.get(), Tally()
    _settle(pair)
    clean, seconds = _clean(pair, tally)
    for each in tally.false_alarms:
        progress(f"False alarm: {each}")
    progress("Putting faults into the database")
    _in_database(pair, tally, clean)
    progress("Putting faults into Xero")
    began = time.perf_counter()
    _in_xero(pair, tally)
    return tally, {**seconds, "xero_faults_seconds": round(time.perf_counter() - began, 2)}


def _settle(pair: Pair) -> None:
    """Nothing is under way any more: the messages are sealed, and settlements and matches are as they follow."""
    from integrations.events.services import seal_events

    while seal_events(pair.pk):
        pass


def _clean(pair: Pair, tally: Tally) -> tuple[Counter[str], dict[str, float]]:
    """What is said of the month as it is: at its end and at each of its days, by Xero's own report and by the log."""
    from reconciliation.proof.core.lights import Moment
    from reconciliation.proof.proving import prove, today_of

    read_began = time.perf_counter()
    tally.false_alarms += [f"Xero: {each['words']} {each['why']}" for each in _read(pair)]
    reading = time.perf_counter() - read_began
    began = time.perf_counter()
    now = _said(pair, from_log=False)
    proving = time.perf_counter() - began
    for back in range(int(DAYS)):
        day = today_of(pair) - timedelta(days=back)
        for proved in prove(pair, Moment(day)):
            tally.false_alarms += [
                f"{day} {proved.equality}: {each.words}. {each.why}" for each in proved.breaks
            ]
    began = time.perf_counter()
    whole = _said(pair, from_log=True)
    tally.false_alarms += [f"log: {each}" for each in whole]
    took = {
        "read_xero_seconds": reading,
        "prove_seconds": proving,
        "from_log_seconds": time.perf_counter() - began,
    }
    return now + whole, {name: round(value, 2) for name, value in took.items()}


def _said(pair: Pair, *, from_log: bool) -> Counter[str]:
    """Everything that the proof complains of now; with the log, what the log, the chain and the audit complain of."""
    from integrations.events.services import verify_chain
    from reconciliation.proof.core.lights import Moment
    from reconciliation.proof.proving import prove, today_of
    from reconciliation.settlements.retelling import retell_settlements
    from reconciliation.statements.retelling import retell_statements
    from sync.services.retelling import retell
    from sync.services.retelling_postings import retell_postings

    if not from_log:
        proved = prove(pair, Moment(today_of(pair)))
        return Counter(f"{each.words} {each.why}" for one in proved for each in (*one.breaks, *one.alerts))
    broken = verify_chain(pair.pk)
    differing = [
        *retell(pair).differences, *retell_statements(pair).differences, *retell_settlements(pair).differences,
    ]  # fmt: skip
    differing += retell_postings(pair)[1]
    found = Counter(f"{each.kind} {each.key} {each.stored} {each.told}" for each in differing)
    return found + Counter([f"message {broken.sequence}"] if broken else [])


def _in_database(pair: Pair, tally: Tally, clean: Counter[str]) -> None:
    from django.db import transaction

    from benchmarks.database_faults import in_database

    for fault in list(in_database(pair)):
        with transaction.atomic():
            fault.put_in()
            news = list(_said(pair, from_log=False) - clean)
            if not _names(news, fault.names):
                news += list(_said(pair, from_log=True) - clean)
            if not _names(news, fault.names):
                news += [f"{each['words']} {each['id']} {each['why']}" for each in _read(pair)]
            transaction.set_rollback(True)
        tally.count(fault.name, found=bool(news), named=_names(news, fault.names), what=fault.names[0])


def _names(said: Iterable[str], names: tuple[str, ...]) -> bool:
    return any(name in words for words in said for name in names)


def _in_xero(pair: Pair, tally: Tally) -> None:
    from django.db.models import Q

    from benchmarks import faults
    from reconciliation.proof.accounts import clearing_accounts
    from sync.models import Posting

    kinds = ("payment", "refund", "spend", "bank_transfer", "credit_note")
    posted = Posting.objects.filter(pair=pair, state="posted", currency=pair.base_currency)
    codes = [account.code for account in clearing_accounts(pair)]
    on_clearing = posted.filter(
        Q(document__Account__Code__in=codes) | Q(document__BankAccount__Code__in=codes)
        | Q(document__FromBankAccount__Code__in=codes) | Q(document__ToBankAccount__Code__in=codes)
        | Q(kind="credit_note", dispute=None)
    )  # fmt: skip
    menus = {kind: list(on_clearing.filter(kind=kind).order_by("?")[:_EACH]) for kind in kinds}
    done = [fault for fault in faults.in_xero(_caller(pair), menus) if _put_in(fault)]
    findings = _read(pair)
    named = {each["posting"] for each in findings}
    for fault in done:
        is_named = fault.posting.pk in named
        tally.count(fault.name, found=is_named, named=is_named, what=str(fault.posting))
    strange = {each["words"] for each in findings if each["posting"] is None or each["posting"] not in {fault.posting.pk for fault in done}}  # fmt: skip
    tally.false_alarms += [f"Xero, beside the faults: {words}" for words in strange]


def _put_in(fault: Any) -> bool:
    """False where Xero itself does not allow it: such a fault cannot happen."""
    try:
        fault.put_in()
    except RefusedByXero:
        return False
    return True


class RefusedByXero(Exception):
    """Xero did not take the change."""


def _caller(pair: Pair) -> Any:
    from benchmarks.faults import as_json
    from integrations.pairs.selectors import xero_of
    from integrations.xero.client import XeroClient

    client = XeroClient(xero_of(pair))

    def call(method: str, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        reply = client.call(method, path, purpose="person", body=as_json(body) if body else None)
        if reply.status != 200:
            raise RefusedByXero(str(reply.body))
        return reply.body

    return call


def _read(pair: Pair) -> list[dict[str, Any]]:
    from integrations.pairs.selectors import xero_of
    from reconciliation.proof.reading import read_xero

    readings = read_xero(xero_of(pair))
    if not readings:
        raise RuntimeError("Xero could not be read: something is still under way.")
    return [found for reading in readings for found in reading.findings]
