"""The Reporting & Admin API: commands, ranges, rows, errors."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import quote_plus

import pytest

from sandbox.credentials import OPAYO_REPORTING_PASSWORD
from sandbox.kernel.wire import Request
from sandbox.opayo.core.signature import reporting_signature
from tests.sandbox.opayo.rig import AMEX, DECLINED, VISA, Opayo, make_opayo


def values(node: Any) -> dict[str, str]:
    return {child.tag: child.text or "" for child in node}


def test_a_transaction_is_found_by_either_of_its_names(opayo: Opayo) -> None:
    vps_tx_id = opayo.sell("HF-1-1")
    for names in ({"vendortxcode": "HF-1-1"}, {"vpstxid": vps_tx_id.strip("{}")}, {"vendorTxCode": "HF-1-1"}):
        found = values(opayo.report("getTransactionDetail", **names))
        assert found["vpstxid"] == vps_tx_id.strip("{}")
        assert (found["amount"], found["currency"], found["txstateid"]) == ("38.34", "GBP", "16")
        assert (found["refunded"], found["batchid"], found["transactiontype"]) == ("NO", "", "Payment")


def test_times_are_shown_as_london_shows_them(opayo: Opayo) -> None:
    opayo.sell("HF-1-1")
    found = values(opayo.report("getTransactionDetail", vendortxcode="HF-1-1"))
    assert found["timestamp"] == "15/06/2026 13:00:00"
    assert found["started"] == "15/06/2026 13:00:00.000"


def test_the_batch_of_a_settled_transaction_is_named(opayo: Opayo) -> None:
    opayo.sell("HF-1-1")
    opayo.pass_time(days=1)
    found = values(opayo.report("getTransactionDetail", vendortxcode="HF-1-1"))
    assert found["batchid"] == "1001"


def test_a_refund_names_what_it_refunds(opayo: Opayo) -> None:
    sale = opayo.sell("HF-1-1")
    opayo.pass_time(days=1)
    opayo.system.merchant_refunds(sale, Decimal("4.00"), "R-1")
    found = values(opayo.report("getTransactionDetail", vendortxcode="R-1"))
    assert (found["relatedvendortxcode"], found["relatedamount"]) == ("HF-1-1", "38.34")
    assert values(opayo.report("getTransactionDetail", vendortxcode="HF-1-1"))["refunded"] == "YES"
    related = opayo.report("getRelatedTransactions", vpstxid=sale)
    assert [row.findtext("vendortxcode") for row in related.iter("transaction")] == ["R-1"]


def test_lists_come_fifty_at_a_time_oldest_first(opayo: Opayo) -> None:
    for number in range(1, 54):
        opayo.sell(f"A-{number}")
        opayo.pass_time(seconds=1)
    first = opayo.report("getTransactionList", **opayo.a_week())
    rows = list(first.iter("transaction"))
    assert (len(rows), first.findtext("transactions/totalrows")) == (50, "53")
    assert rows[0].findtext("vendortxcode") == "A-1"
    rest = opayo.report("getTransactionList", **opayo.a_week(), startrow="51", endrow="100")
    assert [row.findtext("vendortxcode") for row in rest.iter("transaction")] == ["A-51", "A-52", "A-53"]


def test_a_row_tells_how_it_ended(opayo: Opayo) -> None:
    opayo.sell("A-1", DECLINED)
    row = values(next(opayo.report("getTransactionList", **opayo.a_week()).iter("transaction")))
    assert (row["result"], row["txstateid"], row["last4digits"]) == ("FAILURE", "12", "5639")
    assert (row["amount"], row["paymentsystem"]) == ("38.34", "VISA")


def test_rows_may_lack_the_amount() -> None:
    opayo = make_opayo(list_amounts="no")
    opayo.sell()
    row = values(next(opayo.report("getTransactionList", **opayo.a_week()).iter("transaction")))
    assert "amount" not in row


@pytest.mark.parametrize(
    ("switch", "listed", "code"), [("detail", 0, "0000"), ("hidden", 0, "0043"), ("all", 1, "0000")]
)
def test_what_is_not_finished_is_not_listed(switch: str, listed: int, code: str) -> None:
    opayo = make_opayo(reporting_active=switch)
    opayo.pay("A-1")
    rows = list(opayo.report("getTransactionList", **opayo.a_week()).iter("transaction"))
    assert len(rows) == listed
    assert opayo.report_code("getTransactionDetail", vendortxcode="A-1") == code


def test_a_cancelled_transaction_is_listed_once_its_abort_was_answered(opayo: Opayo) -> None:
    opayo.register()
    opayo.pass_time(minutes=16)
    assert not list(opayo.report("getTransactionList", **opayo.a_week()).iter("transaction"))
    opayo.answer()
    row = next(opayo.report("getTransactionList", **opayo.a_week()).iter("transaction"))
    assert row.findtext("txstateid") == "8"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"startdate": "16/06/2026 00:00:00", "enddate": "15/06/2026 00:00:00"}, "0038"),
        ({"startdate": "01/05/2026 00:00:00", "enddate": "15/06/2026 00:00:00"}, "0039"),
        ({"startdate": "2026-06-01", "enddate": "15/06/2026 00:00:00"}, "3009"),
        ({"startdate": "01/06/2026 00:00:00"}, "3001"),
    ],
)
def test_ranges_that_are_refused(opayo: Opayo, parameters: dict[str, str], code: str) -> None:
    assert opayo.report_code("getTransactionList", **parameters) == code


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ({"startrow": "1", "endrow": "52"}, "0099"), ({"startrow": "5", "endrow": "4"}, "2222"),
        ({"endrow": "51"}, "2243"), ({"endrow": "0"}, "2244"), ({"startrow": "x"}, "3006"),
        ({"startrow": "1", "endrow": "50"}, "0000"),
    ],
)  # fmt: skip
def test_rows_that_are_refused(opayo: Opayo, rows: dict[str, str], code: str) -> None:
    assert opayo.report_code("getTransactionList", **opayo.a_week(), **rows) == code


def test_batches_and_what_is_in_them(opayo: Opayo) -> None:
    opayo.sell("A-1", Amount="10.00")
    opayo.sell("A-2", AMEX, Amount="7.00")
    opayo.pass_time(days=1)
    found = list(opayo.report("getBatchList", **opayo.a_week()).iter("batch"))
    names = [batch.findtext("authprocessorname") for batch in found]
    assert names == ["American Express", "Elavon"]
    group = values(found[1].find("transactiongroups/transactiongroup"))
    assert group == {
        "currency": "GBP", "paymentnumber": "1", "paymentvalue": "10.00", "refundnumber": "0",
        "refundvalue": "0.00",
    }  # fmt: skip
    assert found[1].findtext("completed") == "16/06/2026 00:01:00.000"
    batch_id = found[1].findtext("batchid")
    detail = opayo.report("getBatchDetail", batchid=batch_id, authprocessor="Elavon")
    row = values(next(detail.iter("transaction")))
    assert (row["vendortxcode"], row["refunded"], row["amount"]) == ("A-1", "NO", "10.00")
    assert opayo.report_code("getBatchDetail", batchid=batch_id, authprocessor="American Express") == "3002"
    assert opayo.report_code("getBatchDetail", batchid=batch_id, authprocessor="HSBC") == "2232"


def test_batch_rows_may_lack_the_amount() -> None:
    opayo = make_opayo(batch_detail_amounts="no")
    opayo.sell("A-1")
    opayo.pass_time(days=1)
    detail = opayo.report("getBatchDetail", batchid="1001", authprocessor="Elavon")
    row = values(next(detail.iter("transaction")))
    assert row.keys() & {"amount", "currency", "transactiontype"} == set()
    assert row["vendortxcode"] == "A-1"


def test_the_fraud_score_arrives_later_and_stays_the_same(opayo: Opayo) -> None:
    vps_tx_id = opayo.sell().strip("{}")
    assert opayo.report_code("getFraudScreenDetail", vpstxid=vps_tx_id) == "2245"
    opayo.pass_time(minutes=2)
    first, second = (values(opayo.report("getFraudScreenDetail", vpstxid=vps_tx_id)) for _ in range(2))
    assert first["fraudprovidername"] == "T3M"
    assert first["t3maction"] in ("OK", "HOLD", "REJECT")
    assert (first["t3mscore"], first["t3mid"]) == (second["t3mscore"], second["t3mid"])
    detail = values(opayo.report("getTransactionDetail", vpstxid=vps_tx_id))
    assert detail["t3mscore"] == first["t3mscore"]


def test_a_risky_payment_scores_higher(opayo: Opayo) -> None:
    safe = opayo.sell("A-1")
    page = opayo.register("A-2", Amount="900.00", BillingPostCode="LS1", DeliveryCountry="NG")["VPSTxId"]
    opayo.system.customer_pays(page, card_number=VISA, cvv="999", cardholder="ERROR")
    opayo.answer()
    opayo.pass_time(minutes=2)
    safe_score, risky_score = (
        int(opayo.report("getFraudScreenDetail", vpstxid=key.strip("{}")).findtext("t3mscore"))
        for key in (safe, page)
    )
    assert safe_score < 30
    assert risky_score >= 50


def test_tokens_are_counted_and_described(opayo: Opayo) -> None:
    opayo.sell(CreateToken="1")
    assert opayo.report("getTokenCount").findtext("totalnumber") == "1"
    token = opayo.notification()["Token"]
    assert opayo.report("getTokenDetails", token=token).findtext("last4digits") == "0006"
    assert opayo.report_code("getTokenDetails", token="{NONE}") == "2236"


def test_the_account_describes_itself(opayo: Opayo) -> None:
    assert opayo.report("version").findtext("version")
    assert [node.text for node in opayo.report("getCurrencies").iter("currency")] == ["EUR", "GBP", "USD"]
    accounts = [values(node) for node in opayo.report("getMerchantAccounts").iter("merchantaccount")]
    assert len(accounts) == 6
    assert len({account["merchantnumber"] for account in accounts}) == 6
    kinds = [node.text for node in opayo.report("getTransactionTypes").iter("transactiontype")]
    assert {"PAYMENT", "REFUND"} <= set(kinds)


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ({}, "0042"),
        ({"vpstxid": "1", "vendortxcode": "2"}, "0042"),
        ({"vendortxcode": "unknown"}, "0043"),
    ],
)
def test_a_transaction_that_is_not_named_properly(opayo: Opayo, names: dict[str, str], code: str) -> None:
    assert opayo.report_code("getTransactionDetail", **names) == code


def ask_raw(opayo: Opayo, body: bytes) -> str:
    reply = opayo.system.handle(Request("POST", "/access/access.htm", body=body))
    assert reply.status == 200
    text = reply.body.decode()
    return text[text.index("<errorcode>") + 11 :][:4]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"nothing", "0001"),
        (b"XML=<vspaccess>", "0001"),
        (b'XML=<!DOCTYPE a [<!ENTITY b "c">]><vspaccess/>', "0001"),
        (b"XML=<other></other>", "0002"),
        (b"XML=<vspaccess><command>version</command></vspaccess>", "3001"),
        (b"XML=<vspaccess><command>a</command><command>b</command></vspaccess>", "3000"),
    ],
)
def test_xml_that_is_refused(opayo: Opayo, body: bytes, code: str) -> None:
    assert ask_raw(opayo, body) == code


def signed(command: str, more: str = "", user: str = "reporter", gap: str = "") -> str:
    inner = f"<command>{command}</command><vendor>tillbridge</vendor><user>{user}</user>{more}"
    signature = reporting_signature(inner, OPAYO_REPORTING_PASSWORD)
    return f"<vspaccess>{gap}{inner}{gap}<signature>{signature}</signature>{gap}</vspaccess>"


def test_the_xml_may_come_encoded_or_raw_or_spread_over_lines(opayo: Opayo) -> None:
    more = "<vendortxcode>A &amp; B+C</vendortxcode>"
    for text in (signed("version", more), signed("version", more, gap="\n  ")):
        assert ask_raw(opayo, f"XML={text}".encode()) == "0000"
        assert ask_raw(opayo, f"XML={quote_plus(text)}".encode()) == "0000"


def test_a_changed_command_no_longer_fits_its_signature(opayo: Opayo) -> None:
    text = signed("version", "<vpstxid>1</vpstxid>").replace("<vpstxid>1", "<vpstxid>2")
    assert ask_raw(opayo, f"XML={text}".encode()) == "0010"


def test_unknown_commands_and_users_are_told_apart(opayo: Opayo) -> None:
    assert ask_raw(opayo, f"XML={signed('inventCommand')}".encode()) == "0013"
    assert ask_raw(opayo, f"XML={signed('version', user='nobody')}".encode()) == "0008"


def test_a_user_is_locked_out_after_too_many_wrong_passwords(opayo: Opayo) -> None:
    codes = [opayo.report("version", "wrong").findtext("errorcode") for _ in range(7)]
    assert codes == ["0010"] * 6 + ["0008"]
    assert opayo.report_code("version") == "0008"
    opayo.pass_time(machine=True, minutes=31)
    assert opayo.report_code("version") == "0000"


def test_a_right_password_forgives_the_wrong_ones(opayo: Opayo) -> None:
    for _ in range(4):
        assert [opayo.report("version", "wrong").findtext("errorcode") for _ in range(5)] == ["0010"] * 5
        assert opayo.report_code("version") == "0000"


def test_too_many_commands_are_refused_for_a_minute() -> None:
    opayo = make_opayo(reporting_commands_per_minute=2)
    assert [opayo.report_code("version") for _ in range(3)] == ["0000", "0000", "2213"]
    opayo.pass_time(machine=True, seconds=61)
    assert opayo.report_code("version") == "0000"


@pytest.mark.parametrize(("shown", "whole"), [("released", False), ("original", True)])
def test_what_was_released_of_a_deferred_is_told_by_the_switch(shown: str, whole: bool) -> None:
    opayo = make_opayo(released_amount=shown)
    vps_tx_id = opayo.sell(TxType="DEFERRED")
    asked = opayo.truth_of(vps_tx_id)["amount"]
    opayo.system.merchant_releases(vps_tx_id, Decimal("6.00"))
    told = values(opayo.report("getTransactionDetail", vpstxid=vps_tx_id))["amount"]
    assert told == (str(asked) if whole else "6.00")
    assert asked > 6
