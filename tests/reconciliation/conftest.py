"""Scenes of settlements: sales, batches, statements of the acquirer and of the bank."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from integrations.core.money import Money
from integrations.events.services import store_event
from integrations.models import Event, Pair
from integrations.opayo.core.batches import Batch, BatchTotal
from integrations.opayo.core.reporting import OpayoTransaction
from reconciliation.models import BankAccount, BankLine, StatementFile
from reconciliation.settlements.core.batches import FetchedBatch, batch_key, batch_to_json
from reconciliation.settlements.importing import import_statement
from reconciliation.settlements.taking_in import take_in_batch
from tests.factories import OrderFactory, PairFactory, PaymentFactory
from tests.factories.pairs import usual_accounts

HEADS = (
    "Settlement Date,Merchant ID,Batch Reference,Transaction Date,Transaction Type,Card Brand,Card Number,"
    "Authorisation Code,Retrieval Reference Number,Case Number,Description,Gross Amount,Service Charge,"
    "Transaction Fee,Net Amount,Currency,Funding Date"
)


@pytest.fixture
def pair(db: None) -> Pair:
    made = PairFactory()
    usual_accounts(made)
    return made


@pytest.fixture
def sell(pair: Pair) -> Callable[..., Any]:
    """A captured payment of 24.00 on 9 March 2026, by its number."""

    def make(number: int, **known: Any) -> Any:
        values = {
            "pair": pair,
            "order": OrderFactory(pair=pair, number=f"HF-{number}"),
            "vendor_tx_code": f"HF-{number}-1",
            "vps_tx_id": f"00000000-0000-0000-0000-{number:012d}",
            "amount_minor": 2400,
            "currency": "GBP",
            "taken_at": datetime(2026, 3, 9, 12, tzinfo=UTC),
            "tx_auth_no": str(7000 + number),
            "last_four": "0006",
        }
        return PaymentFactory(**(values | known))

    return make


@pytest.fixture
def batch(pair: Pair) -> Callable[..., Event]:
    """Opayo's batch of some payments, taken in."""

    def take(batch_id: str, *payments: Any, net: int | None = None) -> Event:
        rows = tuple(
            OpayoTransaction(
                vps_tx_id=each.vps_tx_id,
                vendor_tx_code=each.vendor_tx_code,
                auth_no=each.tx_auth_no,
                tx_type=getattr(each, "transaction_type", ""),
                amount=Money(each.amount_minor, "GBP"),
                currency="GBP",
            )
            for each in payments
        )
        worth = sum(each.amount_minor for each in payments) if net is None else net
        total = BatchTotal("GBP", Money(worth, "GBP"), Money(0, "GBP"))
        told = FetchedBatch(
            Batch(batch_id, "Elavon", datetime(2026, 3, 10, 0, 15, tzinfo=UTC), (total,)), rows
        )
        event_id, _ = store_event(
            pair_id=pair.pk, connection_id=None, source=Event.Source.OPAYO, kind="batch",
            dedupe_key=batch_key(told.batch), body=batch_to_json(told), headers={},
            authenticity=Event.Authenticity.FETCHED, state=Event.State.PROCESSED,
        )  # fmt: skip
        event = Event.objects.get(pk=event_id)
        take_in_batch(pair, event)
        return event

    return take


@pytest.fixture
def state(pair: Pair) -> Callable[..., Any]:
    """An acquirer's statement of one settlement, imported: rows are (type, retrieval reference, gross in pounds)."""

    def take(reference: str, *rows: tuple[str, str, str], case: str = "", fee: str = "0.00") -> Any:
        lines = [HEADS]
        for kind, rrn, gross in rows:
            net = f"{Decimal(gross) - Decimal(fee):.2f}"
            lines.append(
                f"10/03/2026,2100001,{reference},09/03/2026,{kind},Visa,************0006,,{rrn},{case},"
                f",{gross},{fee},0.00,{net},GBP,11/03/2026"
            )
        return import_statement(pair, "\n".join(lines).encode(), filename="elavon.csv")

    return take


@pytest.fixture
def bank(pair: Pair) -> Callable[..., BankLine]:
    """A line of an imported statement that reaches to a day: (amount in minor units, day of March, reference)."""
    account = BankAccount.objects.create(
        pair=pair, name="Business", slug="business", currency="GBP", account_code="090"
    )

    def show(minor: int, day: int, reference: str = "", *, seen_to: int = 0) -> BankLine:
        number = BankLine.objects.count() + 1
        statement = StatementFile.objects.create(
            pair=pair, bank_account=account, filename=f"{number}.csv", format="csv", via="upload",
            sha256=str(number), ends_on=date(2026, 3, seen_to or day),
        )  # fmt: skip
        return BankLine.objects.create(
            pair=pair, bank_account=account, statement=statement, identity=f"line-{number}",
            booked_on=date(2026, 3, day), amount_minor=minor, currency="GBP", reference=reference,
            counterparty="ELAVON MERCHANT",
        )  # fmt: skip

    return show
