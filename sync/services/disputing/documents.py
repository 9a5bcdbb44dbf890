"""The Xero documents of a dispute: money spent and received, credit note, money given up, journal.

Only the credit note is mapped, for it undoes an invoice that was. A sale in a foreign currency that the books keep is booked
at the rate of the day on which the dispute was raised, each time: disputed receivables, kept in the books' own currency, come
to nothing in the end (Xero Accounting API, CurrencyRate: units of the document's currency for one of the books').
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final

from integrations.core.money import Money
from integrations.disputes.core.stories import Story
from integrations.models import Dispute, Order
from integrations.pairs.selectors import account_for
from integrations.rates import rate_of_day
from mapping.core.problems import Problem
from mapping.services.documents import DocumentMaker, Made
from mapping.services.records import Credit
from sync.core.chargebacks import move_of_key
from sync.models import Posting

_K = Posting.Kind
_ROLES: Final[Mapping[str, str]] = {
    "disputed": "Disputed receivables",
    "losses": "Chargeback losses",
    "dispute_fees": "Dispute fees",
}
_NOON: Final = time(12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One posting of a dispute that needs its document. `clearing`: the account the sale went to, if it is known."""

    kind: str
    key: str
    amount: Money
    order: Order
    dispute: Dispute
    story: Story
    earlier: Sequence[Credit] = ()
    clearing: str = ""

    @property
    def name(self) -> str:
        """What happened, as the key says: received, won, fee."""
        return move_of_key(self.key)

    @property
    def day(self) -> date:
        """The day of the move, or of the state by which money was given up."""
        moved = {move.name: move.happened_on for move in self.story.moves}
        return moved.get(self.name, self.story.since)


class _MissingAccountError(ValueError):
    """A role that the pair's accounts do not play."""


def make(maker: DocumentMaker, wanted: Wanted) -> Made:
    """The document; ids of other Xero objects are added when it is sent."""
    try:
        if wanted.kind in (_K.SPEND, _K.RECEIVE):
            return Made(_moved(maker, wanted), None)
        if wanted.kind == _K.CREDIT_NOTE:
            return _credit_note(maker, wanted)
        if wanted.kind == _K.REFUND:
            return Made(_given_up(maker, wanted), None)
        if wanted.kind == _K.JOURNAL:
            return Made(_journal(maker, wanted), None)
    except _MissingAccountError as missing:
        return Made({}, None, (Problem(str(missing), target="accounts", cause="settings"),))
    return Made({}, None)


def _account(maker: DocumentMaker, role: str) -> str:
    code = str(maker.context()["accounts"].get(role, ""))
    if not code:
        raise _MissingAccountError(
            f"No account plays the role “{_ROLES[role]}”, so a dispute cannot be booked. Choose one on the page Accounts."
        )
    return code


def _clearing(maker: DocumentMaker, wanted: Wanted) -> str:
    """The account the sale went to, for money of its currency; else the clearing account of the money's own."""
    accounts: Mapping[str, str] = maker.context()["accounts"]["clearing"]
    currency = wanted.amount.currency
    if wanted.clearing and wanted.clearing in _accounts_of(accounts, currency):
        return wanted.clearing
    if currency not in accounts:
        raise _MissingAccountError(
            f"There is no clearing account in {currency}, so {wanted.amount} of dispute {wanted.dispute.case_id} cannot be "
            "booked. Choose one on the page Accounts."
        )
    return accounts[currency]


def _accounts_of(accounts: Mapping[str, str], currency: str) -> set[str]:
    return {code for name, code in accounts.items() if name.partition(":")[0] == currency}


def _moved(maker: DocumentMaker, wanted: Wanted) -> dict[str, Any]:
    """Rows 10 and 11 (BankTransactions). The contact is the customer, added on delivery."""
    is_fee = wanted.name.startswith("fee")
    amount = wanted.amount.to_decimal()
    line: dict[str, Any] = {
        "Description": _words(wanted),
        "Quantity": 1,
        "UnitAmount": amount,
        "LineAmount": amount,
        "AccountCode": _account(maker, "dispute_fees" if is_fee else "disputed"),
    }
    tax_type = _tax_type(maker) if is_fee else ""
    if tax_type:
        line["TaxType"] = tax_type
    return {
        "Type": "SPEND" if wanted.kind == _K.SPEND else "RECEIVE",
        "BankAccount": {"Code": _clearing(maker, wanted)},
        "Date": wanted.day.isoformat(),
        "Reference": wanted.key,
        "CurrencyCode": wanted.amount.currency,
        "LineAmountTypes": "Inclusive" if tax_type else "NoTax",
        "LineItems": [line],
        **_rate(maker, wanted),
    }


def _tax_type(maker: DocumentMaker) -> str:
    role = account_for(maker.pair, "dispute_fees")
    return role.tax_type if role else ""


def _words(wanted: Wanted) -> str:
    what = "Fee for dispute" if wanted.name.startswith("fee") else "Disputed"
    return f"{what} {wanted.dispute.case_id}, order {wanted.order}"


def _rate(maker: DocumentMaker, wanted: Wanted) -> dict[str, Decimal]:
    base = maker.pair.base_currency
    return {} if wanted.amount.currency == base else {"CurrencyRate": _rate_of(base, wanted)}


def _rate_of(base: str, wanted: Wanted) -> Decimal:
    return rate_of_day(base, wanted.amount.currency, wanted.dispute.raised_on).quantize(Decimal("0.000001"))


def _credit_note(maker: DocumentMaker, wanted: Wanted) -> Made:
    """Row 12: lines and VAT in proportion, as for a refund."""
    prefix = maker.pair.invoice_prefix
    return maker.credit_note_of_sale(
        wanted.order,
        Credit(wanted.amount),
        code=wanted.key,
        number=prefix + re.sub("[:~@]", "-", wanted.key),
        earlier=wanted.earlier,
        happened_at=datetime.combine(wanted.day, _NOON),
    )


def _given_up(maker: DocumentMaker, wanted: Wanted) -> dict[str, Any]:
    """Row 12: the money on the credit note, or of an overpayment, out of disputed receivables (Payments)."""
    return {
        "Account": {"Code": _account(maker, "disputed")},
        "Date": wanted.day.isoformat(),
        "Amount": wanted.amount.to_decimal(),
        "Reference": wanted.key,
        **_rate(maker, wanted),
    }


def _journal(maker: DocumentMaker, wanted: Wanted) -> dict[str, Any]:
    """Row 13 (ManualJournals), in the books' own currency, which is all that Xero's journals know."""
    amount = _in_base(maker, wanted)
    words = f"{wanted.key}: {_words(wanted)} is lost"
    lines = [(amount, "losses"), (-amount, "disputed")]
    return {
        "Narration": words,
        "Date": wanted.day.isoformat(),
        "Status": "POSTED",
        "LineAmountTypes": "NoTax",
        "JournalLines": [
            {"LineAmount": each, "AccountCode": _account(maker, role), "Description": words}
            for each, role in lines
        ],
    }


def _in_base(maker: DocumentMaker, wanted: Wanted) -> Decimal:
    base = maker.pair.base_currency
    if wanted.amount.currency == base:
        return wanted.amount.to_decimal()
    return Money.rounded(wanted.amount.to_decimal() / _rate_of(base, wanted), base).to_decimal()
