"""A saved card and the invoice it pays: once, under its terms, and never more than is due."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from integrations.core.money import Money
from integrations.events.services import store_event
from integrations.instructions.asking import withdraw as withdraw_instruction
from integrations.instructions.carrying_out import carry_out
from integrations.instructions.core.progress import QUIET
from integrations.models import (
    AuditEntry,
    CardAccess,
    CardCharge,
    CardPolicy,
    Connection,
    Instruction,
    Order,
    Pair,
    SavedCard,
    User,
)
from integrations.opayo.client import OpayoClient
from integrations.opayo.core.reporting import transaction_to_json
from sandbox.kernel.faults import Kind as Fault
from sync.models import Posting
from sync.services import charging
from sync.services.actions import ActionRefusedError
from sync.services.charging import Choice
from tests.factories import OrderFactory
from tests.integrations.running_sandbox import SandboxInThread
from tests.sync.cards.conftest import charge, due, made_of
from tests.sync.test_refund_requests import process

pytestmark = pytest.mark.django_db


def test_a_charge_pays_the_invoice_once_and_carries_the_terms(
    card: SavedCard, sandbox: SandboxInThread, ada: User
) -> None:
    owed = due(card)
    batch = charge(card.pair, ada, (owed, card))
    assert charge(card.pair, ada, (owed, card)) == batch
    with pytest.raises(ActionRefusedError, match="being charged to a saved card already"):
        charge(card.pair, ada, (owed, card), key="again")
    asked = Instruction.objects.get(kind="repeat")
    assert carry_out(asked.pk).state == "done"
    with pytest.raises(ActionRefusedError, match="Nothing is due"):
        charge(card.pair, ada, (owed, card), key="between Opayo's answer and our records")
    process(card.pair)
    owed.refresh_from_db()
    assert (owed.state, owed.captured_minor) == ("paid", 2400)
    posting = Posting.objects.get(order=owed, kind="payment")
    assert posting.amount_minor == 2400
    (record,) = made_of(sandbox, asked.vendor_tx_code)
    assert (record.fields["MITType"], record.fields["SchemeTraceID"]) == ("UNSCHEDULED", "123456789012345")
    assert asked.vendor_tx_code.startswith(owed.number)
    batch.refresh_from_db()
    assert (batch.state, batch.charges.get().state) == ("ended", "taken")
    assert set(card.accesses.values_list("what", flat=True)) == {"charged"}
    with pytest.raises(ActionRefusedError, match="nothing to charge"):
        charge(card.pair, ada, (owed, card), key="later")


def test_a_charge_whose_answer_is_lost_is_looked_up_and_made_once(
    card: SavedCard, sandbox: SandboxInThread, ada: User
) -> None:
    owed = due(card)
    charge(card.pair, ada, (owed, card))
    asked = Instruction.objects.get(kind="repeat")
    sandbox.fail("opayo.shared", Fault.TIMEOUT_AFTER)
    assert carry_out(asked.pk).state == "unknown"
    assert CardCharge.objects.get().state == "asked"
    Instruction.objects.update(not_before=None, sent_at=timezone.now() - QUIET)
    assert carry_out(asked.pk).state == "done"
    assert len(made_of(sandbox, asked.vendor_tx_code)) == 1
    process(card.pair)
    assert Order.objects.get(pk=owed.pk).state == "paid"


def test_a_charge_whose_code_somebody_else_has_taken_gets_another_and_so_does_its_payment(
    card: SavedCard, sandbox: SandboxInThread, ada: User
) -> None:
    owed = due(card)
    charge(card.pair, ada, (owed, card))
    asked = Instruction.objects.get(kind="repeat")
    sandbox.sell(asked.vendor_tx_code, "1.00")
    for _ in range(3):
        Instruction.objects.update(not_before=None)
        done = carry_out(asked.pk)
    assert done.state == "done"
    assert done.vendor_tx_code != asked.vendor_tx_code
    process(card.pair)
    payment = owed.payments.get()
    assert (payment.vendor_tx_code, payment.state, payment.amount_minor) == (
        done.vendor_tx_code,
        "captured",
        2400,
    )


def test_a_declined_card_leaves_the_invoice_due_and_rests_for_the_day(
    card: SavedCard, sandbox: SandboxInThread, ada: User
) -> None:
    owed = due(card)
    _block(sandbox, card)
    charge(card.pair, ada, (owed, card))
    assert carry_out(Instruction.objects.get(kind="repeat").pk).state == "refused"
    row = CardCharge.objects.get()
    assert (row.state, "declined it" in row.error) == ("refused", True)
    assert row.payment is not None
    assert row.payment.state == "failed"
    told = OpayoClient(Connection.objects.get(system="opayo")).transaction_detail(
        vendor_tx_code=row.payment.vendor_tx_code
    )
    assert told is not None
    _swept(card.pair, told)
    process(card.pair)
    owed.refresh_from_db()
    assert (owed.state, owed.close_unpaid_at) == ("open", None)
    with pytest.raises(ActionRefusedError, match="declined VISA ending 0006 today"):
        charge(card.pair, ada, (owed, card), key="again")


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
def test_nobody_is_charged_for_what_xero_says_is_notdue(
    card: SavedCard, ada: User, xero_says: dict[str, Any], said: dict[str, Any], words: str
) -> None:
    xero_says.update(said)
    with pytest.raises(ActionRefusedError, match=words):
        charge(card.pair, ada, (due(card), card))
    assert not Instruction.objects.exists()


def test_never_more_than_is_due_nor_another_customers_card_nor_above_the_limits(
    card: SavedCard, ada: User
) -> None:
    owed, other = due(card), OrderFactory(pair=card.pair)
    CardPolicy.objects.create(pair=card.pair, charge_limit=60, customer_day_limit=100)
    planned = charging.plan(
        card.pair,
        [
            Choice(owed.pk, card.pk, Money(2401, "GBP")),
            Choice(other.pk, card.pk),
            Choice(due(card, 6001).pk, card.pk),
            Choice(due(card, 6000).pk, card.pk),
            Choice(due(card, 4001).pk, card.pk),
            Choice(due(card, 4000).pk, card.pk),
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
    first, second = due(card), due(card)
    batch = charge(card.pair, ada, (first, card), (second, card))
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
    third = charge(card.pair, ada, (due(card), card), key="third")
    charging.withdraw(third, by=ada, reason="Changed my mind")
    assert third.charges.get().state == "withdrawn"
    assert {"card_charges.held", "card_charges.agreed", "card_charges.withdrawn"} <= set(
        AuditEntry.objects.values_list("action", flat=True)
    )


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_charge_an_invoice_once(card: SavedCard, ada: User, grace: User) -> None:
    owed = due(card)
    gate = threading.Barrier(2)
    ended: list[str] = []

    def press(by: User) -> None:
        gate.wait(10)
        try:
            ended.append(charge(card.pair, by, (owed, card), key=by.email).state)
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
