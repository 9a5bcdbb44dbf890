"""Lists: filters, order, pages by key, columns, exports, and how many queries they take."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from integrations.models import Order, Pair, Payment, Role
from tests.dashboard.scene import Scene, make_scene
from tests.factories import CustomerFactory, OrderFactory, ShopConnectionFactory

PairClient = Callable[[Pair, str], Client]

LISTS = ["orders", "payments", "postings", "events", "attention-postings", "attention-events", "attention-notices",
         "activity-calls", "activity-audit"]  # fmt: skip


@pytest.fixture
def viewer(scene: Scene, client_of: PairClient) -> Client:
    return client_of(scene.pair, Role.VIEWER)


def many_orders(pair: Pair, count: int) -> None:
    shop, customer = ShopConnectionFactory(pair=pair), CustomerFactory(pair=pair)
    template = OrderFactory.build(pair=pair, connection=shop, customer=customer)
    Order.objects.bulk_create(
        Order(
            pair=pair, connection=shop, customer=customer, number=f"N-{place:04}", currency="GBP",
            total_minor=100 + place % 7, placed_at=template.placed_at, document={},
        )
        for place in range(count)
    )  # fmt: skip


def shown(answer: Any) -> list[str]:
    return [row.label for row in answer.context["listing"].rows]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_a_page_and_for_htmx_only_itself(name: str, scene: Scene, viewer: Client) -> None:
    url = reverse(name, args=[scene.pair.slug])
    assert b"<html" in viewer.get(url).content
    part = viewer.get(url, headers={"HX-Request": "true", "HX-Target": "list"})
    assert part.content.strip().startswith(b'<section id="list"')
    assert "HX-Target" in part["Vary"]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_as_many_queries_for_many_rows_as_for_few(
    name: str, scene: Scene, client_of: PairClient, django_assert_max_num_queries: Any
) -> None:
    larger = make_scene(orders=30, slug="larger")
    for pair in (scene.pair, larger.pair):
        browser = client_of(pair, Role.OPERATOR)
        url = reverse(name, args=[pair.slug])
        browser.get(url)
        # Session, person, membership; frame (2); rows, count, what rows prefetch; counts of the tabs.
        with django_assert_max_num_queries(9):
            assert browser.get(url).status_code == 200


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_list_is_handed_out_as_a_file(name: str, file_format: str, scene: Scene, viewer: Client) -> None:
    answer = viewer.get(reverse(f"{name}-export", args=[scene.pair.slug, file_format]))
    body = answer.getvalue()
    if file_format == "csv":
        rows: list[list[Any]] = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    else:
        rows = [
            list(row) for row in load_workbook(io.BytesIO(body)).worksheets[0].iter_rows(values_only=True)
        ]
    assert rows[0][-1] == "Times are in Europe/London"
    assert len(rows) == viewer.get(reverse(name, args=[scene.pair.slug])).context["listing"].count + 1


def test_other_file_formats_do_not_exist(scene: Scene, viewer: Client) -> None:
    assert viewer.get(f"/{scene.pair.slug}/orders/export.pdf").status_code == 404


def test_pages_go_forth_and_back_over_every_row_once(pair: Pair, client_of: PairClient) -> None:
    many_orders(pair, 120)
    browser, url, seen = client_of(pair, Role.VIEWER), reverse("orders", args=[pair.slug]), []
    query = "?sort=total"
    while query:
        answer = browser.get(url + query)
        seen.append(shown(answer))
        query = answer.context["listing"].next_query
    assert [len(page) for page in seen] == [50, 50, 20]
    assert len({number for page in seen for number in page}) == 120
    back = browser.get(url + answer.context["listing"].previous_query)
    assert shown(back) == seen[1]
    first = browser.get(url + back.context["listing"].previous_query)
    assert shown(first) == seen[0]
    assert first.context["listing"].previous_query == ""


@pytest.mark.parametrize("cursor", ["x", "bm9wZQ", "W10", "WyJ2IiwiYSIsMV0", "." * 600])
def test_a_cursor_that_is_not_ours_begins_at_the_beginning(
    cursor: str, pair: Pair, client_of: PairClient
) -> None:
    many_orders(pair, 3)
    answer = client_of(pair, Role.VIEWER).get(reverse("orders", args=[pair.slug]), {"after": cursor})
    assert len(shown(answer)) == 3


def test_orders_are_found_by_number_customer_and_state(pair: Pair, client_of: PairClient) -> None:
    customer = CustomerFactory(pair=pair, name="Zoë Novak", email="zoe@example.com")
    OrderFactory(pair=pair, number="HF-1", customer=customer, state=Order.State.PAID)
    OrderFactory(pair=pair, number="HF-2")
    browser, url = client_of(pair, Role.VIEWER), reverse("orders", args=[pair.slug])
    for query in ({"q": "hf-1"}, {"q": "zoë"}, {"q": "ZOE@"}, {"state": "paid"}):
        assert shown(browser.get(url, query)) == ["HF-1"], query


def test_a_filter_that_is_not_understood_narrows_nothing_and_says_so(
    pair: Pair, client_of: PairClient
) -> None:
    OrderFactory(pair=pair)
    answer = client_of(pair, Role.VIEWER).get(reverse("orders", args=[pair.slug]), {"since": "yesterday"})
    assert len(shown(answer)) == 1
    assert "Enter a valid date" in answer.content.decode()


def test_chosen_columns_are_shown_and_remembered(scene: Scene, viewer: Client) -> None:
    url = reverse("orders", args=[scene.pair.slug])
    viewer.get(url, {"col": ["email"]})
    assert viewer.get(url).context["listing"].shown == {"number", "email"}


def test_every_column_of_every_list_can_be_shown_and_sorted(scene: Scene, viewer: Client) -> None:
    for name in LISTS:
        url = reverse(name, args=[scene.pair.slug])
        spec = viewer.get(url).context["listing"].spec
        keys = [column.key for column in spec.columns]
        for column in spec.columns:
            if column.sort:
                answer = viewer.get(url, {"sort": f"-{column.key}", "col": keys})
                assert answer.context["listing"].shown == set(keys)
                assert answer.context["listing"].sort.column == column.key


def test_text_never_becomes_a_formula_in_a_spreadsheet(pair: Pair, client_of: PairClient) -> None:
    OrderFactory(pair=pair, customer=CustomerFactory(pair=pair, name='=HYPERLINK("http://evil")'))
    answer = client_of(pair, Role.VIEWER).get(reverse("orders-export", args=[pair.slug, "csv"]))
    assert "'=HYPERLINK" in answer.getvalue().decode()


def test_amounts_are_exported_with_their_currency(pair: Pair, client_of: PairClient) -> None:
    OrderFactory(pair=pair, currency="JPY", total_minor=1200)
    answer = client_of(pair, Role.VIEWER).get(reverse("orders-export", args=[pair.slug, "csv"]))
    titles, row = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    found = dict(zip(titles, row, strict=False))
    assert (found["Total"], found["Total currency"]) == ("1200", "JPY")


def test_names_are_escaped(pair: Pair, client_of: PairClient) -> None:
    OrderFactory(
        pair=pair, number="<b>1</b>", customer=CustomerFactory(pair=pair, name="<script>alert(1)</script>")
    )
    page = client_of(pair, Role.VIEWER).get(reverse("orders", args=[pair.slug])).content.decode()
    assert "<script>alert" not in page
    assert "&lt;b&gt;1&lt;/b&gt;" in page


@pytest.mark.parametrize("place", ["posted", "on_its_way", "needs_you", "unmatched", "unplaced", "waits"])
def test_each_place_lists_the_payments_that_the_balance_counts_there(
    place: str, scene: Scene, viewer: Client
) -> None:
    lines = viewer.get(reverse("home", args=[scene.pair.slug])).context["balance"].lines
    heaps = [heap for line in lines for heap in (line.posted, line.on_its_way, *line.stuck)]
    wanted = sum(
        heap.count
        for heap in heaps
        if heap.place == place or (place == "waits" and heap.place not in ("posted", "on_its_way"))
    )
    answer = viewer.get(reverse("payments", args=[scene.pair.slug]), {"place": place})
    assert answer.context["listing"].count == wanted


def test_reversed_payments_that_still_stand_in_xero_have_a_list(scene: Scene, viewer: Client) -> None:
    posted = Payment.objects.filter(pair=scene.pair, postings__state="posted").first()
    assert posted is not None
    Payment.objects.filter(pk=posted.pk).update(state=Payment.State.REVERSED)
    answer = viewer.get(reverse("payments", args=[scene.pair.slug]), {"place": "to_take_back"})
    assert shown(answer) == [posted.vendor_tx_code]


def test_an_empty_list_teaches(pair: Pair, client_of: PairClient) -> None:
    page = client_of(pair, Role.VIEWER).get(reverse("orders", args=[pair.slug])).content.decode()
    assert "Connect the shop" in page
