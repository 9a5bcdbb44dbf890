"""Postings of money against the documents that were made for them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integrations.models import Pair
from sync.models import Posting
from sync.services.retelling_postings import retell_postings
from tests.factories import PairFactory

pytestmark = pytest.mark.django_db


def post(pair: Pair, kind: str, minor: int, document: dict[str, Any]) -> None:
    Posting.objects.create(
        pair=pair, kind=kind, natural_key=f"{kind} {minor}", state="posted", remote_id="x", amount_minor=minor,
        currency="GBP", document=document,
    )  # fmt: skip


def test_a_posting_of_another_amount_than_its_document_is_named() -> None:
    pair = PairFactory()
    line = {"LineAmount": Decimal("10.00"), "TaxAmount": Decimal("2.00")}
    post(pair, "payment", 1200, {"Amount": Decimal("12.00")})
    post(pair, "spend", 1200, {"LineAmountTypes": "Exclusive", "LineItems": [line]})
    post(pair, "receive", 1000, {"LineAmountTypes": "Inclusive", "LineItems": [line]})
    # What an overpayment is of is added when it is sent.
    post(pair, "overpayment", 852, {"Type": "RECEIVE-OVERPAYMENT"})
    assert retell_postings(pair) == (4, [])
    Posting.objects.filter(kind="spend").update(amount_minor=1201)
    _, [found] = retell_postings(pair)
    assert (found.key, found.stored, found.told) == ("spend spend 1200", "12.01 GBP", "12.00 GBP")
