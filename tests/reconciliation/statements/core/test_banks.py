"""CSV files as banks write them, each in its own way, and files of banks that nobody knows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from reconciliation.statements.core.accounts import OwnAccount
from reconciliation.statements.core.columns import Columns, columns_from_json
from reconciliation.statements.core.csv_guess import as_written
from reconciliation.statements.core.detecting import as_kept
from reconciliation.statements.core.reading import csv_file, proves_itself, read_statement
from reconciliation.statements.core.statement import Statement, StatementError

SAMPLES = Path(__file__).parent.parent / "samples"
OWN = OwnAccount("Business", "GBP", "20-45-77", "9246")
MARCH = [(date(2026, 3, 11), 12000), (date(2026, 3, 11), 231044), (date(2026, 3, 12), -3600)]


def read(content: bytes, columns: Columns | None = None, own: OwnAccount = OWN) -> Statement:
    kept = as_kept(content)
    return read_statement(kept, own, csv_file(kept, columns))


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


@pytest.mark.parametrize(
    ("name", "bank", "has_balances"),
    [
        ("barclays", "Barclays", False),
        ("hsbc", "HSBC", False),
        ("lloyds", "Lloyds, Halifax or Bank of Scotland", True),
        ("natwest", "NatWest or RBS", True),
        ("santander", "Santander", True),
        ("starling", "Starling", True),
        ("monzo", "Monzo", False),
        ("nationwide", "Nationwide", True),
    ],
)
def test_the_big_british_banks_are_recognised(name: str, bank: str, *, has_balances: bool) -> None:
    found = read(sample(f"{name}.csv"))
    assert found.layout == bank
    assert [(line.booked_on, line.minor) for line in found.lines] == MARCH
    assert "INV 4711" in found.lines[0].text
    assert (found.opening_minor, found.closing_minor) == ((100000, 339444) if has_balances else (None, None))
    assert (found.starts_on, found.ends_on) == (MARCH[0][0], MARCH[-1][0])


def test_lines_keep_the_row_that_a_spreadsheet_shows() -> None:
    assert [line.row for line in read(sample("barclays.csv")).lines] == [4, 3, 2]
    assert [line.row for line in read(sample("hsbc.csv")).lines] == [3, 2, 1]


def test_who_paid_and_the_banks_number_come_from_columns_of_their_own() -> None:
    line = read(sample("monzo.csv")).lines[1]
    assert (line.bank_id, line.counterparty, line.reference) == (
        "tx_0002",
        "Elavon Merchant Services",
        "21000401",
    )


def test_an_unknown_bank_is_guessed_by_heads_and_proven_by_its_balances() -> None:
    content = sample("starling.csv").replace(b"Counter Party", b"Payee").replace(b" (GBP)", b"")
    file = csv_file(content, None)
    assert file is not None and file.columns.is_guess
    found = read(content)
    assert [(line.booked_on, line.minor) for line in found.lines] == MARCH
    assert proves_itself(found, file.columns)


def test_columns_said_by_a_person_read_commas_points_and_another_language() -> None:
    heads = {"date": "Buchungstag", "amount": "Betrag", "balance": "Saldo", "description": "Verwendungszweck"}
    content = sample("german.csv")
    file = csv_file(content, Columns(heads))
    assert file is not None
    found = read(content, as_written(Columns(heads), file.table))
    assert [(line.booked_on, line.minor) for line in found.lines] == MARCH
    assert found.closing_minor == 339444


def test_months_written_first_and_directions_as_words_are_understood() -> None:
    found = read(sample("american.csv"))
    assert [(line.booked_on.day, line.minor) for line in found.lines] == [
        (11, 12000),
        (11, 231044),
        (13, -3600),
    ]


def test_what_a_person_said_is_kept_as_json_and_wins_over_a_guess() -> None:
    said = Columns(
        {"date": "Date", "amount": "Amount", "description": "Subcategory"}, turned=True, bank="Mine"
    )
    kept = columns_from_json(said.as_json())
    assert kept == said
    found = read(sample("barclays.csv"), kept)
    assert [line.minor for line in found.lines] == [-12000, -231044, 3600]
    assert found.layout == "Mine"


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("12.50", 1250), ("-12.50", -1250), ("12.50-", -1250), ("(12.50)", -1250), ("12.50 DR", -1250), ("12.50CR", 1250),
        ('"1,234.50"', 123450), ("£1234.50", 123450), ("-£12.50", -1250), ("+£12.50", 1250), ("GBP 12.50 OD", -1250),
        ("−12.50", -1250),
    ],
)  # fmt: skip
def test_amounts_carry_their_sign_in_many_ways(written: str, minor: int) -> None:
    content = f"Date,Description,Amount\n11/03/2026,A,1.00\n12/03/2026,B,{written}\n".encode()
    assert read(content).lines[1].minor == minor


def test_money_out_may_be_written_as_negative_already() -> None:
    content = b"Date,Description,Paid out,Paid in\n11/03/2026,A,-5.00,\n12/03/2026,B,,7.00\n"
    assert [line.minor for line in read(content).lines] == [-500, 700]


def test_a_refund_in_the_column_of_money_out_comes_in() -> None:
    content = b"Date,Description,Paid out,Paid in\n11/03/2026,A,5.00,\n12/03/2026,B,-2.00,\n"
    assert [line.minor for line in read(content).lines] == [-500, 200]


def test_balances_tell_the_order_within_a_day() -> None:
    newest_first = b"Date,Description,Amount,Balance\n11/03/2026,B,-5.00,5.00\n11/03/2026,A,10.00,10.00\n"
    assert [line.description for line in read(newest_first).lines] == ["A", "B"]


def test_rows_that_are_no_lines_are_passed_over() -> None:
    content = (
        b"Date,Description,Amount,Balance\n10/03/2026,BALANCE BROUGHT FORWARD,,10.00\n11/03/2026,A,5.00,15.00\n"
        b"12/03/2026,CARD CHECK,0.00,15.00\n,,,\nClosed early\n"
    )
    found = read(content)
    assert [line.minor for line in found.lines] == [500]
    assert found.notes == ("1 rows of nothing (0.00) are left out.",)


def test_a_row_told_twice_down_to_its_balance_is_one_line() -> None:
    content = b"Date,Description,Amount,Balance\n11/03/2026,A,5.00,15.00\n11/03/2026,A,5.00,15.00\n12/03/2026,B,1.00,16.00\n"
    found = read(content)
    assert [line.minor for line in found.lines] == [500, 100]
    assert (found.opening_minor, found.closing_minor) == (1000, 1600)


@pytest.mark.parametrize(
    ("content", "row", "words"),
    [
        (b"Date,Description,Amount\n31/02/2026,A,1.00\n", 2, "no day of the calendar"),
        (b"Date,Description,Amount\n11/03/2026,A,1.005\n", 2, "more decimals than GBP"),
        (b"Date,Description,Amount\n11/03/2026,A,one\n", 2, "no amount"),
        (b"Date,Description,Amount\n11/03/2026,A,\n", 2, "no amount"),
        (b"Date,Description,Amount\n,A,1.00\n", 2, "no day"),
        (b"Date,Description,Amount,Currency\n11/03/2026,A,1.00,EUR\n", 2, "in EUR, the account in GBP"),
        (b"Date,Description,Amount\n11/03/2026,A, B,1.00\n", 2, "more cells"),
        (b"Date,Description,Paid out,Paid in\n11/03/2026,A,1.00,2.00\n", 2, "both money out and money in"),
        (b"Date,Description,Amount,Balance\n11/03/2026,A,1.00,11.00\n12/03/2026,B,1.00,13.00\n", 3, "missing, doubled"),
        (b"Transaction ID,Date,Description,Amount\n1.2E+15,11/03/2026,A,1.00\n", 2, "rounded by a spreadsheet"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_and_nothing_is_read(content: bytes, row: int, words: str) -> None:
    with pytest.raises(StatementError) as refused:
        read(content)
    assert [bad.row for bad in refused.value.bad] == [row]
    assert words in " ".join(refused.value.bad[0].problems)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel workbook"),
        (b"%PDF-1.7", "a PDF"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
        ("Date,Description,Amount\n".encode("utf-16-le"), "zero bytes"),
        (b"Date,Description,Amount\n", "no lines"),
        (b"Date,Description\n11/03/2026,A\n", "No line of the file names columns"),
        (b"Date,Description,Kind\n11/03/2026,A,B\n", "No column holds the amount"),
        (b"Date,Description,Amount (EUR)\n11/03/2026,A,1.00\n", "in EUR, the account is in GBP"),
        (b"Date,Description,Amount,Account\n11/03/2026,A,1.00,11111111\n11/03/2026,A,1.00,22222222\n", "several accounts"),
        (b"Date,Description,Amount,Account\n11/03/2026,A,1.00,11111111\n", "ending in 1111, Business ends in 9246"),
        (b"Date,Description,Amount,Account,Sort Code\n11/03/2026,A,1.00,13579246,112233\n", "of sort code 11-22-33"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_statement_of_the_account_says_why(content: bytes, words: str) -> None:
    with pytest.raises(StatementError, match=words):
        read(content)


def test_sixteen_bit_text_with_its_mark_is_read() -> None:
    assert len(read(sample("barclays.csv").decode().encode("utf-16")).lines) == 3


def test_a_last_row_without_an_end_is_pointed_out() -> None:
    assert "cut off" in read(sample("barclays.csv").rstrip()).notes[0]
    assert read(sample("starling.csv").rstrip()).notes == ()
