"""Saved cards from the holder's consent to the invoice they pay, at the simulated Opayo."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from django.apps import apps
from django.db import connection as database
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from integrations.cards.deleting import ask_deletion, notice_deleted
from integrations.cards.vault import fingerprint, locked_up
from integrations.checkout.links import pay_url
from integrations.core.money import Money
from integrations.events.services import store_event
from integrations.inbound import wakeup as inbound
from integrations.instructions import wakeup
from integrations.instructions.asking import NotAllowedError
from integrations.instructions.asking import withdraw as withdraw_instruction
from integrations.instructions.carrying_out import carry_out
from integrations.instructions.core.progress import QUIET
from integrations.models import (
    AuditEntry,
    CardAccess,
    CardCharge,
    CardPolicy,
    ChargeBatch,
    Connection,
    Event,
    Instruction,
    Order,
    Pair,
    Payment,
    SavedCard,
    User,
)
from integrations.opayo.client import OpayoClient
from integrations.opayo.core.reporting import transaction_to_json
from integrations.secrets import decrypt, encrypt
from integrations.xero.lookups import Found
from sandbox.kernel.faults import Kind as Fault
from sandbox.kernel.wire import Outgoing
from sync.models import Posting
from sync.services import charging
from sync.services.actions import ActionRefusedError
from sync.services.charging import Choice
from tests.factories import CustomerFactory, OrderFactory, PaymentFactory, UserFactory
from tests.integrations.messages import shop_headers
from tests.integrations.running_sandbox import SandboxInThread
from tests.sync.messages import order, shop_event
from tests.sync.test_refund_requests import process

pytestmark = pytest.mark.django_db
_TERMS = {
    "text": "Charge what is due.",
    "at": "2026-01-05T09:00:00+00:00",
    "channel": "pay_link",
    "mit_type": "unscheduled",
}


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxInThread]:
    sandbox = SandboxInThread()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running: SandboxInThread, settings: Settings) -> SandboxInThread:
    settings.OPAYO_TEST_URL = f"{running.url}/opayo"
    return running


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbound, "on_event_stored", [])
    monkeypatch.setattr(wakeup, "on_asked", [])


@pytest.fixture
def ada(db: None) -> User:
    return UserFactory(email="ada@tillbridge.example")


@pytest.fixture
def grace(db: None) -> User:
    return UserFactory(email="grace@tillbridge.example")


_codes = iter(f"FIRST-{number}" for number in range(1, 10_000))


@pytest.fixture
def card(pair: Pair, opayo: Connection, sandbox: SandboxInThread) -> SavedCard:
    """A token of the simulated Opayo, with the payment that set it up."""
    code = next(_codes)
    vps_tx_id = sandbox.sell(code, CreateToken="1")
    told = OpayoClient(opayo).transaction_detail(vps_tx_id=vps_tx_id)
    assert told is not None
    customer = CustomerFactory(pair=pair)
    payment = PaymentFactory(
        pair=pair, order=OrderFactory(pair=pair, customer=customer, total_minor=3834, captured_minor=3834, state="paid"),
        vendor_tx_code=code, vps_tx_id=told.vps_tx_id, security_key=encrypt(told.security_key), tx_auth_no=told.auth_no,
        amount_minor=3834,
    )  # fmt: skip
    token = sandbox.do(lambda: list(sandbox.opayo.gateway.tokens._table.values())[-1]["token"])
    return SavedCard.objects.create(
        pair=pair, customer=customer, kind="token", token=locked_up(token), fingerprint=fingerprint(pair.pk, token),
        scheme="VISA", last_four="0006", expiry="1230", expires_on=date(2030, 12, 31), first_payment=payment,
        scheme_trace_id="123456789012345", consent=_TERMS, mit_type="unscheduled",
    )  # fmt: skip


def _due(card: SavedCard, total_minor: int = 2400) -> Order:
    """An order of the card's customer whose invoice is in Xero, unpaid."""
    owed = OrderFactory(pair=card.pair, customer=card.customer, total_minor=total_minor)
    Posting.objects.create(
        pair=card.pair, kind="invoice", natural_key=owed.number, state="posted", order=owed, remote_id=f"INV-{owed.pk}",
        document={}, amount_minor=total_minor, currency="GBP",
    )  # fmt: skip
    return owed


@pytest.fixture(autouse=True)
def xero_says(monkeypatch: pytest.MonkeyPatch, pair: Pair, xero: Connection) -> dict[str, Any]:
    """What Xero answers about invoices: by default that all of each is due."""
    said: dict[str, Any] = {"status": "AUTHORISED", "amount_due": None}

    def find(client: object, ids: list[str]) -> dict[str, Found]:
        rows = Posting.objects.filter(remote_id__in=ids)
        return {
            row.remote_id: Found(
                row.remote_id, row.natural_key, "", said["status"], "ACCREC", row.currency, None,
                said["amount_due"] or Decimal(row.amount_minor) / 100, None, row.remote_id, "", None, {},
            )
            for row in rows
        }  # fmt: skip

    monkeypatch.setattr(charging, "find_invoices_by_id", find)
    return said


def _charge(
    pair: Pair, by: User, *rows: tuple[Order, SavedCard], key: str = "k", amount: Money | None = None
) -> ChargeBatch:
    choices = [Choice(owed.pk, card.pk, amount) for owed, card in rows]
    return charging.charge(pair, choices, by=by, reason="Due", request_key=key)


def _repeats(sandbox: SandboxInThread, code: str) -> list[Any]:
    return sandbox.do(lambda: sandbox.opayo.gateway.records.by_code(code))


def test_a_customer_lets_the_card_be_kept_and_its_token_is_nowhere_in_clear(
    pair: Pair, shop: Connection, opayo: Connection, sandbox: SandboxInThread, client: Client
) -> None:
    CardPolicy.objects.create(pair=pair, offers_to_keep=True, consent_text="Keep it and charge what is due.")
    shop_event(shop, **order("HF-77", payment={}))
    process(pair)
    path = urlsplit(pay_url(Order.objects.get(number="HF-77"))).path
    assert "Keep it and charge what is due." in client.get(path).content.decode()
    answer = client.post(path, {"keep_card": "yes"}, REMOTE_ADDR="203.0.113.7")
    assert answer.status_code == 303
    body = _notification_of(sandbox, answer["Location"])
    told = client.post(
        reverse("inbound-opayo", args=[opayo.key]), body, content_type="application/x-www-form-urlencoded"
    )
    assert told.content.startswith(b"Status=OK")
    process(pair)
    card = SavedCard.objects.get()
    token = decrypt(card.token)
    assert token in body.decode()
    assert (card.customer, card.last_four, card.mit_type) == (
        Order.objects.get().customer,
        "0006",
        "unscheduled",
    )
    assert (card.consent["text"], card.consent["ip"], card.consent["channel"]) == (
        "Keep it and charge what is due.", "203.0.113.7", "pay_link",
    )  # fmt: skip
    assert card.scheme_trace_id
    registered = _repeats(sandbox, Payment.objects.get().vendor_tx_code)[-1].fields
    assert (registered["COFUsage"], registered["InitiatedTYPE"], registered["Apply3DSecure"]) == (
        "FIRST",
        "CIT",
        "1",
    )
    assert list(card.accesses.values_list("what", flat=True)) == ["kept"]
    assert _places_of(token) == []


def _notification_of(sandbox: SandboxInThread, next_url: str) -> bytes:
    sent: list[Outgoing] = []

    def pay() -> None:
        world = sandbox.opayo.gateway.world
        kept, world.send = world.send, sent.append
        try:
            sandbox.opayo.customer_pays(next_url, card_number="4929000000006")
        finally:
            world.send = kept

    sandbox.do(pay)
    return sent[-1].body


def _places_of(token: str) -> list[str]:
    """Every column of every table in which the token stands, however it is written."""
    return [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        for value in model._base_manager.values_list(field.attname, flat=True)
        if token.lower()
        in (bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)).lower()
    ]


def test_a_shops_card_identifier_becomes_a_card_and_stays_out_of_the_order(
    pair: Pair, shop: Connection, client: Client
) -> None:
    identifier = "C6F92981-8C2D-457A-AA1E-16EBCD6D3AC6"
    told = {
        "card_identifier": identifier,
        "scheme": "Visa",
        "last_four": "0006",
        "expiry": "0330",
        "consent": _TERMS,
    }
    contents = order("HF-9", payment={"vendor_tx_code": "HF-9-1", "saved_card": told})
    body = orjson.dumps({"type": "order.created", "shop": "harbour-finch", "order": contents})
    for _ in range(2):
        answer = client.post(
            reverse("inbound-shop", args=[shop.key]),
            body,
            content_type="application/json",
            headers=shop_headers(body),
        )
        assert answer.status_code == 202
    process(pair)
    card = SavedCard.objects.get()
    assert (card.kind, decrypt(card.token), card.mit_type) == ("card_identifier", identifier, "unscheduled")
    assert _places_of(identifier) == []
    assert Order.objects.get().document["payment"]["saved_card"]["last_four"] == "0006"
    assert Event.objects.count() == 1


def test_a_charge_pays_the_invoice_once_and_carries_the_terms(
    card: SavedCard, sandbox: SandboxInThread, ada: User
) -> None:
    owed = _due(card)
    batch = _charge(card.pair, ada, (owed, card))
    assert _charge(card.pair, ada, (owed, card)) == batch
    with pytest.raises(ActionRefusedError, match="being charged to a saved card already"):
        _charge(card.pair, ada, (owed, card), key="again")
    asked = Instruction.objects.get(kind="repeat")
    assert carry_out(asked.pk).state == "done"
    with pytest.raises(ActionRefusedError, match="Nothing is due"):
        _charge(card.pair, ada, (owed, card), key="between Opayo's answer and our records")
    process(card.pair)
    owed.refresh_from_db()
    assert (owed.state, owed.captured_minor) == ("paid", 2400)
    posting = Posting.objects.get(order=owed, kind="payment")
    assert posting.amount_minor == 2400
    (record,) = _repeats(sandbox, asked.vendor_tx_code)
    assert (record.fields["MITType"], record.fields["SchemeTraceID"]) == ("UNSCHEDULED", "123456789012345")
    assert asked.vendor_tx_code.startswith(owed.number)
    batch.refresh_from_db()
    assert (batch.state, batch.charges.get().state) == ("ended", "taken")
    assert set(card.accesses.values_list("what", flat=True)) == {"charged"}
    with pytest.raises(ActionRefusedError, match="nothing to charge"):
        _charge(card.pair, ada, (owed, card), key="later")


def test_a_charge_whose_answer_is_lost_is_looked_up_and_made_once(
    card: SavedCard, sandbox: SandboxInThread, ada: User
) -> None:
    owed = _due(card)
    _charge(card.pair, ada, (owed, card))
    asked = Instruction.objects.get(kind="repeat")
    sandbox.fail("opayo.shared", Fault.TIMEOUT_AFTER)
    assert carry_out(asked.pk).state == "unknown"
    assert CardCharge.objects.get().state == "asked"
    Instruction.objects.update(not_before=None, sent_at=timezone.now() - QUIET)
    assert carry_out(asked.pk).state == "done"
    assert len(_repeats(sandbox, asked.vendor_tx_code)) == 1
    process(card.pair)
    assert Order.objects.get(pk=owed.pk).state == "paid"


def test_a_declined_card_leaves_the_invoice_due_and_rests_for_the_day(
    card: SavedCard, sandbox: SandboxInThread, ada: User
) -> None:
    owed = _due(card)
    _block(sandbox, card)
    _charge(card.pair, ada, (owed, card))
    assert carry_out(Instruction.objects.get(kind="repeat").pk).state == "refused"
    charge = CardCharge.objects.get()
    assert (charge.state, "declined it" in charge.error) == ("refused", True)
    assert charge.payment is not None
    assert charge.payment.state == "failed"
    told = OpayoClient(Connection.objects.get(system="opayo")).transaction_detail(
        vendor_tx_code=charge.payment.vendor_tx_code
    )
    assert told is not None
    _swept(card.pair, told)
    process(card.pair)
    owed.refresh_from_db()
    assert (owed.state, owed.close_unpaid_at) == ("open", None)
    with pytest.raises(ActionRefusedError, match="declined VISA ending 0006 today"):
        _charge(card.pair, ada, (owed, card), key="again")


def _block(sandbox: SandboxInThread, card: SavedCard) -> None:
    def block() -> None:
        record = sandbox.opayo.gateway.records.get(card.first_payment.vps_tx_id)
        assert record is not None
        record.card["is_approved"] = False
        sandbox.opayo.gateway.records.save(record)

    sandbox.do(block)


def _swept(pair: Pair, told: Any) -> None:
    store_event(
        pair_id=pair.pk, connection_id=None, source="opayo", kind="transaction", dedupe_key=told.vps_tx_id,
        body=transaction_to_json(told), headers={}, authenticity="fetched",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"amount_due": Decimal("23.99")}, "Only 23.99 GBP is due"),
        ({"status": "PAID"}, "is paid in Xero"),
    ],
)
def test_nobody_is_charged_for_what_xero_says_is_not_due(
    card: SavedCard, ada: User, xero_says: dict[str, Any], said: dict[str, Any], words: str
) -> None:
    xero_says.update(said)
    with pytest.raises(ActionRefusedError, match=words):
        _charge(card.pair, ada, (_due(card), card))
    assert not Instruction.objects.exists()


def test_never_more_than_is_due_nor_another_customers_card_nor_above_the_limits(
    card: SavedCard, ada: User
) -> None:
    owed, other = _due(card), OrderFactory(pair=card.pair)
    CardPolicy.objects.create(pair=card.pair, charge_limit=60, customer_day_limit=100)
    planned = charging.plan(
        card.pair,
        [
            Choice(owed.pk, card.pk, Money(2401, "GBP")),
            Choice(other.pk, card.pk),
            Choice(_due(card, 6001).pk, card.pk),
            Choice(_due(card, 6000).pk, card.pk),
            Choice(_due(card, 4001).pk, card.pk),
            Choice(_due(card, 4000).pk, card.pk),
        ],
    )
    words = [
        "24.00 GBP is due",
        "another customer",
        "60.00 GBP a saved card",
        "",
        "100.00 GBP one customer",
        "",
    ]
    for row, expected in zip(planned.rows, words, strict=True):
        assert expected in row.refusal if expected else row.refusal == ""
    assert planned.sums == {"GBP": Money(10_000, "GBP")}
    assert (
        charging.charge(card.pair, [Choice(owed.pk, card.pk)], by=ada, reason="", request_key="x").state
        == "going"
    )


def test_a_second_person_agrees_or_nobody_is_charged(card: SavedCard, ada: User, grace: User) -> None:
    CardPolicy.objects.create(pair=card.pair, second_person_above=20)
    first, second = _due(card), _due(card)
    batch = _charge(card.pair, ada, (first, card), (second, card))
    assert (batch.state, Instruction.objects.count()) == ("held", 0)
    with pytest.raises(ActionRefusedError, match="Somebody else"):
        charging.agree(batch, by=ada, reason="Me again")
    Order.objects.filter(pk=second.pk).update(state="cancelled")
    charging.agree(batch, by=grace, reason="Checked")
    assert list(batch.charges.order_by("pk").values_list("state", flat=True)) == ["asked", "unfit"]
    with pytest.raises(ActionRefusedError, match="decided"):
        charging.withdraw(batch, by=ada, reason="Too late")
    withdraw_instruction(Instruction.objects.get(), by=ada, reason="Not now")
    batch.refresh_from_db()
    assert (batch.state, CardCharge.objects.order_by("pk")[0].state) == ("ended", "withdrawn")
    third = _charge(card.pair, ada, (_due(card), card), key="third")
    charging.withdraw(third, by=ada, reason="Changed my mind")
    assert third.charges.get().state == "withdrawn"
    assert {"card_charges.held", "card_charges.agreed", "card_charges.withdrawn"} <= set(
        AuditEntry.objects.values_list("action", flat=True)
    )


def test_a_deleted_card_is_gone_at_opayo_and_here(
    card: SavedCard, sandbox: SandboxInThread, ada: User
) -> None:
    token = decrypt(card.token)
    asked = ask_deletion(card, by=ada, reason="The customer wishes it")
    with pytest.raises(NotAllowedError, match="being deleted"):
        ask_deletion(card, by=ada, reason="Again")
    sandbox.fail("opayo.shared", Fault.TIMEOUT_AFTER)
    assert carry_out(asked.pk).state == "unknown"
    Instruction.objects.update(not_before=None)
    assert carry_out(asked.pk).state == "done"
    card.refresh_from_db()
    assert (card.state, card.token, card.last_four) == ("deleted", "", "0006")
    assert sandbox.do(lambda: sandbox.opayo.gateway.tokens.card(token)) is None
    assert {"sent_for_deletion", "deleted"} <= set(card.accesses.values_list("what", flat=True))
    with pytest.raises(ActionRefusedError, match="was deleted"):
        _charge(card.pair, ada, (_due(card), card))


def test_a_card_deleted_at_opayo_is_noticed(
    card: SavedCard, opayo: Connection, sandbox: SandboxInThread
) -> None:
    assert notice_deleted(opayo) == 0
    sandbox.do(lambda: sandbox.opayo.gateway.tokens.remove(decrypt(card.token)))
    assert notice_deleted(opayo) == 0
    SavedCard.objects.update(checked_at=timezone.now() - timedelta(days=2))
    assert notice_deleted(opayo) == 1
    card.refresh_from_db()
    assert (card.state, card.token) == ("deleted", "")


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_charge_an_invoice_once(card: SavedCard, ada: User, grace: User) -> None:
    owed = _due(card)
    gate = threading.Barrier(2)
    ended: list[str] = []

    def press(by: User) -> None:
        gate.wait(10)
        try:
            ended.append(_charge(card.pair, by, (owed, card), key=by.email).state)
        except ActionRefusedError as refusal:
            ended.append(str(refusal))
        finally:
            database.close()

    presses: list[Callable[[], None]] = [lambda: press(ada), lambda: press(grace)]
    threads = [threading.Thread(target=each) for each in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(words == "going" for words in ended) == [False, True]
    assert Instruction.objects.filter(kind="repeat").count() == 1
    assert CardAccess.objects.filter(what="charged").count() == 1
