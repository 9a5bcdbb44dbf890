"""How long a statement of 50,000 lines takes from its bytes to its committed lines, in each format; then the same again.

The floor is the same lines written to a bare table by COPY: what storing them costs when nothing is read, compared or
checked.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import django

from benchmarks.report import print_result
from config.demo.headless import throw_away
from config.demo.options import read_options
from sandbox.bank.core.accounts import ACCOUNTS
from sandbox.bank.core.lines import Statement, statement_of
from sandbox.bank.formats import camt053, delimited, mt940, ofx

LINES: Final = 50_000
_CAMT_LINES: Final = 20_000
"""As many as fit into the largest file that is read."""
_A_DAY: Final = 140
_FORMATS: Final[tuple[tuple[str, Callable[[Statement], str], int], ...]] = (
    ("CSV", delimited.natwest, LINES),
    ("OFX", ofx.sgml, LINES),
    ("MT940", mt940.messages, LINES),
    ("CAMT.053", camt053.document, _CAMT_LINES),
)


def main() -> None:
    with _database():
        from reconciliation.models import BankLine

        rows: list[tuple[object, ...]] = []
        line: dict[str, object] = {}
        for name, write, lines in _FORMATS:
            content = write(_statement(lines)).encode()
            first, again = _imported(name, content)
            floor = _floor(BankLine.objects.filter(bank_account__slug=_slug(name)))
            rows.append((name, f"{lines:,}", f"{len(content) / 1e6:.1f}", f"{first:.2f}", f"{lines / first:,.0f}", f"{again:.2f}", f"{first / floor:.1f}"))  # fmt: skip
            key = _slug(name)
            line |= {
                f"{key}_lines_per_second": round(lines / first),
                f"{key}_known_lines_per_second": round(lines / again),
                f"{key}_times_floor": round(first / floor, 1),
            }
    columns = ("format", "lines", "MB", "seconds", "lines/s", "all known: seconds", "times the floor")
    print_result("statements: a large statement imported", columns, rows, {**line, "cores": os.cpu_count()})


@contextmanager
def _database() -> Iterator[None]:
    with throw_away(read_options(["--headless"])) as stack:
        stack.prepare_database()
        os.environ.update(stack.own_environment())
        django.setup()
        yield


def _statement(lines: int) -> Statement:
    first = date(2025, 1, 1)
    rows = [
        {
            "line_id": str(20000000000001 + number),
            "on": first + timedelta(days=number // _A_DAY),
            "amount": Decimal(number * 7919 % 90_000 + 1).scaleb(-2) * (1 if number % 3 else -1),
            "code": "FPI" if number % 3 else "DD",
            "name": f"CUSTOMER {number * 31 % 997}",
            "reference": f"INV {number}",
        }
        for number in range(lines)
    ]
    return statement_of(ACCOUNTS["GBP"], rows, first, date(2026, 12, 31), datetime(2026, 12, 31, tzinfo=UTC))


def _slug(name: str) -> str:
    return name.casefold().replace(".", "")


def _imported(name: str, content: bytes) -> tuple[float, float]:
    """Seconds of the first import, and of one of the same lines in a file that is not quite the same."""
    from integrations.models import Pair
    from reconciliation.models import BankAccount
    from reconciliation.statements.importing import import_statement

    pair, _ = Pair.objects.get_or_create(slug="benchmark", defaults={"name": "Benchmark"})
    account = BankAccount.objects.create(
        pair=pair, name=name, slug=_slug(name), currency="GBP", account_code="090"
    )
    seconds = []
    for body in (content, content + b"\n"):
        start = time.perf_counter()
        made = import_statement(account, body, filename=name, via="api")
        seconds.append(time.perf_counter() - start)
    if made.lines_new:
        raise RuntimeError(f"{made.lines_new} lines of {name} were taken twice.")
    return seconds[0], seconds[1]


def _floor(stored: Any) -> float:
    from django.db import connection

    fields = ("identity", "booked_on", "amount_minor", "reference", "description", "counterparty")
    rows = list(stored.values_list(*fields))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bench_lines (a text, b date, c bigint, d text, e text, f text)")
        start = time.perf_counter()
        with cursor.copy("COPY bench_lines FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        seconds = time.perf_counter() - start
        cursor.execute("DROP TABLE bench_lines")
    return seconds


if __name__ == "__main__":
    main()
