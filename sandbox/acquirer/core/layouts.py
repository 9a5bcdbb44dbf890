"""The acquirers' dispute files: the columns of each, its words for the stages, its way to write dates."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

Notice = Mapping[str, Any]
Column = tuple[str, Callable[[Notice], str]]


@dataclass(frozen=True, slots=True)
class Layout:
    """How one acquirer writes its notices."""

    slug: str
    acquirer: str
    columns: tuple[Column, ...]

    def write(self, notices: Iterable[Notice]) -> str:
        """The file: a line of names, then one line per notice (RFC 4180)."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([name for name, _ in self.columns])
        for notice in notices:
            writer.writerow([show(notice) for _, show in self.columns])
        return out.getvalue()


def _text(name: str) -> Callable[[Notice], str]:
    return lambda notice: str(notice[name])


def _money(name: str) -> Callable[[Notice], str]:
    return lambda notice: format(notice[name], ".2f")


def _day(name: str, form: str) -> Callable[[Notice], str]:
    def show(notice: Notice) -> str:
        day: date | None = notice[name]
        return day.strftime(form) if day else ""

    return show


def _word(words: Mapping[str, str]) -> Callable[[Notice], str]:
    return lambda notice: words[notice["stage"]]


_ELAVON_WORDS: Final = {
    "received": "New chargeback",
    "represented": "Representment sent",
    "won": "Closed - won",
    "lost": "Closed - lost",
    "accepted": "Closed - accepted",
    "pre_arbitration": "Pre-arbitration",
    "reversed": "Reversed by issuer",
    "expired": "Closed - no response",
}
_WORLDPAY_WORDS: Final = {
    "received": "CHARGED_BACK",
    "represented": "DEFENDED",
    "won": "CHARGEBACK_REVERSED",
    "lost": "DEFENCE_REJECTED",
    "accepted": "ACCEPTED",
    "pre_arbitration": "PRE_ARBITRATION",
    "reversed": "WITHDRAWN",
    "expired": "EXPIRED",
}
_AMEX_WORDS: Final = {
    "received": "Chargeback",
    "represented": "Under review",
    "won": "Decided in merchant favour",
    "lost": "Decided in card member favour",
    "accepted": "Accepted by merchant",
    "pre_arbitration": "Final review",
    "reversed": "Chargeback reversal",
    "expired": "No reply",
}

_BRITISH, _ISO, _BARE = "%d/%m/%Y", "%Y-%m-%d", "%Y%m%d"

ELAVON: Final = Layout(
    "elavon",
    "Elavon",
    (
        ("Notice Number", _text("notice_id")),
        ("Notice Date", _day("on", _BRITISH)),
        ("Case Number", _text("case_id")),
        ("Case Status", _word(_ELAVON_WORDS)),
        ("Merchant ID", _text("merchant_number")),
        ("Card Brand", _text("scheme")),
        ("Card Number", lambda notice: f"************{notice['last4']}"),
        ("Transaction Date", _day("sold_on", _BRITISH)),
        ("Transaction Amount", _money("sale_amount")),
        ("Dispute Amount", _money("amount")),
        ("Currency", _text("currency")),
        ("Dispute Fee", _money("fee")),
        ("Reason Code", _text("reason_code")),
        ("Reason", _text("reason")),
        ("Retrieval Reference Number", _text("retrieval_reference")),
        ("Authorisation Code", _text("auth_code")),
        ("Date Raised", _day("raised_on", _BRITISH)),
        ("Respond By", _day("respond_by", _BRITISH)),
    ),
)
WORLDPAY: Final = Layout(
    "worldpay",
    "Worldpay",
    (
        ("eventId", _text("notice_id")),
        ("eventDate", _day("on", _ISO)),
        ("disputeReference", _text("case_id")),
        ("status", _word(_WORLDPAY_WORDS)),
        ("merchantCode", _text("merchant_number")),
        ("paymentMethod", _text("scheme")),
        ("cardLast4", _text("last4")),
        ("purchaseDate", _day("sold_on", _ISO)),
        ("purchaseAmount", _money("sale_amount")),
        ("disputeAmount", _money("amount")),
        ("currencyCode", _text("currency")),
        ("feeAmount", _money("fee")),
        ("reasonCode", _text("reason_code")),
        ("reasonDescription", _text("reason")),
        ("rrn", _text("retrieval_reference")),
        ("authCode", _text("auth_code")),
        ("disputeDate", _day("raised_on", _ISO)),
        ("defendBy", _day("respond_by", _ISO)),
    ),
)
AMEX: Final = Layout(
    "amex",
    "American Express",
    (
        ("Record Number", _text("notice_id")),
        ("Status Date", _day("on", _BARE)),
        ("Case Number", _text("case_id")),
        ("Case Status", _word(_AMEX_WORDS)),
        ("SE Number", _text("merchant_number")),
        ("Card Member Account Ending", _text("last4")),
        ("Charge Date", _day("sold_on", _BARE)),
        ("Charge Amount", _money("sale_amount")),
        ("Disputed Amount", _money("amount")),
        ("Currency", _text("currency")),
        ("Fee", _money("fee")),
        ("Reason Code", _text("reason_code")),
        ("Reason", _text("reason")),
        ("Charge Reference Number", _text("retrieval_reference")),
        ("Approval Code", _text("auth_code")),
        ("Case Open Date", _day("raised_on", _BARE)),
        ("Reply By Date", _day("respond_by", _BARE)),
    ),
)
LAYOUTS: Final = {layout.slug: layout for layout in (ELAVON, WORLDPAY, AMEX)}


def layout_of(acquirer: str) -> Layout:
    """The layout of an acquirer by its name; one without a layout of its own writes like Elavon."""
    return next((layout for layout in LAYOUTS.values() if layout.acquirer == acquirer), ELAVON)
