"""Whatever a vendor tries, in whatever order: nothing is given back, released or authorised beyond its limit."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.opayo.core.status_codes import Refusal
from sandbox.opayo.core.transaction import TxType
from sandbox.opayo.operations import Operations, Order
from sandbox.opayo.records import Record
from tests.sandbox.opayo.rig import Opayo, make_opayo

ASKED = Decimal("100.00")
AMOUNTS = st.sampled_from(
    [Decimal(text) for text in ("0.01", "14.99", "15.00", "33.33", "50.00", "100.00", "115.00")]
)
TARGETS = st.integers(0, 11)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["release", "refund", "repeat", "authorise"]), TARGETS, AMOUNTS),
        st.tuples(st.sampled_from(["void", "abort", "cancel"]), TARGETS, st.just(Decimal(0))),
        st.tuples(st.sampled_from(["hours", "day"]), st.integers(1, 12), st.just(Decimal(0))),
    ),
    max_size=25,
)


def act(opayo: Opayo, operations: Operations, step: tuple[str, int, Decimal], number: int) -> None:
    kind, target, amount = step
    if kind in ("hours", "day"):
        opayo.pass_time(hours=target if kind == "hours" else 24)
        return
    records = list(opayo.system.gateway.records)
    record = records[target % len(records)]
    kinds = {"refund": TxType.REFUND, "repeat": TxType.REPEAT, "authorise": TxType.AUTHORISE}
    work: Callable[..., Any] = getattr(operations, kind)
    more: tuple[Any, ...] = (amount,) if kind == "release" else ()
    if kind in kinds:
        fields = {"Description": "Try"}
        more = (Order(kinds[kind], f"N-{number}", amount, record.tx.currency, fields, "Direct", "4.00"),)
    try:
        work(record, *more)
    except Refusal:
        return


def check(records: list[Record]) -> None:
    by_id = {record.tx.vps_tx_id: record.tx for record in records}
    given_back: dict[str, Decimal] = {}
    authorised: dict[str, Decimal] = {}
    for tx in by_id.values():
        assert tx.captured <= tx.amount
        if tx.tx_type is TxType.REFUND and tx.state.name != "VOIDED":
            given_back[tx.related] = given_back.get(tx.related, Decimal(0)) + tx.captured
        if tx.tx_type is TxType.AUTHORISE:
            authorised[tx.related] = authorised.get(tx.related, Decimal(0)) + tx.captured
    for key, total in given_back.items():
        assert total == by_id[key].refunded <= by_id[key].captured
        assert by_id[key].state.name == "AUTHORISED"
    for key, total in authorised.items():
        assert total <= by_id[key].amount * Decimal("1.15")


def check_batches(opayo: Opayo) -> None:
    truth: Any = opayo.system.truth()
    rows = {row["vpstxid"]: row for row in truth["transactions"]}
    for batch in truth["batches"]:
        members = [rows[key] for key in batch["transactions"]]
        assert all(member["batchid"] == batch["batchid"] for member in members)
        net = sum(-row["captured"] if row["type"] == "REFUND" else row["captured"] for row in members)
        assert net == sum(group["payment_value"] - group["refund_value"] for group in batch["groups"])
    settled = [key for batch in truth["batches"] for key in batch["transactions"]]
    assert len(settled) == len(set(settled))


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, early=st.sampled_from(["refused", "allowed"]))
def test_no_sequence_of_operations_moves_more_than_allowed(
    steps: list[tuple[str, int, Decimal]], early: str
) -> None:
    opayo = make_opayo(refund_before_settlement=early)
    operations = Operations(opayo.system.gateway)
    for kind in ("PAYMENT", "DEFERRED", "AUTHENTICATE"):
        opayo.sell(f"A-{kind}", TxType=kind, Amount=str(ASKED))
    for number, step in enumerate(steps):
        act(opayo, operations, step, number)
        check(list(opayo.system.gateway.records))
    opayo.pass_time(days=1)
    check_batches(opayo)
