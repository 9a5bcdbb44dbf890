"""From batches to the bank: what is paid when, what comes late, short or never, and that no penny is lost on the way."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.acquirer.system import AcquirerSystem
from sandbox.kernel.store import Store
from sandbox.kernel.wire import Reply, Request
from sandbox.kernel.world import World
from tests.sandbox.opayo.rig import StillClock

MONDAY = date(2026, 11, 16)
ELAVON, WORLDPAY, AMEX = "21000401", "31000401", "91000401"
NAMES = {"2": "Elavon", "3": "Worldpay", "9": "American Express"}


@dataclass
class Gateway:
    """Batches as a test hands them in."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    items: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def merchant_accounts(self) -> Sequence[Mapping[str, Any]]:
        return [
            {"mid": mid, "acquirer": NAMES[mid[0]], "currency": "GBP"} for mid in (ELAVON, WORLDPAY, AMEX)
        ]

    def batches(self) -> Sequence[Mapping[str, Any]]:
        return self.rows

    def batch_items(self, batch_id: str) -> Sequence[Mapping[str, Any]]:
        return self.items[batch_id]

    def sale_of(self, code: str) -> Mapping[str, Any] | None:
        return next(
            (each for some in self.items.values() for each in some if each["vendortxcode"] == code), None
        )


class Rig:
    """The acquirers on a still clock, over such a gateway."""

    def __init__(
        self, store: Store | None = None, gateway: Gateway | None = None, conduct: str = "smooth"
    ) -> None:
        self.clock = StillClock(datetime(2026, 11, 16, 12, tzinfo=UTC))
        self.gateway = gateway or Gateway()
        world = World(self.clock, store or Store(), random.Random(5), {"acquirer.conduct": conduct})
        self.system = AcquirerSystem(world, self.gateway.sale_of, self.gateway)
        self.funds = self.system.funds
        self.system.tick()

    def hand_in(self, *amounts: str, mid: str = ELAVON, scheme: str = "VISA", begin: int = 0) -> str:
        """A batch of sales (refunds where negative), completed at one past midnight of the next day."""
        batch = str(1001 + len(self.gateway.rows))
        now = self.clock.business()
        self.gateway.items[batch] = [
            {
                "vpstxid": f"{batch}-{place}", "vendortxcode": f"HF-{batch}-{begin + place}",
                "type": "REFUND" if Decimal(amount) < 0 else "PAYMENT", "captured": abs(Decimal(amount)),
                "currency": "GBP", "scheme": scheme, "acquirer": NAMES[mid[0]], "last4": "0006", "tx_auth_no": "1",
                "bank_auth_code": "999777", "merchant_number": mid, "captured_at": now, "batchid": batch,
            }
            for place, amount in enumerate(amounts)
        ]  # fmt: skip
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=1)
        self.gateway.rows.append({"batchid": batch, "authprocessor": NAMES[mid[0]], "completed": midnight})
        return batch

    def pass_days(self, days: int) -> None:
        for _ in range(days):
            self.clock.advance(86_400)
            self.system.tick()

    def paid(self, kind: str = "") -> list[tuple[date, Decimal]]:
        return [(row["on"], row["paid"]) for row in self.funds.payments() if kind in ("", row["kind"])]

    def get(self, path: str, **query: str) -> Reply:
        return self.system.handle(Request("GET", path, query=query))

    def rows(self, path: str, **query: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.get(path, **query).body.decode())))

    def on_its_way(self, mid: str) -> Decimal:
        """Handed in, less refunds, disputes, fees, reserve and what reached the bank."""
        truth = self.system.truth()
        items = [item for row in truth["batches"] for item in row["items"] if item["merchant_number"] == mid]
        left = sum((-each["captured"] if each["type"] == "REFUND" else each["captured"]) for each in items)
        left += sum(each["net"] for each in truth["disputes"] if each["merchant_number"] == mid)
        for row in (row for row in truth["settlements"] if row["mid"] == mid):
            left -= sum(fee for kind, fee in row["fees"].items() if kind != "dispute") - row["reserve"]
        moved = [row["paid"] for row in truth["fundings"] if row["mid"] == mid and row["kind"] != "fee_bill"]
        return Decimal(left - sum(moved))


def test_each_acquirer_pays_after_its_own_days() -> None:
    rig = Rig()
    rig.hand_in("100.00")
    rig.hand_in("100.00", mid=WORLDPAY)
    rig.hand_in("100.00", mid=AMEX, scheme="AMEX")
    rig.pass_days(8)
    assert rig.paid() == [
        (date(2026, 11, 18), Decimal("100.00")),
        (date(2026, 11, 19), Decimal("98.98")),
        (date(2026, 11, 20), Decimal("98.25")),
    ]


def test_batches_of_a_weekend_are_paid_one_by_one_or_together() -> None:
    rig = Rig()
    rig.pass_days(4)
    for _ in range(3):
        rig.hand_in("10.00")
        rig.hand_in("10.00", mid=WORLDPAY)
        rig.pass_days(1)
    rig.pass_days(5)
    paid = [(row["mid"], row["on"].day, len(row["settlements"])) for row in rig.funds.payments()]
    assert [row for row in paid if row[0] == ELAVON] == [(ELAVON, 23, 1), (ELAVON, 23, 1), (ELAVON, 24, 1)]
    assert [row for row in paid if row[0] == WORLDPAY] == [(WORLDPAY, 24, 2), (WORLDPAY, 25, 1)]


def test_refunds_beyond_sales_are_taken_from_the_bank() -> None:
    rig = Rig()
    rig.hand_in("20.00", "-60.00")
    rig.pass_days(3)
    assert rig.paid() == [(date(2026, 11, 18), Decimal("-40.00"))]


def test_refunds_and_chargebacks_are_taken_apart_where_it_is_agreed() -> None:
    rig = Rig()
    rig.funds.change_contract(mid=ELAVON, refunds_apart=True)
    rig.hand_in("100.00", "-30.00")
    rig.pass_days(1)
    rig.system.raise_dispute(vendor_tx_code="HF-1001-0", amount="100.00", script="won")
    rig.pass_days(30)
    amounts = [amount for _, amount in rig.paid() if amount]
    assert amounts == [Decimal("100.00"), Decimal("-30.00"), Decimal("-115.00"), Decimal("100.00"), Decimal("-21.82")]  # fmt: skip
    assert rig.on_its_way(ELAVON) == 0


def test_what_comes_late_is_settled_with_the_next_batch_and_what_is_rejected_comes_again_or_never() -> None:
    rig = Rig()
    rig.funds.delay(vendor_tx_code="HF-1001-1")
    rig.funds.reject(vendor_tx_code="HF-1001-2", again_after=3)
    rig.funds.reject(vendor_tx_code="HF-1001-3", again_after=None)
    rig.hand_in("1.00", "2.00", "4.00", "8.00")
    rig.pass_days(1)
    rig.hand_in("16.00")
    rig.pass_days(7)
    assert [amount for _, amount in rig.paid()] == [Decimal("1.00"), Decimal("18.00"), Decimal("4.00")]
    types = [row["Transaction Type"] for row in rig.rows("/statement.csv", mid=ELAVON)]
    assert types == ["Sale", "Rejected", "Rejected", "Sale", "Sale", "Sale"]
    assert rig.on_its_way(ELAVON) == Decimal("8.00")
    assert rig.funds.due()["next"] is None
    with pytest.raises(ValueError, match="handed in already"):
        rig.funds.delay(vendor_tx_code="HF-1001-1")


def test_a_payment_is_held_until_the_day_and_one_that_was_short_is_made_up() -> None:
    rig = Rig()
    rig.funds.hold(mid=ELAVON, until="2026-11-23")
    rig.funds.pay_short(mid=ELAVON, amount="7.50", make_up_days=2)
    rig.hand_in("100.00")
    rig.pass_days(5)
    assert rig.paid() == []
    rig.pass_days(6)
    assert rig.paid() == [(date(2026, 11, 23), Decimal("92.50")), (date(2026, 11, 25), Decimal("7.50"))]
    rig.hand_in("100.00")
    rig.pass_days(5)
    assert rig.paid()[-1][1] == Decimal("100.00")


def test_a_reserve_is_held_and_released() -> None:
    rig = Rig()
    rig.funds.change_contract(mid=AMEX, mode="net_reserve", reserve_percent="5", reserve_days=10)
    rig.hand_in("100.00", mid=AMEX, scheme="AMEX")
    rig.pass_days(5)
    assert rig.paid() == [(date(2026, 11, 20), Decimal("93.25"))]
    assert rig.system.truth()["reserves"] == [{"mid": AMEX, "currency": "GBP", "held": Decimal("5.00")}]
    rig.pass_days(11)
    assert rig.paid()[1:] == [(date(2026, 12, 2), Decimal("5.00"))]
    assert rig.system.truth()["reserves"] == []


def test_a_month_is_billed_once_overcharged_if_asked_and_collected_on_the_fifteenth() -> None:
    rig = Rig()
    rig.funds.overcharge(mid=ELAVON, rate="Visa credit", points="0.50")
    rig.hand_in("1000.00")
    rig.hand_in("10.00", mid=WORLDPAY)
    rig.pass_days(40)
    assert rig.paid("fee_bill") == [
        (date(2026, 12, 15), Decimal("-34.17")),
        (date(2026, 12, 15), Decimal("-11.94")),
    ]
    bill = rig.rows("/bill.csv", mid=ELAVON, month="2026-11")
    assert [(row["Fee Type"], row["Rate %"], row["Gross Amount"]) for row in bill] == [
        ("service_charge", "1.320", "13.20"),
        ("per_item", "", "0.03"),
        ("minimum", "", "15.00"),
        ("pci", "", "5.94"),
    ]
    assert rig.system.truth()["bills"][0]["overcharged"] == Decimal("5.00")
    assert rig.rows("/bill.csv", month="2026-12") == []


def test_a_clock_that_was_moved_back_pays_nothing_twice() -> None:
    rig = Rig()
    rig.hand_in("100.00")
    rig.pass_days(5)
    rig.clock.advance(-20 * 86_400)
    rig.pass_days(25)
    assert len(rig.paid()) == 1


def test_a_restart_in_the_middle_forgets_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "journal.jsonl")
    rig = Rig(store)
    rig.funds.change_contract(mid=AMEX, mode="net_reserve", reserve_days=2)
    rig.funds.pay_short(mid=ELAVON, amount="7.50")
    rig.hand_in("100.00", "-5.00")
    rig.hand_in("50.00", mid=AMEX, scheme="AMEX")
    rig.pass_days(2)
    store.close()
    journal = Store(tmp_path / "journal.jsonl")
    again = Rig(journal, rig.gateway)
    for each in (rig, again):
        each.clock.business_offset = 2 * 86_400
        each.pass_days(12)
    assert again.funds.payments() == rig.funds.payments()
    assert again.on_its_way(ELAVON) == again.on_its_way(AMEX) == 0
    journal.close()


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_whatever_happens_no_penny_is_lost_between_the_gateway_and_the_bank(data: st.DataObject) -> None:
    rig = Rig(conduct="lifelike")
    for mid in (ELAVON, WORLDPAY, AMEX):
        changes = {"mode": st.sampled_from(["gross", "net", "net_reserve"]), "basis": st.sampled_from(["item", "batch"]),
                   "funding_per": st.sampled_from(["batch", "day"]), "funding_days": st.integers(0, 4),
                   "refunds_apart": st.booleans(), "chargebacks_apart": st.booleans(), "reserve_days": st.integers(0, 9)}  # fmt: skip
        rig.funds.change_contract(mid=mid, **data.draw(st.fixed_dictionaries(changes)))
    pence = st.integers(-20_000, 50_000).filter(bool).map(lambda each: str(Decimal(each) / 100))
    for _ in range(data.draw(st.integers(1, 6))):
        for mid in (ELAVON, WORLDPAY, AMEX):
            rig.hand_in(
                *data.draw(st.lists(pence, max_size=8)), mid=mid, scheme="AMEX" if mid == AMEX else "MC"
            )
        rig.pass_days(data.draw(st.integers(0, 3)))
        codes = [each["vendortxcode"] for some in rig.gateway.items.values() for each in some if each["type"] == "PAYMENT"]  # fmt: skip
        if codes:
            script = data.draw(st.sampled_from(["won", "lost", "reversed"]))
            rig.system.raise_dispute(
                vendor_tx_code=data.draw(st.sampled_from(codes)), amount="0.01", script=script
            )
    rig.pass_days(45)
    assert rig.funds.due()["next"] is None
    assert [rig.on_its_way(mid) for mid in (ELAVON, WORLDPAY, AMEX)] == [0, 0, 0]


# Statements


def test_each_acquirer_writes_its_settlements_in_its_own_columns() -> None:
    rig = Rig()
    rig.hand_in("1234.50", "-60.00")
    rig.hand_in("100.00", "-60.00", mid=WORLDPAY)
    rig.hand_in("100.00", mid=AMEX, scheme="AMEX")
    rig.pass_days(2)
    sale, refund = rig.rows("/statement.csv", mid=ELAVON)
    assert (sale["Gross Amount"], refund["Net Amount"], sale["Card Number"]) == (
        "1,234.50",
        "-60.00",
        "************0006",
    )
    assert (sale["Settlement Date"], sale["Funding Date"]) == ("17/11/2026", "18/11/2026")
    assert "HF-1001-0" not in rig.get("/statement.csv", mid=ELAVON).body.decode()
    rows = rig.rows("/statement.csv", acquirer="worldpay")
    assert [(row["eventType"], row["debitCredit"], row["grossAmount"], row["netAmount"]) for row in rows] == [
        ("SETTLED", "C", "100.00", "99.95"),
        ("REFUNDED", "D", "60.00", "-60.05"),
        ("CHARGE", "D", "0.97", "-0.97"),
    ]
    assert rows[0]["orderCode"] == "HF-1002-0"
    (charge,) = rig.rows("/statement.csv", acquirer="amex")
    assert (charge["Discount Amount"], charge["Settlement Amount"], charge["Payment Date"]) == (
        "1.75",
        "98.25",
        "20261120",
    )
    assert rig.rows("/statement.csv", mid=ELAVON, since="2026-11-18") == []
    assert rig.rows("/statement.csv", mid=ELAVON, layout="amex")[0]["Charge Amount"] == "1234.50"


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/statement.csv", {}, 404),
        ("/statement.csv", {"mid": "77"}, 404),
        ("/statement.csv", {"mid": ELAVON, "layout": "other"}, 404),
        ("/statement.csv", {"mid": ELAVON, "since": "once"}, 400),
        ("/bill.csv", {"month": "soon"}, 400),
        ("/bill.csv", {}, 200),
    ],
)
def test_what_is_not_offered_is_refused(path: str, query: dict[str, str], status: int) -> None:
    assert Rig().get(path, **query).status == status


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mode": "generous"}, "generous"),
        ({"funding_days": -1}, "no number of days"),
        ({"colour": "red"}, "has no colour"),
        ({"layout": "other"}, "no layout"),
        ({"reserve_percent": "much"}, "no number"),
    ],
)
def test_a_contract_that_makes_no_sense_is_refused_in_words(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Rig().funds.change_contract(mid=ELAVON, **changes)
