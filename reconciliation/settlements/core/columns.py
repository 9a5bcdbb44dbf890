"""Which column of an acquirer's settlement statement says what, and what its words for the lines mean.

The layouts known here are recognised by their heads. Any other is described once, by a person, and remembered for its
merchant account.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

FIELDS: Final[Mapping[str, str]] = {
    "reference": "Settlement reference",
    "settled_on": "Settlement date",
    "mid": "Merchant number",
    "currency": "Currency",
    "kind": "Kind of line",
    "amount": "Gross amount",
    "sign": "Debit or credit",
    "fee": "Service charge",
    "item_fee": "Charge per item",
    "vat": "VAT within the charges",
    "net": "Net amount",
    "pays_on": "Payment date",
    "happened_on": "Transaction date",
    "scheme": "Card type",
    "last_four": "Card number (masked)",
    "bank_auth_code": "Authorisation code",
    "retrieval_reference": "Retrieval reference",
    "vendor_tx_code": "Your reference (VendorTxCode)",
    "batch_id": "Opayo batch",
    "case_id": "Dispute case",
    "description": "Description",
}
"""What may be read from a statement, with its words for people."""

REQUIRED: Final = ("reference", "settled_on", "kind", "amount")
ALWAYS_NAMED: Final = ("mid", "currency")
"""These need a column, or one value for the whole file."""

REJECTED: Final = "rejected"
"""A line about a transaction that the acquirer did not take: it moves nothing."""


@dataclass(frozen=True, slots=True)
class Columns:
    """How one acquirer writes its statements.

    `heads`: field → head of its column. `fixed`: field → its value where the file has no such column. `words`: the
    acquirer's word for a line, in small letters → our kind. `debit`: its words for money taken, where a column says so.
    """

    acquirer: str
    heads: Mapping[str, str]
    words: Mapping[str, str]
    fixed: Mapping[str, str] = field(default_factory=dict)
    debit: tuple[str, ...] = ("d", "dr", "debit", "-")
    month_first: bool = False
    comma: bool = False

    def kind_of(self, word: str) -> str:
        """Our kind for the acquirer's word, "" for one that nobody has explained."""
        return self.words.get(folded(word), "")

    def fits(self, heads: Iterable[str]) -> bool:
        """Whether a file with these heads has every column that is named here."""
        return set(self.heads.values()) <= set(heads)

    def problems(self) -> list[str]:
        """What is still missing before a file can be read, in words."""
        missing = [name for name in REQUIRED if name not in self.heads]
        missing += [name for name in ALWAYS_NAMED if name not in self.heads and not self.fixed.get(name)]
        return [f"{FIELDS[name]}: no column is chosen." for name in missing]

    def as_json(self) -> dict[str, Any]:
        """As it is remembered with a merchant account."""
        return {**asdict(self), "debit": list(self.debit)}


def columns_from_json(document: Mapping[str, Any]) -> Columns | None:
    """The columns that `Columns.as_json` wrote; None where nothing is remembered."""
    return Columns(**{**document, "debit": tuple(document["debit"])}) if document else None


def folded(word: str) -> str:
    """A word as it is compared: in small letters, without blanks around it."""
    return " ".join(word.casefold().split())


ELAVON: Final = Columns(
    "Elavon",
    {
        "settled_on": "Settlement Date", "mid": "Merchant ID", "reference": "Batch Reference",
        "happened_on": "Transaction Date", "kind": "Transaction Type", "scheme": "Card Brand", "last_four": "Card Number",
        "bank_auth_code": "Authorisation Code", "retrieval_reference": "Retrieval Reference Number",
        "case_id": "Case Number", "description": "Description", "amount": "Gross Amount", "fee": "Service Charge",
        "item_fee": "Transaction Fee", "net": "Net Amount", "currency": "Currency", "pays_on": "Funding Date",
    },
    {
        "sale": "sale", "refund": "refund", "chargeback": "chargeback", "chargeback reversal": "chargeback_returned",
        "fee": "fee", "reserve held": "reserve_held", "reserve released": "reserve_released", "rejected": REJECTED,
        "adjustment": "adjustment",
    },
)  # fmt: skip
WORLDPAY: Final = Columns(
    "Worldpay",
    {
        "settled_on": "settlementDate", "mid": "merchantCode", "reference": "settlementReference",
        "vendor_tx_code": "orderCode", "happened_on": "eventDate", "kind": "eventType", "scheme": "paymentMethod",
        "last_four": "cardLast4", "bank_auth_code": "authCode", "retrieval_reference": "rrn",
        "case_id": "disputeReference", "description": "description", "currency": "currencyCode", "sign": "debitCredit",
        "amount": "grossAmount", "fee": "commissionAmount", "item_fee": "transactionCharge", "net": "netAmount",
        "pays_on": "paymentDate",
    },
    {
        "settled": "sale", "refunded": "refund", "charged_back": "chargeback",
        "chargeback_reversed": "chargeback_returned", "charge": "fee", "reserve_held": "reserve_held",
        "reserve_released": "reserve_released", "refused": REJECTED, "adjusted": "adjustment",
    },
)  # fmt: skip
AMEX: Final = Columns(
    "American Express",
    {
        "settled_on": "Processing Date", "mid": "SE Number", "reference": "Payment Number", "pays_on": "Payment Date",
        "happened_on": "Charge Date", "kind": "Record Type", "last_four": "Card Member Account Ending",
        "bank_auth_code": "Approval Code", "retrieval_reference": "Charge Reference Number",
        "vendor_tx_code": "Merchant Reference", "case_id": "Case Number", "description": "Description",
        "amount": "Charge Amount", "fee": "Discount Amount", "item_fee": "Service Fee Amount",
        "net": "Settlement Amount", "currency": "Currency",
    },
    {
        "charge": "sale", "credit": "refund", "chargeback": "chargeback", "chargeback reversal": "chargeback_returned",
        "fee": "fee", "reserve": "reserve_held", "reserve release": "reserve_released", "rejected charge": REJECTED,
        "adjustment": "adjustment",
    },
    {"scheme": "American Express"},
)  # fmt: skip
KNOWN: Final = {"elavon": ELAVON, "worldpay": WORLDPAY, "amex": AMEX}


def recognised(heads: Iterable[str]) -> Columns | None:
    """The known layout whose columns are all among `heads`."""
    heads = set(heads)
    return next((columns for columns in KNOWN.values() if columns.fits(heads)), None)


_HINTS: Final[Mapping[str, tuple[str, ...]]] = {
    "reference": ("settlement reference", "batch reference", "payment number", "payout", "funding reference", "batch", "reference"),
    "settled_on": ("settlement date", "processing date", "batch date", "date"),
    "pays_on": ("funding date", "payment date", "payout date", "value date"),
    "happened_on": ("transaction date", "charge date", "event date", "sale date"),
    "mid": ("merchant id", "merchant number", "merchant code", "se number", "mid"),
    "currency": ("currency", "ccy"),
    "kind": ("transaction type", "record type", "event type", "type"),
    "sign": ("debit/credit", "debit credit", "d/c", "dr/cr"),
    "item_fee": ("transaction fee", "transaction charge", "per item", "item fee"),
    "fee": ("service charge", "commission", "discount amount", "fee"),
    "vat": ("vat",),
    "net": ("net amount", "settlement amount", "net"),
    "amount": ("gross amount", "charge amount", "gross", "amount"),
    "scheme": ("card brand", "card type", "scheme", "payment method", "network"),
    "last_four": ("last 4", "last four", "last4", "card number", "account ending", "pan"),
    "bank_auth_code": ("authorisation code", "authorization code", "auth code", "approval"),
    "retrieval_reference": ("retrieval", "rrn", "charge reference"),
    "vendor_tx_code": ("vendortxcode", "order code", "merchant reference", "your reference", "order"),
    "case_id": ("case", "dispute"),
    "description": ("description", "narrative", "text"),
}  # fmt: skip


def guessed(heads: Iterable[str]) -> dict[str, str]:
    """For each field the head that most likely names its column; each column once. A person confirms it."""
    free = dict.fromkeys(heads)
    found: dict[str, str] = {}
    for name, hints in _HINTS.items():
        head = next((head for hint in hints for head in free if _squeezed(hint) in _squeezed(head)), None)
        if head is not None:
            found[name] = head
            del free[head]
    return found


def _squeezed(head: str) -> str:
    """Without blanks and underlines: some write settlementDate, some Settlement Date."""
    return folded(head).replace(" ", "").replace("_", "")


_USUAL_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "chargeback_returned": ("chargeback rev", "chargeback_rev", "representment"),
    "chargeback": ("chargeback", "charged_back", "charged back", "dispute"),
    "reserve_released": ("reserve rel", "reserve_rel", "release"),
    "reserve_held": ("reserve", "hold", "held"),
    "refund": ("refund", "credit", "return"),
    REJECTED: ("reject", "refused"),
    "fee": ("fee", "charge", "commission"),
    "sale": ("sale", "purchase", "payment", "settled", "capture"),
    "adjustment": ("adjust", "correction"),
}


def guessed_kind(word: str) -> str:
    """What an acquirer's word for a line most likely means, "" if nothing comes to mind. A person confirms it."""
    said = folded(word)
    return next((kind for kind, hints in _USUAL_WORDS.items() if any(hint in said for hint in hints)), "")
