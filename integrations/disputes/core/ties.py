"""Which sale a dispute is about, with the reasons, and when that is certain enough to need no person.

What the acquirer names first: the retrieval reference is the number that the gateway gave the authorisation (Opayo Pi,
retrievalReference; VPSAuthCode in its reports, TxAuthNo in notifications), the authorisation code is the issuing bank's. Then
the amount, the last four digits and the day. A sale in another currency, or of less than is disputed, is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from integrations.core.money import Money

MOST: Final = 5
LEAST_SCORE: Final = 20
_DAYS_NEAR: Final = 3


@dataclass(frozen=True, slots=True)
class Disputed:
    """What a notice tells of the sale. What is empty was not told."""

    amount: Money
    retrieval_reference: str = ""
    bank_auth_code: str = ""
    last_four: str = ""
    sold_on: date | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """A payment that it may be about. `sold_on` is the day in the pair's zone."""

    code: str
    captured: Money
    order_number: str = ""
    retrieval_reference: str = ""
    bank_auth_code: str = ""
    last_four: str = ""
    sold_on: date | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """A possible sale, its score from 0 to 100, why it may be this one, and what speaks against it."""

    code: str
    order_number: str
    score: int
    reasons: tuple[str, ...]
    against: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether everything that was told is true of it."""
        return not self.against


def scored(disputed: Disputed, sales: Iterable[Sale]) -> tuple[Tie, ...]:
    """The likeliest few sales, best first."""
    ties = [_tie(disputed, sale) for sale in sales if _is_possible(disputed, sale)]
    good = [tie for tie in ties if tie.score >= LEAST_SCORE]
    return tuple(sorted(good, key=lambda tie: (-tie.score, tie.code))[:MOST])


def certain(disputed: Disputed, sales: Iterable[Sale]) -> Tie | None:
    """The one sale it has to be; None while there is more than one, or none.

    The one of which everything told is true, if the acquirer names its reference, or tells the card and the day. Where
    several of the same card and day would do because only a part may be disputed, the one whose whole amount it is.
    """
    ties = [_tie(disputed, sale) for sale in sales if _is_possible(disputed, sale)]
    fitting = [tie for tie in ties if tie.fits]
    referred = [tie for tie in fitting if _REFERENCE in tie.reasons]
    if referred:
        return _only(referred)
    if not (disputed.last_four and disputed.sold_on):
        return None
    return _only(fitting) or _only([tie for tie in fitting if _is_alike(tie)])


def _only(ties: Sequence[Tie]) -> Tie | None:
    return ties[0] if len(ties) == 1 else None


_REFERENCE: Final = "the retrieval reference is the sale's"
_WHOLE: Final = "the amount is the whole sale"
_THAT_DAY: Final = "it was sold on that day"


def _is_alike(tie: Tie) -> bool:
    return _WHOLE in tie.reasons and _THAT_DAY in tie.reasons


def _is_possible(disputed: Disputed, sale: Sale) -> bool:
    same_currency = sale.captured.currency == disputed.amount.currency
    return same_currency and disputed.amount <= sale.captured


_Part = tuple[int, str, str]
"""Points, the reason for it, the reason against it."""


def _tie(disputed: Disputed, sale: Sale) -> Tie:
    rules = (_reference, _bank_code, _amount, _card, _day)
    parts = [rule(disputed, sale) for rule in rules]
    return Tie(
        sale.code,
        sale.order_number,
        max(0, min(100, sum(points for points, _, _ in parts))),
        tuple(reason for _, reason, _ in parts if reason),
        tuple(against for _, _, against in parts if against),
    )


def _reference(disputed: Disputed, sale: Sale) -> _Part:
    if not disputed.retrieval_reference or not sale.retrieval_reference:
        return 0, "", ""
    if _number(disputed.retrieval_reference) == _number(sale.retrieval_reference):
        return 50, _REFERENCE, ""
    return -40, "", f"its retrieval reference is {sale.retrieval_reference}"


def _number(reference: str) -> str:
    """Files fill the number up with noughts."""
    return reference.strip().upper().lstrip("0")


def _bank_code(disputed: Disputed, sale: Sale) -> _Part:
    if not disputed.bank_auth_code or not sale.bank_auth_code:
        return 0, "", ""
    if disputed.bank_auth_code.strip().upper() == sale.bank_auth_code.strip().upper():
        return 25, "the bank's authorisation code is the sale's", ""
    return -30, "", f"its authorisation code is {sale.bank_auth_code}"


def _amount(disputed: Disputed, sale: Sale) -> _Part:
    if disputed.amount == sale.captured:
        return 20, _WHOLE, ""
    return 5, f"the amount is a part of the sale of {sale.captured}", ""


def _card(disputed: Disputed, sale: Sale) -> _Part:
    if not disputed.last_four or not sale.last_four:
        return 0, "", ""
    if disputed.last_four == sale.last_four:
        return 15, f"the card ends in {sale.last_four}", ""
    return -40, "", f"its card ends in {sale.last_four}"


def _day(disputed: Disputed, sale: Sale) -> _Part:
    if disputed.sold_on is None or sale.sold_on is None:
        return 0, "", ""
    days = abs((disputed.sold_on - sale.sold_on).days)
    if days == 0:
        return 15, _THAT_DAY, ""
    if days <= _DAYS_NEAR:
        return 8, f"it was sold {days} day{'s' * (days > 1)} apart", ""
    return -25, "", f"it was sold on {sale.sold_on:%-d %B %Y}"
