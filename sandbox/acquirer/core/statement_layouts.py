"""The acquirers' settlement statements and bills: a row per line, in the columns of each.

The columns are modelled on what such files carry; the acquirers publish no layout. Elavon groups thousands and gives no
order code; Worldpay writes amounts without a sign beside D or C; American Express writes bare dates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sandbox.acquirer.core.bills import words_of
from sandbox.acquirer.core.layouts import Layout
from sandbox.acquirer.core.reasons import CARD_NAMES

Row = Mapping[str, Any]
Show = Callable[[Row], str]


def _text(name: str) -> Show:
    return lambda row: str(row[name])


def _grouped(name: str) -> Show:
    return lambda row: format(row[name], ",.2f")


def _plain(name: str) -> Show:
    return lambda row: format(row[name], ".2f")


def _unsigned(name: str) -> Show:
    return lambda row: format(abs(row[name]), ".2f")


def _sign(name: str) -> Show:
    return lambda row: "D" if row[name] < 0 else "C"


def _day(name: str, form: str) -> Show:
    def show(row: Row) -> str:
        day: date = row[name] or row["day"]
        return day.strftime(form)

    return show


def _word(words: Mapping[str, str]) -> Show:
    return lambda row: words[row["kind"]]


def _card(row: Row) -> str:
    scheme = str(row["scheme"])
    return CARD_NAMES.get(scheme, scheme)


_ELAVON_WORDS: Final = {
    "sale": "Sale",
    "refund": "Refund",
    "chargeback": "Chargeback",
    "chargeback_reversal": "Chargeback reversal",
    "fee": "Fee",
    "reserve_held": "Reserve held",
    "reserve_released": "Reserve released",
    "rejected": "Rejected",
}
_WORLDPAY_WORDS: Final = {
    "sale": "SETTLED",
    "refund": "REFUNDED",
    "chargeback": "CHARGED_BACK",
    "chargeback_reversal": "CHARGEBACK_REVERSED",
    "fee": "CHARGE",
    "reserve_held": "RESERVE_HELD",
    "reserve_released": "RESERVE_RELEASED",
    "rejected": "REFUSED",
}
_AMEX_WORDS: Final = {
    "sale": "Charge",
    "refund": "Credit",
    "chargeback": "Chargeback",
    "chargeback_reversal": "Chargeback reversal",
    "fee": "Fee",
    "reserve_held": "Reserve",
    "reserve_released": "Reserve release",
    "rejected": "Rejected charge",
}
_BRITISH, _ISO, _BARE = "%d/%m/%Y", "%Y-%m-%d", "%Y%m%d"

ELAVON: Final = Layout(
    "elavon",
    "Elavon",
    (
        ("Settlement Date", _day("day", _BRITISH)),
        ("Merchant ID", _text("mid")),
        ("Batch Reference", _text("reference")),
        ("Transaction Date", _day("on", _BRITISH)),
        ("Transaction Type", _word(_ELAVON_WORDS)),
        ("Card Brand", _card),
        ("Card Number", lambda row: f"************{row['last4']}" if row["last4"] else ""),
        ("Authorisation Code", _text("auth_code")),
        ("Retrieval Reference Number", _text("retrieval_reference")),
        ("Case Number", _text("case_id")),
        ("Description", _text("text")),
        ("Gross Amount", _grouped("gross")),
        ("Service Charge", _grouped("percent_fee")),
        ("Transaction Fee", _grouped("item_fee")),
        ("Net Amount", _grouped("net")),
        ("Currency", _text("currency")),
        ("Funding Date", _day("promised", _BRITISH)),
    ),
)
WORLDPAY: Final = Layout(
    "worldpay",
    "Worldpay",
    (
        ("settlementDate", _day("day", _ISO)),
        ("merchantCode", _text("mid")),
        ("settlementReference", _text("reference")),
        ("orderCode", _text("vendortxcode")),
        ("eventDate", _day("on", _ISO)),
        ("eventType", _word(_WORLDPAY_WORDS)),
        ("paymentMethod", _card),
        ("cardLast4", _text("last4")),
        ("authCode", _text("auth_code")),
        ("rrn", _text("retrieval_reference")),
        ("disputeReference", _text("case_id")),
        ("description", _text("text")),
        ("currencyCode", _text("currency")),
        ("debitCredit", _sign("gross")),
        ("grossAmount", _unsigned("gross")),
        ("commissionAmount", _plain("percent_fee")),
        ("transactionCharge", _plain("item_fee")),
        ("netAmount", _plain("net")),
        ("paymentDate", _day("promised", _ISO)),
    ),
)
AMEX: Final = Layout(
    "amex",
    "American Express",
    (
        ("Processing Date", _day("day", _BARE)),
        ("SE Number", _text("mid")),
        ("Payment Number", _text("reference")),
        ("Payment Date", _day("promised", _BARE)),
        ("Charge Date", _day("on", _BARE)),
        ("Record Type", _word(_AMEX_WORDS)),
        ("Card Member Account Ending", _text("last4")),
        ("Approval Code", _text("auth_code")),
        ("Charge Reference Number", _text("retrieval_reference")),
        ("Merchant Reference", _text("vendortxcode")),
        ("Case Number", _text("case_id")),
        ("Description", _text("text")),
        ("Charge Amount", _plain("gross")),
        ("Discount Amount", _plain("percent_fee")),
        ("Service Fee Amount", _plain("item_fee")),
        ("Settlement Amount", _plain("net")),
        ("Currency", _text("currency")),
    ),
)
STATEMENTS: Final = {layout.slug: layout for layout in (ELAVON, WORLDPAY, AMEX)}


def _or_blank(name: str, form: str) -> Show:
    def show(row: Row) -> str:
        value: Decimal = row[name]
        return format(value, form) if value else ""

    return show


BILL: Final = Layout(
    "bill",
    "",
    (
        ("Invoice Number", _text("bill_id")),
        ("Invoice Date", _day("made_on", _BRITISH)),
        ("Merchant ID", _text("mid")),
        ("Billing Month", _day("month", "%Y-%m")),
        ("Fee Type", _text("fee_kind")),
        ("Description", words_of),
        ("Rate Name", _text("name")),
        ("Quantity", _text("quantity")),
        ("Volume", _or_blank("volume", ",.2f")),
        ("Rate %", _or_blank("percent", ".3f")),
        ("Per Item", _or_blank("per_item", ".4f")),
        ("Net Amount", _grouped("net")),
        ("VAT %", _text("vat_percent")),
        ("VAT Amount", _grouped("vat")),
        ("Gross Amount", _grouped("gross")),
        ("Currency", _text("currency")),
        ("Collection Date", _day("collected_on", _BRITISH)),
    ),
)
