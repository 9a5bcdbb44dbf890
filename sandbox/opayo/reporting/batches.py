"""getBatchList and getBatchDetail: what was settled with which acquirer."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.kernel.store import Row
from sandbox.opayo.core.amounts import show
from sandbox.opayo.core.london import report_millis
from sandbox.opayo.core.reporting_xml import Command, CommandError, Node, read_range, read_rows
from sandbox.opayo.gateway import Gateway
from sandbox.opayo.records import Record
from sandbox.opayo.reporting.access import Answerer
from sandbox.opayo.reporting.transactions import TYPE_NAMES
from sandbox.opayo.settlement import Settlement


class BatchReports:
    """Answers about settlement batches."""

    def __init__(self, gateway: Gateway, settlement: Settlement) -> None:
        self._gateway = gateway
        self._settlement = settlement

    def commands(self) -> Mapping[str, Answerer]:
        """The commands answered here, by name."""
        return {"getBatchList": self.batch_list, "getBatchDetail": self.batch_detail}

    def batch_list(self, command: Command) -> list[Node]:
        """getBatchList: batches completed in a range of time, oldest first."""
        start, end = read_range(command)
        batches = self._settlement.batches.values()
        rows: list[Node] = [
            ("batch", _batch(batch)) for batch in batches if start <= batch["completed"] <= end
        ]
        return [("batches", rows)]

    def batch_detail(self, command: Command) -> list[Node]:
        """getBatchDetail: the transactions of a batch, up to 50 a call."""
        batch_id = command.required("batchid")
        acquirer = command.required("authprocessor")
        if acquirer not in self._gateway.acquirers:
            raise CommandError("2232")
        batch = self._settlement.batches.get(batch_id)
        if batch is None or batch["authprocessor"] != acquirer:
            raise CommandError("3002", "batchid")
        first, last = read_rows(command)
        members = batch["transactions"][first - 1 : last]
        found = [self._gateway.records.get(member) for member in members]
        rows: list[Node] = [("transaction", self._row(record)) for record in found if record is not None]
        counts: list[Node] = [
            ("startrow", str(first)),
            ("endrow", str(first + len(rows) - 1)),
            ("totalrows", str(len(batch["transactions"]))),
        ]
        return [("transactions", counts + rows)]

    def _row(self, record: Record) -> list[Node]:
        tx = record.tx
        refunded = str(self._gateway.switches["refunded_value"]) if tx.refunded else "NO"
        row: list[Node] = [
            ("vendortxcode", tx.vendor_tx_code),
            ("vpstxid", tx.vps_tx_id),
            ("started", report_millis(tx.started)),
            ("refunded", refunded),
            ("vpsauthcode", str(tx.tx_auth_no)),
            ("paymentsystem", tx.payment_system),
            ("last4digits", str(record.card.get("last_four", ""))),
        ]
        if self._gateway.switches["batch_detail_amounts"] == "yes":
            row += [
                ("transactiontype", TYPE_NAMES[tx.tx_type]),
                ("amount", show(tx.captured, tx.currency)),
                ("currency", tx.currency),
            ]
        return row


def _batch(batch: Row) -> list[Node]:
    groups: list[Node] = [("transactiongroup", _group(group)) for group in batch["groups"]]
    return [
        ("batchid", batch["batchid"]),
        ("authprocessorname", batch["authprocessor"]),
        ("completed", report_millis(batch["completed"])),
        ("transactiongroups", groups),
    ]


def _group(group: Row) -> list[Node]:
    currency = group["currency"]
    return [
        ("currency", currency),
        ("paymentnumber", str(group["payments"])),
        ("paymentvalue", show(group["payment_value"], currency)),
        ("refundnumber", str(group["refunds"])),
        ("refundvalue", show(group["refund_value"], currency)),
    ]
