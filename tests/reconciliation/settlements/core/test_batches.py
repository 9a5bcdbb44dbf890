from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from integrations.core.money import Money
from integrations.opayo.core.batches import Batch, BatchTotal
from integrations.opayo.core.reporting import OpayoTransaction
from reconciliation.settlements.core.batches import (
    FetchedBatch,
    KnownItem,
    batch_from_json,
    batch_key,
    batch_to_json,
    lacking,
    lines_of,
)

LONDON = "Europe/London"


def gbp(minor: int) -> Money:
    return Money(minor, "GBP")


def row(number: int, **known: Any) -> OpayoTransaction:
    return OpayoTransaction(vps_tx_id=f"VPS-{number}", vendor_tx_code=f"HF-{number}", **known)


def fetched(*rows: OpayoTransaction, sales: int = 2400, refunds: int = 0) -> FetchedBatch:
    totals = (BatchTotal("GBP", gbp(sales), gbp(refunds)),)
    return FetchedBatch(Batch("1001", "Elavon", datetime(2026, 3, 10, 0, 15, tzinfo=UTC), totals), rows)


def test_rows_that_tell_no_amount_take_ours() -> None:
    known = {"VPS-1": KnownItem(2400, "GBP", is_refund=False), "VPS-2": KnownItem(400, "GBP", is_refund=True)}
    lines = lines_of(fetched(row(1), row(2), refunds=400), "GBP", known, LONDON)
    assert [(line.kind, line.amount_minor) for line in lines] == [("sale", 2400), ("refund", -400)]


def test_the_word_of_opayo_goes_before_ours() -> None:
    told = row(1, tx_type="PAYMENT", amount=gbp(2000), currency="GBP")
    known = {"VPS-1": KnownItem(2400, "GBP", is_refund=False)}
    (line,) = lines_of(fetched(told, sales=2000), "GBP", known, LONDON)
    assert line.amount_minor == 2000


def test_what_neither_tells_is_asked_for() -> None:
    told = row(3, tx_type="PAYMENT", amount=gbp(1), currency="GBP")
    assert lacking([row(1), row(2), told], {"VPS-1": KnownItem(1, "GBP", is_refund=False)}) == ["VPS-2"]


def test_lines_always_come_to_what_the_batch_is_worth() -> None:
    lines = lines_of(
        fetched(row(1), sales=2500), "GBP", {"VPS-1": KnownItem(2400, "GBP", is_refund=False)}, LONDON
    )
    assert [(line.kind, line.amount_minor) for line in lines] == [("sale", 2400), ("adjustment", 100)]


def test_money_that_goes_another_way_is_left_out() -> None:
    paypal = row(1, tx_type="PAYMENT", amount=gbp(900), currency="GBP", payment_system="PAYPAL")
    assert lines_of(fetched(paypal, sales=0), "GBP", {}, LONDON) == ()


def test_only_rows_of_the_currency_are_its_lines() -> None:
    euros = row(1, tx_type="PAYMENT", amount=Money(900, "EUR"), currency="EUR")
    assert lines_of(fetched(euros, sales=0), "GBP", {}, LONDON) == ()


def test_the_event_keeps_a_batch_whole() -> None:
    told = fetched(row(1, tx_type="PAYMENT", amount=gbp(2400), currency="GBP", last_four="0006"), row(2))
    assert batch_from_json(batch_to_json(told)) == told


def test_a_batch_whose_totals_change_is_another_event() -> None:
    assert batch_key(fetched(sales=2400).batch) != batch_key(fetched(sales=2500).batch)
