"""The vendor's portal: transactions and batches to look at, and what a merchant does there by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply, Request
from sandbox.opayo.core.amounts import check_range, parse_amount, show
from sandbox.opayo.core.london import report_seconds
from sandbox.opayo.core.registration import read_vendor_tx_code
from sandbox.opayo.core.status_codes import Refusal
from sandbox.opayo.core.transaction import State, Transaction, TxType, is_before_cut_off
from sandbox.opayo.gateway import MOUNT, Gateway
from sandbox.opayo.operations import Operations, Order
from sandbox.opayo.records import Record
from sandbox.opayo.reporting.transactions import status_of
from sandbox.opayo.settlement import Settlement
from sandbox.opayo.web import html, read_form, redirect

PAGE = 50
_TONES = {
    State.AUTHORISED: "ok",
    State.DEFERRED: "wait",
    State.AUTHENTICATED: "wait",
    State.REGISTERED: "wait",
}


def portal_order(original: Record, tx_type: TxType, amount_text: str, vendor_tx_code: str) -> Order:
    """A REFUND, AUTHORISE or REPEAT as the portal makes it. Raises `Refusal` for an amount or code out of form."""
    currency = original.tx.currency
    amount = parse_amount(amount_text, currency)
    check_range(amount, currency)
    fields = {"Description": f"{tx_type.value.title()} of {original.tx.vendor_tx_code}"}
    code = read_vendor_tx_code(vendor_tx_code)
    return Order(tx_type, code, amount, currency, fields, "MyOpayo", "4.00")


def possible_actions(tx: Transaction, *, can_void: bool) -> list[str]:
    """What the portal offers to do with a transaction."""
    if tx.state is State.DEFERRED:
        return ["release", "abort"]
    if tx.state in (State.AUTHENTICATED, State.REGISTERED):
        return ["authorise", "cancel"]
    if tx.state is not State.AUTHORISED:
        return []
    if can_void and not tx.refunded:
        return ["void"]
    is_left = tx.tx_type is not TxType.REFUND and tx.refunded < tx.captured
    return ["refund"] if is_left and tx.batch_id else []


class Portal:
    """`/`, `/batches` and `/transactions/<id>`."""

    def __init__(self, gateway: Gateway, operations: Operations, settlement: Settlement) -> None:
        self._gateway = gateway
        self._operations = operations
        self._settlement = settlement

    def handle(self, request: Request) -> Reply | None:
        """Serve a page; None if the path is none of the portal's."""
        path = request.path.rstrip("/")
        if path == "":
            return self._list(request.query)
        if path == "/batches":
            return self._batches()
        if path.startswith("/transactions/"):
            return self._transaction(request, path.removeprefix("/transactions/"))
        return None

    def _list(self, query: Mapping[str, str]) -> Reply:
        wanted = query.get("q", "").strip()
        page = int(query["page"]) if query.get("page", "").isdecimal() else 1
        records = self._gateway.records.by_code(wanted) if wanted else list(self._gateway.records)
        newest = records[::-1][(page - 1) * PAGE : page * PAGE]
        context = {
            "rows": [self._row(record) for record in newest],
            "wanted": wanted,
            "page": page,
            "total": len(records),
            "has_more": len(records) > page * PAGE,
        }
        return html("portal.html", context)

    def _row(self, record: Record) -> dict[str, Any]:
        tx = record.tx
        return {
            "address": f"{MOUNT}/transactions/{tx.vps_tx_id}",
            "code": tx.vendor_tx_code,
            "started": report_seconds(tx.started),
            "type": tx.tx_type.value.title(),
            "amount": show(tx.amount, tx.currency),
            "currency": tx.currency,
            "card": f"{tx.payment_system} {record.card['last_four']}" if record.card else "",
            "state": tx.state.name.replace("_", " ").capitalize(),
            "tone": _TONES.get(tx.state, "wait" if tx.is_unfinished else "bad"),
            "batch": tx.batch_id,
        }

    def _batches(self) -> Reply:
        batches = [_batch(batch) for batch in reversed(self._settlement.batches.values())]
        return html("batches.html", {"batches": batches})

    def _transaction(self, request: Request, key: str) -> Reply | None:
        record = self._gateway.records.get(key)
        if record is None:
            return None
        if request.method != "POST":
            return self._detail(record)
        try:
            self._act(record, read_form(request.body))
        except Refusal as refusal:
            return self._detail(record, f"{refusal.text} ({refusal.code})")
        return redirect(f"{MOUNT}/transactions/{record.tx.vps_tx_id}")

    def _act(self, record: Record, form: Mapping[str, str]) -> None:
        operations = self._operations
        amount = form.get("amount", "")
        actions: dict[str, Callable[[], object]] = {
            "void": lambda: operations.void(record),
            "abort": lambda: operations.abort(record),
            "cancel": lambda: operations.cancel(record),
            "release": lambda: operations.release(record, parse_amount(amount, record.tx.currency)),
            "refund": lambda: operations.refund(
                record, portal_order(record, TxType.REFUND, amount, form.get("vendor_tx_code", ""))
            ),
            "authorise": lambda: operations.authorise(
                record, portal_order(record, TxType.AUTHORISE, amount, form.get("vendor_tx_code", ""))
            ),
        }
        action = actions.get(form.get("action", ""))
        if action is None:
            raise Refusal("5004")
        action()

    def _detail(self, record: Record, error: str = "") -> Reply:
        tx = record.tx
        related = self._gateway.records.related_to(tx.vps_tx_id)
        left = show(tx.captured - tx.refunded if tx.captured else tx.amount, tx.currency)
        context = {
            "row": self._row(record),
            "facts": self._facts(record),
            "related": [self._row(other) for other in related],
            "actions": possible_actions(tx, can_void=is_before_cut_off(tx, self._gateway.now())),
            "left": left,
            "next_code": f"{tx.vendor_tx_code[:36]}-R{len(related) + 1}",
            "error": error,
        }
        return html("transaction.html", context, 422 if error else 200)

    def _facts(self, record: Record) -> list[tuple[str, str]]:
        tx, get = record.tx, record.results.get
        original = self._gateway.records.get(tx.related) if tx.related else None
        facts = [
            ("VPSTxId", tx.vps_tx_id),
            ("Status", status_of(record)),
            ("Description", record.fields.get("Description", "")),
            ("Related to", original.tx.vendor_tx_code if original else ""),
            ("Authorisation", str(tx.tx_auth_no or "")),
            ("Card", f"{tx.payment_system} ending in {record.card['last_four']}" if record.card else ""),
            ("3-D Secure", get("3DSecureStatus", "")),
            ("Address and security code", get("AVSCV2", "")),
            ("Refunded", show(tx.refunded, tx.currency) if tx.refunded else ""),
            ("Settlement batch", tx.batch_id),
            ("Notifications sent", str(record.notice.get("sent", ""))),
            ("Trouble with the notification", record.notice.get("problem", "")),
        ]
        return [(name, value) for name, value in facts if value]


def _batch(batch: Row) -> dict[str, Any]:
    groups = [
        {
            "currency": group["currency"],
            "payments": show(group["payment_value"], group["currency"]),
            "refunds": show(group["refund_value"], group["currency"]),
            "net": show(group["payment_value"] - group["refund_value"], group["currency"]),
        }
        for group in batch["groups"]
    ]
    return {
        "id": batch["batchid"],
        "acquirer": batch["authprocessor"],
        "completed": report_seconds(batch["completed"]),
        "groups": groups,
    }
