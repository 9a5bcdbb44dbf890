"""Clearing = not yet banked, from real rows: what is unsettled, settled, short, in flight, and what breaks it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from integrations.models import Pair
from reconciliation.matching.deciding import confirm, explain_difference
from reconciliation.models import BankAccount, BankLine, Match, MerchantAccount, Settlement
from reconciliation.proof.accounts import Clearing
from reconciliation.proof.banking import prove_clearing
from reconciliation.proof.core.lights import Moment, Proved
from reconciliation.reconciling import reconcile
from sync.models import Posting
from tests.factories import PaymentFactory

Take = Callable[..., Any]
GBP = Clearing("095", "GBP")


@pytest.fixture(autouse=True)
def march() -> Any:
    with time_machine.travel("2026-03-16T10:00:00Z", tick=False):
        yield


def post(pair: Pair, payment: Any, **known: Any) -> Posting:
    """The payment's posting, in Xero on the clearing account."""
    document = {
        "Account": {"Code": "095"},
        "Date": payment.taken_at.date().isoformat(),
        "Amount": Decimal("24.00"),
    }
    values = {
        "pair": pair, "kind": "payment", "natural_key": payment.vendor_tx_code, "state": "posted", "payment": payment,
        "order": payment.order, "document": document, "amount_minor": payment.amount_minor, "currency": "GBP",
        "remote_id": f"x-{payment.pk}", "posted_at": datetime(2026, 3, 9, 13, tzinfo=UTC),
    }  # fmt: skip
    return Posting.objects.create(**(values | known))


def post_all(pair: Pair) -> None:
    for posting in Posting.objects.filter(pair=pair, state="ready"):
        posting.state, posting.remote_id, posting.posted_at = "posted", f"x{posting.pk}", timezone.now()
        posting.save()


def proved(pair: Pair, day: int = 16) -> Proved:
    return prove_clearing(pair, GBP, Moment(date(2026, 3, day)))


def terms(found: Proved) -> dict[str, int]:
    return {term.code: term.minor for term in (found.left, *found.right) if term.minor}


@pytest.fixture
def banked(pair: Pair, sell: Take, batch: Take, state: Take, bank: Take) -> BankLine:
    """Two sales, posted; their batch, stated net of fees, and its money at the bank; everything booked."""
    sales = [sell(1), sell(2)]
    for sale in sales:
        post(pair, sale)
    batch("1001", *sales)
    state("400001", ("Sale", "7001", "24.00"), ("Sale", "7002", "24.00"), fee="0.40")
    line: BankLine = bank(4720, 11, "2100001 400001")
    reconcile(pair)
    post_all(pair)
    return line


def test_money_stands_first_unsettled_then_settled_then_nowhere(pair: Pair, banked: BankLine) -> None:
    assert terms(proved(pair, 9)) == {"clearing": 4800, "unsettled": 4800}
    assert terms(proved(pair, 10)) == {"clearing": 4720, "settled": 4720}
    assert terms(proved(pair, 11)) == {}
    assert {proved(pair, day).light for day in (9, 10, 11, 16)} == {"green"}


def test_what_is_not_in_xero_yet_is_in_flight_and_no_difference(pair: Pair, banked: BankLine) -> None:
    Posting.objects.filter(kind="bank_transfer").update(state="ready", remote_id="")
    found = proved(pair)
    assert terms(found) == {"clearing": 4720, "flight": 4720}
    assert (found.difference, found.light) == (0, "amber")


def test_a_sale_nobody_booked_is_in_flight_too(pair: Pair, banked: BankLine, sell: Take) -> None:
    sell(3)
    found = proved(pair)
    assert terms(found) == {"unsettled": 2400, "flight": -2400}
    assert (found.difference, found.light) == (0, "amber")


@pytest.mark.parametrize("fault", ["lost", "changed", "doubled"])
def test_a_posting_that_somebody_tampered_with_is_named(pair: Pair, banked: BankLine, fault: str) -> None:
    fee = Posting.objects.get(kind="spend")
    with connection.cursor() as cursor:
        if fault == "lost":
            cursor.execute("DELETE FROM reconciliation_settlementposting WHERE posting_id = %s", [fee.pk])
            cursor.execute("DELETE FROM sync_posting WHERE id = %s", [fee.pk])
        elif fault == "changed":
            cursor.execute("UPDATE sync_posting SET amount_minor = 81 WHERE id = %s", [fee.pk])
        else:
            cursor.execute(
                "UPDATE reconciliation_bankline SET amount_minor = 4721 WHERE id = %s", [banked.pk]
            )
    found = proved(pair)
    assert found.light == "red"
    assert found.first is not None and "400001" in found.first.words
    assert sum(each.minor for each in found.breaks) == found.difference != 0


def test_a_difference_at_the_bank_is_short_until_somebody_explains_it(
    pair: Pair, sell: Take, batch: Take, state: Take, bank: Take, django_user_model: Any
) -> None:
    post(pair, sell(1))
    batch("1001", *[each.payment for each in Posting.objects.filter(kind="payment")])
    state("400001", ("Sale", "7001", "24.00"))
    bank(2390, 11, "2100001 400001")
    reconcile(pair)
    by = django_user_model.objects.create(email="kim@example.com")
    confirm(Match.objects.get(state="suggested"), by)
    reconcile(pair)
    post_all(pair)
    assert terms(proved(pair)) == {"clearing": 10, "short": 10}
    explain_difference(Match.objects.get(state="confirmed"), "fee", by)
    reconcile(pair)
    post_all(pair)
    assert terms(proved(pair)) == {}


def test_a_chargeback_nobody_told_of_is_named_with_its_settlement(
    pair: Pair, sell: Take, batch: Take, state: Take
) -> None:
    sale = sell(1)
    post(pair, sale)
    batch("1001", sale)
    state("400001", ("Sale", "7001", "24.00"), ("Chargeback", "", "-10.00"), case="CB-1")
    reconcile(pair)
    found = proved(pair, 10)
    assert found.first is not None and found.first.words.startswith("Chargeback CB-1 in settlement")
    assert (found.difference, found.first.minor) == (1000, 1000)


def test_money_that_does_not_come_is_overdue_in_pounds(
    pair: Pair, sell: Take, batch: Take, bank: Take
) -> None:
    sale = sell(1)
    post(pair, sale)
    batch("1001", sale)
    bank(-500, 18, "something else")
    assert proved(pair, 16).light == "green"
    found = proved(pair, 18)
    assert (found.difference, found.light) == (0, "red")
    assert [(each.kind, each.minor) for each in found.alerts] == [("settlement", 2400)]


def test_a_line_the_bank_shows_twice_is_named(pair: Pair, banked: BankLine, bank: Take) -> None:
    again = bank(4720, 11, "2100001 400001")
    reconcile(pair)
    found = proved(pair)
    assert [(each.kind, each.key) for each in found.alerts] == [("bank_line", str(again.pk))]


def test_a_statement_that_lost_a_line_does_not_add_up(pair: Pair, banked: BankLine) -> None:
    MerchantAccount.objects.update(bank_account=BankAccount.objects.get())
    statement = banked.statement
    statement.starts_on, statement.opening_minor, statement.closing_minor = date(2026, 3, 11), 0, 5720
    statement.save()
    found = proved(pair)
    assert [(each.kind, each.minor) for each in found.alerts] == [("statement", -1000)]


def test_what_was_known_earlier_is_told_as_it_was_known(pair: Pair, banked: BankLine) -> None:
    with time_machine.travel("2026-03-20T10:00:00Z", tick=False):
        now = prove_clearing(pair, GBP, Moment(date(2026, 3, 16), datetime(2026, 3, 9, 14, tzinfo=UTC)))
    assert now.left.minor == 0 and now.unknown == "" and Settlement.objects.count() == 1


def test_without_any_settlement_nothing_is_claimed(pair: Pair, sell: Take) -> None:
    post(pair, sell(1))
    assert (proved(pair).light, proved(pair).left.minor) == ("unknown", 2400)
    PaymentFactory(pair=pair)
