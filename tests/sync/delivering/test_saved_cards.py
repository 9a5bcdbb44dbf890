"""A saved card and the invoice it pays, at the simulated Opayo and in the simulated Xero."""

from __future__ import annotations

import pytest
from django.utils import timezone
from pytest_django import Settings

from integrations.instructions import wakeup
from integrations.instructions.carrying_out import carry_out
from integrations.instructions.core.progress import QUIET
from integrations.models import Instruction, Order, SavedCard, User
from sandbox.kernel.faults import Kind as Fault
from sync.services.actions import ActionRefusedError
from tests.factories import UserFactory
from tests.sync.cards.conftest import charge, made_of, saved_card
from tests.sync.delivering.conftest import Books


@pytest.fixture
def card(books: Books, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> SavedCard:
    """The card of somebody with two invoices in Xero, unpaid."""
    monkeypatch.setattr(wakeup, "on_asked", [])
    settings.OPAYO_TEST_URL = f"{books.xero.url}/opayo"
    for number in ("HF-7", "HF-8"):
        books.place(number, payment=None)
    books.deliver(3)
    assert invoices(books) == {"HF-7": ("DRAFT", "38.34"), "HF-8": ("DRAFT", "38.34")}
    return saved_card(books.xero, books.opayo, Order.objects.get(number="HF-7").customer)


def invoices(books: Books) -> dict[str, tuple[str, str]]:
    return {
        row["InvoiceNumber"]: (row["Status"], f"{row['AmountDue']:.2f}") for row in books.in_xero("invoices")
    }


def asked(card: SavedCard, by: User, number: str) -> Instruction:
    charge(card.pair, by, (Order.objects.get(number=number), card), key=number)
    return Instruction.objects.latest("pk")


def test_a_saved_card_pays_what_xero_says_is_due_once_though_answers_are_lost(
    books: Books, card: SavedCard
) -> None:
    ada: User = UserFactory()
    assert carry_out(asked(card, ada, "HF-7").pk).state == "done"
    books.process()
    books.deliver(2)
    assert invoices(books)["HF-7"] == ("PAID", "0.00")

    repeat = asked(card, ada, "HF-8")
    books.xero.fail("opayo.shared", Fault.TIMEOUT_AFTER)
    assert carry_out(repeat.pk).state == "unknown"
    Instruction.objects.update(not_before=None, sent_at=timezone.now() - QUIET)
    assert carry_out(repeat.pk).state == "done"
    books.process()
    books.xero.fail("xero.payments.write", Fault.TIMEOUT_AFTER, seconds=0.1)
    books.deliver(4)

    assert invoices(books)["HF-8"] == ("PAID", "0.00")
    assert len(made_of(books.xero, repeat.vendor_tx_code)) == 1
    payments = [(row["Amount"], row["Reference"]) for row in books.live_payments()]
    assert len(payments) == 2 and {f"{amount:.2f}" for amount, _ in payments} == {"38.34"}
    with pytest.raises(ActionRefusedError, match="HF-8 is paid in Xero"):
        charge(card.pair, ada, (Order.objects.get(number="HF-8"), card), key="again")


def test_what_somebody_booked_in_xero_by_hand_is_not_charged(books: Books, card: SavedCard) -> None:
    approved = {"InvoiceNumber": "HF-7", "Status": "AUTHORISED"}
    paid = {
        "Invoice": {"InvoiceNumber": "HF-7"},
        "Account": {"Code": "090"},
        "Date": "2026-11-25",
        "Amount": 20,
    }
    books.xero.at(lambda system: system.person_edits("POST", "Invoices", approved))
    books.xero.at(lambda system: system.person_edits("POST", "Payments", paid))
    with pytest.raises(ActionRefusedError, match=r"Only 18\.34 GBP is due on invoice HF-7"):
        asked(card, UserFactory(), "HF-7")
    assert not Instruction.objects.exists()
