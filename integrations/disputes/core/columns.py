"""Which column of an acquirer's file holds what, and what its words for the stages mean.

The layouts known here are recognised by their heads. Any other is described once, by a person, and remembered for its
acquirer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

FIELDS: Final[Mapping[str, str]] = {
    "case_id": "Case number",
    "state": "State of the case",
    "happened_on": "Day of this state",
    "amount": "Disputed amount",
    "currency": "Currency",
    "fee": "Fee",
    "scheme": "Card scheme",
    "reason_code": "Reason code",
    "note": "Reason in words",
    "raised_on": "Day it was raised",
    "respond_by": "Respond by",
    "sold_on": "Day of the sale",
    "retrieval_reference": "Retrieval reference",
    "bank_auth_code": "Authorisation code",
    "last_four": "Card number (masked)",
}
"""What may be read from a file, with its words for people."""

REQUIRED: Final = ("case_id", "state", "amount")
ALWAYS_NAMED: Final = ("currency",)
"""These need a column, or one value for the whole file."""


@dataclass(frozen=True, slots=True)
class Columns:
    """How one acquirer writes its file.

    `heads`: field → head of its column. `fixed`: field → its value where the file has no such column. `words`: the
    acquirer's word for a stage, in small letters → our state.
    """

    acquirer: str
    heads: Mapping[str, str]
    words: Mapping[str, str]
    fixed: Mapping[str, str] = field(default_factory=dict)
    month_first: bool = False
    comma: bool = False

    def state_of(self, word: str) -> str:
        """Our state for the acquirer's word, "" for one that nobody has explained."""
        return self.words.get(folded(word), "")

    def fits(self, heads: Iterable[str]) -> bool:
        """Whether a file with these heads has every column that is named here."""
        return set(self.heads.values()) <= set(heads)

    def problems(self) -> list[str]:
        """What is still missing before a file can be read, in words."""
        missing = [FIELDS[name] for name in REQUIRED if name not in self.heads]
        missing += [
            FIELDS[name] for name in ALWAYS_NAMED if name not in self.heads and not self.fixed.get(name)
        ]
        return [f"{name}: no column is chosen." for name in missing]


def folded(word: str) -> str:
    """A word as it is compared: in small letters, without blanks around it."""
    return " ".join(word.casefold().split())


ELAVON: Final = Columns(
    "Elavon",
    {
        "happened_on": "Notice Date", "case_id": "Case Number", "state": "Case Status",
        "scheme": "Card Brand", "last_four": "Card Number", "sold_on": "Transaction Date", "amount": "Dispute Amount",
        "currency": "Currency", "fee": "Dispute Fee", "reason_code": "Reason Code", "note": "Reason",
        "retrieval_reference": "Retrieval Reference Number", "bank_auth_code": "Authorisation Code",
        "raised_on": "Date Raised", "respond_by": "Respond By",
    },
    {
        "new chargeback": "received", "evidence requested": "evidence_due", "evidence received": "evidence_submitted",
        "representment sent": "represented", "pre-arbitration": "pre_arbitration", "closed - won": "won",
        "closed - lost": "lost", "closed - accepted": "accepted", "reversed by issuer": "reversed",
        "closed - no response": "expired",
    },
)  # fmt: skip
WORLDPAY: Final = Columns(
    "Worldpay",
    {
        "happened_on": "eventDate", "case_id": "disputeReference", "state": "status",
        "scheme": "paymentMethod", "last_four": "cardLast4", "sold_on": "purchaseDate", "amount": "disputeAmount",
        "currency": "currencyCode", "fee": "feeAmount", "reason_code": "reasonCode", "note": "reasonDescription",
        "retrieval_reference": "rrn", "bank_auth_code": "authCode", "raised_on": "disputeDate", "respond_by": "defendBy",
    },
    {
        "charged_back": "received", "information_requested": "evidence_due", "information_supplied": "evidence_submitted",
        "defended": "represented", "pre_arbitration": "pre_arbitration", "chargeback_reversed": "won",
        "defence_rejected": "lost", "accepted": "accepted", "withdrawn": "reversed", "expired": "expired",
    },
)  # fmt: skip
AMEX: Final = Columns(
    "American Express",
    {
        "happened_on": "Status Date", "case_id": "Case Number", "state": "Case Status",
        "last_four": "Card Member Account Ending", "sold_on": "Charge Date", "amount": "Disputed Amount",
        "currency": "Currency", "fee": "Fee", "reason_code": "Reason Code", "note": "Reason",
        "retrieval_reference": "Charge Reference Number", "bank_auth_code": "Approval Code",
        "raised_on": "Case Open Date", "respond_by": "Reply By Date",
    },
    {
        "chargeback": "received", "inquiry": "evidence_due", "reply received": "evidence_submitted",
        "under review": "represented", "final review": "pre_arbitration", "decided in merchant favour": "won",
        "decided in card member favour": "lost", "accepted by merchant": "accepted", "chargeback reversal": "reversed",
        "no reply": "expired",
    },
    {"scheme": "American Express"},
)  # fmt: skip
KNOWN: Final = {"elavon": ELAVON, "worldpay": WORLDPAY, "amex": AMEX}


def recognised(heads: Iterable[str]) -> Columns | None:
    """The known layout whose columns are all among `heads`."""
    heads = set(heads)
    return next((columns for columns in KNOWN.values() if columns.fits(heads)), None)


_HINTS: Final[Mapping[str, tuple[str, ...]]] = {
    "case_id": ("case", "dispute reference", "dispute id", "disputereference", "chargeback id", "chargeback reference", "arn"),
    "state": ("case status", "status", "stage", "state"),
    "happened_on": ("status date", "notice date", "event date", "eventdate", "updated"),
    "amount": ("dispute amount", "disputed amount", "chargeback amount", "disputeamount", "amount"),
    "currency": ("currency", "ccy"),
    "fee": ("fee",),
    "scheme": ("card brand", "scheme", "brand", "paymentmethod", "card type", "network"),
    "reason_code": ("reason code", "reasoncode"),
    "note": ("reason description", "reasondescription", "reason", "description"),
    "raised_on": ("date raised", "raised", "opened", "open date", "dispute date", "received", "chargeback date"),
    "respond_by": ("respond by", "reply by", "due", "defend by", "defendby", "deadline"),
    "sold_on": ("transaction date", "sale date", "purchase date", "charge date", "purchasedate"),
    "retrieval_reference": ("retrieval", "rrn", "charge reference"),
    "bank_auth_code": ("authorisation code", "authorization code", "auth code", "authcode", "approval"),
    "last_four": ("last 4", "last four", "last4", "card number", "account ending", "pan"),
}  # fmt: skip


def guessed(heads: Iterable[str]) -> dict[str, str]:
    """For each field the head that most likely names its column; each column once. A person confirms it."""
    free = dict.fromkeys(heads)
    found: dict[str, str] = {}
    for name, hints in _HINTS.items():
        head = next((head for hint in hints for head in free if hint in folded(head)), None)
        if head is not None:
            found[name] = head
            del free[head]
    return found


_USUAL_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "pre_arbitration": ("pre-arb", "pre_arb", "prearb", "second chargeback", "final review"),
    "won": ("won", "merchant favour", "merchant favor", "chargeback_reversed"),
    "lost": ("lost", "card member favo", "cardholder favo", "rejected"),
    "reversed": ("revers", "withdrawn", "cancel"),
    "accepted": ("accept",),
    "expired": ("expire", "no response", "no reply"),
    "represented": ("represent", "defended", "under review"),
    "evidence_submitted": ("submitted", "supplied", "evidence received"),
    "evidence_due": ("evidence", "inquiry", "retrieval", "information"),
    "received": ("new", "chargeback", "charged", "open", "received"),
}


def guessed_state(word: str) -> str:
    """What an acquirer's word for a stage most likely means, "" if nothing comes to mind. A person confirms it."""
    said = folded(word)
    return next((state for state, hints in _USUAL_WORDS.items() if any(hint in said for hint in hints)), "")
