"""A settlement that is rolled back: its fees and transfer go, stay away, and come again when a person says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from integrations.models import Pair, Role, User
from reconciliation.models import Match, Settlement
from reconciliation.reconciling import reconcile
from sync.core.rollback import Rules, Seen, plan
from sync.models import Posting, Rollback
from sync.services.rollback import planning
from sync.services.rollback.asking import Scope, ask_for, propose
from sync.services.rollback.gathering import gather
from sync.services.rollback.running import advance
from sync.services.rollback.worker import work_on
from tests.factories import MembershipFactory, XeroConnectionFactory

Take = Callable[..., Any]
K = Posting.Kind


@pytest.fixture(autouse=True)
def march() -> Iterator[None]:
    with time_machine.travel("2026-03-16T10:00:00Z", tick=False):
        yield


@pytest.fixture
def in_xero(monkeypatch: pytest.MonkeyPatch) -> None:
    """Xero has all that was posted, and keeps no period locked."""
    monkeypatch.setattr(
        planning, "seen_in_xero", lambda client, rows: {row.pk: Seen("AUTHORISED") for row in rows}
    )
    monkeypatch.setattr(planning, "rules_of", lambda pair, connection: Rules())


@pytest.fixture
def administrator(pair: Pair) -> User:
    user: User = MembershipFactory(pair=pair, role=Role.ADMINISTRATOR).user
    return user


@pytest.fixture
def settlement(pair: Pair, sell: Take, batch: Take, state: Take, bank: Take, in_xero: None) -> Settlement:
    """Two sales less fees, matched with their money; the fees and the transfer are in Xero."""
    XeroConnectionFactory(pair=pair)
    batch("1001", sell(1), sell(2))
    state("400001", ("Sale", "7001", "24.00"), ("Sale", "7002", "24.00"), fee="0.40")
    bank(4720, 11, "2100001 400001")
    reconcile(pair)
    answer()
    return Settlement.objects.get()


def answer() -> None:
    """Xero takes what is ready; what that undoes is gone."""
    for row in Posting.objects.filter(state="ready").select_related("changes"):
        if row.changes is not None:
            Posting.objects.filter(pk=row.changes.pk).update(state="reversed")
        row.state, row.remote_id = "posted", f"x{row.pk}"
        row.save()


def money(pair: Pair) -> list[tuple[str, str]]:
    rows = Posting.objects.filter(pair=pair, kind__in=[K.BANK_TRANSFER, K.SPEND]).order_by("pk")
    return [(row.kind, row.state) for row in rows]


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def rolled_back(settlement: Settlement, administrator: User) -> Rollback:
    """Asked for on the settlement's page, and carried out."""
    client = as_(administrator)
    propose_url = reverse("rollbacks-of-settlement", args=[settlement.pair.slug, settlement.pk])
    page = client.get(reverse("settlements-page", args=[settlement.pair.slug, settlement.pk]))
    assert propose_url in page.content.decode()
    client.post(propose_url)
    rollback = Rollback.objects.get()
    work_on(rollback.pk)
    rollback.refresh_from_db()
    ask_for(rollback, administrator, "Wrong bank account")
    advance(rollback.pk)
    return rollback


def test_a_rolled_back_transfer_stays_away_until_it_is_posted_again(
    settlement: Settlement, administrator: User
) -> None:
    pair = settlement.pair
    rollback = rolled_back(settlement, administrator)
    reconcile(pair)
    assert Posting.objects.filter(kind=K.BANK_TRANSFER_DELETE).count() == 1
    answer()
    assert advance(rollback.pk)
    Rollback.objects.update(state="done")
    gone = [(K.SPEND, "reversed"), (K.BANK_TRANSFER, "reversed")]
    reconcile(pair)
    assert money(pair) == gone
    match = Match.objects.get()
    match.difference_kind, match.difference_minor = "fee", 100
    match.save()
    reconcile(pair)
    assert money(pair) == gone, "whatever is said of it meanwhile"
    page = reverse("settlements-page", args=[pair.slug, settlement.pk])
    assert "It was rolled back" in as_(administrator).get(page).content.decode()

    Match.objects.update(difference_minor=0, difference_kind="")
    again = reverse("rollbacks-again", args=[pair.slug, rollback.pk])
    done = as_(administrator).post(again, {"reason": "The account is right now"}, follow=True)
    assert "2 documents of settlements on the way to Xero again." in done.content.decode()
    reconcile(pair)
    assert money(pair) == [*gone, (K.SPEND, "ready"), (K.BANK_TRANSFER, "ready")]
    assert "It was rolled back" not in as_(administrator).get(page).content.decode()


def test_what_is_not_sent_yet_is_not_sent_after_all(settlement: Settlement, administrator: User) -> None:
    fee = Posting.objects.get(kind=K.SPEND)
    Posting.objects.filter(pk=fee.pk).update(state="ready", remote_id="")
    rolled_back(settlement, administrator)
    reconcile(settlement.pair)
    fee.refresh_from_db()
    assert fee.state == "cancelled"


def test_a_bill_goes_with_its_payment_and_the_payment_first(pair: Pair, administrator: User) -> None:
    usual = {"pair": pair, "state": "posted", "currency": "GBP", "amount_minor": 1200}
    bill = Posting.objects.create(
        kind=K.BILL, natural_key="bill", remote_id="b", document={"Date": "2026-03-01"}, **usual
    )
    paid = {"Date": "2026-03-02", "Account": {"Code": "090"}}
    payment = Posting.objects.create(
        kind=K.PAYMENT, natural_key="B1", remote_id="p", document=paid, waits_for=bill, **usual
    )
    rollback = propose(pair, Scope.of_posting(bill), administrator)
    gathered = gather(rollback)
    seen = {bill.pk: Seen("PAID"), payment.pk: Seen("AUTHORISED")}
    steps = plan(gathered.documents, gathered.roots, seen, Rules()).steps
    assert [(step.document.id, step.by) for step in steps] == [
        (payment.pk, "payment_delete"),
        (bill.pk, "invoice_void"),
    ]
    assert gathered.documents[1].paid_out
