"""The merchant's own work with the bank: its accounts, and the statements of each in a form of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from config.demo.people import PAIR
from config.demo.stack import Stack

FRIDAY: Final = 4
OVERLAP: Final = timedelta(days=6)
"""So far each statement goes back behind the last one: banks are asked for a week, not for what is new."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a bank writes a statement: its address, the ending of its name, and what each line of it holds."""

    query: str
    ending: str
    mark: bytes


CSV: Final = Form("format=csv&layout=barclays", "csv", b"\n")
OFX: Final = Form("format=ofx", "ofx", b"<STMTTRN>")
CAMT053: Final = Form("format=camt053", "xml", b"<Ntry>")
MT940: Final = Form("format=mt940", "sta", b":61:")
_LEAST: Final = {CSV: 2}
"""The heads of a CSV file are a line too."""


@dataclass(frozen=True, slots=True)
class Account:
    """One of the merchant's accounts, the Xero account that stands for it, and how its statements come."""

    currency: str
    code: str
    usual: Form
    on_fridays: Form

    @property
    def slug(self) -> str:
        """Its short name."""
        return f"business-{self.currency.lower()}"

    def form_on(self, day: date) -> Form:
        """The same lines come in another form at the end of the week."""
        return self.on_fridays if day.weekday() == FRIDAY else self.usual


ACCOUNTS: Final = (
    Account("GBP", "090", CSV, OFX),
    Account("EUR", "092", CAMT053, CAMT053),
    Account("USD", "093", MT940, MT940),
)


class BankDesk:
    """Fetches each account's statement, from a week before the last one on, and imports it."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._imported_to: date | None = None

    def open_accounts(self) -> None:
        """Make the accounts known to the product."""
        for account in ACCOUNTS:
            said = ("--currency", account.currency, "--account-code", account.code)
            name = ("--name", f"Business {account.currency}")
            self._stack.manage("add_bank_account", account.slug, "--pair", PAIR, *said, *name)

    def carry(self, today: date) -> None:
        """Import each account's statement up to `today`."""
        begin = (self._imported_to or today - 4 * OVERLAP) - OVERLAP
        for account in ACCOUNTS:
            self._carry(account, begin, today)
        self._imported_to = today

    def _carry(self, account: Account, begin: date, today: date) -> None:
        form = account.form_on(today)
        content = self._stack.control.fetch(
            f"bank/statement?account={account.currency}&from={begin}&to={today}&{form.query}"
        )
        if content.count(form.mark) < _LEAST.get(form, 1):
            return
        file = self._stack.var / f"{account.slug}.{form.ending}"
        file.write_bytes(content)
        self._stack.manage("import_statement", str(file), "--account", account.slug, "--pair", PAIR)
