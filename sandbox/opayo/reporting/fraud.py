"""getFraudScreenDetail: the score that arrives some time after an authorisation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sandbox.opayo.core.fraud import FraudScore, Signals, score
from sandbox.opayo.core.reporting_xml import CommandError, Node
from sandbox.opayo.core.transaction import TxType
from sandbox.opayo.gateway import Gateway
from sandbox.opayo.records import Record

_DELIVERY = ("Address1", "PostCode", "Country")


class Screening:
    """Scores authorised sales; nothing about refunds or transactions the bank never saw."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def score_of(self, record: Record) -> FraudScore | None:
        """The score, once it has arrived."""
        tx = record.tx
        if tx.decided_at is None or tx.tx_type is TxType.REFUND or not record.card:
            return None
        delay = timedelta(seconds=self._gateway.switches["fraud_delay_seconds"])
        if self._gateway.now() < tx.decided_at + delay:
            return None
        return score(tx.vps_tx_id, _signals(record))

    def action(self, record: Record) -> str:
        """t3maction, NORESULT as long as there is none."""
        found = self.score_of(record)
        return found.action if found else "NORESULT"

    def detail_fields(self, record: Record) -> list[Node]:
        """The three elements of getTransactionDetail."""
        found = self.score_of(record)
        if found is None:
            return [("t3maction", "NORESULT")]
        return [("t3mscore", str(found.score)), ("t3maction", found.action), ("t3mid", found.identifier)]

    def answer(self, record: Record) -> Sequence[Node]:
        """getFraudScreenDetail of a transaction (2245 as long as there is no score)."""
        found = self.score_of(record)
        if found is None:
            raise CommandError("2245")
        rules: list[Node] = [
            ("rule", [("description", text), ("score", str(points))]) for text, points in found.rules
        ]
        return [
            ("fraudprovidername", "T3M"),
            ("t3mid", found.identifier),
            ("t3mscore", str(found.score)),
            ("t3maction", found.action),
            ("t3mresults", rules),
        ]


def _signals(record: Record) -> Signals:
    fields, results = record.fields, record.results
    differs = [fields.get(f"Billing{part}") != fields.get(f"Delivery{part}") for part in _DELIVERY]
    return Signals(
        amount=record.tx.amount,
        post_code_result=results.get("PostCodeResult", ""),
        security_code_result=results.get("CV2Result", ""),
        three_d_secure=results.get("3DSecureStatus", ""),
        is_delivered_elsewhere=any(differs),
        is_foreign_delivery=differs[-1],
        email=fields.get("CustomerEMail", ""),
        phone=fields.get("BillingPhone", ""),
    )
