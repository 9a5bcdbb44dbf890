"""Giving money back from the pages: what is shown before, what is asked, and what the lists say afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from integrations.instructions import wakeup
from integrations.models import AuditEntry, Instruction, Order, Pair, Payment, Refund, Role
from mapping.services.versions import ensure_default_mappings
from sync.models import Posting
from tests.dashboard.conftest import member
from tests.factories import (
    AccountRoleFactory,
    OpayoConnectionFactory,
    PairFactory,
    PaymentFactory,
    ShopConnectionFactory,
    XeroConnectionFactory,
)
from tests.sync.messages import notification_event, shop_event
from tests.sync.test_refund_requests import process

pytestmark = pytest.mark.django_db
_KEY = {"key": "form-1", "reason": "Arrived broken"}


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakeup, "on_asked", [])


@pytest.fixture
def pair(db: None) -> Pair:
    """A pair with one order of 38.34 GBP, paid yesterday and booked."""
    pair = PairFactory(slug="harbour-finch")
    for role, code in (("clearing", "095"), ("sales", "200"), ("rounding", "860")):
        AccountRoleFactory(pair=pair, role=role, account_code=code)
    ensure_default_mappings(pair)
    XeroConnectionFactory(pair=pair)
    opayo = OpayoConnectionFactory(pair=pair)
    shop_event(ShopConnectionFactory(pair=pair))
    notification_event(opayo)
    process(pair)
    Payment.objects.update(taken_at=timezone.now() - timedelta(days=1), card_type="VISA", last_four="0006")
    return pair


@pytest.fixture
def payment(pair: Pair) -> Payment:
    return Payment.objects.get(pair=pair)


@pytest.fixture
def operator(pair: Pair) -> Client:
    client = Client()
    client.force_login(member(pair, Role.OPERATOR))
    return client


def ask_url(payment: Payment, kind: str = "refund") -> str:
    return reverse("payments-ask", args=[payment.pair.slug, payment.pk, kind])


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_orders_page_leads_to_the_refund(operator: Client, payment: Payment) -> None:
    page = operator.get(reverse("orders-page", args=["harbour-finch", payment.order_id]))
    assert ask_url(payment) in text(page)
    assert "£38.34 left of £38.34" in text(page)


def test_what_would_happen_is_shown_before_anything_is_done(operator: Client, payment: Payment) -> None:
    postings = Posting.objects.count()
    page = text(operator.post(ask_url(payment), {**_KEY, "amount": "10.00", "step": "check"}))
    assert "£10.00 goes back to VISA •••• 0006" in page
    assert "£28.34 of the payment is left afterwards" in page
    assert "In Xero: credit note" in page
    assert 'In all, <span class="mono">OUTPUT2</span>' in page
    assert 'Out of account <span class="mono">095</span>' in page
    assert (Instruction.objects.count(), Posting.objects.count()) == (0, postings)


def test_lines_make_the_amount(operator: Client, payment: Payment) -> None:
    page = text(operator.post(ask_url(payment), {**_KEY, "amount": "38.34", "line_2": "1", "step": "check"}))
    # The teapot at 22.49, less its share of the order's discount of 1.00.
    assert "£21.92 goes back" in page


def test_money_goes_back_after_it_is_confirmed_and_only_once(operator: Client, payment: Payment) -> None:
    values = {**_KEY, "amount": "38.34", "line_2": "1"}
    review = text(operator.post(ask_url(payment), {**values, "step": "review"}))
    assert "Yes, refund £21.92" in review
    assert not Instruction.objects.exists()
    for _ in range(2):
        answer = operator.post(ask_url(payment), {**values, "step": "do"})
        assert answer["Location"] == reverse("orders-page", args=["harbour-finch", payment.order_id])
    asked = Instruction.objects.get()
    assert (asked.amount_minor, asked.via, asked.reason, asked.lines) == (
        2192, "person", "Arrived broken", [{"line": "2", "quantity": "1"}],
    )  # fmt: skip
    entry = AuditEntry.objects.get(action="refund.asked")
    assert (entry.actor, entry.reason) == (asked.asked_by, "Arrived broken")
    page = text(operator.get(reverse("orders-page", args=["harbour-finch", payment.order_id])))
    assert "Refund asked for" in page
    assert "£16.42 left of £38.34" in page


def test_a_reason_is_needed(operator: Client, payment: Payment) -> None:
    answer = operator.post(ask_url(payment), {"key": "k", "reason": " ", "amount": "1.00", "step": "do"})
    assert answer.status_code == 422
    assert "Say why" in text(answer)
    assert not Instruction.objects.exists()


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("38.35", "more than the 38.34 GBP left"),
        ("0", "more than nothing"),
        ("1.005", "at most 2 decimals"),
        ("x", "Enter an amount"),
    ],
)
def test_what_cannot_be_given_back_is_said_in_words(
    operator: Client, payment: Payment, amount: str, words: str
) -> None:
    for step in ("check", "review"):
        page = text(operator.post(ask_url(payment), {**_KEY, "amount": amount, "step": step}))
        assert words in page
        assert "Yes, refund" not in page
    operator.post(ask_url(payment), {**_KEY, "amount": amount, "step": "do"})
    assert not Instruction.objects.exists()


def test_more_pieces_than_were_sold_do_not_come_back(operator: Client, payment: Payment) -> None:
    page = text(operator.post(ask_url(payment), {**_KEY, "amount": "1", "line_2": "2", "step": "review"}))
    assert "Only 1 were sold." in page


def test_a_whole_payment_of_today_is_shown_as_a_void(operator: Client, payment: Payment) -> None:
    Payment.objects.update(taken_at=timezone.now())
    page = text(operator.post(ask_url(payment), {**_KEY, "amount": "38.34", "step": "check"}))
    assert "is voided: it is taken back before tonight's batch" in page
    assert "Not sent to Xero any more: payment" in page


def test_the_live_preview_is_a_part_of_the_page(operator: Client, payment: Payment) -> None:
    part = operator.post(ask_url(payment), {**_KEY, "amount": "1.00"}, headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<section class="card" id="preview"')


def test_viewers_look_and_do_not_touch(pair: Pair, payment: Payment) -> None:
    viewer = Client()
    viewer.force_login(member(pair, Role.VIEWER))
    assert viewer.post(ask_url(payment), {**_KEY, "step": "do"}).status_code == 403
    page = text(viewer.get(reverse("orders-page", args=["harbour-finch", payment.order_id])))
    assert ask_url(payment) not in page


@pytest.mark.parametrize(
    ("tx_type", "kind", "amount", "words"),
    [
        ("DEFERRED", "release", "30.00", "£30.00 is taken, once"),
        ("DEFERRED", "abort", "", "No money is taken"),
        ("AUTHENTICATE", "authorise", "38.34", "if its bank agrees"),
        ("AUTHENTICATE", "cancel", "", "Nothing more is taken"),
    ],
)
def test_waiting_payments_are_moved_on(
    operator: Client, pair: Pair, tx_type: str, kind: str, amount: str, words: str
) -> None:
    order = Order.objects.get()
    waiting = PaymentFactory(
        pair=pair, order=order, tx_type=tx_type, state="waiting", amount_minor=3834, taken_at=None
    )
    page = text(operator.get(reverse("orders-page", args=["harbour-finch", order.pk])))
    assert ask_url(waiting, kind) in page
    values = {**_KEY, "amount": amount}
    assert words in text(operator.post(ask_url(waiting, kind), {**values, "step": "check"}))
    operator.post(ask_url(waiting, kind), {**values, "step": "do"})
    asked = Instruction.objects.get()
    assert (asked.kind, asked.payment) == (kind, waiting)


def test_the_page_of_what_cannot_be_asked_says_why(operator: Client, payment: Payment) -> None:
    assert "not deferred" in text(operator.get(ask_url(payment, "release")))
    assert operator.get(ask_url(payment, "repeat")).status_code == 404


def test_what_was_not_sent_yet_is_withdrawn_with_a_reason(operator: Client, payment: Payment) -> None:
    operator.post(ask_url(payment), {**_KEY, "amount": "1.00", "step": "do"})
    asked = Instruction.objects.get()
    url = reverse("payments-withdraw", args=["harbour-finch", asked.pk])
    operator.post(url, {"reason": ""})
    asked.refresh_from_db()
    assert asked.state == "asked"
    operator.post(url, {"reason": "Mistake"})
    asked.refresh_from_db()
    assert (asked.state, asked.error) == ("refused", "Withdrawn before it was sent: Mistake")


@pytest.fixture
def trade(pair: Pair, payment: Payment) -> None:
    """A refund made in MyOpayo, one asked for, one refused, one without an answer for an hour."""
    Refund.objects.create(
        pair=pair, payment=payment, order=payment.order, vendor_tx_code="MYOPAYO-1", amount_minor=100, currency="GBP",
        happened_at=timezone.now(), channel="myopayo",
    )  # fmt: skip
    for state in ("asked", "refused", "unknown"):
        Instruction.objects.create(
            pair=pair, payment=payment, kind="refund", state=state, amount_minor=200, currency="GBP",
            vendor_tx_code=f"R-{state}", request_key=state, via="shop", error="Opayo said no." if state == "refused" else "",
        )  # fmt: skip
    Instruction.objects.filter(state="unknown").update(asked_at=timezone.now() - timedelta(hours=1))


@pytest.mark.usefixtures("trade")
def test_the_lists_show_what_went_back_and_what_is_open_or_refused(operator: Client, pair: Pair) -> None:
    refunds = text(operator.get(reverse("refunds", args=[pair.slug])))
    assert "MYOPAYO-1" in refunds
    assert "R-refused" not in refunds
    asked = reverse("refunds-asked", args=[pair.slug])
    assert all(f"R-{state}" in text(operator.get(asked)) for state in ("asked", "refused", "unknown"))
    assert "R-refused" not in text(operator.get(f"{asked}?state=open"))
    assert "Opayo said no." in text(operator.get(f"{asked}?state=refused"))
    assert "R-asked" not in text(operator.get(f"{asked}?via=person"))
    assert "MYOPAYO-1" not in text(operator.get(reverse("refunds", args=[pair.slug]) + "?channel=shop"))


@pytest.mark.usefixtures("trade")
@pytest.mark.parametrize(
    ("name", "code"), [("refunds-export", "MYOPAYO-1"), ("refunds-asked-export", "R-refused")]
)
def test_the_lists_are_handed_out(operator: Client, pair: Pair, name: str, code: str) -> None:
    answer = operator.get(reverse(name, args=[pair.slug, "csv"]))
    assert code in b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("trade")
def test_what_has_no_outcome_for_long_needs_a_person(operator: Client, pair: Pair) -> None:
    home = operator.get(reverse("home", args=[pair.slug]))
    assert "1 instruction to Opayo has no outcome yet" in [need.title for need in home.context["needs"]]
