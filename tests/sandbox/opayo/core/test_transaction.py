from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from sandbox.opayo.core import transaction as life
from sandbox.opayo.core.settlement import belongs_to, file_due
from sandbox.opayo.core.status_codes import Refusal
from sandbox.opayo.core.transaction import State, Transaction, TxType

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def started(tx_type: TxType = TxType.PAYMENT) -> Transaction:
    return Transaction("ID", "CODE", "KEY", tx_type, Decimal("10.00"), "GBP", NOON)


def sold(payment_system: str = "VISA") -> Transaction:
    return life.complete(life.decide(started(), "OK", NOON, tx_auth_no=1, payment_system=payment_system))


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("OK", State.AUTHORISED), ("NOTAUTHED", State.DECLINED), ("REJECTED", State.REJECTED),
        ("ABORT", State.ABORTED_BY_CUSTOMER), ("ERROR", State.ERROR), ("AUTHENTICATED", State.AUTHENTICATED),
        ("REGISTERED", State.REGISTERED),
    ],
)  # fmt: skip
def test_the_status_that_was_told_decides_the_final_state(status: str, state: State) -> None:
    waiting = life.decide(started(), status, NOON)
    assert waiting.state is State.AWAITING_VENDOR
    assert waiting.captured == 0
    done = life.complete(waiting)
    assert done.state is state
    assert done.captured == (Decimal("10.00") if status == "OK" else 0)


def test_pay_pal_is_neither_voided_nor_settled_with_the_cards() -> None:
    paid = sold("PAYPAL")
    with pytest.raises(Refusal, match="5034"):
        life.void(paid, NOON)
    assert not belongs_to(paid, NOON.date())
    assert belongs_to(sold(), NOON.date())


def test_what_is_decided_is_not_decided_again() -> None:
    waiting = life.decide(started(), "OK", NOON)
    for step in (life.start_challenge, lambda tx: life.decide(tx, "ABORT", NOON)):
        with pytest.raises(Refusal, match="5004"):
            step(waiting)
    with pytest.raises(Refusal, match="5004"):
        life.cancel_unfinished(life.complete(waiting))


def test_the_last_moment_of_a_void_is_london_midnight() -> None:
    late = replace(sold(), captured_at=datetime(2026, 6, 15, 22, 59, tzinfo=UTC))
    assert life.void(late, datetime(2026, 6, 15, 22, 59, 59, tzinfo=UTC)).state is State.VOIDED
    with pytest.raises(Refusal, match="5004"):
        life.void(late, datetime(2026, 6, 15, 23, 0, tzinfo=UTC))


def test_a_settled_transaction_is_settled_once_and_refunded_within_two_years() -> None:
    settled = life.settle(sold(), "1001")
    with pytest.raises(Refusal, match="5004"):
        life.settle(settled, "1002")
    later = NOON + timedelta(days=730)
    assert life.refund(settled, Decimal("10.00"), later, before_settlement=False).refunded == Decimal("10.00")
    with pytest.raises(Refusal, match="5036"):
        life.refund(settled, Decimal("10.00"), later + timedelta(days=1), before_settlement=False)


def test_files_follow_the_london_clock_through_the_year() -> None:
    assert file_due(NOON.date()) == datetime(2026, 6, 15, 23, 1, tzinfo=UTC)
    assert file_due(datetime(2026, 12, 15, tzinfo=UTC).date()) == datetime(2026, 12, 16, 0, 1, tzinfo=UTC)
    assert file_due(datetime(2026, 10, 24, tzinfo=UTC).date()) == datetime(2026, 10, 24, 23, 1, tzinfo=UTC)
