"""A transaction as the Reporting & Admin API tells it, in detail or as a row of a list."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from integrations.core.money import Money
from integrations.opayo.core.amounts import from_wire
from integrations.opayo.core.protocol import Outcome, without_braces
from integrations.opayo.core.reporting_xml import parse_time

# Reporting & Admin API, txstateid. `open`: the customer, the bank or we have still to do something.
OUTCOME_BY_STATE: Final[Mapping[int, Outcome]] = MappingProxyType(
    {
        1: "technical",
        **dict.fromkeys(range(2, 8), "open"),
        8: "failed",
        9: "failed",
        10: "failed",
        11: "failed",
        12: "failed",
        13: "technical",
        14: "waiting",
        15: "waiting",
        16: "captured",
        17: "failed",
        18: "failed",
        19: "failed",
        20: "failed",
        21: "waiting",
        22: "failed",
        23: "failed",
        24: "open",
        25: "open",
        26: "failed",
        27: "failed",
    }
)
WORDS_BY_STATE: Final[Mapping[int, str]] = MappingProxyType(
    {
        1: "Opayo refused the registration: a field was missing or wrong.",
        2: "The customer is choosing how to pay.",
        3: "The customer is entering the card.",
        4: "The customer is confirming the payment.",
        5: "The customer is proving who they are to their bank (3-D Secure).",
        6: "Sent to the bank.",
        7: "Opayo waits for our answer to its notification.",
        8: "Cancelled: nobody finished it within 15 minutes. No money was taken.",
        9: "Cancelled: we did not accept Opayo's notification. No money was taken.",
        10: "Rejected by your own fraud rules in MyOpayo. No money was taken.",
        11: "The customer cancelled the payment.",
        12: "Declined by the customer's bank. No money was taken.",
        13: "Cancelled by an error at Opayo. No money was taken.",
        14: "Approved; the money is taken when you release it, within 30 days.",
        15: "The card was authenticated; nothing is taken until you authorise it.",
        16: "Authorised: the money is taken.",
        17: "The bank did not answer in time. No money was taken.",
        18: "Voided on its own day: no money was taken.",
        19: "The hold on the card was let go. No money was taken.",
        20: "Opayo waited too long for an answer. No money was taken.",
        21: "The card was registered; nothing is taken until you authorise it.",
        22: "The authorisation was given up. No money was taken.",
        23: "The bank did not settle it: the payment has failed after all.",
        24: "The customer is at PayPal.",
        25: "A card was stored for later payments.",
        26: "Nothing more can be authorised on it.",
        27: "The hold on the card ran out after 30 days. No money was taken.",
    }
)
_CHECKS: Final = (
    "cv2result", "addressresult", "postcoderesult", "threedresult", "eci", "declinecode", "t3mscore", "t3maction",
    "t3mid", "fraudcode", "fraudcodedetail", "fraudscreenrecommendation", "clientip", "iplocation",
)  # fmt: skip

_BUILT_ON_OTHERS: Final = frozenset(("REFUND", "AUTHORISE", "REPEAT", "REPEATDEFERRED"))


@dataclass(frozen=True, slots=True)
class OpayoTransaction:
    """What Opayo knows of a transaction. Absent fields are empty; times are aware UTC.

    `amount` is None when neither it nor its currency was told: rows of a list may leave it out.
    `checks` holds the answers of bank, scheme and fraud screening under Reporting's own names.
    """

    vps_tx_id: str
    """GUID in capitals, without braces."""
    vendor_tx_code: str
    tx_type: str = ""
    """In the protocol's capitals: PAYMENT, DEFERRED, REFUND, …"""
    tx_state_id: int | None = None
    status: str = ""
    amount: Money | None = None
    currency: str = ""
    started: datetime | None = None
    completed: datetime | None = None
    payment_system: str = ""
    last_four: str = ""
    expiry: str = ""
    """MMYY."""
    auth_no: str = ""
    bank_auth_code: str = ""
    security_key: str = field(default="", repr=False)
    batch_id: str = ""
    auth_processor: str = ""
    related_transaction_id: str = ""
    """VPSTxId of what a refund, authorise or repeat builds on; rows of a list leave it out."""
    related_vendor_tx_code: str = ""
    surname: str = ""
    """Billing surname; helps to find the order of a payment nobody announced."""
    is_refunded: bool = False
    is_released: bool = False
    is_aborted: bool = False
    result: str = ""
    """SUCCESS or FAILURE, in rows of a list."""
    checks: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """What became of it, for people."""
        return WORDS_BY_STATE.get(self.tx_state_id or 0, self.status)

    @property
    def is_refund(self) -> bool:
        return self.tx_type == "REFUND"

    @property
    def builds_on_another(self) -> bool:
        """Whether it is a transaction of its own that belongs to an earlier one."""
        return self.tx_type in _BUILT_ON_OTHERS


def parse_transaction(values: Mapping[str, str]) -> OpayoTransaction:
    """From the elements of a detail reply or of a list row, names in lower case; anything may be absent."""
    get = values.get
    currency = get("currency", "")
    state = get("txstateid", "")
    return OpayoTransaction(
        vps_tx_id=without_braces(get("vpstxid", "")),
        vendor_tx_code=get("vendortxcode", ""),
        tx_type=get("transactiontype", "").upper(),
        tx_state_id=int(state) if state.isascii() and state.isdigit() else None,
        status=get("status", ""),
        amount=from_wire(get("amount", ""), currency),
        currency=currency,
        started=parse_time(get("started", "")),
        completed=parse_time(get("completed", "")),
        payment_system=get("paymentsystem", ""),
        last_four=get("last4digits", "")[-4:],
        expiry=get("expirydate", ""),
        auth_no=get("vpsauthcode", ""),
        bank_auth_code=get("bankauthcode", ""),
        security_key=get("securitykey", ""),
        batch_id="" if get("batchid") == "0" else get("batchid", ""),
        auth_processor=get("authprocessor", ""),
        related_transaction_id=without_braces(get("relatedtransactionid", "")),
        related_vendor_tx_code=get("relatedvendortxcode", ""),
        surname=get("billingsurname", ""),
        is_refunded=_is_yes(get("refunded", "")),
        is_released=_is_yes(get("released", "")),
        is_aborted=_is_yes(get("aborted", "")),
        result=get("result", "").upper(),
        checks={name: values[name] for name in _CHECKS if values.get(name)},
    )


def _is_yes(flag: str) -> bool:
    # What Opayo writes instead of NO is not published.
    return flag.upper() not in ("", "NO", "N", "FALSE", "0")


def outcome_of_transaction(transaction: OpayoTransaction) -> Outcome:
    """`captured`, `waiting`, `failed`, `technical`, or `open` while nothing is decided; for a refund, of the refund."""
    if transaction.tx_state_id is not None:
        return OUTCOME_BY_STATE.get(transaction.tx_state_id, "technical")
    if transaction.result == "SUCCESS":
        return "captured"
    return "failed" if transaction.result == "FAILURE" else "open"


def transaction_to_json(transaction: OpayoTransaction) -> bytes:
    """The body of the event that keeps it; amounts as decimal strings, times in ISO 8601, empty fields left out."""
    values = ((each.name, _plain(getattr(transaction, each.name))) for each in fields(transaction))
    document = {name: value for name, value in values if value not in (None, "", False, {})}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def transaction_from_json(body: bytes) -> OpayoTransaction:
    """The transaction that `transaction_to_json` wrote. Raises ValueError for anything else."""
    document = json.loads(body, parse_float=Decimal)
    if not isinstance(document, dict) or not document.keys() <= _NAMES:
        raise ValueError("The event does not hold a transaction.")
    values: dict[str, Any] = dict(document)
    for name in ("started", "completed"):
        if name in values:
            values[name] = datetime.fromisoformat(values[name])
    if "amount" in values:
        values["amount"] = Money.from_decimal(values["amount"], values["currency"])
    return OpayoTransaction(**values)


_NAMES: Final = frozenset(each.name for each in fields(OpayoTransaction))


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return str(value.to_decimal())
    if isinstance(value, datetime):
        return value.isoformat()
    return dict(value) if isinstance(value, Mapping) else value
