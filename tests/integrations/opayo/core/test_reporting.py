from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integrations.core.money import Money
from integrations.opayo.core.amounts import from_wire, to_wire
from integrations.opayo.core.reporting import (
    OUTCOME_BY_STATE,
    WORDS_BY_STATE,
    OpayoTransaction,
    outcome_of_transaction,
    parse_transaction,
    transaction_from_json,
    transaction_to_json,
)

DETAIL = {
    "vpstxid": "{ee6025c6-7d24-4873-fb92-cd7a66b9494e}", "vendortxcode": "HF-10042-1", "transactiontype": "Payment",
    "txstateid": "16", "status": "Successfully authorised transaction.", "amount": "1,234.50", "currency": "GBP",
    "started": "22/11/2026 10:15:00.120", "completed": "22/11/2026 10:16:00.000", "securitykey": "OUWLNYQTVT",
    "paymentsystem": "VISA", "last4digits": "0006", "expirydate": "1230", "vpsauthcode": "4255",
    "bankauthcode": "999777", "batchid": "0", "refunded": "NO", "released": "", "aborted": "YES",
    "cv2result": "MATCHED", "t3mscore": "37", "clientip": "", "billingsurname": "Moss",
}  # fmt: skip


def test_a_detail_is_read_whole() -> None:
    told = parse_transaction(DETAIL)
    assert told == OpayoTransaction(
        vps_tx_id="EE6025C6-7D24-4873-FB92-CD7A66B9494E", vendor_tx_code="HF-10042-1", tx_type="PAYMENT",
        tx_state_id=16, status="Successfully authorised transaction.", amount=Money(123450, "GBP"), currency="GBP",
        started=datetime(2026, 11, 22, 10, 15, 0, 120000, tzinfo=UTC),
        completed=datetime(2026, 11, 22, 10, 16, tzinfo=UTC), payment_system="VISA", last_four="0006",
        expiry="1230", auth_no="4255", bank_auth_code="999777", security_key="OUWLNYQTVT", is_aborted=True,
        surname="Moss", checks={"cv2result": "MATCHED", "t3mscore": "37"},
    )  # fmt: skip
    assert outcome_of_transaction(told) == "captured"
    assert "OUWLNYQTVT" not in repr(told)


def test_the_least_that_opayo_ever_sent_is_enough_to_be_read() -> None:
    told = parse_transaction({"vpstxid": "EE6025C6-7D24-4873-FB92-CD7A66B9494E", "vendortxcode": "REF-1"})
    assert (told.amount, told.tx_state_id, outcome_of_transaction(told)) == (None, None, "open")


@pytest.mark.parametrize(
    ("result", "expected"), [("SUCCESS", "captured"), ("FAILURE", "failed"), ("", "open")]
)
def test_a_row_without_a_state_is_judged_by_its_result(result: str, expected: str) -> None:
    assert outcome_of_transaction(parse_transaction({"result": result})) == expected


@pytest.mark.parametrize("amount", ["", "abc", "1.234", "NaN", "1,23.00"])
def test_an_unreadable_amount_is_none_at_all(amount: str) -> None:
    assert parse_transaction({**DETAIL, "amount": amount}).amount is None


def test_an_unknown_currency_leaves_no_amount() -> None:
    assert parse_transaction({**DETAIL, "currency": "???"}).amount is None


def test_every_state_has_a_meaning_and_words() -> None:
    assert set(OUTCOME_BY_STATE) == set(WORDS_BY_STATE) == set(range(1, 28))
    assert outcome_of_transaction(OpayoTransaction("A", "B", tx_state_id=99)) == "technical"


@pytest.mark.parametrize(
    ("state", "expected"),
    [(7, "open"), (8, "failed"), (9, "failed"), (12, "failed"), (13, "technical"), (14, "waiting"), (16, "captured"),
     (18, "failed"), (23, "failed")],
)  # fmt: skip
def test_what_a_state_means_for_the_books(state: int, expected: str) -> None:
    assert outcome_of_transaction(OpayoTransaction("A", "B", tx_state_id=state)) == expected


@pytest.mark.parametrize(
    "values", [DETAIL, {"vpstxid": "A", "vendortxcode": "B"}, {**DETAIL, "currency": "JPY", "amount": "500"}]
)
def test_an_event_brings_back_the_transaction_it_keeps(values: dict[str, str]) -> None:
    told = parse_transaction(values)
    assert transaction_from_json(transaction_to_json(told)) == told


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'{"unknown":1}', b'{"vps_tx_id":"A","vendor_tx_code":"B","amount":"x","currency":"GBP"}'],
)
def test_an_event_that_holds_something_else_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        transaction_from_json(body)


def test_amounts_on_the_wire() -> None:
    assert to_wire(Money(123450, "GBP")) == "1234.50"
    assert to_wire(Money(500, "JPY")) == "500"
    assert from_wire("1234.5", "GBP") == Money(123450, "GBP")
    assert from_wire("-1.00", "GBP") == Money(-100, "GBP")
    assert from_wire("0.5", "JPY") is None
