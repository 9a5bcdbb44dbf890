"""The bank: what it books of payments, how untidily, and the files it spoils when asked."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.bank.core.arrivals import Manners, arrive
from sandbox.bank.core.references import LENGTH, Style, written
from sandbox.bank.system import BankSystem
from sandbox.kernel.store import Store
from sandbox.kernel.wire import Reply, Request
from sandbox.kernel.world import World
from tests.sandbox.opayo.rig import StillClock

FRIDAY = date(2026, 11, 27)
TIDY = {"bank.noise": "none", "bank.references": "good", "bank.splits": False, "bank.twins_in_hundred": 0}


def payment(number: int = 1, paid: str = "100.00", **fields: Any) -> dict[str, Any]:
    return {
        "funding_id": f"F{number}", "kind": "funding", "mid": "21000401", "acquirer": "Elavon", "currency": "GBP",
        "on": FRIDAY, "paid": Decimal(paid), "reference": f"40000{number}", **fields,
    }  # fmt: skip


@dataclass
class Bank:
    """The bank over payments a test makes."""

    store: Store = field(default_factory=Store)
    payments: list[dict[str, Any]] = field(default_factory=list)
    switches: dict[str, Any] = field(default_factory=lambda: dict(TIDY))

    def __post_init__(self) -> None:
        self.clock = StillClock(datetime(2026, 11, 27, 12, tzinfo=UTC))
        world = World(self.clock, self.store, random.Random(5), self.switches)
        self.system = BankSystem(world, lambda: self.payments, lambda: FRIDAY if self.payments else None)

    def pass_days(self, days: int) -> None:
        self.clock.advance(days * 86_400)
        self.system.tick()

    def lines(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.system.truth()["lines"]
        return found

    def get(self, path: str = "/statement", **query: str) -> Reply:
        return self.system.handle(Request("GET", path, query=query))


def test_each_payment_is_booked_once_on_its_day_also_after_a_restart() -> None:
    bank = Bank(payments=[payment(), payment(2, "-36.00"), payment(3, "0.00")])
    bank.system.tick()
    bank.system.tick()
    again = Bank(bank.store, bank.payments)
    again.payments.append(payment(4, "7.00", currency="EUR"))
    again.system.tick()
    assert [(line["on"], line["amount"], line["code"], line["currency"]) for line in again.lines()] == [
        (FRIDAY, Decimal("100.00"), "BGC", "GBP"),
        (FRIDAY, Decimal("-36.00"), "DD", "GBP"),
        (FRIDAY, Decimal("7.00"), "BGC", "EUR"),
    ]
    assert again.lines()[0]["name"] == "ELAVON MERCHANT SE"
    assert again.lines()[0]["reference"] == "21000401 400001"
    assert len({line["line_id"] for line in again.lines()}) == 3


def test_other_business_goes_on_from_the_first_settlement_and_no_day_is_lived_twice() -> None:
    bank = Bank(payments=[payment()], switches={**TIDY, "bank.noise": "normal"})
    bank.pass_days(35)
    lines = bank.lines()
    bank.clock.advance(-20 * 86_400)
    bank.system.tick()
    assert bank.lines() == lines
    origins = Counter(line["origin"] for line in lines if not line["is_ours"])
    assert origins["everyday"] > 40
    codes = {line["code"] for line in lines}
    assert codes >= {"FPI", "FPO", "DD", "SO", "CHG", "TFR", "CSH"}
    assert all(line["on"].weekday() < 5 for line in lines)


@given(
    st.lists(st.integers(-(10**6), 10**6).filter(bool), min_size=1, max_size=12),
    st.integers(0, 10**6),
    st.sampled_from([date(2026, 11, 27), date(2026, 11, 30)]),
)
def test_however_payments_are_split_or_put_together_their_sum_arrives(
    pence: list[int], seed: int, day: date
) -> None:
    payments = [payment(number, str(Decimal(each) / 100)) for number, each in enumerate(pence)]
    drafts = arrive(payments, day, Manners("poor", splits=True, twins_in_hundred=50), random.Random(seed))
    ours = [draft for draft in drafts if draft["is_ours"]]
    assert sum(draft["amount"] for draft in ours) == sum(each["paid"] for each in payments)
    assert {name for draft in ours for name in draft["payments"]} == {each["funding_id"] for each in payments}
    assert all(draft["amount"] for draft in ours)
    for twin in (draft for draft in drafts if not draft["is_ours"]):
        assert twin["amount"] in {draft["amount"] for draft in ours}
        assert "ELAVON" not in twin["name"]


def test_the_end_of_a_month_splits_more_than_any_other_day() -> None:
    def lines(day: date) -> int:
        return sum(
            len(arrive([payment()], day, Manners(twins_in_hundred=0), random.Random(seed)))
            for seed in range(300)
        )

    assert lines(date(2026, 11, 30)) > 350 > lines(FRIDAY)


def test_a_reference_is_written_whole_merged_cut_or_not_at_all() -> None:
    texts = {style: written(payment(), style) for style in Style}
    assert texts[Style.CLEAR] == ("ELAVON MERCHANT SE", "21000401 400001")
    assert texts[Style.MERGED] == ("ELAVON MERCHANT 21000401 BATCH 400001", "")
    assert texts[Style.CUT] == ("ELAVON MERCHANT 21", "")
    assert texts[Style.MISSING] == ("ELAVON MERCHANT SE", "")
    bill = payment(kind="fee_bill", reference="21000401-202611")
    assert written(bill, Style.CLEAR)[1] == "21000401-202611"
    assert all(len(part) <= LENGTH for part in texts[Style.CLEAR])


def test_control_books_a_line_of_a_stranger() -> None:
    bank = Bank()
    bank.system.add_line(amount="100.00", name="r hawthorne", reference="inv 1", on="2026-11-20", code="BGC")
    (line,) = bank.lines()
    assert (line["is_ours"], line["name"], line["on"]) == (False, "R HAWTHORNE", date(2026, 11, 20))
    with pytest.raises(ValueError, match="no amount"):
        bank.system.add_line(amount="a lot", name="X")


# Statements


def month(**switches: Any) -> Bank:
    bank = Bank(payments=[payment()], switches={**TIDY, "bank.noise": "busy", **switches})
    bank.pass_days(10)
    return bank


def test_a_statement_is_of_the_days_asked_for_and_never_of_tomorrow() -> None:
    bank = month()
    text = bank.get(**{"from": "2026-11-30", "to": "2027-01-31", "layout": "natwest"}).body.decode()
    days = {row["Date"] for row in csv.DictReader(io.StringIO(text, newline=""))}
    assert min(days, key=as_day) == "30 Nov 2026"
    assert as_day(max(days, key=as_day)) <= date(2026, 12, 7)


def as_day(text: str) -> date:
    return datetime.strptime(text, "%d %b %Y").replace(tzinfo=UTC).date()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"account": "JPY"}, 404),
        ({"format": "xls"}, 404),
        ({"layout": "monzo"}, 404),
        ({"format": "camt053", "version": "11"}, 404),
        ({"from": "yesterday"}, 400),
        ({"broken": "badly"}, 400),
        ({"format": "mt940", "broken": "entity_bomb"}, 400),
        ({"account": "GB55HAFB20457713579246"}, 200),
    ],
)
def test_what_is_not_offered_is_refused_in_words(query: dict[str, str], status: int) -> None:
    assert Bank().get(**query).status == status


FORMATS: list[dict[str, str]] = [
    {"format": "csv"}, {"format": "csv", "layout": "hsbc"}, {"format": "csv", "layout": "natwest"},
    {"format": "ofx"}, {"format": "ofx2"}, {"format": "mt940"}, {"format": "camt053"},
]  # fmt: skip


@pytest.mark.parametrize("query", FORMATS, ids=lambda query: "-".join(query.values()))
def test_each_kind_of_spoiled_file_differs_from_the_good_one_in_its_way(query: dict[str, str]) -> None:
    bank = month()
    good = bank.get(**query).body
    assert len(bank.get(**query, broken="truncated").body) < len(good)
    assert len(bank.get(**query, broken="duplicates").body) > len(good)
    assert len(bank.get(**query, broken="huge", size_mb="2").body) > 10 * len(good)
    assert b"32" in bank.get(**query, broken="bad_dates").body
    assert bank.get(**query, broken="bad_dates").body != good
    shorter = bank.get(**query, broken="missing_column").body
    assert shorter != good
    assert len(shorter) < len(good)
    strange = bank.get(**query, broken="encoding").body
    assert b"\x00" in strange or not is_utf8(strange)


def is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize("file_format", ["camt053", "ofx2"])
def test_an_entity_bomb_is_well_formed_and_would_go_off(file_format: str) -> None:
    body = month().get(format=file_format, broken="entity_bomb").body
    assert body.count(b"<!ENTITY") == 10
    smaller = body.replace(b"aaaaaaaaaa", b"").replace(b"&j;", b"&c;")
    assert ET.fromstring(smaller) is not None  # noqa: S314 - defused above, to see that it is well-formed


def test_the_switch_spoils_every_statement_until_it_is_set_back() -> None:
    bank = month()
    good = bank.get().body
    bank.switches["bank.broken"] = "truncated"
    assert bank.get().body != good
    assert bank.get(broken="none").body == good


def test_a_statement_of_a_later_day_repeats_the_lines_before() -> None:
    bank = month()
    before = bank.get(layout="natwest", **{"from": "2026-11-27"}).body
    bank.pass_days(3)
    assert bank.get(layout="natwest", **{"from": "2026-11-27"}).body.startswith(before)
    assert bank.clock.business().date() == FRIDAY + timedelta(days=13)
