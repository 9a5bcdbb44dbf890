"""What the pages say: home, orders, payments, evidence, activity, and the way in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from integrations.members.access import LAST_PAIR
from integrations.models import Order, Pair, Payment, Role, User
from sync.models import Delivery, Posting
from tests.dashboard.conftest import member
from tests.dashboard.scene import Scene, broken_xero, make_scene
from tests.factories import MembershipFactory, OrderFactory, PairFactory

PairClient = Callable[[Pair, str], Client]


@pytest.fixture
def operator(scene: Scene, client_of: PairClient) -> Client:
    return client_of(scene.pair, Role.OPERATOR)


def text(answer: Any) -> str:
    return answer.content.decode()  # type: ignore[no-any-return]  # a response of the test client


def test_the_only_pair_is_where_one_begins(pair: Pair, client_of: PairClient) -> None:
    assert client_of(pair, Role.VIEWER).get("/")["Location"] == f"/{pair.slug}/"


def test_of_several_pairs_one_begins_at_the_last_one_seen(pair: Pair, client: Client) -> None:
    user = member(pair)
    other = MembershipFactory(user=user, pair=PairFactory(slug="other")).pair
    client.force_login(user)
    assert client.get("/")["Location"] == "/pairs/"
    client.get(reverse("home", args=[other.slug]))
    assert client.session[LAST_PAIR] == "other"
    assert client.get("/")["Location"] == "/other/"


def test_a_pair_one_was_taken_off_is_not_begun_at(pair: Pair, client: Client) -> None:
    user = member(pair)
    client.force_login(user)
    client.get(reverse("home", args=[pair.slug]))
    user.memberships.all().delete()
    assert client.get("/")["Location"] == "/pairs/"


def test_the_first_person_is_led_through_the_first_steps(client: Client, db: None) -> None:
    client.force_login(User.objects.create_superuser("first@tillbridge.example", "correct horse battery"))
    assert "Make the first pair" in text(client.get(reverse("pairs")))
    made = client.post(reverse("pairs-new"), {"name": "Moss & Co", "slug": "moss", "base_currency": "GBP"})
    assert made["Location"] == reverse("connections", args=["moss"])
    assert Pair.objects.get(slug="moss").memberships.get().role == Role.ADMINISTRATOR


def test_a_pair_cannot_take_an_address_of_the_site(client: Client, db: None) -> None:
    client.force_login(User.objects.create_superuser("first@tillbridge.example", "correct horse battery"))
    answer = client.post(reverse("pairs-new"), {"name": "Us", "slug": "account", "base_currency": "GBP"})
    assert answer.status_code == 422
    assert not Pair.objects.exists()


def test_others_make_no_pairs(pair: Pair, client_of: PairClient) -> None:
    assert client_of(pair, Role.ADMINISTRATOR).get(reverse("pairs-new")).status_code == 403


def test_home_counts_each_captured_payment_once_and_prices_what_waits(scene: Scene, operator: Client) -> None:
    answer = operator.get(reverse("home", args=[scene.pair.slug]))
    lines = answer.context["balance"].lines
    captured = Payment.objects.filter(pair=scene.pair, state=Payment.State.CAPTURED)
    assert sum(line.captured.count for line in lines) == captured.count()
    assert sum(line.captured.minor for line in lines) == sum(
        payment.amount_minor or 0 for payment in captured
    )
    titles = [need.title for need in answer.context["needs"]]
    assert titles[0] == scene.problem.message
    assert "2 payments fit no order" in titles
    assert "Not quite" in text(answer)


def test_home_says_so_when_all_is_well(pair: Pair, client_of: PairClient) -> None:
    assert "Nothing captured yet" in text(client_of(pair, Role.VIEWER).get(reverse("home", args=[pair.slug])))


def test_a_broken_connection_is_priced_by_what_it_holds_up(scene: Scene, operator: Client) -> None:
    connection = broken_xero(scene.pair)
    first = operator.get(reverse("home", args=[scene.pair.slug])).context["needs"][0]
    assert first.title == f"{connection} stopped working"
    waiting = Posting.objects.filter(
        pair=scene.pair, kind="payment", state__in=["ready", "sending", "waiting"]
    )
    assert sum(price.minor for price in first.prices) == sum(posting.amount_minor for posting in waiting)


def test_home_takes_few_queries_however_much_there_is(
    scene: Scene, client_of: PairClient, django_assert_max_num_queries: Any
) -> None:
    for pair in (scene.pair, make_scene(orders=40, slug="larger").pair):
        browser = client_of(pair, Role.VIEWER)
        browser.get(reverse("home", args=[pair.slug]))
        with django_assert_max_num_queries(28):
            browser.get(reverse("home", args=[pair.slug]))
        with django_assert_max_num_queries(26):
            browser.get(reverse("home-live", args=[pair.slug]))


def test_the_frame_of_a_page_takes_two_queries(
    scene: Scene, client_of: PairClient, django_assert_num_queries: Any
) -> None:
    browser = client_of(scene.pair, Role.ADMINISTRATOR)
    url = reverse("connections-opayo", args=[scene.pair.slug])
    browser.get(url)
    # Session, person, membership with pair; the connection and its secrets' names; and the frame's two.
    with django_assert_num_queries(7):
        browser.get(url)


def test_an_orders_page_tells_its_story_in_order(scene: Scene, operator: Client) -> None:
    order = Order.objects.filter(pair=scene.pair, payments__state="failed").first()
    assert order is not None
    answer = operator.get(reverse("orders-page", args=[scene.pair.slug, order.pk]))
    entries = answer.context["entries"]
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    titles = [entry.title for entry in entries]
    assert titles[0] == "Order received"
    for title in (
        f"Payment {order.number}-0",
        "Invoice to be posted",
        "POST /Invoices",
        "Invoice stands in Xero",
    ):
        assert title in titles
    assert "https://go.xero.com/AccountsReceivable/View.aspx?InvoiceID=" in text(answer)


def test_a_long_story_takes_no_more_queries(
    scene: Scene, operator: Client, django_assert_max_num_queries: Any
) -> None:
    url = reverse("orders-page", args=[scene.pair.slug, scene.orders[5].pk])
    operator.get(url)
    # Session, person, membership; order; events, payments, postings, calls, notices, acts, refunds, disputes; frame; what may
    # be done with the money of its one payment; its roll-backs; and the saved cards it may be charged to.
    with django_assert_max_num_queries(25):
        operator.get(url)


def test_the_live_part_stops_when_nothing_moves_by_itself(scene: Scene, operator: Client) -> None:
    settled, moving = scene.orders[2], scene.orders[-2]
    assert operator.get(reverse("orders-live", args=[scene.pair.slug, settled.pk])).status_code == 286
    assert operator.get(reverse("orders-live", args=[scene.pair.slug, moving.pk])).status_code == 200


def test_an_order_that_is_not_paid_gets_a_pay_link(scene: Scene, operator: Client) -> None:
    unpaid = scene.orders[-1]
    page = operator.post(reverse("orders-pay-link", args=[scene.pair.slug, unpaid.pk]))
    assert "/pay/" in text(page)


def test_an_order_with_odd_lines_still_has_a_page(pair: Pair, client_of: PairClient) -> None:
    odd = {
        "lines": [{"name": "Odd", "total": "1.005"}, "no line", {"unit_price": 1.5}],
        "discount": None,
        "delivery": [],
    }
    order = OrderFactory(pair=pair, document=odd)
    assert (
        client_of(pair, Role.VIEWER).get(reverse("orders-page", args=[pair.slug, order.pk])).status_code
        == 200
    )


def test_a_stray_payments_page_offers_its_likeliest_orders(scene: Scene, operator: Client) -> None:
    page = text(operator.get(reverse("payments-page", args=[scene.pair.slug, scene.stray.pk])))
    assert "Which order is it for?" in page
    assert "code differs by 2 letters" in page


@pytest.mark.parametrize("kind", ["postings", "events", "notices", "deliveries", "payments"])
def test_evidence_is_a_page_and_for_htmx_only_itself(kind: str, scene: Scene, operator: Client) -> None:
    keys = {
        "postings": scene.dead.pk,
        "events": scene.dead_event.pk,
        "notices": scene.dead_notice.pk,
        "deliveries": Delivery.objects.filter(pair=scene.pair).values_list("pk", flat=True)[0],
        "payments": scene.stray.pk,
    }
    url = reverse(f"{kind}-page", args=[scene.pair.slug, keys[kind]])
    assert "<html" in text(operator.get(url))
    part = operator.get(url, headers={"HX-Request": "true"})
    assert text(part).strip().startswith('<div class="raw">')
    assert "HX-Request" in part["Vary"]


@pytest.mark.parametrize("span", ["hour", "day", "week", "month", "century"])
def test_activity_adds_up_over_any_span(span: str, scene: Scene, operator: Client) -> None:
    answer = operator.get(reverse("activity", args=[scene.pair.slug]), {"span": span})
    for chart in answer.context["charts"]:
        assert all(len(series.counts) == len(chart.names) for series in chart.series)
        assert sum(sum(counts) for _, counts in chart.rows) == chart.total
    throughput = answer.context["charts"][0]
    if span == "month":
        assert throughput.total == Posting.objects.filter(pair=scene.pair, posted_at__isnull=False).count()


def test_a_page_that_is_not_there_keeps_its_frame(scene: Scene, operator: Client) -> None:
    answer = operator.get(f"/{scene.pair.slug}/nothing/")
    assert answer.status_code == 404
    assert "Nothing is here" in text(answer)


def test_the_policy_of_the_pages_lets_no_foreign_script_in(scene: Scene, operator: Client) -> None:
    policy = operator.get(reverse("home", args=[scene.pair.slug]))["Content-Security-Policy"]
    script = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
    assert "unsafe" not in script
    assert "http" not in script
