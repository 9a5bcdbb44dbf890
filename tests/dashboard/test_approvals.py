"""What flows and rules hold: shown with its money, let go or refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from integrations.models import AuditEntry, Connection, Pair, Role
from integrations.secrets import get_secret
from sync.models import Posting, Ruling
from tests.dashboard.scene import Scene
from tests.factories import PairFactory

PairClient = Callable[[Pair, str], Client]


@pytest.fixture
def held(scene: Scene) -> Ruling:
    """An order that an administrator has to approve, with its invoice kept back."""
    order = scene.orders[0]
    Posting.objects.create(
        pair=scene.pair, kind="invoice", natural_key="held-1", order=order, state="held", error_class="rule",
        error="Over 500 pounds.", document={"Status": "DRAFT"}, amount_minor=order.total_minor, currency=order.currency,
    )  # fmt: skip
    return Ruling.objects.create(
        pair=scene.pair, order=order, outcome="approve", role="administrator", ruled_at=timezone.now(),
        reasons=[{"rule": "big", "words": "Over 500 pounds."}], tags=["large"], flow="orders",
    )  # fmt: skip


def address(ruling: Ruling, name: str, *more: object) -> str:
    return reverse(name, args=[ruling.pair.slug, *more])


def test_a_held_record_is_shown_with_its_reason_and_its_money(held: Ruling, client_of: PairClient) -> None:
    page = client_of(held.pair, Role.ADMINISTRATOR).get(address(held, "attention-approvals")).content.decode()
    assert f"Order {held.order}" in page.replace("</a>", "")
    assert "Over 500 pounds." in page
    assert "large" in page
    assert f"{held.order.total_minor // 100:,}" in page
    assert "Approve" in page


def test_it_counts_on_home_and_in_the_tabs(held: Ruling, client_of: PairClient) -> None:
    page = client_of(held.pair, Role.VIEWER).get(address(held, "home")).content.decode()
    assert "1 record waits for approval" in page


def test_approving_lets_it_go(held: Ruling, client_of: PairClient) -> None:
    client = client_of(held.pair, Role.ADMINISTRATOR)
    page = client.post(address(held, "attention-release", held.pk), follow=True).content.decode()
    assert "1 document on the way to Xero" in page
    assert "Nothing waits for approval" in page
    assert Posting.objects.get(natural_key="held-1").state == Posting.State.READY


def test_too_low_a_role_sees_who_decides_and_is_refused(held: Ruling, client_of: PairClient) -> None:
    client = client_of(held.pair, Role.OPERATOR)
    page = client.get(address(held, "attention-approvals")).content.decode()
    assert "Somebody with the role of administrator decides" in page
    answer = client.post(address(held, "attention-release", held.pk), follow=True).content.decode()
    assert "This takes the role of administrator" in answer
    assert Posting.objects.get(natural_key="held-1").state == Posting.State.HELD


def test_refusing_takes_a_reason_and_says_so_at_the_field(held: Ruling, client_of: PairClient) -> None:
    client = client_of(held.pair, Role.ADMINISTRATOR)
    answer = client.post(address(held, "attention-refuse", held.pk), {"reason": ""})
    assert answer.status_code == 422
    assert f'aria-describedby="reason-error-{held.pk}"' in answer.content.decode()
    page = client.post(
        address(held, "attention-refuse", held.pk), {"reason": "A test order."}, follow=True
    ).content.decode()
    assert "1 document cancelled" in page
    assert AuditEntry.objects.get(action="ruling.refused").reason == "A test order."


def test_the_order_s_timeline_tells_what_was_ruled(held: Ruling, client_of: PairClient) -> None:
    page = client_of(held.pair, Role.VIEWER).get(address(held, "orders-page", held.order_id)).content.decode()
    assert "Waits for approval" in page
    assert "Over 500 pounds." in page


def test_another_pair_s_records_are_not_there(held: Ruling, client_of: PairClient) -> None:
    pair = PairFactory(slug="another-pair")
    client = client_of(pair, Role.ADMINISTRATOR)
    assert client.post(reverse("attention-release", args=[pair.slug, held.pk])).status_code == 404


def test_a_chat_is_connected_with_its_address_as_a_secret(scene: Scene, client_of: PairClient) -> None:
    client = client_of(scene.pair, Role.ADMINISTRATOR)
    url = reverse("connections-chat", args=[scene.pair.slug])
    assert client.post(url, {"name": "finance", "hook_url": ""}).status_code == 422
    assert client.post(url, {"name": "finance", "hook_url": "not a web address"}).status_code == 422
    page = client.post(url, {"name": "finance", "hook_url": "https://chat.example/T1/B2/xyz"}, follow=True)
    chat = Connection.objects.get(system="chat")
    assert get_secret(chat, "hook_url") == "https://chat.example/T1/B2/xyz"
    assert "xyz" not in page.content.decode()
    change = reverse("connections-chat", args=[scene.pair.slug, chat.pk])
    client.post(change, {"name": "accounts", "hook_url": ""})
    chat.refresh_from_db()
    assert (chat.name, get_secret(chat, "hook_url")) == ("accounts", "https://chat.example/T1/B2/xyz")
