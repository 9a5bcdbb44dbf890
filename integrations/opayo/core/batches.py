"""Settlement batches and fraud screening, as the Reporting & Admin API tells them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from integrations.core.money import Money
from integrations.opayo.core.amounts import from_wire
from integrations.opayo.core.reporting_xml import ReportingReply, children, fields_of, parse_time


@dataclass(frozen=True, slots=True)
class BatchTotal:
    """Sales and refunds of one currency in a batch, both positive; the batch is worth their difference."""

    currency: str
    sales: Money
    refunds: Money
    sales_count: int | None = None
    refunds_count: int | None = None

    @property
    def net(self) -> Money:
        return self.sales - self.refunds


@dataclass(frozen=True, slots=True)
class Batch:
    """One settlement file sent to one acquirer; American Express has its own."""

    batch_id: str
    auth_processor: str
    completed: datetime | None
    totals: tuple[BatchTotal, ...] = ()


@dataclass(frozen=True, slots=True)
class FraudScreening:
    """The screening of a transaction; the provider decides which fields are there. Advisory only."""

    provider: str
    score: int | None = None
    action: str = ""
    """OK, HOLD, REJECT or NORESULT."""
    recommendation: str = ""
    code: str = ""
    code_detail: str = ""
    rules: tuple[tuple[str, int], ...] = ()
    """What the score is made of."""


def read_batches(reply: ReportingReply) -> tuple[Batch, ...]:
    """The batches of getBatchList, in the order sent."""
    return tuple(_batch(row) for row in reply.rows("batches", "batch"))


def _batch(row: Element) -> Batch:
    values = fields_of(row)
    groups = (
        group
        for holder in children(row, "transactiongroups")
        for group in children(holder, "transactiongroup")
    )
    return Batch(
        batch_id=values.get("batchid", ""),
        auth_processor=values.get("authprocessorname", ""),
        completed=parse_time(values.get("completed", "")),
        totals=tuple(_totals(groups)),
    )


def _totals(groups: Iterator[Element]) -> Iterator[BatchTotal]:
    for group in groups:
        values = fields_of(group)
        currency = values.get("currency", "")
        sales = from_wire(values.get("paymentvalue", "0"), currency)
        refunds = from_wire(values.get("refundvalue", "0"), currency)
        if sales is not None and refunds is not None:
            yield BatchTotal(
                currency,
                sales,
                refunds,
                _count(values.get("paymentnumber")),
                _count(values.get("refundnumber")),
            )


def _count(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def read_screening(reply: ReportingReply) -> FraudScreening:
    """The answer of getFraudScreenDetail (ReD, The 3rd Man or FSG)."""
    values = reply.fields()
    rules = (fields_of(row) for row in reply.rows("t3mresults", "rule"))
    return FraudScreening(
        provider=values.get("fraudprovidername", ""),
        score=_signed(values.get("t3mscore", "")),
        action=values.get("t3maction", ""),
        recommendation=values.get("fraudscreenrecommendation", ""),
        code=values.get("fraudcode", ""),
        code_detail=values.get("fraudcodedetail", ""),
        rules=tuple((rule.get("description", ""), _signed(rule.get("score", "")) or 0) for rule in rules),
    )


def _signed(text: str) -> int | None:
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() else None
