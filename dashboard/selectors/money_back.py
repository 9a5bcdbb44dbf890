"""Money that goes back, for the pages: what was asked of Opayo, what it did, and what it would become in the books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from integrations.clock import business_now
from integrations.core.money import Money
from integrations.instructions.asking import next_code
from integrations.instructions.core.rules import NotAllowedError, PaymentFacts, checked
from integrations.instructions.selectors import facts_of
from integrations.models import Instruction, Payment, Refund
from integrations.opayo.core.follow_ups import MAKES_A_TRANSACTION, Kind
from integrations.opayo.core.instructed import Instructed
from sync.models import Posting
from sync.services.foresight import foresee

_DEFERRED: Final = frozenset(("DEFERRED", "REPEATDEFERRED"))


def kinds_for(facts: PaymentFacts) -> list[Kind]:
    """What a person may ask for this payment, at this moment."""
    if facts.state == "captured":
        return ["refund"] if facts.left and not facts.is_disputed else []
    if facts.state != "waiting" or facts.is_busy:
        return []
    if facts.tx_type in _DEFERRED:
        return ["release", "abort"]
    return ["authorise", "cancel"] if facts.tx_type == "AUTHENTICATE" else []


@dataclass(frozen=True, slots=True)
class MoneyBack:
    """One payment with what went back of it and what may be asked."""

    payment: Payment
    facts: PaymentFacts
    instructions: list[Instruction]
    refunds: list[Refund]
    kinds: list[Kind]

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to say or to do."""
        return bool(self.instructions or self.refunds or self.kinds)


def money_back(payments: Iterable[Payment]) -> list[MoneyBack]:
    """For each payment that took money or may. A few small queries a payment, of which an order has one or two."""
    return [entry for payment in payments if (entry := _of_payment(payment)).is_shown]


def _of_payment(payment: Payment) -> MoneyBack:
    facts = facts_of(payment)
    refunds = list(payment.refunds.order_by("happened_at", "pk"))
    told = {refund.vendor_tx_code for refund in refunds}
    asked = payment.instructions.filter(card=None).select_related("asked_by").order_by("pk")
    rows = [row for row in asked if row.vendor_tx_code not in told]
    return MoneyBack(payment, facts, rows, refunds, kinds_for(facts))


@dataclass(frozen=True, slots=True)
class TaxSum:
    """The VAT of one tax type in a document, and the amount it belongs to."""

    tax_type: str
    amount: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class ForeseenDocument:
    """One document that would be made; `lines` as Xero spells them."""

    posting: Posting
    lines: Sequence[Mapping[str, Any]]
    taxes: Sequence[TaxSum]
    account: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what would happen: `kind` may be a void where a refund was asked; `refusal` says why nothing would."""

    kind: Kind
    amount: Money | None = None
    left: Money | None = None
    documents: Sequence[ForeseenDocument] = ()
    dropped: Sequence[Posting] = ()
    problem: str = ""
    refusal: str = ""


def preview(
    payment: Payment,
    kind: Kind,
    amount: Money | None,
    *,
    lines: Sequence[Mapping[str, Any]] = (),
    reason: str = "",
) -> Preview:
    """What asking this would lead to. Changes nothing."""
    facts = facts_of(payment)
    try:
        chosen = checked(kind, facts, amount, business_now())
    except NotAllowedError as refusal:
        return Preview(kind, amount, refusal=str(refusal))
    moved = facts.captured if chosen == "void" else amount
    foreseen = foresee(payment, _done(payment, chosen, moved, lines, reason))
    left = facts.left - moved if moved and kind == "refund" else None
    return Preview(
        chosen,
        moved,
        left,
        [foreseen_document(row) for row in foreseen.made],
        foreseen.dropped,
        foreseen.problem,
    )


def _done(
    payment: Payment, kind: Kind, amount: Money | None, lines: Sequence[Mapping[str, Any]], reason: str
) -> Instructed:
    return Instructed(
        kind=kind,
        vendor_tx_code=next_code(payment, kind),
        related_vendor_tx_code=payment.vendor_tx_code,
        happened_at=business_now(),
        # Opayo's number is not known before; the books need only that there is one.
        vps_tx_id="00000000-0000-0000-0000-000000000000" if kind in MAKES_A_TRANSACTION else "",
        amount=amount,
        reason=reason,
        lines=lines,
    )


def foreseen_document(posting: Posting) -> ForeseenDocument:
    """A posting that would be made, with its lines and taxes."""
    lines = [line for line in posting.document.get("LineItems", ()) if isinstance(line, dict)]
    account = posting.document.get("Account") or posting.document.get("BankAccount") or {}
    return ForeseenDocument(posting, lines, _taxes(lines), str(account.get("Code", "")))


def _taxes(lines: Iterable[Mapping[str, Any]]) -> list[TaxSum]:
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for line in lines:
        found = sums[str(line.get("TaxType", ""))]
        found[0] += Decimal(str(line.get("LineAmount", 0)))
        found[1] += Decimal(str(line.get("TaxAmount", 0)))
    return [TaxSum(name, amount, tax) for name, (amount, tax) in sums.items()]
