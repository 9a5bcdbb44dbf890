"""What may be asked of Opayo for a payment, and why not: in sentences for the person who asked.

Limits: Server and Direct Shared Protocol Guidelines, 2.1 to 2.8 (void on the day, one release, 115 % in all, refunds within
two years). Ours come on top: never more than is left with all that is still under way, and nothing for a sale whose
money the cardholder's bank has taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from integrations.core.money import Money
from integrations.opayo.core.follow_ups import Kind

LONDON: Final = ZoneInfo("Europe/London")
"""Opayo's day: its batch is made after midnight there."""
REFUND_WITHIN: Final = timedelta(days=730)
_AUTHORISE_PER_CENT: Final = 115
_DEFERRED: Final = frozenset(("DEFERRED", "REPEATDEFERRED"))

DISPUTED: Final = (
    "The cardholder's bank has taken this money back, or asks for it: a refund would pay the customer twice. Answer the "
    "dispute instead."
)


class NotAllowedError(ValueError):
    """It may not be asked; the message says why and what to do instead, for people."""


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """A payment as the rules see it. Amounts in its own currency, moments in UTC.

    `captured`: what was taken; None while nothing is. `refunded`: refunds done. `under_way`: what instructions not ended yet
    would give back or take. `agreed`: what a deferred or authenticated payment may take; `authorised`: what was.
    """

    code: str
    state: str
    tx_type: str
    currency: str
    captured: Money | None
    refunded: Money
    under_way: Money
    agreed: Money | None = None
    authorised: Money | None = None
    taken_at: datetime | None = None
    is_known_to_opayo: bool = True
    is_disputed: bool = False
    is_paypal: bool = False
    is_busy: bool = False
    """Whether any instruction of it has not ended."""

    @property
    def left(self) -> Money:
        """What can still be given back: captured − refunds done − refunds under way; never below nothing."""
        captured = self.captured or Money.zero(self.currency)
        return max(captured - self.refunded - self.under_way, Money.zero(self.currency))

    @property
    def authorisable(self) -> Money:
        """What can still be authorised of an authenticated payment: 115 % in all, less what was and is under way."""
        agreed = self.agreed or Money.zero(self.currency)
        most = Money(agreed.minor * _AUTHORISE_PER_CENT // 100, self.currency)
        taken = self.authorised or Money.zero(self.currency)
        return max(most - taken - self.under_way, Money.zero(self.currency))


def opayo_day(moment: datetime) -> date:
    """The day at Opayo."""
    return moment.astimezone(LONDON).date()


def refund_or_void(facts: PaymentFacts, amount: Money, now: datetime) -> Kind:
    """How money goes back: taken back whole on its own day in London, before the batch, else refunded."""
    whole = (
        facts.captured is not None and amount == facts.captured and not facts.refunded and not facts.is_busy
    )
    same_day = facts.taken_at is not None and opayo_day(facts.taken_at) == opayo_day(now)
    return "void" if whole and same_day and not facts.is_paypal else "refund"


def checked(kind: Kind, facts: PaymentFacts, amount: Money | None, now: datetime) -> Kind:
    """The kind that will be asked (a refund may become a void). Raises NotAllowedError."""
    _check_known(facts)
    if kind in ("refund", "void"):
        return _checked_refund(kind, facts, amount, now)
    if kind in ("release", "abort"):
        _check_deferred(kind, facts, amount)
    elif kind in ("authorise", "cancel"):
        _check_authenticated(kind, facts, amount)
    else:
        raise NotAllowedError(
            "A card is charged again only under the terms its holder agreed to: charge it from the customer's saved cards."
        )
    return kind


def _check_known(facts: PaymentFacts) -> None:
    if not facts.is_known_to_opayo:
        raise NotAllowedError(
            f"Opayo has not told its own number of payment {facts.code} yet. Try again in a few minutes."
        )


def _checked_refund(kind: Kind, facts: PaymentFacts, amount: Money | None, now: datetime) -> Kind:
    _check_captured(facts)
    if facts.is_disputed:
        raise NotAllowedError(DISPUTED)
    asked = _positive(amount if kind == "refund" else facts.captured)
    _check_currency(facts, asked)
    _check_left(facts, asked)
    if facts.taken_at is not None and now - facts.taken_at > REFUND_WITHIN:
        raise NotAllowedError("Opayo refunds payments of the last two years only: use a bank transfer.")
    chosen = refund_or_void(facts, asked, now)
    if kind == "void" and chosen != "void":
        raise NotAllowedError(
            "Only a whole payment can be voided, and only on the day it was taken. Refund it instead."
        )
    return chosen


def _check_captured(facts: PaymentFacts) -> None:
    if facts.tx_type == "REFUND":
        raise NotAllowedError("This is a refund itself, and a refund cannot be refunded.")
    if facts.state == "reversed":
        raise NotAllowedError("Opayo has taken this payment back already: there is nothing to give back.")
    if facts.state == "waiting":
        raise NotAllowedError("No money was taken yet: let go of the payment instead of refunding it.")
    if facts.state != "captured" or facts.captured is None:
        raise NotAllowedError("No money was taken with this payment, so there is nothing to give back.")


def _check_left(facts: PaymentFacts, asked: Money) -> None:
    if asked <= facts.left:
        return
    if not facts.left:
        words = "is on its way back" if facts.under_way else "has gone back"
        raise NotAllowedError(f"All of this payment {words} already.")
    busy = f", and {facts.under_way} is on its way" if facts.under_way else ""
    raise NotAllowedError(
        f"{asked} is more than the {facts.left} left of this payment: {facts.refunded} has gone back{busy}."
    )


def _check_deferred(kind: Kind, facts: PaymentFacts, amount: Money | None) -> None:
    if facts.tx_type not in _DEFERRED:
        raise NotAllowedError("This payment was not deferred, so there is nothing to release or abort.")
    if facts.state == "captured":
        raise NotAllowedError("This payment was released already; to give it back, refund it.")
    _check_waiting(facts)
    if kind == "release":
        asked = _positive(amount)
        _check_currency(facts, asked)
        if facts.agreed is None or asked > facts.agreed:
            raise NotAllowedError(
                f"{asked} is more than the {facts.agreed or 'nothing'} the bank has approved."
            )


def _check_authenticated(kind: Kind, facts: PaymentFacts, amount: Money | None) -> None:
    if facts.tx_type != "AUTHENTICATE":
        raise NotAllowedError("Only a payment that was authenticated first can be authorised or cancelled.")
    _check_waiting(facts)
    if kind == "authorise":
        asked = _positive(amount)
        _check_currency(facts, asked)
        if asked > facts.authorisable:
            raise NotAllowedError(
                f"{asked} is more than the {facts.authorisable} that can still be authorised: 115 % of what the customer "
                "agreed to, in all."
            )


def _check_waiting(facts: PaymentFacts) -> None:
    if facts.is_busy:
        raise NotAllowedError(
            "Opayo is being asked to do something with this payment already. Wait for its answer."
        )
    if facts.state != "waiting":
        raise NotAllowedError("This payment does not wait for anything any more.")


def _positive(amount: Money | None) -> Money:
    if amount is None or amount.minor <= 0:
        raise NotAllowedError("The amount has to be more than nothing.")
    return amount


def _check_currency(facts: PaymentFacts, asked: Money) -> None:
    if asked.currency != facts.currency:
        raise NotAllowedError(
            f"The payment is in {facts.currency}, and Opayo gives or takes no {asked.currency} for it."
        )
