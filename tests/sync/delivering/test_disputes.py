"""Disputes in a simulated Xero over a real socket: taken off a wrong sale, and tied again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from integrations.disputes.core.notices import DisputeNotice
from integrations.disputes.telling import tell
from integrations.models import AccountRole, Dispute
from sync.models import Posting
from tests.factories import AccountRoleFactory
from tests.sync.delivering.conftest import Books
from tests.sync.test_disputes import LOST, RECEIVED, WON

UNDONE = replace(RECEIVED, reason_code="13.1")


@pytest.fixture
def paid(books: Books) -> Books:
    for role, code in (("disputed", "615"), ("losses", "405"), ("dispute_fees", "406")):
        AccountRoleFactory(pair=books.pair, role=AccountRole.Role(role), currency="", account_code=code)
    books.place()
    books.pay()
    books.deliver()
    return books


def told(books: Books, *notices: DisputeNotice) -> None:
    for notice in notices:
        tell(books.pair, notice, via="person")
    for _ in range(2):
        books.process()
    books.deliver(4)


def ledger(books: Books) -> dict[str, Decimal]:
    balances = books.xero.at(lambda system: system.truth())["balances"]
    return {code: row["base"] for code, row in balances.items() if row["base"]}


def unsettled() -> list[Posting]:
    return list(Posting.objects.exclude(state__in=["posted", "reversed"]))


@pytest.mark.parametrize(
    ("notices", "undoing"),
    [
        ((RECEIVED, WON), {"bank_transaction_delete": 3}),
        ((RECEIVED, LOST), {"bank_transaction_delete": 2, "journal_void": 1}),
        ((UNDONE, LOST), {"bank_transaction_delete": 2, "refund_delete": 1, "credit_note_void": 1}),
    ],
    ids=["won", "lost", "sale undone"],
)
def test_a_dispute_taken_off_its_sale_leaves_nothing_in_xero_and_tied_again_is_booked_again(
    paid: Books, notices: tuple[DisputeNotice, ...], undoing: dict[str, int]
) -> None:
    before = ledger(paid)
    told(paid, *notices)
    booked = ledger(paid)
    assert booked != before and unsettled() == []

    told(paid, DisputeNotice("CB70001", date(2026, 12, 21), unties=True))
    assert (Dispute.objects.get().payment, unsettled()) == (None, [])
    assert ledger(paid) == before
    assert dict(Counter(Posting.objects.filter(kind__in=undoing).values_list("kind", flat=True))) == undoing

    told(paid, DisputeNotice("CB70001", date(2026, 12, 22), payment="HF-10042-1"))
    assert unsettled() == []
    assert ledger(paid) == booked
