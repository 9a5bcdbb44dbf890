"""/Reports/TrialBalance and /Reports/BankSummary, computed from the ledger."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.core import where
from sandbox.xero.core.money import ZERO
from sandbox.xero.wire import fields
from sandbox.xero.wire.dates import ms_bare

_SECTIONS = (
    ("Revenue", "REVENUE"),
    ("Expenses", "EXPENSE"),
    ("Assets", "ASSET"),
    ("Liabilities", "LIABILITY"),
    ("Equity", "EQUITY"),
)
_PROFIT = ("REVENUE", "EXPENSE")


def _day_of(call: Call, name: str, default: date) -> date:
    try:
        return fields.day({name: call.query(name)}, name) or default
    except fields.Invalid as refusal:
        raise where.BadQuery(str(refusal)) from refusal


def _long(on: date) -> str:
    return f"{on.day} {on:%B %Y}"


def _report(call: Call, kind: str, name: str, titles: list[str], rows: list[dict[str, Any]]) -> Reply:
    at = call.books.stamp()
    report = {
        "ReportID": kind,
        "ReportName": name,
        "ReportType": kind,
        "ReportTitles": titles,
        "ReportDate": _long(call.books.today()),
        "UpdatedDateUTC": ms_bare(at),
        "Fields": [],
        "Rows": rows,
    }
    return call.reply("Reports", [report])


def _cell(value: str, account: Row | None = None) -> dict[str, Any]:
    if account is None:
        return {"Value": value}
    return {"Value": value, "Attributes": [{"Value": account["AccountID"], "Id": "account"}]}


def _header(*titles: str) -> dict[str, Any]:
    return {"RowType": "Header", "Cells": [_cell(title) for title in titles]}


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}" if amount else ""


# -- trial balance


def trial_balance(call: Call) -> Reply:
    """The month's movements and the year's balances at a day, which come to the same on both sides."""
    books = call.books
    on = _day_of(call, "date", books.today())
    sections: list[dict[str, Any]] = []
    columns = [ZERO] * 4
    for title, class_ in _SECTIONS:
        rows = []
        for account in _accounts_of(books, class_):
            month = books.ledger.balance(account["AccountID"], since=on.replace(day=1), until=on).base
            year = _year_balance(books, account, on)
            if month or year:
                figures = [max(month, ZERO), max(-month, ZERO), max(year, ZERO), max(-year, ZERO)]
                columns = [total + figure for total, figure in zip(columns, figures, strict=True)]
                rows.append(_trial_row(account, figures))
        if rows:
            sections.append({"RowType": "Section", "Title": title, "Rows": rows})
    total = {
        "RowType": "SummaryRow",
        "Cells": [_cell("Total"), *[_cell(f"{column:.2f}") for column in columns]],
    }
    rows = [
        _header("Account", "Debit", "Credit", "YTD Debit", "YTD Credit"),
        *sections,
        {"RowType": "Section", "Title": "", "Rows": [total]},
    ]
    titles = ["Trial Balance", books.organisation["Name"], f"As at {_long(on)}"]
    return _report(call, "TrialBalance", "Trial Balance", titles, rows)


def _accounts_of(books: Books, class_: str) -> list[Row]:
    rows = [row for row in books.accounts if row["Class"] == class_]
    return sorted(rows, key=lambda row: row["Code"] or "")


def year_start(books: Books, on: date) -> date:
    """First day of the financial year that holds a day."""
    organisation = books.organisation
    month, day = organisation["FinancialYearEndMonth"], organisation["FinancialYearEndDay"]
    ends = date(on.year, month, min(day, monthrange(on.year, month)[1]))
    if on > ends:
        return ends + timedelta(days=1)
    year = on.year - 1
    return date(year, month, min(day, monthrange(year, month)[1])) + timedelta(days=1)


def _year_balance(books: Books, account: Row, on: date) -> Decimal:
    """A balance as the trial balance has it: profit of earlier years stands in retained earnings."""
    start = year_start(books, on)
    if account["Class"] in _PROFIT:
        return books.ledger.balance(account["AccountID"], since=start, until=on).base
    balance = books.ledger.balance(account["AccountID"], until=on).base
    if account["SystemAccount"] == "RETAINEDEARNINGS":
        earlier = start - timedelta(days=1)
        for class_ in _PROFIT:
            for row in _accounts_of(books, class_):
                balance += books.ledger.balance(row["AccountID"], until=earlier).base
    return balance


def _trial_row(account: Row, figures: list[Decimal]) -> dict[str, Any]:
    cells = [_cell(f"{account['Name']} ({account['Code']})", account)]
    cells += [_cell(_money(figure), account) for figure in figures]
    return {"RowType": "Row", "Cells": cells}


# -- bank summary


def bank_summary(call: Call) -> Reply:
    """Opening balance, cash received and spent, closing balance of each bank account."""
    books = call.books
    today = books.today()
    until = _day_of(call, "todate", today.replace(day=monthrange(today.year, today.month)[1]))
    since = _day_of(call, "fromdate", until.replace(day=1))
    rows = []
    sums = [ZERO] * 4
    for account in sorted(books.accounts, key=lambda row: row["Name"]):
        if account["Type"] == "BANK" and account["Status"] == "ACTIVE":
            figures = _bank_figures(books, account["AccountID"], since, until)
            sums = [total + figure for total, figure in zip(sums, figures, strict=True)]
            rows.append(_bank_row(account, figures))
    rows.append(
        {"RowType": "SummaryRow", "Cells": [_cell("Total"), *[_cell(f"{total:.2f}") for total in sums]]}
    )
    header = _header("Bank Accounts", "Opening Balance", "Cash Received", "Cash Spent", "Closing Balance")
    titles = ["Bank Summary", books.organisation["Name"], f"From {_long(since)} to {_long(until)}"]
    section = {"RowType": "Section", "Title": "", "Rows": rows}
    return _report(call, "BankSummary", "Bank Summary", titles, [header, section])


def _bank_figures(books: Books, account_id: str, since: date, until: date) -> list[Decimal]:
    """Opening, received, spent and closing, in base currency or the account's own by the switch."""
    opening = books.ledger.balance(account_id, until=since - timedelta(days=1))
    period = books.ledger.balance(account_id, since=since, until=until)
    if books.choices("bank_summary_currency") == "own":
        return [opening.own, period.own_received, period.own_spent, opening.own + period.own]
    return [opening.base, period.base_received, period.base_spent, opening.base + period.base]


def _bank_row(account: Row, figures: list[Decimal]) -> dict[str, Any]:
    name = {"Value": account["Name"], "Attributes": [{"Value": account["AccountID"], "Id": "accountID"}]}
    opening, received, spent, closing = (f"{figure:.2f}" for figure in figures)
    cells = [name, _cell(opening), _cell(received, account), _cell(spent, account), _cell(closing)]
    return {"RowType": "Row", "Cells": cells}
