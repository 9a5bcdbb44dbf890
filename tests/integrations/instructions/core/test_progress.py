from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.core.money import Money
from integrations.instructions.core.progress import Wanted, look_at
from integrations.opayo.core.follow_ups import Kind
from integrations.opayo.core.reporting import OpayoTransaction

_ID = "DB79BA2D-05DA-5B85-D188-1293D16BBAC7"
_REFUND = OpayoTransaction(
    "5A1BC414-5409-48DD-9B8B-DCDF096CE0BE", "HF-1-1-R1", tx_type="REFUND", tx_state_id=16, amount=Money(500, "GBP"),
    currency="GBP", related_transaction_id=_ID,
)  # fmt: skip
_WANTED = Wanted("refund", _ID, Money(500, "GBP"))


def test_a_refund_that_opayo_never_heard_of_is_absent() -> None:
    assert look_at(_WANTED, None).verdict == "absent"


@pytest.mark.parametrize(
    ("state", "verdict"), [(16, "done"), (6, "wait"), (12, "refused"), (13, "refused"), (18, "refused")]
)
def test_a_refund_is_judged_by_its_state(state: int, verdict: str) -> None:
    assert look_at(_WANTED, replace(_REFUND, tx_state_id=state)).verdict == verdict


@pytest.mark.parametrize(
    "other",
    [
        replace(_REFUND, tx_type="PAYMENT"),
        replace(_REFUND, amount=Money(501, "GBP")),
        replace(_REFUND, related_transaction_id="00000000-0000-0000-0000-000000000000"),
    ],
)
def test_a_transaction_that_is_something_else_has_merely_taken_the_code(other: OpayoTransaction) -> None:
    assert look_at(_WANTED, other).verdict == "taken"


@pytest.mark.parametrize(
    ("kind", "tx_type", "state", "verdict"),
    [
        ("void", "PAYMENT", 18, "done"),
        ("void", "PAYMENT", 16, "absent"),
        ("void", "PAYMENT", 23, "refused"),
        ("abort", "DEFERRED", 19, "done"),
        ("abort", "DEFERRED", 14, "absent"),
        ("abort", "DEFERRED", 16, "refused"),
        ("abort", "DEFERRED", 27, "refused"),
        ("cancel", "AUTHENTICATE", 22, "done"),
        ("cancel", "AUTHENTICATE", 15, "absent"),
        ("cancel", "AUTHENTICATE", 26, "refused"),
        ("release", "DEFERRED", 16, "done"),
        ("release", "DEFERRED", 14, "absent"),
        ("release", "DEFERRED", 19, "refused"),
    ],
)
def test_what_changes_the_payment_itself_is_seen_on_it(
    kind: Kind, tx_type: str, state: int, verdict: str
) -> None:
    payment = OpayoTransaction(_ID, "HF-1-1", tx_type=tx_type, tx_state_id=state)
    finding = look_at(Wanted(kind, _ID, None), payment)
    assert finding.verdict == verdict
    assert finding.words or verdict != "refused"
