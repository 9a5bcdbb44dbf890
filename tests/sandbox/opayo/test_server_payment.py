"""A Server payment from card to RedirectURL: notification, answers, monitor, ABORT."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import parse_qsl

import pytest

from sandbox.kernel.wire import Reply
from sandbox.opayo.core.signature import vps_signature
from tests.sandbox.opayo.rig import ACCEPTED, AMEX, DECLINED, SHOP, VISA, Opayo, make_opayo

TOOK_NOTHING = Decimal(0)


@pytest.mark.parametrize("protocol", ["3.00", "4.00"])
def test_the_notification_is_signed_with_the_key_of_the_registration(opayo: Opayo, protocol: str) -> None:
    reply = opayo.register(VPSProtocol=protocol)
    opayo.system.customer_pays(reply["NextURL"], card_number=VISA)
    told = opayo.notification()
    assert told["VPSSignature"] == vps_signature(told, "tillbridge", reply["SecurityKey"])
    assert told["VPSTxId"] == reply["VPSTxId"]
    assert (told["Status"], told["Last4Digits"], told["CardType"]) == ("OK", "0006", "VISA")
    assert ("ACSTransID" in told) == (protocol == "4.00")
    assert "Amount" not in told
    assert "Currency" not in told


def test_the_money_is_taken_only_when_the_vendor_has_said_ok(opayo: Opayo) -> None:
    vps_tx_id = opayo.pay()
    assert opayo.captured(vps_tx_id) == TOOK_NOTHING
    opayo.answer()
    row = opayo.truth_of(vps_tx_id)
    assert (row["captured"], row["state"], row["acknowledged"]) == (Decimal("38.34"), 16, True)


@pytest.mark.parametrize("answer", ["INVALID", "ERROR"])
def test_a_vendor_that_refuses_cancels_the_payment_at_once(opayo: Opayo, answer: str) -> None:
    vps_tx_id = opayo.pay()
    opayo.answer(f"Status={answer}\r\nRedirectURL={SHOP}\r\n".encode())
    assert opayo.truth_of(vps_tx_id)["state"] == 9
    opayo.pass_time(days=1)
    assert len(opayo.sent) == 1


@pytest.mark.parametrize(
    "body", [b"", b"<html>Thank you</html>", b"\xef\xbb\xbf" + ACCEPTED, b"Status=OK\r\n"]
)
def test_an_answer_that_is_none_leads_to_abort_though_ok_was_sent(body: bytes) -> None:
    opayo = make_opayo(notification_resends=())
    vps_tx_id = opayo.pay()
    opayo.answer(body)
    assert opayo.truth_of(vps_tx_id)["state"] == 7
    opayo.pass_time(minutes=16)
    statuses = [opayo.notification(index)["Status"] for index in range(len(opayo.sent))]
    assert statuses == ["OK", "ABORT"]
    row = opayo.truth_of(vps_tx_id)
    assert (row["state"], row["captured"]) == (8, TOOK_NOTHING)


def test_an_ok_whose_answer_got_lost_is_sent_again_and_then_counts(opayo: Opayo) -> None:
    vps_tx_id = opayo.pay()
    opayo.system.failed(opayo.sent[-1].key, "the reply was lost")
    opayo.pass_time(seconds=61)
    assert opayo.sent[1].body == opayo.sent[0].body
    opayo.answer()
    assert opayo.captured(vps_tx_id) == Decimal("38.34")
    opayo.pass_time(hours=1)
    assert len(opayo.sent) == 2


def test_a_late_ok_after_the_abort_changes_nothing(opayo: Opayo) -> None:
    vps_tx_id = opayo.pay()
    first = opayo.sent[0].key
    opayo.system.failed(first, "time-out")
    opayo.pass_time(minutes=16)
    opayo.system.replied(first, Reply(200, ACCEPTED))
    row = opayo.truth_of(vps_tx_id)
    assert (row["state"], row["captured"]) == (8, TOOK_NOTHING)


def test_a_customer_who_walks_away_is_aborted_after_a_quarter_of_an_hour(opayo: Opayo) -> None:
    reply = opayo.register()
    opayo.pass_time(minutes=10)
    opayo.system.customer_walks_away(reply["NextURL"])
    opayo.pass_time(minutes=14)
    assert opayo.sent == []
    opayo.pass_time(minutes=2)
    told = opayo.notification()
    assert told["Status"] == "ABORT"
    assert told["StatusDetail"].startswith("2008")
    assert told["VPSSignature"] == vps_signature(told, "tillbridge", reply["SecurityKey"])


def test_the_monitor_waits_for_an_answer_that_is_under_way(opayo: Opayo) -> None:
    vps_tx_id = opayo.pay()
    opayo.pass_time(days=1)
    assert len(opayo.sent) == 1
    opayo.answer()
    assert opayo.captured(vps_tx_id) == Decimal("38.34")


def test_an_abort_nobody_answers_is_repeated_up_the_ladder(opayo: Opayo) -> None:
    vps_tx_id = opayo.register()["VPSTxId"]
    opayo.pass_time(minutes=16)
    for attempt in range(1, 63):
        assert len(opayo.sent) == attempt
        opayo.system.failed(opayo.sent[-1].key, "refused")
        opayo.pass_time(minutes=5 if attempt <= 5 else 15 if attempt <= 20 else 60 if attempt <= 33 else 1440)
    opayo.system.failed(opayo.sent[-1].key, "refused")
    opayo.pass_time(days=60)
    assert len(opayo.sent) == 63
    assert opayo.truth_of(vps_tx_id)["state"] == 8


def test_an_answered_abort_is_not_repeated(opayo: Opayo) -> None:
    opayo.register()
    opayo.pass_time(minutes=16)
    opayo.answer()
    opayo.pass_time(days=40)
    assert len(opayo.sent) == 1


def test_a_cancelling_customer_is_told_to_the_vendor_at_once(opayo: Opayo) -> None:
    reply = opayo.register()
    assert opayo.system.customer_cancels(reply["NextURL"]) == "ABORT"
    assert opayo.notification()["StatusDetail"].startswith("2013")
    opayo.answer()
    assert opayo.truth_of(reply["VPSTxId"])["state"] == 11


def test_a_declined_card_is_told_with_the_banks_code(opayo: Opayo) -> None:
    vps_tx_id = opayo.pay(card=DECLINED)
    told = opayo.notification()
    assert (told["Status"], told["DeclineCode"]) == ("NOTAUTHED", "05")
    assert "TxAuthNo" not in told
    opayo.answer()
    row = opayo.truth_of(vps_tx_id)
    assert (row["state"], row["captured"]) == (12, TOOK_NOTHING)


def test_with_three_attempts_a_customer_may_take_another_card() -> None:
    opayo = make_opayo(card_attempts=3)
    page = opayo.register()["NextURL"]
    assert opayo.system.customer_pays(page, card_number=DECLINED) == "RETRY"
    assert opayo.sent == []
    assert opayo.system.customer_pays(page, card_number=VISA) == "OK"


@pytest.mark.parametrize(
    ("name", "status", "proof"),
    [
        ("SUCCESSFUL", "OK", "OK"), ("PROOFATTEMPT", "OK", "ATTEMPTONLY"),
        ("TECHDIFFICULTIES", "OK", "INCOMPLETE"), ("ERROR", "OK", "ERROR"), ("NOTENROLLED", "OK", "NOAUTH"),
        ("NOTAUTH", "REJECTED", "NOTAUTHED"), ("REJECT", "REJECTED", "NOTAUTHED"),
        ("Ada Moss", "REJECTED", "NOTAUTHED"),
    ],
)  # fmt: skip
def test_magic_names_decide_3_d_secure(opayo: Opayo, name: str, status: str, proof: str) -> None:
    page = opayo.register()["NextURL"]
    assert opayo.system.customer_pays(page, card_number=VISA, cardholder=name) == status
    assert opayo.notification()["3DSecureStatus"] == proof


@pytest.mark.parametrize(("passed", "status"), [(True, "OK"), (False, "REJECTED")])
def test_a_challenge_is_passed_or_failed(opayo: Opayo, passed: bool, status: str) -> None:
    page = opayo.register()["NextURL"]
    assert opayo.system.customer_pays(page, card_number=VISA, cardholder="CHALLENGE") == "3DAUTH"
    assert opayo.sent == []
    assert opayo.system.customer_passes_challenge(page, passed=passed) == status


def test_3_d_secure_can_be_switched_off_for_a_payment(opayo: Opayo) -> None:
    page = opayo.register(Apply3DSecure="2")["NextURL"]
    assert opayo.system.customer_pays(page, card_number=VISA, cardholder="Ada Moss") == "OK"
    assert opayo.notification()["3DSecureStatus"] == "NOTCHECKED"


@pytest.mark.parametrize(
    ("address", "post_code", "cvv", "overall"),
    [
        ("88", "412", "123", "ALL MATCH"),
        ("88", "412", "999", "ADDRESS MATCH ONLY"),
        ("1 Elm Road", "412", "123", "SECURITY CODE MATCH ONLY"),
        ("1 Elm Road", "LS1", "999", "NO DATA MATCHES"),
    ],
)
def test_address_and_code_are_compared(
    opayo: Opayo, address: str, post_code: str, cvv: str, overall: str
) -> None:
    page = opayo.register(BillingAddress1=address, BillingPostCode=post_code)["NextURL"]
    assert opayo.system.customer_pays(page, card_number=VISA, cvv=cvv) == "OK"
    assert opayo.notification()["AVSCV2"] == overall


def test_forced_rules_reject_a_mismatch_though_the_bank_agreed(opayo: Opayo) -> None:
    page = opayo.register(ApplyAVSCV2="1")["NextURL"]
    assert opayo.system.customer_pays(page, card_number=VISA, cvv="999") == "REJECTED"
    assert opayo.notification()["StatusDetail"].startswith("2001")


def test_bad_card_details_never_leave_the_page(opayo: Opayo) -> None:
    page = opayo.register()["NextURL"]
    assert opayo.system.customer_pays(page, card_number="4929000000007") == "INVALID"
    assert opayo.sent == []
    assert opayo.system.customer_pays(page, card_number=AMEX, cvv="1234") == "OK"


def test_a_second_click_on_pay_does_not_pay_twice(opayo: Opayo) -> None:
    page = opayo.register()["NextURL"]
    assert opayo.system.customer_pays(page, card_number=VISA) == "OK"
    assert opayo.system.customer_pays(page, card_number=VISA) == "OK"
    assert opayo.system.customer_cancels(page) == "OK"
    assert len(opayo.sent) == 1


def test_a_notification_can_come_twice_and_is_the_same(opayo: Opayo) -> None:
    vps_tx_id = opayo.sell()
    opayo.system.redeliver(vps_tx_id)
    first, second = (dict(parse_qsl(outgoing.body.decode())) for outgoing in opayo.sent)
    assert first == second
    assert opayo.sent[0].key != opayo.sent[1].key
    opayo.answer(b"Status=INVALID\r\n")
    assert opayo.captured(vps_tx_id) == Decimal("38.34")


def test_a_deferred_payment_waits_for_its_release(opayo: Opayo) -> None:
    vps_tx_id = opayo.sell(TxType="DEFERRED")
    row = opayo.truth_of(vps_tx_id)
    assert (row["state"], row["captured"]) == (14, TOOK_NOTHING)
    opayo.pass_time(days=31)
    assert opayo.truth_of(vps_tx_id)["state"] == 27


@pytest.mark.parametrize(
    ("name", "status", "state"), [("SUCCESSFUL", "AUTHENTICATED", 15), ("ERROR", "REGISTERED", 21)]
)
def test_an_authenticate_takes_nothing_and_lasts_ninety_days(
    opayo: Opayo, name: str, status: str, state: int
) -> None:
    reply = opayo.register(TxType="AUTHENTICATE")
    assert opayo.system.customer_pays(reply["NextURL"], card_number=VISA, cardholder=name) == status
    opayo.answer()
    assert opayo.truth_of(reply["VPSTxId"])["state"] == state
    opayo.pass_time(days=89)
    assert opayo.truth_of(reply["VPSTxId"])["state"] == state
    opayo.pass_time(days=2)
    assert opayo.truth_of(reply["VPSTxId"])["state"] == 26


def test_a_token_pays_again_without_the_number(opayo: Opayo) -> None:
    opayo.sell("A-1", CreateToken="1")
    token = opayo.notification()["Token"]
    page = opayo.register("A-2", Token=token, StoreToken="1")["NextURL"]
    assert opayo.system.customer_pays(page, card_number="") == "OK"
    assert opayo.notification()["Last4Digits"] == "0006"
    last = opayo.register("A-3", Token=token)["NextURL"]
    opayo.system.customer_pays(last, card_number="")
    assert opayo.register("A-4", Token=token)["StatusDetail"].startswith("2018")
