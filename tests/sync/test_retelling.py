"""The records told again from the log."""

from __future__ import annotations

import pytest

from integrations.models import Connection, Event, Order, Pair, Payment
from sync.services import pipeline
from sync.services.retelling import retell
from tests.factories import OrderFactory
from tests.sync.messages import notification_event, order, shop_event

pytestmark = pytest.mark.django_db


def _process(pair: Pair) -> None:
    Event.objects.update(not_before=None)
    pipeline.process_batch(pair.pk)


@pytest.fixture
def traded(pair: Pair, shop: Connection, opayo: Connection) -> Pair:
    """One order paid, whose notification came before it, and one whose payment failed."""
    notification_event(opayo, authenticity=Event.Authenticity.PENDING)
    _process(pair)
    shop_event(shop)
    other = order("HF-10043")
    shop_event(shop, **other)
    notification_event(opayo, "HF-10043-1", "NOTAUTHED")
    _process(pair)
    _process(pair)
    return pair


def test_records_are_as_the_log_tells_them(traded: Pair) -> None:
    retold = retell(traded)
    assert retold.differences == ()
    assert (retold.events, retold.payments, retold.orders, retold.unexplained) == (4, 2, 2, 0)


def test_telling_again_changes_nothing(
    traded: Pair, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    before = list(Payment.objects.order_by("pk").values()), list(Order.objects.order_by("pk").values())
    retell(traded)
    assert before == (
        list(Payment.objects.order_by("pk").values()),
        list(Order.objects.order_by("pk").values()),
    )


def test_an_amount_changed_behind_our_back_is_found(traded: Pair) -> None:
    Payment.objects.filter(vendor_tx_code="HF-10042-1").update(amount_minor=3835)
    (difference,) = retell(traded).differences
    assert (difference.kind, difference.key) == ("payment", "HF-10042-1")
    assert (difference.stored, difference.told) == ("captured 3835 GBP", "captured 3834 GBP")


def test_a_payment_said_to_be_captured_that_failed_is_found(traded: Pair) -> None:
    Payment.objects.filter(vendor_tx_code="HF-10043-1").update(state=Payment.State.CAPTURED)
    assert [difference.told for difference in retell(traded).differences] == ["not taken 3834 GBP"]


def test_an_order_that_no_message_tells_of_is_counted(traded: Pair, shop: Connection) -> None:
    OrderFactory(pair=traded, connection=shop)
    assert retell(traded).unexplained == 1


def test_an_end_that_overtook_its_beginning_is_no_difference(traded: Pair) -> None:
    Payment.objects.filter(vendor_tx_code="HF-10043-1").update(state=Payment.State.REVERSED)
    assert retell(traded).differences == ()
