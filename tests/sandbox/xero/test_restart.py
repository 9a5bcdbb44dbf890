"""A system over the same journal carries on exactly where the last one stopped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.kernel.wire import Reply
from tests.sandbox.xero.rig import Xero, contact, credit_note, invoice, make_xero, payment


@dataclass
class Lives:
    """One journal, and the systems that have lived over it."""

    path: Path
    last: Xero

    def again(self) -> Xero:
        """The next life."""
        self.last = self.last.reborn(self.path)
        return self.last


@pytest.fixture
def lives(tmp_path: Path) -> Iterator[Lives]:
    path = tmp_path / "journal"
    lives = Lives(path, make_xero(path))
    yield lives
    lives.last.world.store.close()


def fill(xero: Xero) -> None:
    """Put something of every kind into the journal."""
    made, _ = xero.paid_invoice()
    note = xero.made("CreditNotes", credit_note())
    second = xero.made("Invoices", invoice("ORD-2", CurrencyCode="EUR"))
    xero.made("Payments", payment(second, "5.00", Account={"Code": "096"}))
    third = xero.made("Invoices", invoice("ORD-3"))
    part = {"Amount": "5.00", "Invoice": {"InvoiceID": third["InvoiceID"]}}
    xero.call("PUT", f"CreditNotes/{note['CreditNoteID']}/Allocations", part)
    xero.post("Invoices", {"InvoiceID": made["InvoiceID"], "Reference": "changed last"})


def test_the_truth_is_the_same(lives: Lives) -> None:
    before = lives.last
    fill(before)
    after = lives.again()
    assert after.system.truth() == before.system.truth()
    assert after.system.truth()["trial_balance"] == 0


def test_tokens_limits_keys_and_order_go_on(lives: Lives) -> None:
    before = lives.last
    fill(before)
    first = before.put("Contacts", contact("Once"), headers={"idempotency-key": "k"})
    after = lives.again()
    again = after.put("Contacts", contact("Once"), headers={"idempotency-key": "k"})
    assert again.reply.body == first.reply.body
    left = int(first.headers["X-MinLimit-Remaining"]) - 1
    assert again.headers["X-MinLimit-Remaining"] == str(left)
    numbers = [row["InvoiceNumber"] for row in after.get("Invoices").rows("Invoices")]
    assert numbers == ["ORD-2", "ORD-3", "ORD-1"]
    assert after.grant(grant_type="refresh_token", refresh_token=after.token["refresh_token"]).status == 200


def test_events_not_acknowledged_are_sent_again(lives: Lives) -> None:
    before = lives.last
    before.system.configure_webhook("http://127.0.0.1:1/hook")
    for status in (401, 401, 200, 401):
        before.system.replied(before.sent[-1].key, Reply(status))
    before.made("Contacts", contact())
    before.system.tick()
    after = lives.again()
    after.system.tick()
    assert after.sent[-1].body[:10] == before.sent[-1].body[:10]
    assert after.system.truth()["webhook"]["waiting"] == 1


def test_numbers_go_on(lives: Lives) -> None:
    before = lives.last
    before.made("Invoices", invoice(InvoiceNumber=None))
    after = lives.again()
    assert after.made("Invoices", invoice(InvoiceNumber=None))["InvoiceNumber"] == "INV-0002"
