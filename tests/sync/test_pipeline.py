"""Events into records and postings."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection as database
from django.utils import timezone

from integrations.models import Connection, Customer, Event, KnownContact, Order, Pair, Payment
from sync.models import Notice, Posting, Problem
from sync.services import pipeline
from sync.services.batch import Batch
from sync.services.order_states import settle_orders
from tests.sync.messages import SECURITY_KEY, notification_event, order, shop_event

pytestmark = pytest.mark.django_db


def process(pair: Pair) -> None:
    """Everything that is due, and what waited for it."""
    Event.objects.update(not_before=None)
    done = pipeline.process_batch(pair.pk)
    assert done is not None


def posting(kind: str) -> Posting:
    return Posting.objects.get(kind=kind)


def test_an_order_becomes_a_customer_a_contact_and_a_draft_invoice(pair: Pair, shop: Connection) -> None:
    event = shop_event(shop)
    process(pair)
    event.refresh_from_db()
    assert event.state == Event.State.PROCESSED
    assert Customer.objects.get().contact_number == "C-77"
    stored = Order.objects.get()
    assert (stored.total_minor, stored.currency, stored.state) == (3834, "GBP", Order.State.OPEN)
    contact, invoice = posting("contact"), posting("invoice")
    assert contact.state == Posting.State.READY
    assert contact.document["Name"] == "Ada Moss"
    assert invoice.state == Posting.State.WAITING
    assert invoice.waits_for == contact
    assert invoice.document["Status"] == "DRAFT"
    assert invoice.document["InvoiceNumber"] == "HF-10042"
    assert invoice.document["Reference"] == "HF-10042-1"
    total = sum(Decimal(line["LineAmount"]) for line in invoice.document["LineItems"])
    assert total == Decimal("38.34")


def test_a_payment_becomes_a_posting_into_clearing_that_waits_for_its_invoice(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    shop_event(shop)
    notification_event(opayo)
    process(pair)
    payment = posting("payment")
    assert payment.waits_for == posting("invoice")
    assert posting("invoice").document["Status"] == "AUTHORISED"
    assert payment.document["Account"] == {"Code": "095"}
    assert payment.document["Amount"] == Decimal("38.34")
    assert Order.objects.get().state == Order.State.PAID
    taken = Payment.objects.get()
    assert (taken.state, taken.last_four, taken.card_type) == ("captured", "0006", "VISA")


def test_a_notification_that_overtakes_its_order_waits_and_is_verified_then(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    early = notification_event(opayo, authenticity=Event.Authenticity.PENDING)
    process(pair)
    early.refresh_from_db()
    assert early.state == Event.State.RECEIVED
    assert not Payment.objects.exists()
    shop_event(shop)
    process(pair)
    process(pair)
    early.refresh_from_db()
    assert (early.state, early.authenticity) == (Event.State.PROCESSED, Event.Authenticity.VERIFIED)
    assert posting("payment").amount_minor == 3834


def test_what_waits_for_an_order_is_looked_at_again_as_soon_as_the_order_is_told(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    early = notification_event(opayo, authenticity=Event.Authenticity.PENDING)
    pipeline.process_batch(pair.pk)
    Event.objects.filter(pk=early.pk).update(not_before=timezone.now() + timedelta(hours=1))
    shop_event(shop)
    pipeline.process_batch(pair.pk)
    pipeline.process_batch(pair.pk)
    early.refresh_from_db()
    assert early.state == Event.State.PROCESSED


def test_a_forged_notification_is_never_booked(pair: Pair, shop: Connection, opayo: Connection) -> None:
    forged = notification_event(opayo, security_key="WRONGKEY00", authenticity=Event.Authenticity.PENDING)
    shop_event(shop)
    process(pair)
    process(pair)
    forged.refresh_from_db()
    assert forged.state == Event.State.DEAD
    assert "signature" in forged.error
    assert not Posting.objects.filter(kind="payment").exists()


def test_a_notification_that_masking_has_touched_is_asked_for_at_opayo_instead(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    masked = notification_event(
        opayo,
        security_key="WRONGKEY00",
        authenticity=Event.Authenticity.PENDING,
        status_detail="4929000000006",
    )
    assert masked.is_masked
    shop_event(shop)
    first, second = pipeline.process_batch(pair.pk), pipeline.process_batch(pair.pk)
    masked.refresh_from_db()
    assert masked.state == Event.State.IGNORED
    assert {"HF-10042-1"} in ([done.look_up for done in (first, second) if done])
    assert not Posting.objects.filter(kind="payment").exists()


def test_an_abort_after_ok_takes_the_payment_back(pair: Pair, shop: Connection, opayo: Connection) -> None:
    shop_event(shop)
    notification_event(opayo)
    process(pair)
    Posting.objects.filter(kind="payment").update(state="posted", remote_id="p-1")
    notification_event(opayo, status="ABORT")
    process(pair)
    assert Payment.objects.get().state == Payment.State.REVERSED
    assert posting("payment_delete").state == Posting.State.READY
    assert Order.objects.get().state == Order.State.FAILED
    told = Notice.objects.filter(channel="shop").values_list("type", flat=True)
    assert list(told) == ["payment.reversed"]


def test_a_late_ok_after_an_abort_books_nothing(pair: Pair, shop: Connection, opayo: Connection) -> None:
    shop_event(shop)
    notification_event(opayo, status="ABORT")
    notification_event(opayo, status="OK")
    process(pair)
    assert not Posting.objects.filter(kind="payment").exists()


def test_a_refused_payment_tells_shop_and_customer_and_starts_the_grace(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    shop_event(shop)
    notification_event(opayo, status="NOTAUTHED")
    process(pair)
    stored = Order.objects.get()
    assert stored.state == Order.State.FAILED
    assert stored.close_unpaid_at is not None
    assert set(Notice.objects.values_list("channel", "type")) == {
        ("shop", "payment.failed"),
        ("email", "payment.failed"),
    }


def test_another_attempt_after_a_refusal_ends_the_grace_and_is_booked(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    shop_event(shop)
    notification_event(opayo, status="NOTAUTHED")
    process(pair)
    again = {"method": "opayo_server", "vendor_tx_code": "HF-10042-2", "security_key": SECURITY_KEY}
    shop_event(shop, "payment.started", number="HF-10042", payment=again)
    notification_event(opayo, "HF-10042-2", vps_tx_id="A955C22E-F67B-4DA3-8EA3-6DAC68FA59D2")
    process(pair)
    assert Order.objects.get().close_unpaid_at is None
    assert posting("payment").natural_key == "HF-10042-2"


def test_an_order_that_does_not_add_up_is_kept_flagged_and_not_posted(pair: Pair, shop: Connection) -> None:
    shop_event(shop, **order(total="99.99"))
    process(pair)
    stored = Order.objects.get()
    assert stored.state == Order.State.INVALID
    assert "99.99" in " ".join(stored.problems)
    assert not Posting.objects.exists()


def test_two_different_orders_with_one_number_are_not_mixed_up(pair: Pair, shop: Connection) -> None:
    shop_event(shop)
    other = shop_event(shop, **order(total="37.34", discount={"code": "X", "total": "2.00"}))
    process(pair)
    other.refresh_from_db()
    assert other.state == Event.State.DEAD
    assert "already an order HF-10042" in other.error
    assert Order.objects.get().total_minor == 3834


def test_an_order_told_twice_is_booked_once(pair: Pair, shop: Connection) -> None:
    shop_event(shop)
    shop_event(shop)
    process(pair)
    assert Posting.objects.filter(kind="invoice").count() == 1


def test_two_customers_of_one_name_get_contacts_that_xero_can_tell_apart(
    pair: Pair, shop: Connection
) -> None:
    shop_event(shop)
    twin = order("HF-10043")
    twin["customer"] = {**twin["customer"], "id": "C-78"}
    shop_event(shop, **twin)
    process(pair)
    names = set(Posting.objects.filter(kind="contact").values_list("document__Name", flat=True))
    assert len(names) == 2


def test_a_cancelled_order_has_its_invoice_closed(pair: Pair, shop: Connection) -> None:
    shop_event(shop)
    process(pair)
    Posting.objects.filter(kind="invoice").update(state="posted", remote_id="i-1", remote_status="DRAFT")
    shop_event(shop, "order.cancelled", number="HF-10042")
    process(pair)
    assert posting("invoice_close").waits_for == posting("invoice")


def test_an_order_cancelled_before_it_was_sent_never_reaches_xero(pair: Pair, shop: Connection) -> None:
    shop_event(shop)
    process(pair)
    shop_event(shop, "order.cancelled", number="HF-10042")
    process(pair)
    assert posting("invoice").state == Posting.State.CANCELLED


def test_a_currency_the_books_do_not_keep_is_converted_with_its_sum_preserved(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    shop_event(shop, **order(currency="USD"))
    notification_event(opayo)
    process(pair)
    stored = Order.objects.get()
    invoice, payment = posting("invoice"), posting("payment")
    assert stored.conversion is not None
    assert stored.conversion["source"] == "USD"
    assert (invoice.currency, payment.currency) == ("GBP", "GBP")
    assert invoice.document["CurrencyCode"] == "GBP"
    total = sum(Decimal(line["LineAmount"]) for line in invoice.document["LineItems"])
    assert total == Decimal(invoice.amount_minor) / 100
    assert payment.amount_minor == invoice.amount_minor


def test_a_missing_account_holds_what_needs_it_behind_one_problem(pair: Pair, shop: Connection) -> None:
    pair.account_roles.filter(role="sales").delete()
    shop_event(shop)
    shop_event(shop, **order("HF-10043"))
    process(pair)
    assert set(Posting.objects.filter(kind="invoice").values_list("state", flat=True)) == {"held"}
    assert Problem.objects.count() == 1


def test_an_unreadable_message_stops_itself_and_nothing_else(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    broken = notification_event(opayo, code="", status="OK")
    shop_event(shop)
    process(pair)
    broken.refresh_from_db()
    assert broken.state == Event.State.DEAD
    assert Order.objects.exists()


def test_an_event_that_crashes_the_pipeline_is_isolated_and_set_aside(
    pair: Pair, shop: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop_event(shop, **order("HF-BAD"))
    shop_event(shop, **order("HF-GOOD"))

    def explode(batch: Batch) -> None:
        if "HF-BAD" in batch.changed_orders:
            raise ZeroDivisionError
        settle_orders(batch)

    monkeypatch.setattr(pipeline, "settle_orders", explode)
    for _ in range(pipeline.MOST_CRASHES):
        process(pair)
    assert list(Order.objects.values_list("number", flat=True)) == ["HF-GOOD"]
    assert list(Event.objects.filter(state="dead").values_list("attempts", flat=True)) == [
        pipeline.MOST_CRASHES
    ]


def test_only_one_worker_processes_a_pair_at_a_time(pair: Pair, shop: Connection) -> None:
    event = shop_event(shop)
    other = database.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [pipeline.LOCK_SPACE, pair.pk])
        assert pipeline.process_batch(pair.pk) is None
    finally:
        other.close()
    event.refresh_from_db()
    assert event.state == Event.State.RECEIVED


def test_every_processed_event_has_its_place_in_the_chain(pair: Pair, shop: Connection) -> None:
    shop_event(shop)
    shop_event(shop, **order("HF-10043"))
    process(pair)
    assert list(Event.objects.order_by("pk").values_list("sequence", flat=True)) == [1, 2]
    assert all(Event.objects.values_list("chain_hash", flat=True))


def test_a_converted_order_that_changes_keeps_its_rate_and_takes_the_new_total(
    pair: Pair, shop: Connection
) -> None:
    shop_event(shop, **order(currency="USD"))
    process(pair)
    first = Order.objects.get().conversion
    Posting.objects.filter(kind="invoice").update(state="posted", remote_id="i-1")
    cheaper = order(currency="USD", discount={"code": "X", "total": "11.00"}, total="28.34")
    shop_event(shop, "order.updated", **cheaper)
    process(pair)
    second = Order.objects.get().conversion
    correction = posting("invoice_update")
    assert first is not None
    assert second is not None
    assert (second["rate"], second["on"]) == (first["rate"], first["on"])
    assert second["total_minor"] < first["total_minor"]
    assert (correction.amount_minor, correction.currency) == (second["total_minor"], "GBP")
    total = sum(Decimal(line["LineAmount"]) for line in correction.document["LineItems"])
    assert total == Decimal(correction.amount_minor) / 100


def test_a_contact_that_is_in_xero_already_is_found_by_its_e_mail(pair: Pair, shop: Connection) -> None:
    KnownContact.objects.create(pair=pair, contact_id="c-1", email="ada@example.com", name="A. Moss")
    shop_event(shop)
    process(pair)
    assert Customer.objects.get().xero_contact_id == "c-1"
    assert not Posting.objects.filter(kind="contact").exists()
    assert posting("invoice").state == Posting.State.READY


def test_an_e_mail_that_two_contacts_share_finds_neither(pair: Pair, shop: Connection) -> None:
    for contact_id in ("c-1", "c-2"):
        KnownContact.objects.create(
            pair=pair, contact_id=contact_id, email="ada@example.com", name=contact_id
        )
    shop_event(shop)
    process(pair)
    assert posting("contact").state == Posting.State.READY
