"""Many rows in one statement, read back exactly as they were."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.utils import timezone

from integrations.bulk import insert_missing, insert_rows, update_rows
from integrations.models import Order
from sync.models import Posting
from tests.factories import OrderFactory, PairFactory

pytestmark = pytest.mark.django_db
_TRICKY = {
    "note": 'Fünf "Euro" \\ \n\t€ 😀 {} [] , null',
    "empty": "",
    "none": None,
    "deep": [{"a": [1, True]}],
}


def _orders(count: int) -> list[Order]:
    like = OrderFactory()
    connection = like.connection
    return [
        Order(
            pair=like.pair,
            connection=connection,
            number=f"B-{number}",
            currency="GBP",
            total_minor=100 + number,
            placed_at=like.placed_at,
            document=_TRICKY,
        )
        for number in range(count)
    ]


def test_inserted_rows_get_their_ids_in_their_own_order() -> None:
    rows = _orders(50)
    insert_rows(rows)
    stored = {order.pk: order for order in Order.objects.all()}
    assert [stored[row.pk].number for row in rows] == [row.number for row in rows]
    assert not any(row._state.adding for row in rows)


def test_texts_documents_times_and_nothing_come_back_as_they_were() -> None:
    (row,) = _orders(1)
    row.close_unpaid_at = timezone.now()
    insert_rows([row])
    stored = Order.objects.get(pk=row.pk)
    assert stored.document == _TRICKY
    assert stored.close_unpaid_at == row.close_unpaid_at
    assert stored.placed_at == row.placed_at
    assert stored.conversion is None
    assert Order.objects.filter(conversion__isnull=True, pk=row.pk).exists()


def test_amounts_in_documents_stay_exact() -> None:
    amount = Decimal("12345678901234567.10")
    posting = Posting(
        pair=PairFactory(),
        kind=Posting.Kind.INVOICE,
        natural_key="1",
        document={"Total": amount, "Zero": Decimal("0.00")},
    )
    insert_rows([posting])
    stored = Posting.objects.get(pk=posting.pk)
    assert str(stored.document["Total"]) == "12345678901234567.10"
    stored.document["Total"] += 1
    update_rows([stored], ["document"])
    assert str(Posting.objects.get(pk=posting.pk).document["Total"]) == "12345678901234568.10"


def test_a_row_that_is_there_has_only_the_named_fields_stored() -> None:
    first, second = _orders(2)
    insert_rows([first])
    again = Order(pair=first.pair, connection=first.connection, number=first.number, currency="EUR", total_minor=7,
                  placed_at=first.placed_at, document={})  # fmt: skip
    insert_rows([again, second], update=["total_minor"], key=["pair", "number"])
    stored = Order.objects.get(number=first.number)
    assert (again.pk, stored.total_minor, stored.currency) == (first.pk, 7, "GBP")
    assert Order.objects.filter(pk=second.pk).exists()


def test_without_a_key_a_row_that_is_there_is_an_error() -> None:
    (row,) = _orders(1)
    insert_rows([row])
    row.pk = None
    with pytest.raises(IntegrityError):
        insert_rows([row])


def test_only_missing_rows_are_inserted() -> None:
    first, second = _orders(2)
    insert_rows([first])
    insert_missing([first, second])
    assert Order.objects.filter(number__in=[first.number, second.number]).count() == 2


def test_an_update_leaves_other_fields_alone() -> None:
    rows = _orders(3)
    insert_rows(rows)
    for row in rows:
        row.total_minor, row.currency = 5, "USD"
    update_rows(rows, ["total_minor"])
    assert set(Order.objects.filter(number__startswith="B-").values_list("total_minor", "currency")) == {
        (5, "GBP")
    }


def test_nothing_to_write_is_no_statement(django_assert_num_queries: pytest.FixtureRequest) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        insert_rows([])
        insert_missing([])
        update_rows([], ["total_minor"])
