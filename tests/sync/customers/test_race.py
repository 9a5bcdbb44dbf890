"""A merge and the pipeline at the same moment, each on a connection of its own: nothing gets lost between them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import repeat

import pytest
from django.db import connection as database

from integrations.models import Connection, Customer, CustomerIdentity, Order, Pair, User
from sync.models import Posting
from sync.services import pipeline
from sync.services.batch import Batch
from sync.services.customers.merging import merge_customers
from sync.services.customers.redirecting import redirect as moved
from tests.factories import UserFactory
from tests.sync.customers.test_customers import sell
from tests.sync.messages import order, shop_event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two(pair: Pair, shop: Connection) -> tuple[Customer, Customer]:
    """Two customers, each with an order, and a message of a new order of the second that nobody has processed."""
    found = [sell(shop, f"HF-{number}", id=f"C-{number}").customer for number in (1, 2)]
    told = {"id": "C-2", "email": "ada@example.com", "first_name": "Ada", "last_name": "Moss"}
    shop_event(shop, **order("HF-3", customer=told))
    assert found[0] is not None and found[1] is not None
    return found[0], found[1]


@contextmanager
def at_the_same_time(act: Callable[[], object]) -> Iterator[threading.Thread]:
    """`act` in a thread with a connection of its own, joined in the end; what it raises is raised here."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - raised again where it is seen
            raised.append(error)
        finally:
            database.close()

    thread = threading.Thread(target=run)
    yield thread
    thread.join(20)
    assert not thread.is_alive()
    if raised:
        raise raised[0]


def somebody_waits_for_the_pair() -> None:
    """Returns once another connection stands before the pair's lock."""
    for _ in repeat(None, 100_000):
        with database.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone() == (1,):
                return
    raise AssertionError("Nobody waits.")


def nothing_is_lost(survivor: Customer) -> None:
    assert set(Order.objects.values_list("number", "customer")) == {
        (f"HF-{number}", survivor.pk) for number in (1, 2, 3)
    }
    assert set(CustomerIdentity.objects.values_list("customer", flat=True)) == {survivor.pk}
    invoices = Posting.objects.filter(kind="invoice")
    assert set(invoices.values_list("natural_key", "customer")) == {
        (f"HF-{number}", survivor.pk) for number in (1, 2, 3)
    }
    assert list(Customer.objects.exclude(merged_into=None).values_list("merged_into", flat=True)) == [
        survivor.pk
    ]


def test_a_merge_that_comes_while_an_order_is_taken_in_moves_that_order_too(
    pair: Pair, two: tuple[Customer, Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    survivor, other = two
    person: User = UserFactory()
    written = Batch.write

    def write(batch: Batch) -> None:
        merge.start()
        somebody_waits_for_the_pair()
        written(batch)

    monkeypatch.setattr(Batch, "write", write)
    with at_the_same_time(lambda: merge_customers(survivor, other, person, "One")) as merge:
        assert pipeline.process_batch(pair.pk) is not None
    nothing_is_lost(survivor)


def test_an_order_that_comes_while_two_are_merged_waits_and_arrives_at_the_survivor(
    pair: Pair, two: tuple[Customer, Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    survivor, other = two
    turned_away: list[object] = []

    def redirect(*arguments: object, **named: object) -> object:
        with at_the_same_time(lambda: turned_away.append(pipeline.process_batch(pair.pk))) as processing:
            processing.start()
        return moved(*arguments, **named)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr("sync.services.customers.merging.redirect", redirect)
    merge_customers(survivor, other, UserFactory(), "One")
    assert turned_away == [None]
    assert pipeline.process_batch(pair.pk) is not None
    nothing_is_lost(survivor)
