"""The nightly files: what goes into which batch, and when."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tests.sandbox.opayo.rig import AMEX, DECLINED, Opayo, make_opayo

MASTERCARD = "5186150660000009"


def batches(opayo: Opayo) -> list[dict[str, Any]]:
    found: Any = opayo.system.truth()["batches"]
    return list(found)


def test_there_is_one_batch_per_acquirer_and_american_express_has_its_own(opayo: Opayo) -> None:
    opayo.sell("A-1", Amount="10.00")
    opayo.sell("A-2", Amount="5.50")
    opayo.sell("A-3", AMEX, Amount="7.00")
    opayo.pass_time(days=1)
    totals = {batch["authprocessor"]: batch["groups"][0]["payment_value"] for batch in batches(opayo)}
    assert totals == {"Elavon": Decimal("15.50"), "American Express": Decimal("7.00")}


def test_the_file_goes_out_at_one_minute_past_midnight_in_london(opayo: Opayo) -> None:
    vps_tx_id = opayo.sell()
    opayo.pass_time(hours=11)
    assert batches(opayo) == []
    opayo.pass_time(minutes=1)
    assert opayo.truth_of(vps_tx_id)["batchid"] == batches(opayo)[0]["batchid"]
    assert batches(opayo)[0]["completed"] == datetime(2026, 6, 15, 23, 1, tzinfo=UTC).isoformat()


def test_what_is_sold_after_midnight_waits_for_the_next_night(opayo: Opayo) -> None:
    opayo.pass_time(hours=11)
    vps_tx_id = opayo.sell()
    opayo.pass_time(minutes=1)
    assert batches(opayo) == []
    opayo.pass_time(days=1)
    assert opayo.truth_of(vps_tx_id)["batchid"]


def test_only_captured_money_is_settled(opayo: Opayo) -> None:
    opayo.sell("A-1", DECLINED)
    opayo.pay("A-2")
    opayo.sell("A-3", TxType="DEFERRED")
    voided = opayo.sell("A-4")
    opayo.system.merchant_voids(voided)
    opayo.pass_time(days=1)
    assert batches(opayo) == []


def test_an_answer_that_came_after_midnight_still_gets_into_a_batch(opayo: Opayo) -> None:
    vps_tx_id = opayo.pay()
    opayo.pass_time(days=1)
    opayo.answer()
    opayo.pass_time(days=1)
    assert opayo.truth_of(vps_tx_id)["batchid"]
    assert len(batches(opayo)) == 1


def test_a_release_settles_with_the_day_it_was_made_and_its_own_amount(opayo: Opayo) -> None:
    vps_tx_id = opayo.sell(TxType="DEFERRED")
    opayo.pass_time(days=3)
    opayo.system.merchant_releases(vps_tx_id, Decimal("3.00"))
    opayo.pass_time(days=1)
    assert batches(opayo)[0]["groups"][0]["payment_value"] == Decimal("3.00")


def test_refunds_and_currencies_are_counted_apart(opayo: Opayo) -> None:
    sale = opayo.sell("A-1", Amount="10.00")
    opayo.pass_time(days=1)
    opayo.system.merchant_refunds(sale, Decimal("4.00"), "R-1")
    opayo.sell("A-2", Amount="6.00")
    opayo.sell("A-3", Amount="9.00", Currency="EUR")
    opayo.pass_time(days=1)
    euro, sterling = batches(opayo)[1]["groups"]
    assert (euro["currency"], euro["payments"], euro["payment_value"]) == ("EUR", 1, Decimal("9.00"))
    assert (sterling["payments"], sterling["payment_value"]) == (1, Decimal("6.00"))
    assert (sterling["refunds"], sterling["refund_value"]) == (1, Decimal("4.00"))


def test_a_jump_over_several_days_closes_each_of_them(opayo: Opayo) -> None:
    opayo.sell("A-1")
    opayo.pass_time(days=1)
    opayo.sell("A-2")
    opayo.pass_time(days=5)
    assert [batch["completed"][:10] for batch in batches(opayo)] == ["2026-06-15", "2026-06-16"]


def test_a_clock_that_was_moved_back_settles_the_earlier_days_too(opayo: Opayo) -> None:
    opayo.pass_time(days=-40)
    opayo.sell()
    opayo.pass_time(days=1)
    assert [batch["completed"][:10] for batch in batches(opayo)] == ["2026-05-06"]


def test_in_winter_london_midnight_is_midnight_utc() -> None:
    opayo = make_opayo()
    opayo.pass_time(days=180)
    opayo.sell()
    opayo.pass_time(hours=12, minutes=1)
    assert batches(opayo)[0]["completed"].endswith("T00:01:00+00:00")


def test_what_the_acquirer_rejects_has_failed_after_all() -> None:
    opayo = make_opayo(settlement_rejection_probability=Decimal(1))
    vps_tx_id = opayo.sell()
    opayo.pass_time(days=1)
    row = opayo.truth_of(vps_tx_id)
    assert (row["state"], row["captured"]) == (23, Decimal(0))
    assert batches(opayo) == []


def test_a_rejected_refund_may_be_given_again() -> None:
    opayo = make_opayo()
    sale = opayo.sell()
    opayo.pass_time(days=1)
    opayo.system.merchant_refunds(sale, Decimal("38.34"), "R-1")
    opayo.world.switches["opayo.settlement_rejection_probability"] = Decimal(1)
    opayo.pass_time(days=1)
    assert opayo.truth_of(sale)["refunded"] == Decimal(0)


def test_a_failed_transmission_is_repeated_every_ten_minutes() -> None:
    opayo = make_opayo(transmission_failure_probability=Decimal(1))
    opayo.sell()
    opayo.pass_time(hours=11, minutes=2)
    assert batches(opayo) == []
    opayo.world.switches["opayo.transmission_failure_probability"] = Decimal(0)
    opayo.pass_time(minutes=9)
    assert batches(opayo)[0]["completed"] == datetime(2026, 6, 15, 23, 11, tzinfo=UTC).isoformat()


def test_after_ten_failures_the_money_goes_with_the_next_night() -> None:
    opayo = make_opayo(transmission_failure_probability=Decimal(1))
    vps_tx_id = opayo.sell()
    opayo.pass_time(hours=20)
    opayo.world.switches["opayo.transmission_failure_probability"] = Decimal(0)
    opayo.pass_time(hours=4)
    assert not opayo.truth_of(vps_tx_id)["batchid"]
    opayo.pass_time(days=1)
    assert opayo.truth_of(vps_tx_id)["batchid"]


def test_a_second_acquirer_has_its_own_cards_batches_and_merchant_numbers(opayo: Opayo) -> None:
    opayo.world.switches["opayo.second_authprocessor"] = "Worldpay"
    opayo.sell("A-1")
    opayo.sell("A-2", MASTERCARD, Amount="9.00")
    opayo.pass_time(days=1)
    assert [batch["authprocessor"] for batch in batches(opayo)] == ["Elavon", "Worldpay"]
    numbers = [opayo.system.batch_items(batch["batchid"])[0]["merchant_number"] for batch in batches(opayo)]
    assert numbers == ["21000401", "31000401"]
    accounts = {each["mid"]: each["acquirer"] for each in opayo.system.merchant_accounts()}
    assert (len(accounts), accounts["31000401"], accounts["91000401"]) == (9, "Worldpay", "American Express")
    shown = opayo.report("getMerchantAccounts")
    cards = {
        node.findtext("merchantnumber"): node.findtext("paymentsystems")
        for node in shown.iter("merchantaccount")
    }
    assert cards["31000401"] == "MC,MCDEBIT,MAESTRO"


def test_a_batch_can_be_closed_beside_the_nightly_one(opayo: Opayo) -> None:
    opayo.sell("A-1")
    assert opayo.system.close_batch() == {"batches": ["1001"]}
    opayo.sell("A-2")
    opayo.pass_time(days=1)
    assert [len(batch["transactions"]) for batch in batches(opayo)] == [1, 1]
    assert opayo.system.close_batch() == {"batches": []}


def test_an_acquirer_that_was_sent_nothing_may_have_an_empty_batch(opayo: Opayo) -> None:
    opayo.world.switches["opayo.empty_batches"] = "yes"
    opayo.sell("A-1")
    opayo.pass_time(days=1)
    assert {batch["authprocessor"]: len(batch["groups"]) for batch in batches(opayo)} == {
        "Elavon": 1,
        "American Express": 0,
    }
    empty = next(batch["batchid"] for batch in batches(opayo) if not batch["groups"])
    assert (
        opayo.report(
            "getBatchDetail", batchid=empty, authprocessor="American Express", startrow="1", endrow="50"
        )
        is not None
    )
