"""Batches and statements come in any order, and again: each payment is settled once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from integrations.models import Event, Pair
from reconciliation.models import MerchantAccount, Settlement
from reconciliation.settlements.importing import StatementRefusedError, import_statement, preview
from reconciliation.settlements.retaking import retake

Take = Callable[..., Any]
S = Settlement.State


def standing(pair: Pair) -> list[tuple[str, str, int, list[str]]]:
    rows = Settlement.objects.filter(pair=pair).order_by("reference")
    return [
        (
            row.reference,
            row.state,
            row.net_minor,
            sorted(line.payment.vendor_tx_code for line in row.lines.all() if line.payment),
        )
        for row in rows
    ]


def test_a_batch_lets_its_money_be_expected_with_an_account_that_is_still_to_be_completed(
    pair: Pair, sell: Take, batch: Take
) -> None:
    batch("1001", sell(1), sell(2))
    assert standing(pair) == [("1001", S.EXPECTED, 4800, ["HF-1-1", "HF-2-1"])]
    settlement = Settlement.objects.get()
    assert (settlement.settled_on, settlement.due_on) == (date(2026, 3, 10), date(2026, 3, 12))
    assert not settlement.merchant_account.is_complete


@pytest.mark.parametrize("first", ["batch", "statement"])
def test_batch_and_statement_meet_in_one_settlement_whichever_is_first(
    pair: Pair, sell: Take, batch: Take, state: Take, first: str
) -> None:
    sold = [sell(1), sell(2)]
    rows = [("Sale", "7001", "24.00"), ("Sale", "7002", "24.00")]
    if first == "batch":
        batch("1001", *sold)
    state("400001", *rows)
    if first == "statement":
        batch("1001", *sold)
    assert standing(pair) == [("400001", S.STATED, 4800, ["HF-1-1", "HF-2-1"])]
    settlement = Settlement.objects.get()
    assert settlement.batch_id == "1001" and settlement.batch_event and settlement.statement_event
    assert MerchantAccount.objects.get(pk=settlement.merchant_account_id).mid == "2100001"


@pytest.mark.parametrize("first", ["batch", "statement"])
def test_what_the_statement_leaves_out_of_a_batch_stays_expected(
    pair: Pair, sell: Take, batch: Take, state: Take, first: str
) -> None:
    sold = [sell(1), sell(2), sell(3)]
    if first == "batch":
        batch("1001", *sold)
    state("400001", ("Sale", "7001", "24.00"))
    if first == "statement":
        batch("1001", *sold)
    assert standing(pair) == [
        ("1001", S.EXPECTED, 4800, ["HF-2-1", "HF-3-1"]),
        ("400001", S.STATED, 2400, ["HF-1-1"]),
    ]
    state("400009", ("Sale", "7002", "24.00"), ("Sale", "7003", "24.00"))
    assert [name for name, *_ in standing(pair)] == ["400001", "400009"]


def test_one_settlement_of_two_batches_takes_both_over(
    pair: Pair, sell: Take, batch: Take, state: Take
) -> None:
    batch("1001", sell(1))
    batch("1002", sell(2))
    state("400001", ("Sale", "7001", "24.00"), ("Sale", "7002", "24.00"))
    assert standing(pair) == [("400001", S.STATED, 4800, ["HF-1-1", "HF-2-1"])]


def test_the_same_file_again_adds_nothing(pair: Pair, sell: Take, state: Take) -> None:
    sell(1)
    assert len(state("400001", ("Sale", "7001", "24.00"))) == 1
    assert state("400001", ("Sale", "7001", "24.00")) == ()
    assert Event.objects.filter(pair=pair, source="acquirer").count() == 1


def test_a_settlement_told_again_with_another_line_is_as_told_last(
    pair: Pair, sell: Take, state: Take
) -> None:
    sell(1)
    state("400001", ("Sale", "7001", "24.00"))
    state("400001", ("Sale", "7001", "24.00"), ("Adjustment", "", "-1.00"))
    assert standing(pair) == [("400001", S.STATED, 2300, ["HF-1-1"])]


def test_a_payment_is_never_settled_twice(pair: Pair, sell: Take, state: Take) -> None:
    sell(1)
    state("400001", ("Sale", "7001", "24.00"))
    state("400002", ("Sale", "7001", "24.00"))
    line = Settlement.objects.get(reference="400002").lines.get()
    assert line.payment is None
    assert line.tie == {"method": "settled_twice", "reasons": ["It is already part of settlement 400001."]}


@pytest.mark.parametrize("order", [("400001", "400002"), ("400002", "400001")])
def test_a_sale_that_only_looks_like_a_settled_one_waits_for_its_own_record(
    pair: Pair, sell: Take, state: Take, order: tuple[str, str]
) -> None:
    first, second = sell(1), {"400001": "7001", "400002": "7002"}
    for reference in order:
        state(reference, ("Sale", second[reference], "24.00"))
    assert standing(pair) == [("400001", S.STATED, 2400, ["HF-1-1"]), ("400002", S.STATED, 2400, [])]
    late = sell(2)
    assert retake(pair, first.taken_at.date()) == 1
    assert standing(pair)[1] == ("400002", S.STATED, 2400, [late.vendor_tx_code])
    assert retake(pair, first.taken_at.date()) == 0


@pytest.mark.parametrize("first", ["batch", "statement"])
def test_items_that_our_records_do_not_know_meet_by_their_references(
    pair: Pair, sell: Take, batch: Take, state: Take, first: str
) -> None:
    sold = sell(1)
    stranger = SimpleNamespace(
        vps_tx_id="00000000-0000-0000-0000-000000000099", vendor_tx_code="X-1", amount_minor=900,
        transaction_type="PAYMENT", tx_auth_no="7099",
    )  # fmt: skip
    if first == "batch":
        batch("1001", sold, stranger)
    state("400001", ("Sale", "7001", "24.00"), ("Sale", "7099", "9.00"))
    if first == "statement":
        batch("1001", sold, stranger)
    assert standing(pair) == [("400001", S.STATED, 3300, ["HF-1-1"])]


def test_what_opayo_sends_again_in_a_later_batch_is_expected_once(
    pair: Pair, sell: Take, batch: Take
) -> None:
    again = sell(1)
    batch("1001", again, sell(2))
    batch("1002", again)
    assert standing(pair) == [("1001", S.EXPECTED, 2400, ["HF-2-1"]), ("1002", S.EXPECTED, 2400, ["HF-1-1"])]


def test_a_batch_told_again_with_other_totals_replaces_what_it_told(
    pair: Pair, sell: Take, batch: Take
) -> None:
    sold = sell(1)
    batch("1001", sold)
    batch("1001", sold, net=2500)
    assert standing(pair) == [("1001", S.EXPECTED, 2500, ["HF-1-1"])]


def test_a_batch_that_comes_to_nothing_waits_for_no_money(pair: Pair, sell: Take, batch: Take) -> None:
    batch("1001", sell(1), net=0)
    assert [state for _, state, *_ in standing(pair)] == [S.NOTHING]


def test_nothing_of_a_file_with_a_bad_row_is_taken_in(pair: Pair, state: Take) -> None:
    with pytest.raises(StatementRefusedError, match=r"Row 3: .*Gift") as refused:
        state("400001", ("Sale", "7001", "24.00"), ("Gift", "7002", "24.00"))
    assert [row.number for row in refused.value.bad] == [3]
    assert not Settlement.objects.exists()
    assert not Event.objects.filter(pair=pair, source="acquirer").exists()


def test_a_file_of_unknown_columns_is_guessed_at_and_not_imported(pair: Pair) -> None:
    content = b"Day,Ref,What,Gross\n10/03/2026,1,Sale,24.00\n"
    seen = preview(pair, content)
    assert seen.columns is None and not seen.may_be_imported
    with pytest.raises(StatementRefusedError, match="not known yet"):
        import_statement(pair, content)
