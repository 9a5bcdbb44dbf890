from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from integrations.core.money import Money
from integrations.instructions import wakeup
from integrations.instructions.asking import Ask, NotAllowedError, ask, withdraw
from integrations.instructions.selectors import facts_of, payment_to_refund, refundable_payments
from integrations.models import AuditEntry, Dispute, Instruction, Payment, Refund
from tests.factories import OrderFactory, PaymentFactory, UserFactory

_YESTERDAY = timedelta(days=1)


def _paid(minor: int = 3834, **fields: object) -> Payment:
    return PaymentFactory(amount_minor=minor, taken_at=timezone.now() - _YESTERDAY, **fields)


def _gbp(minor: int) -> Money:
    return Money(minor, "GBP")


def _refund(payment: Payment, minor: int, key: str = "k") -> Instruction:
    return ask(payment, "refund", _gbp(minor), Ask("person", key, reason="Arrived broken"))


def _record(payment: Payment, code: str, minor: int, **fields: object) -> Refund:
    return Refund.objects.create(
        pair=payment.pair, payment=payment, order=payment.order, vendor_tx_code=code, amount_minor=minor,
        currency="GBP", happened_at=timezone.now(), channel="myopayo", **fields,
    )  # fmt: skip


@pytest.mark.django_db
def test_the_same_request_is_asked_once() -> None:
    payment = _paid()
    assert _refund(payment, 1000) == _refund(payment, 1000)
    assert Instruction.objects.count() == AuditEntry.objects.count() == 1


@pytest.mark.django_db
def test_an_instruction_says_who_asked_when_and_why() -> None:
    payment, by = _paid(), UserFactory()
    asked = ask(payment, "refund", _gbp(1000), Ask("person", "k", by, "Broken; card 4929000000006"))
    assert (asked.vendor_tx_code, asked.state, asked.asked_by) == (
        f"{payment.vendor_tx_code}-R1",
        "asked",
        by,
    )
    assert "4929000000006" not in asked.reason
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.subject, entry.data["amount"]) == (
        "refund.asked", by, payment.vendor_tx_code, "10.00 GBP",
    )  # fmt: skip


@pytest.mark.django_db
def test_what_is_refused_leaves_nothing_behind() -> None:
    with pytest.raises(NotAllowedError, match=r"more than the 38.34 GBP left"):
        _refund(_paid(), 3835)
    assert not Instruction.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_what_is_left_counts_refunds_done_and_under_way_each_once() -> None:
    payment = _paid()
    _record(payment, "MYOPAYO-1", 100)
    _record(payment, "MYOPAYO-2", 50, is_voided=True)
    asked = _refund(payment, 1000)
    assert (facts_of(payment).refunded, facts_of(payment).under_way) == (_gbp(100), _gbp(1000))
    Instruction.objects.update(state="done")
    assert (facts_of(payment).refunded, facts_of(payment).under_way) == (_gbp(1100), _gbp(0))
    _record(payment, asked.vendor_tx_code, 1000, instruction=asked)
    assert facts_of(payment).left == _gbp(2734)


@pytest.mark.django_db
def test_a_refund_that_was_refused_gives_its_money_free_again() -> None:
    payment = _paid()
    _refund(payment, 3834)
    with pytest.raises(NotAllowedError, match="on its way back already"):
        _refund(payment, 1, "k2")
    Instruction.objects.update(state="refused")
    assert _refund(payment, 3834, "k3").vendor_tx_code == f"{payment.vendor_tx_code}-R2"


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "is_refused"), [("received", True), ("lost", True), ("won", False)])
def test_a_charged_back_sale_is_not_refunded(state: str, is_refused: bool) -> None:
    payment = _paid()
    Dispute.objects.create(
        pair=payment.pair, payment=payment, case_id="C1", state=state, amount_minor=3834, currency="GBP",
        raised_on=timezone.now().date(),
    )  # fmt: skip
    if is_refused:
        with pytest.raises(NotAllowedError, match="Answer the dispute"):
            _refund(payment, 1000)
    else:
        assert _refund(payment, 1000).state == "asked"


@pytest.mark.django_db
def test_authorises_come_to_at_most_115_per_cent() -> None:
    payment = PaymentFactory(state="waiting", tx_type="AUTHENTICATE", amount_minor=10000, vps_tx_id="A" * 36)
    PaymentFactory(
        pair=payment.pair,
        order=payment.order,
        tx_type="AUTHORISE",
        amount_minor=6000,
        related_vps_tx_id="A" * 36,
    )
    with pytest.raises(NotAllowedError, match=r"more than the 55.00 GBP"):
        ask(payment, "authorise", _gbp(5501), Ask("person", "k"))
    assert ask(payment, "authorise", _gbp(5500), Ask("person", "k")).kind == "authorise"


@pytest.mark.django_db
def test_the_payment_with_enough_left_is_refunded_the_newest_first() -> None:
    order = OrderFactory()
    small = PaymentFactory(pair=order.pair, order=order, amount_minor=500, taken_at=timezone.now())
    large = PaymentFactory(
        pair=order.pair, order=order, amount_minor=2000, taken_at=timezone.now() - _YESTERDAY
    )
    assert payment_to_refund(order, _gbp(400)) == small
    assert payment_to_refund(order, _gbp(600)) == large
    assert refundable_payments(order) == [small, large]
    assert payment_to_refund(OrderFactory(pair=order.pair), _gbp(1)) is None


@pytest.mark.django_db
def test_only_what_was_never_sent_can_be_withdrawn() -> None:
    by, asked = UserFactory(), _refund(_paid(), 1000)
    Instruction.objects.update(state="sending")
    assert not withdraw(asked, by=by, reason="Mistake")
    Instruction.objects.update(state="asked")
    assert withdraw(asked, by=by, reason="Mistake")
    asked.refresh_from_db()
    assert (asked.state, asked.error) == ("refused", "Withdrawn before it was sent: Mistake")
    assert AuditEntry.objects.filter(action="refund.withdrawn", actor=by, reason="Mistake").exists()


@pytest.mark.django_db(transaction=True)
def test_the_worker_is_woken_once_it_is_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs: list[int] = []
    monkeypatch.setattr(wakeup, "on_asked", [pairs.append])
    payment = _paid()
    _refund(payment, 1000)
    assert pairs == [payment.pair_id]


@pytest.mark.django_db(transaction=True)
def test_people_who_ask_at_the_same_moment_cannot_give_the_same_money_back_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wakeup, "on_asked", [])
    payment = _paid(1000)

    def person(number: int) -> bool:
        try:
            _refund(payment, 600, f"k{number}")
        except NotAllowedError:
            return False
        finally:
            database.close()
        return True

    with ThreadPoolExecutor(4) as people:
        assert sum(people.map(person, range(4))) == 1
    assert Instruction.objects.count() == 1
