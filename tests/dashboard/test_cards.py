"""The pages of saved cards: who sees what, what is shown before anybody is charged, and what is written down."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from integrations.instructions import wakeup
from integrations.models import (
    AuditEntry,
    CardAccess,
    CardCharge,
    CardPolicy,
    ChargeBatch,
    Instruction,
    Order,
    Pair,
    Role,
    SavedCard,
)
from integrations.xero.lookups import Found
from sync.models import Posting
from sync.services.charging import due_in_xero
from tests.dashboard.conftest import member
from tests.factories import OpayoConnectionFactory, OrderFactory, SavedCardFactory, XeroConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(client: object, ids: list[str]) -> dict[str, Found]:
        found = {}
        for row in Posting.objects.filter(remote_id__in=ids):
            due = Decimal(row.amount_minor) / 100
            found[row.remote_id] = Found(
                row.remote_id,
                row.natural_key,
                "",
                "AUTHORISED",
                "ACCREC",
                "GBP",
                due,
                due,
                None,
                "",
                "",
                None,
                {},
            )
        return found

    monkeypatch.setattr(due_in_xero, "find_invoices_by_id", find)
    monkeypatch.setattr(wakeup, "on_asked", [])


@pytest.fixture
def card(pair: Pair) -> SavedCard:
    XeroConnectionFactory(pair=pair)
    OpayoConnectionFactory(pair=pair)
    return SavedCardFactory(pair=pair)


@pytest.fixture
def owed(card: SavedCard) -> Order:
    return owed_by(card)


def owed_by(card: SavedCard, minor: int = 2400, due: str = "2026-11-01") -> Order:
    """An order of the card's customer with an open invoice in Xero."""
    order = OrderFactory(pair=card.pair, customer=card.customer, total_minor=minor)
    Posting.objects.create(
        pair=card.pair, kind="invoice", natural_key=order.number, state="posted", order=order, remote_id=f"I-{order.pk}",
        remote_number=order.number, document={"DueDate": due}, amount_minor=minor, currency="GBP",
    )  # fmt: skip
    return order


def client_as(pair: Pair, role: str) -> Client:
    client = Client()
    client.force_login(member(pair, role))
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def test_the_list_says_which_cards_expire_and_the_page_of_a_card_is_written_down(card: SavedCard) -> None:
    SavedCardFactory(pair=card.pair, last_four="1234", expiry="1226", expires_on="2026-12-31")
    viewer = client_as(card.pair, Role.VIEWER)
    address = reverse("cards", args=[card.pair.slug])
    assert text(viewer.get(address)).count("••••") == 2
    narrowed = text(viewer.get(address, {"state": "expiring"}))
    assert ("1234" in narrowed, "0006" in narrowed) == (True, False)
    for _ in range(2):
        page = text(viewer.get(reverse("cards-page", args=[card.pair.slug, card.pk])))
    assert "Charge what is due." in page
    assert "Shown to a person" in page
    assert "Delete the card" not in page
    assert CardAccess.objects.filter(card=card, what="shown").count() == 1
    assert card.token not in page


def test_due_invoices_are_shown_before_they_are_charged_and_asked_once(card: SavedCard, owed: Order) -> None:
    later = owed_by(card, due="2099-01-01")
    operator = client_as(card.pair, Role.OPERATOR)
    address = reverse("cards-due", args=[card.pair.slug])
    page = text(operator.get(address))
    assert (owed.number in page, later.number in page) == (True, False)
    assert later.number in text(operator.get(f"{address}?which=all"))
    sent = {"order": [owed.pk], "key": "form-1", "reason": "Due since Monday"}
    assert "£24.00" in text(operator.post(address, {**sent, "step": "review"}))
    assert not CardCharge.objects.exists()
    for _ in range(2):
        answer = operator.post(address, {**sent, "step": "do"}, follow=True)
    assert "You may leave this page" in text(answer)
    charge = CardCharge.objects.get()
    assert (charge.amount_minor, charge.state, Instruction.objects.count()) == (2400, "asked", 1)
    assert AuditEntry.objects.filter(action="card.charge_asked", reason="Due since Monday").count() == 1
    order_page = text(operator.get(reverse("orders-page", args=[card.pair.slug, owed.pk])))
    assert "Saved cards" in order_page
    assert "Under way" in order_page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"order": []}, "Choose at least one invoice"),
        ({"reason": ""}, "Say why"),
        ({"amount": "much"}, "amount such as 12.34"),
        ({"amount": "24.01"}, "24.00 GBP is due"),
    ],
)
def test_half_filled_forms_charge_nobody(
    card: SavedCard, owed: Order, changes: dict[str, Any], words: str
) -> None:
    operator = client_as(card.pair, Role.OPERATOR)
    address = f"{reverse('cards-due', args=[card.pair.slug])}?order={owed.pk}"
    sent = {"order": [owed.pk], "key": "k", "reason": "Due", "step": "do", **changes}
    assert words in text(operator.post(address, sent))
    assert not Instruction.objects.exists()


def test_a_part_may_be_charged_of_one_invoice(card: SavedCard, owed: Order) -> None:
    operator = client_as(card.pair, Role.OPERATOR)
    address = f"{reverse('cards-due', args=[card.pair.slug])}?order={owed.pk}"
    operator.post(
        address, {"order": [owed.pk], "key": "k", "reason": "Half", "step": "do", "amount": "12.00"}
    )
    assert CardCharge.objects.get().amount_minor == 1200


def test_a_second_person_decides_on_the_page_of_the_batch(card: SavedCard, owed: Order) -> None:
    CardPolicy.objects.create(pair=card.pair, second_person_above=1)
    asker, other = client_as(card.pair, Role.OPERATOR), client_as(card.pair, Role.OPERATOR)
    sent = {"order": [owed.pk], "key": "k", "reason": "Due", "step": "do"}
    page = text(asker.post(reverse("cards-due", args=[card.pair.slug]), sent, follow=True))
    assert "somebody else has to agree" in page
    assert "Agree: charge them" not in page
    batch = ChargeBatch.objects.get()
    agree = reverse("cards-charges-agree", args=[card.pair.slug, batch.pk])
    assert "Somebody else than the one who asked" in text(asker.post(agree, {"reason": "Me"}, follow=True))
    assert other.post(agree, {"reason": ""}).status_code == 422
    assert "Agreed" in text(other.post(agree, {"reason": "Checked"}, follow=True))
    assert Instruction.objects.count() == 1
    live = reverse("cards-charges-live", args=[card.pair.slug, batch.pk])
    assert other.get(live).status_code == 200
    CardCharge.objects.update(state="taken")
    ChargeBatch.objects.update(state="ended")
    assert other.get(live).status_code == 286


def test_a_card_is_deleted_with_a_reason_only(card: SavedCard) -> None:
    operator = client_as(card.pair, Role.OPERATOR)
    address = reverse("cards-delete", args=[card.pair.slug, card.pk])
    assert operator.post(address, {"reason": ""}).status_code == 422
    assert "Nobody can charge it from now on" in text(
        operator.post(address, {"reason": "Wished"}, follow=True)
    )
    assert Instruction.objects.get().kind == "delete_token"
    assert AuditEntry.objects.get(action="card.deletion_asked").reason == "Wished"


def test_only_administrators_change_the_terms(card: SavedCard) -> None:
    address = reverse("cards-terms", args=[card.pair.slug])
    sent = {
        "offers_to_keep": "on",
        "consent_text": "Keep it.",
        "mit_type": "unscheduled",
        "charge_limit": "50",
        "batch_limit": "",
    }
    assert client_as(card.pair, Role.OPERATOR).post(address, sent).status_code == 403
    assert client_as(card.pair, Role.ADMINISTRATOR).post(address, sent).status_code == 302
    policy = CardPolicy.objects.get()
    assert (policy.offers_to_keep, policy.charge_limit, policy.batch_limit) == (True, 50, None)
    assert AuditEntry.objects.filter(action="card_terms.changed").exists()
