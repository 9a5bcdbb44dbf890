"""A monthly bill: booked as a bill, paid by the bank line that collects it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from integrations.models import Pair
from reconciliation.models import FeeBill, MerchantAccount
from reconciliation.reconciling import reconcile
from reconciliation.settlements.core.rate_card import rate_card_from_text
from reconciliation.settlements.fee_bills import import_bills
from reconciliation.settlements.importing import StatementRefusedError
from sync.models import Posting
from tests.reconciliation.settlements.core.test_bills import BILL

K = Posting.Kind
MARCH_BILL = BILL.replace("/04/2026", "/03/2026").replace("01/03/2026", "02/03/2026").encode()


@pytest.fixture
def account(pair: Pair) -> MerchantAccount:
    card = rate_card_from_text("Visa debit | 0.49 % | 3p\npci | 4.95 | 20 %").as_json()
    return MerchantAccount.objects.create(
        pair=pair, mid="2100001", acquirer="Elavon", currency="GBP", rate_card=card
    )


def test_a_bill_is_booked_once_and_paid_by_what_collects_it(
    pair: Pair, account: MerchantAccount, bank: Callable[..., Any]
) -> None:
    with time_machine.travel("2026-03-17T10:00:00Z", tick=False):
        (bill,) = import_bills(pair, MARCH_BILL)
        assert import_bills(pair, MARCH_BILL) == []
        assert (bill.total_minor, bill.over_minor) == (8_598, 1_235)
        reconcile(pair)
        line = bank(-8_598, 16, "2100001-202603")
        reconcile(pair)
    booked, payment = Posting.objects.get(kind=K.BILL), Posting.objects.get(kind=K.PAYMENT)
    assert (booked.state, booked.document["Type"], len(booked.document["LineItems"])) == (
        "ready",
        "ACCPAY",
        3,
    )
    assert FeeBill.objects.get().posting == booked
    assert (payment.state, payment.waits_for, payment.amount_minor) == ("waiting", booked, 8_598)
    assert payment.document["Account"] == {"Code": "090"} and payment.document["Date"] == "2026-03-16"
    assert payment.settlement_posting.bank_line == line
    assert not Posting.objects.filter(kind__in=[K.SPEND, K.BANK_TRANSFER]).exists()


def test_a_bill_of_an_unknown_merchant_number_is_refused_in_words(pair: Pair) -> None:
    with pytest.raises(StatementRefusedError, match="2100001 in GBP, which is not known"):
        import_bills(pair, MARCH_BILL)
    assert not FeeBill.objects.exists()
