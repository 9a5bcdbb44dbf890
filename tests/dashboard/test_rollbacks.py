"""Roll-backs on the pages: who plans, who asks, who approves, and what is shown on the way."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dashboard.selectors.balance import balance_of
from dashboard.selectors.navigation import attention_counts
from integrations.models import AuditEntry, ChargeBatch, Order, Pair, Payment, Role, User
from sync.core.rollback import Rules, Seen
from sync.models import Posting, Rollback, RollbackStep, RolledBackOrder
from sync.services.rollback import planning
from sync.services.rollback.asking import Scope, ask_for, propose
from sync.services.rollback.running import advance
from sync.services.rollback.worker import work_on
from tests.dashboard.conftest import member
from tests.factories import (
    OrderFactory,
    PairFactory,
    PaymentFactory,
    SavedCardFactory,
    XeroConnectionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(pair: Pair) -> Order:
    """An order of 24.00 whose invoice and payment are in Xero."""
    XeroConnectionFactory(pair=pair)
    order: Order = OrderFactory(pair=pair, number="HF-1")
    payment = PaymentFactory(pair=pair, order=order, vendor_tx_code="HF-1-1")
    invoice = posted(order, "invoice", {"Date": "2026-11-22"}, remote_status="AUTHORISED")
    posted(
        order,
        "payment",
        {"Date": "2026-11-22", "Account": {"Code": "095"}},
        payment=payment,
        waits_for=invoice,
    )
    return order


def posted(order: Order, kind: str, document: dict[str, Any], **fields: Any) -> Posting:
    key = f"{order.number}-1" if kind == "payment" else order.number
    return Posting.objects.create(
        pair=order.pair, kind=kind, natural_key=key, order=order, state="posted", remote_id=f"x-{kind}",
        document=document, amount_minor=2400, currency="GBP", posted_at=timezone.now(), **fields,
    )  # fmt: skip


@pytest.fixture
def in_xero(monkeypatch: pytest.MonkeyPatch) -> dict[str, Seen]:
    """What Xero says of a kind of document; nothing special unless a test says otherwise."""
    told: dict[str, Seen] = {}

    def seen(client: object, postings: list[Posting]) -> dict[int, Seen]:
        return {row.pk: told.get(row.kind, Seen("AUTHORISED")) for row in postings}

    monkeypatch.setattr(planning, "seen_in_xero", seen)
    monkeypatch.setattr(planning, "rules_of", lambda pair, connection: Rules())
    return told


@pytest.fixture
def administrator(pair: Pair) -> User:
    return member(pair, Role.ADMINISTRATOR)


@pytest.fixture
def planned(order: Order, administrator: User, in_xero: dict[str, Seen]) -> Rollback:
    rollback = propose(order.pair, Scope.of_order(order), administrator)
    work_on(rollback.pk)
    rollback.refresh_from_db()
    return rollback


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, rollback: Rollback) -> str:
    return reverse(f"rollbacks-{name}", args=[rollback.pair.slug, rollback.pk])


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_what_waits_for_a_second_person_is_counted_and_shown_where_people_look(
    planned: Rollback, administrator: User
) -> None:
    pair = planned.pair
    SavedCardFactory(pair=pair).charges.create(
        pair=pair, order=OrderFactory(pair=pair), amount_minor=1250, currency="GBP", state="held",
        batch=ChargeBatch.objects.create(pair=pair, request_key="k", state="held", asked_by=administrator, reason="Due"),
    )  # fmt: skip
    assert (attention_counts(pair).approvals, attention_counts(PairFactory()).total) == (1, 0)
    Pair.objects.update(rollback_approval_minor=100)
    planned.pair.refresh_from_db()
    ask_for(planned, administrator, "Wrong accounts")
    viewer = as_(member(pair, Role.VIEWER))
    for name in ("home", "attention-approvals"):
        page = text(viewer.get(reverse(name, args=[pair.slug])))
        assert "Roll-back of order HF-1 waits for approval" in page, name
        assert "Wrong accounts" in page and "£24.00" in page
        assert "1 charge of saved cards waits for approval" in page and "£12.50" in page
        assert url("page", planned) in page
    assert (attention_counts(pair).approvals, attention_counts(pair).total) == (2, 2)


def test_an_operator_has_it_planned_from_the_orders_page_and_an_administrator_asks_for_it(
    order: Order, administrator: User, in_xero: dict[str, Seen]
) -> None:
    operator = as_(member(order.pair, Role.OPERATOR))
    page = text(operator.get(reverse("orders-page", args=[order.pair.slug, order.pk])))
    propose_url = reverse("rollbacks-of-order", args=[order.pair.slug, order.pk])
    assert propose_url in page
    answer = operator.post(propose_url, follow=True)
    assert "Reading Xero" in text(answer)
    rollback = Rollback.objects.get()
    work_on(rollback.pk)
    page = text(operator.get(url("page", rollback)))
    assert "An administrator has to ask for it." in page
    assert "£24.00" in page
    assert operator.post(url("run", rollback), {"reason": "Wrong"}).status_code == 403

    admin = as_(administrator)
    assert "Say why" in text(admin.post(url("run", rollback), {"reason": " "}))
    answer = admin.post(url("run", rollback), {"reason": "Wrong accounts"}, follow=True)
    assert "The roll-back has begun." in text(answer)
    rollback.refresh_from_db()
    assert (rollback.state, rollback.reason, rollback.asked_by) == (
        "running",
        "Wrong accounts",
        administrator,
    )
    entry = AuditEntry.objects.get(action="rollback.asked")
    assert (entry.actor, entry.reason, entry.data["money"]) == (
        administrator,
        "Wrong accounts",
        {"GBP": 2400},
    )
    page = text(operator.get(reverse("orders-page", args=[order.pair.slug, order.pk])))
    assert "Rolled back:" in page


def test_above_the_pairs_limit_a_second_person_approves(planned: Rollback, administrator: User) -> None:
    Pair.objects.update(rollback_approval_minor=2000)
    first, second = as_(administrator), as_(member(planned.pair, Role.ADMINISTRATOR))
    assert "Ask for approval" in text(first.get(url("page", planned)))
    first.post(url("run", planned), {"reason": "Wrong accounts"})
    assert "somebody else has to approve it" in text(first.post(url("approve", planned), follow=True))
    planned.refresh_from_db()
    assert planned.state == "awaiting_approval"
    assert "Approve and roll back" in text(second.get(url("page", planned)))
    second.post(url("approve", planned))
    planned.refresh_from_db()
    assert (planned.state, planned.approved_by == administrator) == ("running", False)


def test_what_blocks_is_named_with_what_to_do(
    order: Order, administrator: User, in_xero: dict[str, Seen]
) -> None:
    in_xero["payment"] = Seen("AUTHORISED", is_reconciled=True)
    rollback = propose(order.pair, Scope.of_order(order), administrator)
    work_on(rollback.pk)
    page = text(as_(administrator).get(url("page", rollback)))
    assert "It is reconciled with a bank statement line in Xero." in page
    assert "Unreconcile" in page
    answer = as_(administrator).post(url("run", rollback), {"reason": "x", "leave_out": "on"}, follow=True)
    assert "nothing that can be undone" in text(answer)


def test_a_plan_that_the_books_have_left_behind_is_not_carried_out(
    planned: Rollback, administrator: User
) -> None:
    Posting.objects.filter(kind="payment").update(state="reversed")
    answer = as_(administrator).post(url("run", planned), {"reason": "x"}, follow=True)
    assert "The books have changed since the plan was made" in text(answer)
    assert not RolledBackOrder.objects.exists()


def test_a_roll_back_that_xero_refuses_waits_for_a_person_and_can_be_stopped(
    planned: Rollback, administrator: User
) -> None:
    client = as_(administrator)
    client.post(url("run", planned), {"reason": "Wrong accounts"})
    advance(planned.pk)
    undo = Posting.objects.get(kind="payment_delete")
    assert (undo.state, undo.changes_id) == ("ready", Posting.objects.get(kind="payment").pk)
    assert not Posting.objects.filter(kind="invoice_void").exists(), "it waits for the money"
    Posting.objects.filter(pk=undo.pk).update(state="dead", error="Xero said no.")
    advance(planned.pk)
    page = text(client.get(url("page", planned)))
    assert "Xero said no." in page
    answer = client.get(url("live", planned))
    assert answer.status_code == 200
    client.post(url("stop", planned), {"reason": "We leave it"})
    planned.refresh_from_db()
    assert planned.state == "cancelled"
    assert set(planned.steps.values_list("state", flat=True)) == {"left"}
    assert not RolledBackOrder.objects.filter(lifted_at=None).exists(), "nothing of it was undone"


def test_what_is_rolled_back_is_a_place_of_its_own_in_the_balance(
    planned: Rollback, administrator: User
) -> None:
    as_(administrator).post(url("run", planned), {"reason": "Wrong accounts"})
    Posting.objects.filter(kind="payment").update(state="reversed")
    (line,) = balance_of(planned.pair).lines
    assert [(heap.place, heap.minor) for heap in line.stuck] == [("rolled_back", 2400)]
    listed = text(
        as_(administrator).get(reverse("payments", args=[planned.pair.slug]) + "?place=rolled_back")
    )
    assert Payment.objects.get().vendor_tx_code in listed


def test_the_list_and_a_days_form(pair: Pair, administrator: User) -> None:
    client = as_(administrator)
    assert "Nothing was rolled back" in text(client.get(reverse("rollbacks", args=[pair.slug])))
    new = reverse("rollbacks-new", args=[pair.slug])
    assert "Choose a day." in text(client.post(new, {"day": ""}))
    client.post(new, {"day": "2026-11-22"})
    assert Rollback.objects.get().day is not None
    assert "Day 2026-11-22" in text(client.get(reverse("rollbacks", args=[pair.slug])))
    assert RollbackStep.objects.count() == 0
