"""What Opayo says about a payment, in any order."""

from __future__ import annotations

from itertools import permutations

import pytest

from sync.core.payment_states import Told, next_state

OK = Told("captured", "OK", "AAA")
ABORT = Told("failed", "ABORT", "AAA")


def after(*messages: Told) -> str:
    state, vps_tx_id = "registered", ""
    for message in messages:
        state = next_state(state, vps_tx_id, message)
        vps_tx_id = vps_tx_id or message.vps_tx_id
    return state


def test_an_abort_wins_over_an_ok_whichever_comes_first_and_however_often() -> None:
    for messages in permutations([OK, OK, ABORT, ABORT]):
        assert after(*messages) in {"failed", "reversed"}


def test_an_ok_repeated_changes_nothing() -> None:
    assert after(OK, OK) == "captured"


@pytest.mark.parametrize("outcome", ["failed", "technical"])
def test_a_refused_attempt_has_failed(outcome: str) -> None:
    assert after(Told(outcome, "NOTAUTHED", "AAA")) == "failed"


def test_another_transaction_under_the_same_code_may_succeed_after_a_refusal() -> None:
    assert after(Told("failed", "NOTAUTHED", "AAA"), Told("captured", "OK", "BBB")) == "captured"


def test_the_failure_of_another_transaction_does_not_undo_a_capture() -> None:
    assert after(OK, Told("failed", "ABORT", "BBB")) == "captured"


def test_ids_are_compared_without_regard_to_case() -> None:
    assert after(OK, Told("failed", "ABORT", "aaa")) == "reversed"


def test_a_deferred_payment_waits_for_its_release() -> None:
    waiting = Told("waiting", "OK", "AAA")
    assert after(waiting) == "waiting"
    assert after(waiting, OK) == "captured"
