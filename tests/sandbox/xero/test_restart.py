"""A system over the same journal carries on exactly where the last one stopped."""

from __future__ import annotations

from pathlib import Path

from sandbox.kernel.wire import Reply
from tests.sandbox.xero.rig import Xero, contact, credit_note, invoice, make_xero, payment


def full_of_life(path: Path) -> Xero:
    """A Xero with something of every kind in its journal."""
    xero = make_xero(path)
    made, _ = xero.paid_invoice()
    note = xero.made("CreditNotes", credit_note())
    second = xero.made("Invoices", invoice("ORD-2", CurrencyCode="EUR"))
    xero.made("Payments", payment(second, "5.00", Account={"Code": "096"}))
    third = xero.made("Invoices", invoice("ORD-3"))
    part = {"Amount": "5.00", "Invoice": {"InvoiceID": third["InvoiceID"]}}
    xero.call("PUT", f"CreditNotes/{note['CreditNoteID']}/Allocations", part)
    xero.post("Invoices", {"InvoiceID": made["InvoiceID"], "Reference": "changed last"})
    return xero


def test_the_truth_is_the_same(tmp_path: Path) -> None:
    before = full_of_life(tmp_path / "journal")
    after = before.reborn(tmp_path / "journal")
    assert after.system.truth() == before.system.truth()
    assert after.system.truth()["trial_balance"] == 0


def test_tokens_limits_keys_and_order_go_on(tmp_path: Path) -> None:
    before = full_of_life(tmp_path / "journal")
    first = before.put("Contacts", contact("Once"), headers={"idempotency-key": "k"})
    after = before.reborn(tmp_path / "journal")
    again = after.put("Contacts", contact("Once"), headers={"idempotency-key": "k"})
    assert again.reply.body == first.reply.body
    left = int(first.headers["X-MinLimit-Remaining"]) - 1
    assert again.headers["X-MinLimit-Remaining"] == str(left)
    numbers = [row["InvoiceNumber"] for row in after.get("Invoices").rows("Invoices")]
    assert numbers == ["ORD-2", "ORD-3", "ORD-1"]
    assert after.grant(grant_type="refresh_token", refresh_token=after.token["refresh_token"]).status == 200


def test_events_not_acknowledged_are_sent_again(tmp_path: Path) -> None:
    before = make_xero(tmp_path / "journal")
    before.system.configure_webhook("http://127.0.0.1:1/hook")
    for status in (401, 401, 200, 401):
        before.system.replied(before.sent[-1].key, Reply(status))
    before.made("Contacts", contact())
    before.system.tick()
    after = before.reborn(tmp_path / "journal")
    after.system.tick()
    assert after.sent[-1].body[:10] == before.sent[-1].body[:10]
    assert after.system.truth()["webhook"]["waiting"] == 1


def test_numbers_go_on(tmp_path: Path) -> None:
    before = make_xero(tmp_path / "journal")
    before.made("Invoices", invoice(InvoiceNumber=None))
    after = before.reborn(tmp_path / "journal")
    assert after.made("Invoices", invoice(InvoiceNumber=None))["InvoiceNumber"] == "INV-0002"
