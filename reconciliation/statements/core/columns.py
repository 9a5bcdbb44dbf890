"""What the columns of a bank's CSV file mean: said by a person, known of a bank, or guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

FIELDS: Final[Mapping[str, str]] = {
    "date": "Day",
    "amount": "Amount with its sign",
    "money_out": "Money out",
    "money_in": "Money in",
    "direction": "In or out, as a word",
    "balance": "Balance after the line",
    "counterparty": "Who",
    "reference": "Reference",
    "description": "Text",
    "more": "More text",
    "bank_id": "The bank's number of the line",
    "account": "Account number",
    "sort_code": "Sort code",
    "currency": "Currency",
}
"""What may be read from a column, with its words for people."""

_TEXTS: Final = ("counterparty", "reference", "description", "more")

_GUESSES: Final[Mapping[str, str]] = {
    "date": r"(transaction|booking|posting|posted|booked|entry|value|completed|started)? ?(date|day)( \(?utc\)?)?|when",
    "money_out": r"(debit|withdrawal|withdrawals|paid out|money out|out|payments?|debits)( amount)?",
    "money_in": r"(credit|deposit|deposits|paid in|money in|in|receipts?|credits)( amount)?",
    "amount": r"(transaction )?(amount|value|net|sum|total|debit/credit)|net amount",
    "direction": r"(debit or credit|credit or debit|dr/cr|cr/dr|d/c|sign|direction|debit/credit indicator|credit debit indicator)",
    "balance": r"(running |account |closing |ledger )?balance",
    "counterparty": r"counter ?party( name)?|name|payee|payer|(merchant|beneficiary|remitter)( name)?|payee/payer",
    "reference": r"(payment |customer |transaction )?(reference|ref)|notes and #tags",
    "description": r"((transaction |merchant/)?(description|details|narrative|text)|memo|particulars|narrative ?#?1)",
    "more": r"(notes?|additional (information|details)|narrative ?#?2|further details)",
    "bank_id": r"(transaction|trans|bank|fit)[ _]?id|unique id|id",
    "account": r"account( number| no\.?)?|iban",
    "sort_code": r"sort ?code",
    "currency": r"(account )?(currency|ccy)",
}
_CURRENCY_IN_HEAD: Final = re.compile(r"\(([A-Z]{3})\)\s*$")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which head holds what (by the names of FIELDS), and how days and amounts are written in the file.

    `turned`: money out is positive, as on a card's statement. Where the file has no line of heads they are Column 1,
    Column 2 and so on.
    """

    heads: Mapping[str, str]
    has_heads: bool = True
    month_first: bool = False
    comma: bool = False
    turned: bool = False
    bank: str = ""
    is_guess: bool = field(default=False, compare=False)

    def problems(self) -> list[str]:
        """What is missing to read lines by them, in words."""
        named = {name for name, head in self.heads.items() if head}
        missing = []
        if "date" not in named:
            missing.append("No column says the day.")
        if not named & {"amount", "money_in", "money_out"}:
            missing.append("No column holds the amount.")
        if not named & set(_TEXTS):
            missing.append("No column says in words what a line is.")
        return missing

    def fits(self, heads: Iterable[str], *, has_heads: bool = True) -> bool:
        """Whether a file with these heads has all columns that are named."""
        return has_heads == self.has_heads and set(self.heads.values()) - {""} <= set(heads)

    def as_json(self) -> dict[str, Any]:
        """For a JSON field: kept without whether it was a guess."""
        return {name: value for name, value in asdict(self).items() if name != "is_guess"}


def columns_from_json(document: Mapping[str, Any]) -> Columns | None:
    """Columns as they were kept; None for nothing."""
    if not document.get("heads"):
        return None
    names = {each.name for each in fields(Columns)}
    return Columns(**{name: value for name, value in document.items() if name in names})


def bare(head: str) -> str:
    """A head without its currency, small."""
    return " ".join(_CURRENCY_IN_HEAD.sub("", head).split()).casefold()


def currency_in(head: str) -> str:
    """The currency in brackets at the end of a head, as Starling writes Amount (GBP); empty without."""
    found = _CURRENCY_IN_HEAD.search(head)
    return found[1] if found is not None else ""


def guessed(heads: Sequence[str]) -> dict[str, str]:
    """What the heads most likely mean, each head once; of several that fit, the first in the file."""
    free = list(heads)
    found: dict[str, str] = {}
    for name, pattern in _GUESSES.items():
        head = next((each for each in free if re.fullmatch(pattern, bare(each))), "")
        if head:
            found[name] = head
            free.remove(head)
    if "amount" in found and "money_in" in found and "money_out" in found:
        # The two columns say what the one does; Monzo writes all three.
        del found["money_in"], found["money_out"]
    return found
