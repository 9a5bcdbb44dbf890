from __future__ import annotations

from dataclasses import replace
from datetime import date

from integrations.core.files.tables import read_table
from reconciliation.settlements.core.columns import (
    KNOWN,
    columns_from_json,
    guessed,
    guessed_kind,
    recognised,
)
from reconciliation.settlements.core.documents import statement_from_json, statement_to_json
from reconciliation.settlements.core.reading import Reading, read_statement

ELAVON = """Settlement Date,Merchant ID,Batch Reference,Transaction Date,Transaction Type,Card Brand,Card Number,Authorisation Code,Retrieval Reference Number,Case Number,Description,Gross Amount,Service Charge,Transaction Fee,Net Amount,Currency,Funding Date
10/03/2026,2100001,400001,09/03/2026,Sale,Visa,************0006,999777,9493946,,,"1,200.00",9.84,0.03,"1,190.13",GBP,11/03/2026
10/03/2026,2100001,400001,09/03/2026,Refund,Visa,************0006,,9493950,,,-60.00,0.00,0.03,-60.03,GBP,11/03/2026
10/03/2026,2100001,400001,10/03/2026,Rejected,Visa,************0042,,9493951,,Rejected by the issuer's processor,0.00,0.00,0.00,0.00,GBP,11/03/2026
10/03/2026,2100001,400002,10/03/2026,Chargeback,Visa,************0006,,9493000,CB70001,,-36.00,0.00,0.00,-36.00,GBP,11/03/2026
10/03/2026,2100001,400002,10/03/2026,Fee,Visa,************0006,,9493000,CB70001,Dispute fee CB70001,-15.00,0.00,0.00,-15.00,GBP,11/03/2026
"""
WORLDPAY = """settlementDate,merchantCode,settlementReference,orderCode,eventDate,eventType,paymentMethod,cardLast4,authCode,rrn,disputeReference,description,currencyCode,debitCredit,grossAmount,commissionAmount,transactionCharge,netAmount,paymentDate
2026-03-10,HARBOUR,77,HF-1-1,2026-03-09,SETTLED,Visa,0006,1,2,,,GBP,C,100.00,0.00,0.05,99.95,2026-03-12
2026-03-10,HARBOUR,77,HF-2-1,2026-03-09,REFUNDED,Visa,0006,1,3,,,GBP,D,40.00,0.00,0.05,-40.05,2026-03-12
2026-03-10,HARBOUR,77,,2026-03-10,CHARGE,,,,,,"Service charge Credit cards, 0.97 % of 100.00",GBP,D,0.97,0.00,0.00,-0.97,2026-03-12
"""


def read(text: str) -> Reading:
    table = read_table(text.encode())
    columns = recognised(table.heads)
    assert columns is not None
    return read_statement(table, columns)


def test_a_net_settlement_is_what_reaches_the_bank() -> None:
    first, second = read(ELAVON).statement.settlements
    assert (first.reference, first.mid, first.settled_on, first.pays_on) == (
        "400001", "2100001", date(2026, 3, 10), date(2026, 3, 11),
    )  # fmt: skip
    assert first.net_minor == 119_013 - 6_003
    assert [(each.kind, each.fee_kind, each.amount_minor) for each in first.lines] == [
        ("sale", "", 120_000), ("refund", "", -6_000), ("fee", "service_charge", -984), ("fee", "per_item", -6),
    ]  # fmt: skip
    assert [(each.kind, each.fee_kind, each.case_id) for each in second.lines] == [
        ("chargeback", "", "CB70001"), ("fee", "dispute", "CB70001"),
    ]  # fmt: skip


def test_what_the_acquirer_rejected_moves_nothing_and_is_told() -> None:
    reading = read(ELAVON)
    assert [line.retrieval_reference for line in reading.rejected] == ["9493951"]
    assert not reading.bad


def test_amounts_without_a_sign_are_read_by_the_debit_column() -> None:
    (settlement,) = read(WORLDPAY).statement.settlements
    assert settlement.net_minor == 9_995 - 4_005 - 97
    assert settlement.lines[2].fee_kind == "service_charge"


def test_a_file_without_any_sign_is_read_by_the_kinds() -> None:
    text = (
        ELAVON.replace("-60.00,0.00,0.03,-60.03", "60.00,0.00,0.03,60.03")
        .replace("-36.00,0.00,0.00,-36.00", "36.00,0.00,0.00,36.00")
        .replace("-15.00,0.00,0.00,-15.00", "15.00,0.00,0.00,15.00")
    )
    assert [each.net_minor for each in read(text).statement.settlements] == [113_010, -5_100]


def test_every_bad_row_is_named_with_all_that_is_wrong() -> None:
    text = ELAVON.replace("Sale,Visa", "Gift,Visa").replace(
        "10/03/2026,2100001,400002,10/03/2026,Fee", "31/02/2026,,400002,10/03/2026,Fee"
    )
    bad = read(text).bad
    assert [row.number for row in bad] == [2, 6]
    assert "nobody has said what “Gift” means" in bad[0].problems[0]
    assert len(bad[1].problems) == 2


def test_a_row_whose_net_does_not_follow_from_it_is_bad() -> None:
    bad = read(ELAVON.replace('"1,190.13"', '"1,190.12"')).bad
    assert [row.number for row in bad] == [2]
    assert "is not the gross amount less the charges" in bad[0].problems[0]


def test_the_same_line_twice_has_two_names() -> None:
    rows = ELAVON.splitlines()
    reading = read("\n".join([*rows[:2], rows[1]]))
    (settlement,) = reading.statement.settlements
    names = [line.identity for line in settlement.lines]
    assert len(names) == len(set(names)) == 4


def test_the_event_keeps_a_statement_whole() -> None:
    statement = read(ELAVON).statement
    assert statement_from_json(statement_to_json(statement)) == statement


def test_columns_are_remembered_whole() -> None:
    columns = replace(KNOWN["worldpay"], fixed={"mid": "1"}, comma=True)
    assert columns_from_json(columns.as_json()) == columns
    assert columns_from_json({}) is None


def test_an_unknown_layout_is_guessed_for_a_person_to_confirm() -> None:
    found = guessed(["Payout date", "MID", "Payout ref", "Ccy", "Type", "Gross", "Fee", "Net"])
    assert found["mid"] == "MID" and found["amount"] == "Gross" and found["net"] == "Net"
    assert (guessed_kind("Card purchase"), guessed_kind("Chargeback reversal"), guessed_kind("xyz")) == (
        "sale", "chargeback_returned", "",
    )  # fmt: skip
