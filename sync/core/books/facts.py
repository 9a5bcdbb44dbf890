"""What is known of an order and its money, and the postings that exist. Amounts in minor units of the books' currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

GONE: Final = frozenset({"cancelled", "reversed"})
"""States of postings that carry no money: never sent, or undone."""
GIVEN_PART: Final = ":"
"""In a key: before the part of a record that it stands for. No VendorTxCode has this sign in it."""


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """One attempt to pay."""

    code: str
    state: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """Money given back of one payment. `names_lines`: it is said which goods came back."""

    code: str
    payment_code: str
    amount_minor: int
    is_voided: bool = False
    names_lines: bool = False


@dataclass(frozen=True, slots=True)
class DisputeMove:
    """Money that the acquirer took (`spend`) or gave back (`receive`). `name`: its own within the case, such as `lost~2`."""

    name: str
    kind: Literal["spend", "receive"]
    amount_minor: int


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """A chargeback of one payment. `case` begins the keys of its postings.

    `taken_minor`: what the acquirer has of the sale now; `lost_minor`: what of it is given up; `loss`: how that is booked,
    as sale undone or as bad debt. `is_left_alone`: its payment is not booked here, and neither is it.
    """

    case: str
    payment_code: str
    taken_minor: int
    lost_minor: int = 0
    moves: tuple[DisputeMove, ...] = ()
    loss: Literal["sale_undone", "bad_debt"] = "bad_debt"
    is_left_alone: bool = False


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What is known of an order. `is_closed`: cancelled by the shop, or its grace has run out."""

    number: str
    total_minor: int
    is_postable: bool
    is_closed: bool
    payments: tuple[PaymentFacts, ...] = ()
    refunds: tuple[RefundFacts, ...] = ()
    """In the order in which Opayo made them."""
    disputes: tuple[DisputeFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class PostingFacts:
    """A posting that exists. `status` is the invoice status it carries; `case` that of the dispute it belongs to."""

    kind: str
    key: str
    state: str
    amount_minor: int = 0
    status: str = ""
    case: str = ""

    @property
    def is_live(self) -> bool:
        """Whether its money is in Xero, or meant to be."""
        return self.state not in GONE


Key = tuple[str, str]
Postings = Mapping[Key, PostingFacts]


def captured_minor(payments: Sequence[PaymentFacts]) -> int:
    """Money captured and not reversed."""
    return sum(payment.amount_minor for payment in payments if payment.state == "captured")


def given_back_minor(order: OrderFacts) -> int:
    """Money of captured payments that went back to the customer."""
    return sum(refund.amount_minor for refund in counted_refunds(order))


def counted_refunds(order: OrderFacts) -> list[RefundFacts]:
    """Refunds whose money has really left: of captured payments, and not taken back themselves."""
    captured = {payment.code for payment in order.payments if payment.state == "captured"}
    return [refund for refund in order.refunds if refund.payment_code in captured and not refund.is_voided]


def live_minor(postings: Iterable[PostingFacts]) -> int:
    """What the postings among these that are live come to."""
    return sum(posting.amount_minor for posting in postings if posting.is_live)
