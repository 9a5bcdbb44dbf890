"""What people do from the command line: make bank accounts known, and say which lines are which money."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError

from integrations.models import Membership, Pair, User
from reconciliation.models import BankAccount, BankLine, Match, Settlement
from reconciliation.reconciling import reconcile
from tests.factories import UserFactory

Take = Callable[..., Any]


@pytest.fixture(autouse=True)
def march() -> Any:
    with time_machine.travel("2026-03-16T10:00:00Z", tick=False):
        yield


@pytest.fixture
def person(pair: Pair) -> User:
    user: User = UserFactory()
    Membership.objects.create(user=user, pair=pair, role="operator")
    return user


@pytest.fixture
def twin(pair: Pair, state: Take, bank: Take) -> BankLine:
    """A line of the right amount, without a reference, and a stranger's of the same."""
    state("400001", ("Sale", "7001", "24.00"))
    bank(2400, 11)
    line: BankLine = bank(2400, 11)
    reconcile(pair)
    return line


def _say(*arguments: str) -> list[dict[str, Any]]:
    told = StringIO()
    call_command("match_lines", *arguments, stdout=told)
    return [json.loads(line) for line in told.getvalue().splitlines() if line.startswith("{")]


def test_open_lines_and_awaited_settlements_are_listed(pair: Pair, twin: BankLine) -> None:
    lines = [row for row in _say("--pair", pair.slug) if "bank_line" in row]
    settlements = [row for row in _say("--pair", pair.slug) if "due" in row]
    assert [(row["minor"], row["on"]) for row in lines] == [(2400, "2026-03-11")] * 2
    assert [(row["reference"], row["minor"]) for row in settlements] == [("400001", 2400)]


def test_what_a_person_says_is_matched_and_listed_no_more(pair: Pair, twin: BankLine, person: User) -> None:
    settlement = Settlement.objects.get()
    said = ("--line", str(twin.pk), "--settlement", str(settlement.pk), "--by", person.email)
    _say("--pair", pair.slug, *said, "--reason", "Asked the bank")
    match = Match.objects.get(state=Match.State.CONFIRMED)
    assert (match.decided_by, match.difference_minor) == (person, 0)
    assert twin.pk not in {row.get("bank_line") for row in _say("--pair", pair.slug)}
    listed = {
        row["bank_line"]: row["matches"] for row in _say("--pair", pair.slug, "--all") if "bank_line" in row
    }
    assert [each["state"] for each in listed[twin.pk]] == ["confirmed"]


def test_a_line_is_said_to_be_no_acquirers(pair: Pair, twin: BankLine, person: User) -> None:
    _say("--pair", pair.slug, "--line", str(twin.pk), "--not-ours", "--by", person.email)
    twin.refresh_from_db()
    assert twin.state == BankLine.State.NOT_OURS


def test_nobody_decides_without_a_name_and_nothing_is_matched_twice(
    pair: Pair, twin: BankLine, person: User
) -> None:
    said = ("--pair", pair.slug, "--line", str(twin.pk), "--settlement", str(Settlement.objects.get().pk))
    with pytest.raises(CommandError, match="who says so"):
        _say(*said)
    _say(*said, "--by", person.email)
    with pytest.raises(CommandError, match="matched already"):
        _say(*said, "--by", person.email)


def test_a_bank_account_is_made_known_once_and_put_right(pair: Pair) -> None:
    said = ("--pair", pair.slug, "--currency", "EUR")
    call_command("add_bank_account", "business-eur", *said, "--account-code", "091", stdout=StringIO())
    call_command("add_bank_account", "business-eur", *said, "--account-code", "092", stdout=StringIO())
    assert list(BankAccount.objects.values_list("slug", "currency", "account_code")) == [
        ("business-eur", "EUR", "092")
    ]


def test_the_currency_of_an_account_with_lines_stays(pair: Pair, twin: BankLine) -> None:
    said = ("--pair", pair.slug, "--currency", "USD", "--account-code", "090")
    with pytest.raises(CommandError, match="its currency stays"):
        call_command("add_bank_account", twin.bank_account.slug, *said)
