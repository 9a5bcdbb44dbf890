"""However a month is cut into files, in whichever order and format they come, its lines are the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reconciliation.statements.core.accounts import OwnAccount
from reconciliation.statements.core.comparing import KnownLine, compare
from reconciliation.statements.core.reading import csv_file, read_statement
from reconciliation.statements.core.statement import StatementLine
from tests.reconciliation.statements.conftest import FORMATS, Row, bank_statement, written

OWN = OwnAccount("Business", "GBP")
DAYS = 12
NAMES = ["ELAVON MERCHANT SE", "PATEL & DAUGHTERS", "S O'BRIEN", "WORLDPAY AP LTD"]
REFERENCES = ["", "INV 4711", "INV 4712", "21000401 400123"]

months = st.lists(
    st.tuples(
        st.integers(0, DAYS - 1),
        st.sampled_from(["10.00", "25.50", "-10.00", "1310.07"]),
        st.sampled_from(NAMES),
        st.sampled_from(REFERENCES),
    ),
    min_size=1,
    max_size=14,
).map(sorted)
cuts = st.lists(
    st.tuples(st.integers(0, DAYS - 1), st.integers(0, DAYS)).map(lambda ends: (min(ends), max(ends))),
    max_size=4,
)


class Shelf:
    """What an account knows after some files."""

    def __init__(self) -> None:
        self.lines: dict[str, StatementLine] = {}
        self.formats: dict[str, str] = {}

    def take(self, content: bytes) -> int:
        statement = read_statement(content, OWN, csv_file(content, None))
        compared = compare(statement.lines, self.known(), statement.format)
        for identity, line in compared.new:
            assert identity not in self.lines
            self.lines[identity] = line
            self.formats[identity] = statement.format
        return len(compared.new)

    def known(self) -> list[KnownLine]:
        return [
            KnownLine(identity, line.booked_on, line.minor, line.text, self.formats[identity])
            for identity, line in self.lines.items()
        ]

    def counted(self) -> Counter[tuple[object, int]]:
        return Counter((line.booked_on, line.minor) for line in self.lines.values())


def truth(rows: list[Row]) -> Counter[tuple[object, int]]:
    return Counter((line.on, int(line.amount * 100)) for line in bank_statement(rows).lines)


@given(rows=months, pieces=cuts, kind=st.sampled_from(sorted(FORMATS)), luck=st.randoms())
def test_overlapping_cuts_of_a_month_in_any_order_give_the_same_lines(
    rows: list[Row], pieces: list[tuple[int, int]], kind: str, luck: object
) -> None:
    shelf = Shelf()
    files = [written(kind, rows, *piece) for piece in pieces if bank_statement(rows, *piece).lines]
    files.append(written(kind, rows))
    luck.shuffle(files)  # type: ignore[attr-defined]  # a random.Random
    for file in files:
        shelf.take(file)
    assert shelf.counted() == truth(rows)
    whole = Shelf()
    whole.take(written(kind, rows))
    assert shelf.lines.keys() == whole.lines.keys()
    assert shelf.take(files[0]) == 0


@given(rows=months, kinds=st.lists(st.sampled_from(sorted(FORMATS)), min_size=2, max_size=3))
def test_the_same_month_in_another_format_adds_nothing(rows: list[Row], kinds: list[str]) -> None:
    shelf = Shelf()
    for kind in kinds:
        shelf.take(written(kind, rows))
    assert shelf.counted() == truth(rows)


@given(
    rows=months,
    told=st.integers(1, 14),
    kinds=st.permutations(["csv barclays", "csv natwest", "ofx", "mt940", "camt053 08"]),
)
def test_what_happens_later_on_a_files_last_day_comes_with_the_next_file_in_whichever_format(
    rows: list[Row], told: int, kinds: list[str]
) -> None:
    whole = bank_statement(rows)
    by_noon = replace(whole, lines=whole.lines[:told], last=whole.lines[:told][-1].on)
    shelf = Shelf()
    shelf.take(FORMATS[kinds[0]](by_noon).encode())
    shelf.take(FORMATS[kinds[1]](whole).encode())
    assert shelf.counted() == truth(rows)


def test_a_line_repeated_in_one_file_is_two_lines() -> None:
    rows: list[Row] = [(0, "10.00", "S O'BRIEN", "RENT"), (0, "10.00", "S O'BRIEN", "RENT")]
    shelf = Shelf()
    assert [shelf.take(written("csv hsbc", rows)), shelf.take(written("csv hsbc", rows))] == [2, 0]


def test_payments_of_two_invoices_of_one_amount_are_never_taken_for_one_another() -> None:
    one: list[Row] = [(0, "10.00", "S O'BRIEN", "INV 4711")]
    other: list[Row] = [(0, "10.00", "S O'BRIEN", "INV 4712")]
    shelf = Shelf()
    assert [shelf.take(written("csv barclays", one)), shelf.take(written("csv hsbc", other))] == [1, 1]
