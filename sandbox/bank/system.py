"""The merchant's bank: it books what acquirers pay and everybody else, and writes statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sandbox.bank.book import Book, Payments
from sandbox.bank.core.accounts import ACCOUNTS, Account
from sandbox.bank.core.everyday import stranger
from sandbox.bank.core.lines import Code, Statement, statement_of
from sandbox.bank.formats import broken, camt053, delimited, mt940, ofx
from sandbox.kernel.calendar import london_day
from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply, Request
from sandbox.kernel.wire_json import error_reply, json_reply
from sandbox.kernel.world import World

FORMATS: Final = ("csv", "ofx", "ofx2", "mt940", "camt053")
_MEBIBYTE: Final = 1 << 20
_USUAL_SIZE, _MOST_SIZE = 20, 250
"""Mebibytes of a huge file."""
_TYPES: Final = {
    "csv": ("text/csv", "csv"),
    "ofx": ("application/x-ofx", "ofx"),
    "ofx2": ("application/x-ofx", "ofx"),
    "mt940": ("text/plain", "sta"),
    "camt053": ("application/xml", "xml"),
}


class BankSystem:
    """Business accounts in GBP, EUR and USD."""

    name = "bank"

    def __init__(self, world: World, payments: Payments, first_day: Callable[[], date | None]) -> None:
        self._world = world
        self._book = Book(world, payments, first_day)

    def handle(self, request: Request) -> Reply:
        """A statement, or what there is."""
        if request.method != "GET":
            return error_reply("Statements are only read", 405)
        if request.path.strip("/") == "":
            return json_reply(self._index())
        if request.path != "/statement":
            return error_reply("No such file", 404)
        try:
            return self._statement(request.query)
        except LookupError as missing:
            return error_reply(str(missing.args[0]), 404)
        except ValueError as wrong:
            return error_reply(str(wrong))

    def route_of(self, request: Request) -> str:
        """`bank.download`."""
        return "bank.download"

    def tick(self) -> None:
        """Book what was paid, and let days go by."""
        self._book.run()

    def replied(self, key: str, reply: Reply) -> None:
        """The bank calls nobody."""

    def failed(self, key: str, reason: str) -> None:
        """The bank calls nobody."""

    # Statements

    def _statement(self, query: Mapping[str, str]) -> Reply:
        account = _account(query.get("account", "GBP"))
        now = self._world.clock.business()
        first = _day(query.get("from"), date.min)
        last = min(_day(query.get("to"), london_day(now)), london_day(now))
        if first == date.min:
            first = min((row["on"] for row in self._book.lines(account.currency)), default=last)
        statement = self._made(account, first, last, now)
        kind = query.get("broken") or str(self._world.switches.get("bank.broken", "none"))
        file_format = query.get("format", "csv")
        body = _body(statement, file_format, query, kind)
        content_type, ending = _TYPES[file_format]
        name = f"{account.number}-{first:%Y%m%d}-{last:%Y%m%d}.{ending}"
        disposition = f'attachment; filename="{name}"'
        return Reply(200, body, {"content-type": content_type, "content-disposition": disposition})

    def _made(self, account: Account, first: date, last: date, now: datetime) -> Statement:
        return statement_of(account, self._book.lines(account.currency), first, last, now)

    def _index(self) -> dict[str, Any]:
        address = "/bank/statement?account=GBP&from=2026-11-01&to=2026-11-30"
        return {
            "accounts": [_shown(account) for account in ACCOUNTS.values()],
            "statements": [
                *(f"{address}&format=csv&layout={layout}" for layout in delimited.LAYOUTS),
                f"{address}&format=ofx",
                f"{address}&format=ofx2",
                f"{address}&format=mt940",
                *(f"{address}&format=camt053&version={version}" for version in camt053.VERSIONS),
            ],
            "broken": list(broken.KINDS),
        }

    # Control

    def add_line(
        self,
        *,
        amount: str,
        name: str,
        reference: str = "",
        account: str = "GBP",
        on: str = "",
        code: str = "FPI",
    ) -> dict[str, str]:
        """Book a line no acquirer has to do with, such as a stranger's credit of a certain amount."""
        try:
            moved = Decimal(amount)
        except InvalidOperation as error:
            raise ValueError(f"{amount!r} is no amount") from error
        day = _day(on, london_day(self._world.clock.business()))
        draft = stranger(moved, Code(code), name, reference, "added")
        return {"line_id": self._book.add(_account(account).currency, day, draft)["line_id"]}

    def truth(self) -> dict[str, Any]:
        """Accounts with their balances, and every line with whose it is; amounts in major units."""
        rows = [row for currency in ACCOUNTS for row in self._book.lines(currency)]
        return {"accounts": [self._balanced(account) for account in ACCOUNTS.values()], "lines": rows}

    def _balanced(self, account: Account) -> Row:
        moved = sum((row["amount"] for row in self._book.lines(account.currency)), Decimal(0))
        return {**_shown(account), "opening": account.opening, "closing": account.opening + moved}


def _body(statement: Statement, file_format: str, query: Mapping[str, str], kind: str) -> bytes:
    if kind not in broken.KINDS:
        raise ValueError(f"Statements can be broken as one of {', '.join(broken.KINDS)}")
    if kind == "duplicates":
        statement = broken.repeated(statement)
    text = _text(statement, file_format, query)
    if kind == "huge":
        size = min(int(query.get("size_mb", _USUAL_SIZE)), _MOST_SIZE) * _MEBIBYTE
        text = _text(broken.enlarged(statement, 1 + size // len(text)), file_format, query)
    spoil = broken.SPOILERS.get(kind)
    return spoil(text, file_format) if spoil else text.encode()


def _text(statement: Statement, file_format: str, query: Mapping[str, str]) -> str:
    if file_format == "csv":
        layout = query.get("layout", "barclays")
        if layout not in delimited.LAYOUTS:
            raise LookupError(f"There is no layout {layout}; there are {', '.join(delimited.LAYOUTS)}")
        return delimited.LAYOUTS[layout](statement)
    if file_format == "camt053":
        version = query.get("version", "02")
        if version not in camt053.VERSIONS:
            raise LookupError(f"There is no version {version}; there are {', '.join(camt053.VERSIONS)}")
        return camt053.document(statement, version)
    writers = {"ofx": ofx.sgml, "ofx2": ofx.xml, "mt940": mt940.messages}
    if file_format not in writers:
        raise LookupError(f"There is no format {file_format}; there are {', '.join(FORMATS)}")
    return writers[file_format](statement)


def _account(given: str) -> Account:
    """An account by its currency, number or IBAN. Raises LookupError in words."""
    for account in ACCOUNTS.values():
        if given in (account.currency, account.number, account.iban):
            return account
    raise LookupError(f"There is no account {given}; there are {', '.join(ACCOUNTS)}")


def _day(text: str | None, usual: date) -> date:
    return date.fromisoformat(text) if text else usual


def _shown(account: Account) -> dict[str, Any]:
    return {
        "currency": account.currency,
        "sort_code": account.sort_code,
        "number": account.number,
        "iban": account.iban,
    }
