"""Disputes: told in any order, tied to their sale, and booked."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from integrations.disputes.core.notices import DisputeNotice
from integrations.disputes.telling import tell
from integrations.models import (
    AccountRole,
    AuditEntry,
    Connection,
    Dispute,
    DisputeChange,
    Event,
    Pair,
    Payment,
)
from sync.models import Posting, Problem
from sync.services import pipeline
from sync.services.disputing.waiting import tie_waiting
from sync.services.retelling import retell
from tests.factories import AccountRoleFactory, MembershipFactory, UserFactory
from tests.sync.messages import notification_event, order, refund_event, shop_event

pytestmark = pytest.mark.django_db

RECEIVED = DisputeNotice(
    case_id="CB70001",
    happened_on=date(2026, 12, 1),
    state="received",
    acquirer="Elavon",
    amount_minor=3834,
    currency="GBP",
    fee_minor=1500,
    scheme="Visa",
    reason_code="10.4",
    raised_on=date(2026, 12, 1),
    respond_by=date(2026, 12, 15),
    retrieval_reference="4255",
    last_four="0006",
)
LOST = DisputeNotice("CB70001", date(2026, 12, 20), "lost")
WON = DisputeNotice("CB70001", date(2026, 12, 20), "won")


def process(pair: Pair) -> None:
    """Everything that is due, and what waited for it."""
    for _ in range(3):
        Event.objects.update(not_before=None)
        done = pipeline.process_batch(pair.pk)
        assert done is not None


def told(pair: Pair, *notices: DisputeNotice) -> None:
    for notice in notices:
        tell(pair, notice, via="file")
    process(pair)


def documents(kind: str) -> list[dict[str, Any]]:
    return [row.document for row in Posting.objects.filter(kind=kind).order_by("pk")]


def in_xero(*kinds: str) -> None:
    Posting.objects.filter(kind__in=kinds).update(state="posted", remote_id="x")


@pytest.fixture
def paid(pair: Pair, shop: Connection, opayo: Connection) -> Pair:
    for role, code in (("disputed", "615"), ("losses", "405"), ("dispute_fees", "406")):
        AccountRoleFactory(pair=pair, role=AccountRole.Role(role), currency="", account_code=code)
    shop_event(shop)
    notification_event(opayo)
    process(pair)
    return pair


def test_a_dispute_is_tied_by_its_reference_and_taken_out_of_clearing(paid: Pair) -> None:
    told(paid, RECEIVED)
    dispute = Dispute.objects.get()
    assert (dispute.payment, dispute.state, dispute.family) == (Payment.objects.get(), "received", "fraud")
    assert "the retrieval reference is the sale's" in dispute.ties[0]["reasons"]
    taken, fee = documents("spend")
    assert taken == {
        "Type": "SPEND",
        "BankAccount": {"Code": "095"},
        "Date": "2026-12-01",
        "Reference": "CB70001:received",
        "CurrencyCode": "GBP",
        "LineAmountTypes": "NoTax",
        "LineItems": [
            {
                "Description": "Disputed CB70001, order HF-10042",
                "Quantity": 1,
                "UnitAmount": Decimal("38.34"),
                "LineAmount": Decimal("38.34"),
                "AccountCode": "615",
            }
        ],
    }
    assert (fee["Reference"], fee["LineItems"][0]["AccountCode"]) == ("CB70001:fee", "406")
    assert {row.dispute for row in Posting.objects.filter(kind="spend")} == {dispute}


def test_a_won_dispute_comes_back_after_it_went(paid: Pair) -> None:
    told(paid, RECEIVED, WON)
    (back,) = Posting.objects.filter(kind="receive")
    assert (back.document["Date"], back.amount_minor) == ("2026-12-20", 3834)
    assert back.waits_for == Posting.objects.get(natural_key="CB70001:received")


def test_a_lost_consumer_dispute_credits_lines_and_vat_out_of_disputed_receivables(paid: Pair) -> None:
    part = replace(RECEIVED, reason_code="13.1", amount_minor=1000)
    told(paid, part, LOST)
    (note,) = documents("credit_note")
    assert (note["CreditNoteNumber"], note["Reference"], note["Date"]) == (
        "CB70001-lost", "CB70001:lost", "2026-12-20",
    )  # fmt: skip
    assert sum(line["LineAmount"] for line in note["LineItems"]) == Decimal("10.00")
    (invoice,) = documents("invoice")
    share = sum(line["TaxAmount"] for line in invoice["LineItems"]) * Decimal(1000) / 3834
    assert abs(sum(line["TaxAmount"] for line in note["LineItems"]) - share) < Decimal("0.01")
    money = Posting.objects.get(kind="refund")
    assert money.document["Account"] == {"Code": "615"}
    assert money.waits_for == Posting.objects.get(kind="credit_note")


def test_a_lost_fraud_is_a_journal_to_losses_until_a_person_says_otherwise(paid: Pair) -> None:
    told(paid, RECEIVED, LOST)
    (journal,) = documents("journal")
    assert journal["Narration"].startswith("CB70001:lost")
    assert [(line["AccountCode"], line["LineAmount"]) for line in journal["JournalLines"]] == [
        ("405", Decimal("38.34")), ("615", Decimal("-38.34")),
    ]  # fmt: skip
    in_xero("journal", "spend", "invoice", "payment")
    person = UserFactory()
    choice = DisputeNotice("CB70001", date(2026, 12, 21), loss="sale_undone", note="The goods came back.")
    tell(paid, choice, via="person", by=person)
    process(paid)
    assert Posting.objects.get(kind="journal_void").changes is None
    assert Posting.objects.get(kind="journal_void").waits_for == Posting.objects.get(kind="journal")
    assert Posting.objects.get(kind="credit_note").amount_minor == 3834
    assert DisputeChange.objects.get(note="The goods came back.").by == person


@pytest.mark.parametrize("way", range(6))
def test_what_is_told_may_arrive_in_any_order_and_twice(paid: Pair, way: int) -> None:
    won_late = replace(WON, happened_on=date(2027, 1, 9))
    for notice in list(permutations([RECEIVED, replace(LOST, amount_minor=3834, currency="GBP"), won_late]))[
        way
    ]:
        told(paid, notice)
        told(paid, notice)
    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.changes.count()) == ("won", 3)
    live = Posting.objects.exclude(state="cancelled").filter(dispute=dispute)
    assert sorted(live.values_list("kind", "natural_key")) == [
        ("receive", "CB70001:won"), ("spend", "CB70001:fee"), ("spend", "CB70001:received"),
    ]  # fmt: skip
    assert not Event.objects.exclude(state="processed").exists()


def test_what_cannot_be_true_needs_a_person_and_books_nothing(paid: Pair) -> None:
    told(paid, RECEIVED, DisputeNotice("CB70001", date(2026, 12, 8), "accepted"), WON)
    (dead,) = Event.objects.filter(state="dead")
    assert "“Won” cannot follow “Accepted”" in dead.error
    assert Dispute.objects.get().state == "accepted"
    assert not Posting.objects.filter(kind="receive").exists()


def test_a_dispute_of_no_certain_sale_waits_visibly_until_a_person_ties_it(paid: Pair) -> None:
    told(paid, replace(RECEIVED, retrieval_reference=""))
    assert Dispute.objects.get().payment is None
    assert Dispute.objects.get().ties[0]["order"] == "HF-10042"
    assert Problem.objects.get(code="dispute_untied").resolved_at is None
    assert not Posting.objects.filter(kind="spend").exists()
    tell(paid, DisputeNotice("CB70001", date(2026, 12, 2), payment="HF-10042-1"), via="person")
    process(paid)
    assert Posting.objects.filter(kind="spend").count() == 2
    assert Problem.objects.get(code="dispute_untied").resolved_at is not None


def test_a_person_ties_it_from_the_command_line_too(paid: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    told(paid, replace(RECEIVED, retrieval_reference=""))
    person = UserFactory()
    MembershipFactory(user=person, pair=paid)
    call_command("tie_dispute", "--pair", paid.slug)
    listed = json.loads(capsys.readouterr().out)
    assert (listed["case"], listed["ties"][0]["payment"]) == ("CB70001", "HF-10042-1")
    said = ["--case", "CB70001", "--payment", "HF-10042-1", "--reason", "Looked it up"]
    with pytest.raises(CommandError, match="Say who says so"):
        call_command("tie_dispute", "--pair", paid.slug, *said)
    call_command("tie_dispute", "--pair", paid.slug, *said, "--by", person.email)
    process(paid)
    assert Dispute.objects.get().is_tied_by_person
    assert AuditEntry.objects.get(action="dispute.tied").actor == person


def test_a_dispute_that_was_told_before_its_sale_is_tied_when_that_is_known(
    paid: Pair, shop: Connection, opayo: Connection
) -> None:
    told(paid, replace(RECEIVED, retrieval_reference="4256"))
    assert tie_waiting(paid) == 0
    shop_event(shop, **order("HF-2"))
    notification_event(opayo, "HF-2-1", vps_tx_id="A955C22E-F67B-4DA3-8EA3-6DAC68FA59D2")
    process(paid)
    Payment.objects.filter(vendor_tx_code="HF-2-1").update(tx_auth_no="004256")
    assert tie_waiting(paid) == 1
    assert {row.order.number for row in Posting.objects.filter(kind="spend") if row.order} == {"HF-2"}


def test_a_dispute_tied_to_another_sale_is_booked_there_and_undone_here(
    paid: Pair, shop: Connection, opayo: Connection
) -> None:
    told(paid, RECEIVED)
    in_xero("spend")
    shop_event(shop, **order("HF-2"))
    notification_event(opayo, "HF-2-1", vps_tx_id="A955C22E-F67B-4DA3-8EA3-6DAC68FA59D2")
    process(paid)
    tell(paid, DisputeNotice("CB70001", date(2026, 12, 2), payment="HF-2-1"), via="person")
    process(paid)
    rows = Posting.objects.filter(dispute__isnull=False)
    found = [(row.kind, row.natural_key, row.order and row.order.number) for row in rows.order_by("pk")]
    assert sorted(found[2:], key=str) == [
        ("bank_transaction_delete", "CB70001:fee", "HF-10042"),
        ("bank_transaction_delete", "CB70001:received", "HF-10042"),
        ("spend", "CB70001~2:fee", "HF-2"),
        ("spend", "CB70001~2:received", "HF-2"),
    ]


def test_a_refund_of_a_charged_back_sale_is_stopped_until_the_dispute_is_won(
    paid: Pair, opayo: Connection
) -> None:
    told(paid, RECEIVED)
    refund_event(opayo)
    process(paid)
    held = Posting.objects.filter(kind__in=["credit_note", "refund"])
    assert {row.state for row in held} == {"held"}
    assert set(Problem.objects.filter(resolved_at=None).values_list("code", "subject")) == {
        ("double_refund", "R1"), ("double_refund", "CB70001"),
    }  # fmt: skip
    told(paid, WON)
    assert {row.state for row in held.all()} == {"waiting"}
    assert not Problem.objects.filter(resolved_at=None).exists()


def test_a_chargeback_after_a_refund_is_booked_shown_and_lost_without_a_second_credit_note(
    paid: Pair, opayo: Connection
) -> None:
    refund_event(opayo)
    process(paid)
    told(paid, replace(RECEIVED, reason_code="13.1"), LOST)
    assert Posting.objects.filter(kind="credit_note").count() == 1
    assert Posting.objects.get(kind="journal").amount_minor == 3834
    problem = Problem.objects.get(code="double_refund")
    assert (problem.subject, "Contest the dispute" in problem.fix) == ("CB70001", True)


def test_a_missing_account_holds_the_dispute_with_what_to_do(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    shop_event(shop)
    notification_event(opayo)
    told(pair, RECEIVED)
    assert {row.state for row in Posting.objects.filter(kind="spend")} == {"held"}
    assert "Disputed receivables" in Posting.objects.get(natural_key="CB70001:received").error


def test_a_sale_in_a_foreign_currency_is_booked_at_the_rate_of_one_day_throughout(
    paid: Pair, shop: Connection, opayo: Connection
) -> None:
    shop_event(shop, **order("HF-2", currency="EUR"))
    notification_event(opayo, "HF-2-1", vps_tx_id="A955C22E-F67B-4DA3-8EA3-6DAC68FA59D2")
    process(paid)
    foreign = replace(RECEIVED, currency="EUR", last_four="")
    told(paid, foreign)
    tell(paid, DisputeNotice("CB70001", date(2026, 12, 2), payment="HF-2-1"), via="person")
    told(paid, LOST)
    taken = documents("spend")[0]
    (journal,) = documents("journal")
    assert (taken["BankAccount"]["Code"], taken["CurrencyCode"]) == ("096", "EUR")
    in_pounds = (Decimal("38.34") / taken["CurrencyRate"]).quantize(Decimal("0.01"))
    assert journal["JournalLines"][0]["LineAmount"] == in_pounds


def test_the_log_tells_the_same_disputes_again(paid: Pair) -> None:
    told(paid, WON, replace(LOST, amount_minor=3834, currency="GBP"), RECEIVED)
    assert retell(paid).differences == ()
    assert retell(paid).disputes == 1
    Dispute.objects.update(state="received")
    (differs,) = retell(paid).differences
    assert (differs.kind, differs.key) == ("dispute", "CB70001")
