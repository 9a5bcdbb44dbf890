"""Postings into a simulated Xero over a real socket, through everything that can go wrong on the way."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from integrations.models import Connection, Customer
from sandbox.kernel.faults import Kind
from sync.models import Delivery, Notice, Posting, Problem
from sync.services.actions import resolve_problem, retry_postings
from sync.services.delivering.prepare import prepare
from tests.factories import UserFactory
from tests.sync.delivering.conftest import Books
from tests.sync.messages import order


def states() -> dict[str, str]:
    return dict(Posting.objects.values_list("kind", "state"))


def be_late() -> None:
    """The time for Xero's memory of keys is over, and every wait is."""
    Delivery.objects.exclude(state="answered").update(
        not_before=None, first_sent_at=timezone.now() - timedelta(minutes=7)
    )


def test_an_order_and_its_payment_become_a_paid_invoice(books: Books) -> None:
    books.place()
    books.pay()
    books.deliver()
    assert set(states().values()) == {"posted"}
    (invoice,) = books.in_xero("invoices")
    assert (invoice["InvoiceNumber"], invoice["Status"]) == ("HF-10042", "PAID")
    assert invoice["Total"] == Decimal("38.34")
    (payment,) = books.live_payments()
    assert (payment["Amount"], payment["AccountCode"]) == (Decimal("38.34"), "095")
    assert Customer.objects.get().xero_contact_id == invoice["ContactID"]


def test_a_draft_comes_first_when_the_payment_is_not_known_yet(books: Books) -> None:
    books.place()
    books.deliver()
    assert [row["Status"] for row in books.in_xero("invoices")] == ["DRAFT"]
    books.pay()
    books.deliver()
    assert [row["Status"] for row in books.in_xero("invoices")] == ["PAID"]
    assert Posting.objects.get(kind="invoice_authorise").state == "posted"


def test_fifty_orders_need_a_call_for_each_kind_only(books: Books) -> None:
    for n in range(50):
        customer = {**order()["customer"], "id": f"C-{n}", "last_name": f"Moss {n}"}
        books.place(f"HF-{n:03d}", customer=customer)
        books.pay(f"HF-{n:03d}")
    books.deliver()
    assert len(books.live_payments()) == 50
    kinds = list(Delivery.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["contact", "invoice", "payment"]


@pytest.mark.parametrize("route", ["xero.contacts.write", "xero.invoices.write", "xero.payments.write"])
@pytest.mark.parametrize("kind", [Kind.TIMEOUT_AFTER, Kind.TRUNCATE, Kind.DROP, Kind.SERVER_ERROR])
def test_a_lost_answer_posts_nothing_twice(books: Books, route: str, kind: Kind) -> None:
    books.xero.fail(route, kind, seconds=0.1)
    books.place()
    books.pay()
    books.deliver()
    assert set(states().values()) == {"posted"}
    assert len(books.in_xero("contacts")) == len(books.in_xero("invoices")) == 1
    assert len(books.live_payments()) == 1


@pytest.mark.parametrize("route", ["xero.contacts.write", "xero.invoices.write", "xero.payments.write"])
def test_when_xero_has_forgotten_the_key_the_documents_are_looked_up(books: Books, route: str) -> None:
    books.place()
    books.pay()
    books.xero.fail(route, Kind.TIMEOUT_AFTER, seconds=0.1)
    kind = route.split(".")[1].removesuffix("s")
    Delivery.objects.all().delete()
    _run_until(books, kind)
    books.xero.move_clock(600)
    be_late()
    books.deliver(2)
    assert set(states().values()) == {"posted"}
    assert Delivery.objects.get(kind=kind, state="abandoned").results[0]["outcome"] == "found"
    assert len(books.in_xero("contacts")) == len(books.in_xero("invoices")) == 1
    assert len(books.live_payments()) == 1


def _run_until(books: Books, kind: str) -> None:
    """Deliver up to the call that fails, and no further."""
    from sync.services.delivering import dispatcher

    def stop(run: dispatcher._Run) -> bool:
        return False

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(dispatcher, "_more_soon", stop)
        patched.setattr(dispatcher, "SAME_KEY_ATTEMPTS", 1)
        for _ in range(4):
            books.deliver()
            if Delivery.objects.filter(kind=kind, state="unknown").exists():
                return
    raise AssertionError(f"the {kind} call never failed")


def test_what_a_killed_dispatcher_left_on_its_way_is_settled_by_the_next(books: Books) -> None:
    books.place()
    books.pay()
    prepared = prepare(books.connection, "contact")
    assert prepared is not None
    delivery, _ = prepared
    books.deliver()
    assert set(states().values()) == {"posted"}
    assert Delivery.objects.get(pk=delivery.pk).state == "answered"
    assert len(books.in_xero("contacts")) == 1


def test_a_second_dispatcher_steps_back(books: Books) -> None:
    from sync.services.leases import take_lease

    books.place()
    assert take_lease(f"dispatch:{books.connection.pk}", "another machine")
    books.deliver()
    assert not Delivery.objects.exists()


def test_an_unknown_account_holds_its_postings_as_one_problem_and_a_fix_lets_them_flow(books: Books) -> None:
    books.pair.account_roles.filter(role="sales").update(account_code="299")
    for number in ("HF-1", "HF-2"):
        books.place(number)
    books.deliver()
    problem = Problem.objects.get()
    assert (problem.code, problem.subject) == ("account_unknown", "299")
    assert set(Posting.objects.filter(kind="invoice").values_list("state", flat=True)) == {"held"}
    books.pair.account_roles.filter(role="sales").update(account_code="200")
    assert resolve_problem(problem, UserFactory()) == 2
    books.deliver()
    assert len(books.in_xero("invoices")) == 2


def test_one_refused_document_does_not_stop_the_others_of_its_batch(books: Books) -> None:
    books.place("HF-1")
    books.place("HF-2")
    wrong = Posting.objects.get(kind="invoice", natural_key="HF-1")
    wrong.document = {**wrong.document, "Type": "ACCREC", "LineItems": []}
    wrong.document["Status"] = "AUTHORISED"
    wrong.save()
    books.deliver()
    assert Posting.objects.get(kind="invoice", natural_key="HF-1").state == "dead"
    assert Posting.objects.get(kind="invoice", natural_key="HF-2").state == "posted"


def test_a_contact_whose_name_is_taken_gets_its_number_behind_it(books: Books) -> None:
    books.place()
    books.deliver()
    twin = {**order()["customer"], "id": "C-78"}
    books.place("HF-2", customer=twin)
    contact = Posting.objects.get(kind="contact", natural_key="C-78")
    contact.document = {**contact.document, "Name": "Ada Moss"}
    contact.save()
    books.deliver()
    names = sorted(row["Name"] for row in books.in_xero("contacts"))
    assert len(names) == len(set(names)) == 2


def test_an_invoice_number_that_belongs_to_another_document_needs_a_person(books: Books) -> None:
    books.place()
    books.deliver()
    Posting.objects.filter(kind="invoice").update(state="ready", remote_id="", amount_minor=1)
    books.deliver()
    posting = Posting.objects.get(kind="invoice")
    assert posting.state == "dead"
    assert "already has an invoice HF-10042" in posting.error


def test_an_abort_after_the_payment_was_posted_deletes_it_in_xero(books: Books) -> None:
    books.place()
    books.pay()
    books.deliver()
    books.pay(status="ABORT")
    books.deliver()
    assert books.live_payments() == []
    assert [row["Status"] for row in books.in_xero("invoices")] == ["AUTHORISED"]
    assert Posting.objects.get(kind="payment").state == "reversed"


def test_paying_too_much_leaves_the_rest_as_an_overpayment(books: Books) -> None:
    books.place()
    books.pay()
    from integrations.models import Payment

    Payment.objects.update(amount_minor=4000)
    Posting.objects.filter(kind="payment").delete()
    books.process()
    from sync.services.actions import assign_payment

    Payment.objects.update(order=None, is_unmatched=True)
    from integrations.models import Order

    assign_payment(Payment.objects.get(), Order.objects.get(), UserFactory())
    books.deliver()
    (payment,) = books.live_payments()
    assert payment["Amount"] == Decimal("38.34")
    (rest,) = books.in_xero("bank_transactions")
    assert (rest["Type"], rest["Total"]) == ("RECEIVE-OVERPAYMENT", Decimal("1.66"))
    assert "1.66 GBP more than its order was due" in Problem.objects.get(code="paid_too_much").message


def test_a_posted_payment_is_confirmed_to_shop_and_customer(books: Books) -> None:
    books.place()
    books.pay()
    books.deliver()
    assert set(Notice.objects.values_list("channel", "type")) == {
        ("shop", "payment.confirmed"),
        ("email", "payment.confirmed"),
    }


def test_a_withdrawn_consent_loses_nothing_and_everything_flows_after_reconnecting(books: Books) -> None:
    books.place()
    books.pay()
    books.xero.at(lambda system: system.revoke())
    books.deliver()
    assert Problem.objects.get().code == "xero_disconnected"
    assert "posted" not in states().values()
    from tests.integrations.xero.conftest import consented

    connection = Connection.objects.get(pk=books.connection.pk)
    books.xero.at(lambda system: None)
    consented(books.xero, connection)
    if connection.grant:
        connection.grant.is_dead = False
        connection.grant.save()
    Connection.objects.filter(pk=connection.pk).update(status="live")
    be_late()
    Delivery.objects.update(first_sent_at=timezone.now())
    books.deliver(2)
    assert set(states().values()) == {"posted"}
    assert Problem.objects.filter(resolved_at=None).count() == 0
    assert len(books.live_payments()) == 1


def test_a_dead_posting_tried_again_by_a_person_is_posted(books: Books) -> None:
    books.place()
    Posting.objects.filter(kind="contact").update(state="dead", error="Xero refused the contact.")
    contact = Posting.objects.get(kind="contact")
    retry_postings(books.pair, [contact.pk], UserFactory())
    books.deliver()
    assert set(states().values()) == {"posted"}
