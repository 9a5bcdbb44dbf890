"""Statements as independent readers understand them: every line, amount, day and balance, whatever the format."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree as ET

import mt940
import ofxparse
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.bank.core.accounts import ACCOUNTS
from sandbox.bank.core.lines import Code, Statement, statement_of
from sandbox.bank.formats import camt053, delimited, ofx
from sandbox.bank.formats import mt940 as swift

AT = datetime(2026, 12, 3, 9, 30, tzinfo=UTC)
ROWS = [
    (date(2026, 11, 27), "2310.44", "BGC", "ELAVON MERCHANT SE", "21000401 400123"),
    (date(2026, 11, 27), "-36.00", "DD", "ELAVON MERCHANT 21000401 BATCH 400124", ""),
    (date(2026, 11, 30), "10500.00", "FPI", "PATEL & DAUGHTERS", "INV <7> 1,2"),
    (date(2026, 11, 30), "-8.50", "CHG", "ACCOUNT CHARGES", "TO 30NOV"),
    (date(2026, 12, 2), "2310.44", "FPI", "S O'BRIEN", "-:DASH"),
]


def statement(first: date = date(2026, 11, 27), last: date = date(2026, 12, 2)) -> Statement:
    rows = [
        {
            "line_id": str(20000000000001 + place),
            "on": on,
            "amount": Decimal(amount),
            "code": code,
            "name": name,
            "reference": reference,
        }
        for place, (on, amount, code, name, reference) in enumerate(ROWS)
    ]
    return statement_of(ACCOUNTS["GBP"], rows, first, last, AT)


@dataclass
class Read:
    """One line as a reader has it."""

    on: date
    amount: Decimal
    text: str


def expected(given: Statement) -> list[tuple[date, Decimal]]:
    return [(line.on, line.amount) for line in given.lines]


def understood(lines: list[Read]) -> list[tuple[date, Decimal]]:
    return [(line.on, line.amount) for line in lines]


# Comma-separated


def rows(layout: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(delimited.LAYOUTS[layout](statement()), newline="")))


def british(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").replace(tzinfo=UTC).date()


def test_barclays_has_the_newest_line_first_and_no_balance() -> None:
    head, *lines = rows("barclays")
    assert head == ["Number", "Date", "Account", "Amount", "Subcategory", "Memo"]
    read = [Read(british(line[1]), Decimal(line[3]), line[5]) for line in reversed(lines)]
    assert understood(read) == expected(statement())
    assert lines[0][2] == "20-45-77 13579246"
    assert read[0].text.split("\t") == ["ELAVON MERCHANT SE", "21000401 400123 BGC"]


def test_hsbc_names_no_columns_and_groups_thousands() -> None:
    lines = rows("hsbc")
    read = [Read(british(line[0]), Decimal(line[2].replace(",", "")), line[1]) for line in reversed(lines)]
    assert understood(read) == expected(statement())
    assert lines[2][2] == "10,500.00"


def test_lloyds_has_debits_and_credits_apart_and_running_balances() -> None:
    head, *lines = rows("lloyds")
    lines.reverse()
    read = [Read(british(line[0]), Decimal(line[6] or 0) - Decimal(line[5] or 0), line[4]) for line in lines]
    assert understood(read) == expected(statement())
    assert (head[5], head[6], lines[0][2]) == ("Debit Amount", "Credit Amount", "'20-45-77")
    balances = [Decimal(line[7]) for line in lines]
    assert all(now - before == line.amount for before, now, line in zip(balances, balances[1:], read[1:], strict=False))  # fmt: skip


def test_natwest_has_the_oldest_line_first() -> None:
    head, *lines = rows("natwest")
    assert head == ["Date", "Type", "Description", "Value", "Balance", "Account Name", "Account Number"]
    assert [Decimal(line[3]) for line in lines] == [amount for _, amount in expected(statement())]
    assert (lines[0][0], lines[0][2]) == ("27 Nov 2026", "ELAVON MERCHANT SE , 21000401 400123")
    assert Decimal(lines[-1][4]) == statement().closing


# OFX


@pytest.mark.filterwarnings("ignore")  # ofxparse reads all OFX as HTML
@pytest.mark.parametrize("write", [ofx.sgml, ofx.xml])
def test_ofx_is_what_ofxparse_reads(write: Callable[[Statement], str]) -> None:
    account = ofxparse.OfxParser.parse(io.BytesIO(write(statement()).encode())).account
    read = account.statement
    assert (account.routing_number, account.account_id, read.currency) == ("204577", "13579246", "gbp")
    assert [(each.date.date(), each.amount) for each in read.transactions] == expected(statement())
    assert [each.id for each in read.transactions] == [line.line_id for line in statement().lines]
    assert read.balance == statement().closing
    assert (read.transactions[2].payee, read.transactions[2].memo) == ("PATEL & DAUGHTERS", "INV <7> 1,2")
    assert read.transactions[1].payee + read.transactions[1].memo == "ELAVON MERCHANT 21000401 BATCH 400124"


def test_ofx_in_xml_is_well_formed_and_says_its_version() -> None:
    text = ofx.xml(statement())
    assert 'OFXHEADER="200" VERSION="211"' in text
    assert len(ET.fromstring(text.encode()).findall(".//STMTTRN")) == 5  # noqa: S314 - written above
    assert ofx.sgml(statement()).startswith("OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\n")


# MT940


def test_mt940_is_what_the_mt940_library_reads() -> None:
    messages = swift.messages(statement()).split("-}\r\n")[:-1]
    assert len(messages) == 3
    found, balance = [], statement().opening
    for message in messages:
        read = mt940.parse(message.partition("{4:\r\n")[2])
        assert read.data["final_opening_balance"].amount.amount == balance
        balance = read.data["final_closing_balance"].amount.amount
        found += [
            (each.data["date"], each.data["amount"].amount, each.data["bank_reference"]) for each in read
        ]
    assert [(on, amount) for on, amount, _ in found] == expected(statement())
    assert [reference for *_, reference in found] == [line.line_id for line in statement().lines]
    assert balance == statement().closing


def test_mt940_has_its_fields_in_order_and_only_signs_that_swift_knows() -> None:
    text = swift.messages(statement())
    tags = re.findall(r"(?m)^:(\w+):", text.partition("-}")[0])
    assert tags == ["20", "25", "28C", "60F", "61", "86", "61", "86", "62F", "64"]
    assert not re.search(r"[^A-Za-z0-9/\-?:().,'+ {}\r\n]", text)
    assert ":61:2611271127C2310,44NTRF21000401 400123//20000000000001\r\n" in text
    assert max(len(line) for line in text.splitlines()) <= 69


# CAMT.053


@pytest.mark.parametrize("version", camt053.VERSIONS)
def test_camt_holds_every_line_with_its_balances_in_the_order_of_the_schema(version: str) -> None:
    root = ET.fromstring(camt053.document(statement(), version))  # noqa: S314 - written above
    space = {"": f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"}
    stated = root.find("BkToCstmrStmt/Stmt", space)
    assert stated is not None
    names = [child.tag.partition("}")[2] for child in stated]
    assert names[:5] == ["Id", "ElctrncSeqNb", "CreDtTm", "FrToDt", "Acct"]
    assert names[5:] == ["Bal", "Bal", "TxsSummry", *["Ntry"] * 5]
    entries = stated.findall("Ntry", space)
    assert [signed(entry, space) for entry in entries] == [amount for _, amount in expected(statement())]
    assert [entry.findtext("AcctSvcrRef", "", space) for entry in entries] == [
        line.line_id for line in statement().lines
    ]
    opening, closing = (signed(balance, space) for balance in stated.findall("Bal", space))
    assert (opening, closing) == (statement().opening, statement().closing)
    assert root.findtext(".//Acct/Id/IBAN", "", space) == ACCOUNTS["GBP"].iban
    details = entries[0].find("NtryDtls/TxDtls", space)
    assert details is not None
    assert details.findtext("RmtInf/Ustrd", "", space) == "21000401 400123"
    status, party, bic = ("Sts", "Nm", "BIC") if version == "02" else ("Sts/Cd", "Pty/Nm", "BICFI")
    assert entries[0].findtext(status, "", space) == "BOOK"
    assert details.findtext(f"RltdPties/Dbtr/{party}", "", space) == "ELAVON MERCHANT SE"
    assert root.findtext(f".//Acct/Svcr/FinInstnId/{bic}", "", space)


def signed(element: ET.Element, space: dict[str, str]) -> Decimal:
    amount = Decimal(element.findtext("Amt", "", space))
    return amount if element.findtext("CdtDbtInd", "", space) == "CRDT" else -amount


# All of them


def test_an_account_number_has_right_check_digits() -> None:
    for account in ACCOUNTS.values():
        moved = account.iban[4:] + account.iban[:4]
        assert int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1


def test_a_day_without_lines_has_a_statement_too() -> None:
    empty = statement(date(2026, 11, 28), date(2026, 11, 29))
    assert empty.lines == ()
    assert empty.opening == empty.closing == statement().opening + Decimal("2274.44")
    assert swift.messages(empty).count(":60F:") == 1
    assert "<Ntry>" not in camt053.document(empty)


amounts = st.integers(-(10**8), 10**8).filter(bool).map(lambda pence: Decimal(pence) / 100)
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(st.lists(st.tuples(days, amounts), max_size=20), days, days)
def test_balances_meet_between_overlapping_statements(
    moves: list[tuple[date, Decimal]], one: date, other: date
) -> None:
    rows = [
        {
            "line_id": f"{place:05d}",
            "on": on,
            "amount": amount,
            "code": Code.GIRO,
            "name": "N",
            "reference": "",
        }
        for place, (on, amount) in enumerate(moves)
    ]
    first, last = sorted((one, other))
    account = ACCOUNTS["EUR"]
    whole = statement_of(account, rows, date(2026, 1, 1), date(2026, 12, 31), AT)
    part = statement_of(account, rows, first, last, AT)
    assert whole.closing == account.opening + sum(amount for _, amount in moves)
    assert [line for line in whole.lines if first <= line.on <= last] == list(part.lines)
    assert part.closing - part.opening == sum(line.amount for line in part.lines)
