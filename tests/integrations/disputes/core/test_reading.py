"""Files of acquirers: what is read, and what is named as bad instead of being guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.files.cells import BadCellError, read_amount, read_day, read_last_four, read_number
from integrations.core.files.tables import MOST_ROWS, UnreadableFileError, read_table
from integrations.core.money import Money
from integrations.disputes.core.columns import (
    ELAVON,
    KNOWN,
    Columns,
    guessed,
    guessed_state,
    recognised,
)
from integrations.disputes.core.reading import read_notices
from sandbox.acquirer.core.layouts import LAYOUTS

TODAY = date(2026, 3, 20)
NOTICE: dict[str, Any] = {
    "notice_id": "N900001", "on": date(2026, 3, 9), "case_id": "CB70001", "stage": "received", "merchant_number": "M1",
    "scheme": "Visa", "last4": "0006", "sold_on": date(2026, 2, 3), "sale_amount": Decimal("1234.50"),
    "amount": Decimal("1234.50"), "currency": "GBP", "fee": Decimal("15.00"), "reason_code": "10.4",
    "reason": "Other fraud, card-absent", "retrieval_reference": "123456789012", "auth_code": "999777",
    "raised_on": date(2026, 3, 9), "respond_by": date(2026, 3, 23),
}  # fmt: skip
PLAIN = Columns(
    "Harbour Bank",
    {"case_id": "Case", "state": "Status", "amount": "Amount", "happened_on": "Date"},
    {"open": "received", "won": "won"},
    {"currency": "GBP"},
)


def plain(*lines: str) -> bytes:
    return "\r\n".join(["Case,Status,Amount,Date", *lines]).encode()


@pytest.mark.parametrize("slug", sorted(LAYOUTS))
def test_the_files_of_known_acquirers_are_recognised_and_read_whole(slug: str) -> None:
    stages = ("received", "represented", "won", "lost", "accepted", "pre_arbitration", "reversed", "expired")
    written = LAYOUTS[slug].write([{**NOTICE, "stage": stage} for stage in stages])
    table = read_table(written.encode())
    columns = recognised(table.heads)
    assert columns is KNOWN[slug]
    reading = read_notices(table, columns, TODAY)
    assert reading.bad == ()
    assert [row.notice.state for row in reading.good] == list(stages)
    first = reading.good[0]
    assert (first.number, first.has_day) == (2, True)
    notice = first.notice
    assert (notice.case_id, notice.amount_minor, notice.currency, notice.fee_minor) == (
        "CB70001",
        123450,
        "GBP",
        1500,
    )
    assert (notice.last_four, notice.retrieval_reference, notice.bank_auth_code) == (
        "0006",
        "123456789012",
        "999777",
    )
    assert (notice.happened_on, notice.raised_on, notice.respond_by, notice.sold_on) == (
        date(2026, 3, 9), date(2026, 3, 9), date(2026, 3, 23), date(2026, 2, 3),
    )  # fmt: skip
    assert notice.scheme == ("American Express" if slug == "amex" else "Visa")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_usual_encoding_and_separator_is_found(encoding: str, separator: str) -> None:
    lines = [["Case", "Status", "Betrag £"], ["C1", "offen – fällig", "1"], ["C2", "zu, wirklich; ja", "2"]]
    text = "\n".join(separator.join(f'"{cell}"' for cell in line) for line in lines)
    table = read_table(text.encode(encoding))
    assert table.heads == ("Case", "Status", "Betrag £")
    assert [row.cells["Status"] for row in table.rows] == ["offen – fällig", "zu, wirklich; ja"]
    assert table.separator == separator


def test_a_title_above_the_heads_and_empty_lines_are_passed_over_and_rows_keep_their_numbers() -> None:
    table = read_table(b"Disputes\n\nCase,Status,Amount,\nC1,Open,1\n,,\nC2,Won,2\n")
    assert table.heads == ("Case", "Status", "Amount")
    assert [row.number for row in table.rows] == [4, 6]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"%PDF-1.7", "a PDF"),
        (b"a,b,c\n\x00\x01", "no text"),
        (b"one line of words\n", "names columns"),
        (b"a,b,c\n" + b"1,2,3\n" * (MOST_ROWS + 1), "at most"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(UnreadableFileError, match=words):
        read_table(content)


def test_bad_rows_are_named_with_everything_wrong_and_the_good_ones_stand() -> None:
    table = read_table(
        plain(
            "C1,Open,12.50,09/03/2026",
            "C2,Perhaps,nothing,31/02/2026",
            ",Open,1.00,09/03/2026",
            "C4,Won,0.00,09/03/2026",
            "C5,Open,1,200.00,09/03/2026",
            "4111111111111111,Open,1.00,09/03/2026",
        )
    )
    reading = read_notices(table, PLAIN, TODAY)
    assert [row.notice.case_id for row in reading.good] == ["C1"]
    problems = {row.number: " ".join(row.problems) for row in reading.bad}
    assert sorted(problems) == [3, 4, 5, 6, 7]
    for words in ("“Perhaps”", "“nothing” is no amount", "“31/02/2026” is no day"):
        assert words in problems[3]
    assert "no number" in problems[4]
    assert "Disputed amount: there is none" in problems[5]
    assert "more cells" in problems[6]
    assert "card number" in problems[7]
    assert "4111" not in problems[7]


def test_a_row_without_a_day_takes_the_day_of_the_file_and_says_so() -> None:
    [row] = read_notices(read_table(plain("C1,Open,1.00,")), PLAIN, TODAY).good
    assert (row.notice.happened_on, row.has_day) == (TODAY, False)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("12.50", 1250), ("1,234.50", 123450), ("(1,234.50)", 123450), ("-12.50", 1250), ("12.50-", 1250), ("£12.50", 1250),
        ("GBP 12.50", 1250), ("12.50 DR", 1250), ("12", 1200), ("1 234.5", 123450), ("1'234.50", 123450), ("\u221212.50", 1250),
    ],
)  # fmt: skip
def test_amounts_are_read_as_acquirers_write_them(text: str, minor: int) -> None:
    assert read_amount(text, "GBP") == Money(minor, "GBP")


@pytest.mark.parametrize(
    "text", ["1,23.40", "12.505", "€12", "EUR 1.00", "1.234,50", "12.5.0", "NaN", "1e3", "", "--1"]
)
def test_what_is_no_exact_amount_is_refused(text: str) -> None:
    with pytest.raises(BadCellError):
        read_amount(text, "GBP")


def test_a_decimal_comma_is_read_where_the_columns_say_so() -> None:
    assert read_amount("1.234,50", "EUR", comma=True) == Money(123450, "EUR")
    with pytest.raises(BadCellError, match="decimal sign"):
        read_amount("1.234,50", "EUR")


@given(
    st.integers(min_value=0, max_value=10**11),
    st.booleans(),
    st.sampled_from(["{}", "({})", "-{}", "{}-", "£{}"]),
)
def test_every_amount_that_is_written_is_read_back(minor: int, grouped: bool, shape: str) -> None:
    amount = Money(minor, "GBP")
    written = f"{amount.to_decimal():,}" if grouped else str(amount.to_decimal())
    assert read_amount(shape.format(written), "GBP") == amount


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)))
def test_every_usual_way_to_write_a_day_is_read_back(day: date) -> None:
    for form in (
        "%d/%m/%Y",
        "%Y-%m-%d",
        "%Y%m%d",
        "%d.%m.%y",
        "%d-%b-%Y",
        "%d %B %Y",
        "%Y-%m-%dT%H:%M:%SZ",
        "%d/%m/%Y 00:00",
    ):
        assert read_day(day.strftime(form)) == day
    assert read_day(day.strftime("%m/%d/%Y"), month_first=True) == day


@pytest.mark.parametrize("text", ["31/02/2026", "2026-13-01", "03/25/2026", "soon", "1/2", "2026-03-091"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(BadCellError):
        read_day(text)


def test_only_the_last_four_digits_of_a_card_are_ever_taken() -> None:
    assert read_last_four("411111******0042") == "0042"
    assert read_last_four("4111 1111 1111 1111") == "1111"
    assert read_last_four("42") == "0042"
    assert read_last_four("************") == ""
    with pytest.raises(BadCellError):
        read_last_four("****42")


def test_numbers_that_a_spreadsheet_has_rounded_are_refused() -> None:
    assert read_number("123456789012") == "123456789012"
    with pytest.raises(BadCellError, match="rounded"):
        read_number("1.23457E+11")


def test_unknown_heads_and_words_are_guessed_for_a_person_to_confirm() -> None:
    found = guessed(
        ["Chargeback ID", "Stage", "Disputed Amount", "Ccy", "Due date", "Reason Code", "Reason", "Odd"]
    )
    assert found == {
        "case_id": "Chargeback ID", "state": "Stage", "amount": "Disputed Amount", "currency": "Ccy",
        "respond_by": "Due date", "reason_code": "Reason Code", "note": "Reason",
    }  # fmt: skip
    assert [guessed_state(word) for word in ("Pre-Arb", "New case", "Merchant won", "???")] == [
        "pre_arbitration", "received", "won", "",
    ]  # fmt: skip


def test_columns_say_what_is_still_missing() -> None:
    assert ELAVON.problems() == []
    missing = Columns("X", {"case_id": "Case"}, {}).problems()
    assert [words.partition(":")[0] for words in missing] == [
        "State of the case",
        "Disputed amount",
        "Currency",
    ]
