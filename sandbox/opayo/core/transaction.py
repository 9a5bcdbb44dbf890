"""The life of a transaction: its states and the only ways from one to the next.

A state is Opayo's own `txstateid` (Reporting & Admin API, getTransactionDetail). Each function takes a
transaction and returns the next one, or raises `Refusal` with Opayo's number for the reason.
Moments are in UTC, amounts in major units of the transaction's currency.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntEnum, StrEnum

from sandbox.opayo.core.london import london_day
from sandbox.opayo.core.status_codes import Refusal

NOTHING = Decimal(0)
RELEASE_WITHIN = timedelta(days=30)
AUTHORISE_WITHIN = timedelta(days=90)
REFUND_WITHIN = timedelta(days=730)
AUTHORISE_LIMIT = Decimal("1.15")


class TxType(StrEnum):
    """What a transaction is, in the protocol's words."""

    PAYMENT = "PAYMENT"
    DEFERRED = "DEFERRED"
    AUTHENTICATE = "AUTHENTICATE"
    AUTHORISE = "AUTHORISE"
    REPEAT = "REPEAT"
    REPEATDEFERRED = "REPEATDEFERRED"
    REFUND = "REFUND"


class State(IntEnum):
    """`txstateid`: how far a transaction has come."""

    FAILED_REGISTRATION = 1
    CARD_SELECTION = 2
    CARD_DETAILS = 3
    CONFIRMATION = 4
    AT_3D_SECURE = 5
    SENT_FOR_AUTHORISATION = 6
    AWAITING_VENDOR = 7
    CANCELLED_INACTIVE = 8
    CANCELLED_BY_VENDOR_REPLY = 9
    REJECTED = 10
    ABORTED_BY_CUSTOMER = 11
    DECLINED = 12
    ERROR = 13
    DEFERRED = 14
    AUTHENTICATED = 15
    AUTHORISED = 16
    TIMED_OUT_AT_AUTHORISATION = 17
    VOIDED = 18
    DEFERRED_ABORTED = 19
    TIMED_OUT = 20
    REGISTERED = 21
    AUTHENTICATE_CANCELLED = 22
    NOT_SETTLED = 23
    AUTHENTICATE_USED_UP = 26
    DEFERRED_EXPIRED = 27


UNFINISHED = frozenset(State(number) for number in range(2, 8))
CARD_PAGES = frozenset((State.CARD_SELECTION, State.CARD_DETAILS, State.CONFIRMATION))
DEFERRED_TYPES = frozenset((TxType.DEFERRED, TxType.REPEATDEFERRED))

_STATE_OF_STATUS = {
    "NOTAUTHED": State.DECLINED,
    "REJECTED": State.REJECTED,
    "ABORT": State.ABORTED_BY_CUSTOMER,
    "ERROR": State.ERROR,
    "AUTHENTICATED": State.AUTHENTICATED,
    "REGISTERED": State.REGISTERED,
}


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction as the rules see it; the card and the addresses do not matter here."""

    vps_tx_id: str
    """GUID in upper case, without braces."""
    vendor_tx_code: str
    security_key: str
    tx_type: TxType
    amount: Decimal
    """What was asked for."""
    currency: str
    started: datetime
    state: State = State.CARD_SELECTION
    status: str = ""
    """Status of the protocol once it is known: OK, NOTAUTHED, REJECTED, ABORT, …"""
    payment_system: str = ""
    tx_auth_no: int = 0
    related: str = ""
    """`vps_tx_id` of the transaction this one refers to."""
    decided_at: datetime | None = None
    """When the bank (or the rules) answered."""
    captured: Decimal = NOTHING
    """What goes into settlement: positive also for a refund."""
    captured_at: datetime | None = None
    refunded: Decimal = NOTHING
    """Sum of the successful refunds of this transaction."""
    authorised: Decimal = NOTHING
    """Sum of the AUTHORISEs against this AUTHENTICATE."""
    batch_id: str = ""

    @property
    def is_unfinished(self) -> bool:
        """Whether the customer or the vendor still has to do something."""
        return self.state in UNFINISHED


def _refuse(code: str, *, unless: bool) -> None:
    if not unless:
        raise Refusal(code)


# The customer's part


def show_card_form(tx: Transaction) -> Transaction:
    """The customer opened the page for the card details."""
    return replace(tx, state=State.CARD_DETAILS) if tx.state is State.CARD_SELECTION else tx


def start_challenge(tx: Transaction) -> Transaction:
    """The card's bank wants the customer to prove who they are."""
    _refuse("5004", unless=tx.state in CARD_PAGES)
    return replace(tx, state=State.AT_3D_SECURE)


def decide(
    tx: Transaction, status: str, now: datetime, *, tx_auth_no: int = 0, payment_system: str = ""
) -> Transaction:
    """The result is known and waits for the vendor to accept it."""
    _refuse("5004", unless=tx.is_unfinished and tx.state is not State.AWAITING_VENDOR)
    return replace(
        tx,
        state=State.AWAITING_VENDOR,
        status=status,
        decided_at=now,
        tx_auth_no=tx_auth_no,
        payment_system=payment_system or tx.payment_system,
    )


# The end of a registration


def complete(tx: Transaction) -> Transaction:
    """The vendor accepted the result: only now is the money taken."""
    _refuse("5004", unless=tx.state is State.AWAITING_VENDOR)
    if tx.status != "OK":
        return replace(tx, state=_STATE_OF_STATUS[tx.status])
    if tx.tx_type in DEFERRED_TYPES:
        return replace(tx, state=State.DEFERRED)
    return replace(tx, state=State.AUTHORISED, captured=tx.amount, captured_at=tx.decided_at)


def refuse_by_vendor(tx: Transaction) -> Transaction:
    """The vendor answered INVALID or ERROR: cancelled, the money is not taken."""
    _refuse("5004", unless=tx.state is State.AWAITING_VENDOR)
    return replace(tx, state=State.CANCELLED_BY_VENDOR_REPLY)


def cancel_unfinished(tx: Transaction) -> Transaction:
    """Nobody finished it within the monitor's time: cancelled, the money is not taken."""
    _refuse("5004", unless=tx.is_unfinished)
    return replace(tx, state=State.CANCELLED_INACTIVE, status="ABORT")


def time_out(tx: Transaction, now: datetime) -> Transaction:
    """An authentication the merchant never brought to its end."""
    _refuse("5004", unless=tx.state is State.AT_3D_SECURE)
    return replace(tx, state=State.TIMED_OUT, status="NOTAUTHED", decided_at=now)


# What the vendor may do afterwards


def release(tx: Transaction, amount: Decimal, now: datetime) -> Transaction:
    """Take the money of a DEFERRED, once, up to its amount, within 30 days.

    Refusals: 4037 not deferred, 4040 aborted, 4038 released before, 4039 no longer deferred, 4049 more
    than the original, 3102 nothing.
    """
    _check_deferred(tx)
    _refuse("3102", unless=amount > 0)
    _refuse("4049", unless=amount <= tx.amount)
    _refuse("4039", unless=not is_expired(tx, now))
    return replace(tx, state=State.AUTHORISED, captured=amount, captured_at=now)


def abort(tx: Transaction) -> Transaction:
    """Let go of a DEFERRED that was not released. Refusals as for `release`."""
    _check_deferred(tx)
    return replace(tx, state=State.DEFERRED_ABORTED)


def _check_deferred(tx: Transaction) -> None:
    _refuse("4037", unless=tx.tx_type in DEFERRED_TYPES)
    _refuse("4040", unless=tx.state is not State.DEFERRED_ABORTED)
    _refuse("4038", unless=tx.captured_at is None)
    _refuse("4039", unless=tx.state is State.DEFERRED)


def void(tx: Transaction, now: datetime) -> Transaction:
    """Undo a payment or refund on its own day, before the settlement batch takes it.

    Refusals: 4036 voided before, 5034 PayPal, 4041 never captured, 5004 too late or refunded.
    """
    _refuse("4036", unless=tx.state is not State.VOIDED)
    _refuse("5034", unless=tx.payment_system != "PAYPAL")
    _refuse("4041", unless=tx.captured_at is not None)
    _refuse("5004", unless=tx.state is State.AUTHORISED and tx.refunded == 0)
    _refuse("5004", unless=is_before_cut_off(tx, now))
    return replace(tx, state=State.VOIDED)


def is_before_cut_off(tx: Transaction, now: datetime) -> bool:
    """Whether it was captured today (London) and is in no batch yet."""
    if tx.batch_id or tx.captured_at is None:
        return False
    return london_day(tx.captured_at) == london_day(now)


def cancel(tx: Transaction) -> Transaction:
    """Give up an AUTHENTICATE. Refusals: 4045 not an AUTHENTICATE, 5004 not open any more."""
    _refuse("4045", unless=tx.tx_type is TxType.AUTHENTICATE)
    _refuse("5004", unless=tx.state in (State.AUTHENTICATED, State.REGISTERED))
    return replace(tx, state=State.AUTHENTICATE_CANCELLED)


def refund(tx: Transaction, amount: Decimal, now: datetime, *, before_settlement: bool) -> Transaction:
    """The original with one more refund against it; the refund is a transaction of its own.

    Refusals: 4041 type or state that took no money, 4036 voided, 4040 aborted, 4050 not settled yet
    (unless `before_settlement`), 4034 refunded whole, 4035 more than is left, 5036 older than two years.
    """
    _refuse("4036", unless=tx.state is not State.VOIDED)
    _refuse("4040", unless=tx.state is not State.DEFERRED_ABORTED)
    _refuse("4041", unless=tx.tx_type is not TxType.REFUND and tx.state is State.AUTHORISED)
    _refuse("5036", unless=now - tx.started <= REFUND_WITHIN)
    _refuse("4050", unless=bool(tx.batch_id) or before_settlement)
    _refuse("4034", unless=tx.refunded < tx.captured)
    _refuse("4035", unless=tx.refunded + amount <= tx.captured)
    return replace(tx, refunded=tx.refunded + amount)


def take_back_refund(tx: Transaction, amount: Decimal) -> Transaction:
    """The original after one of its refunds was voided or could not be settled."""
    return replace(tx, refunded=tx.refunded - amount)


def authorise(tx: Transaction, amount: Decimal, now: datetime) -> Transaction:
    """The AUTHENTICATE with one more AUTHORISE against it, up to 115 % in 90 days.

    Refusals: 4045 not an AUTHENTICATE, 5004 not open any more, 4044 more than 115 %.
    """
    _refuse("4045", unless=tx.tx_type is TxType.AUTHENTICATE)
    _refuse("5004", unless=tx.state in (State.AUTHENTICATED, State.REGISTERED))
    _refuse("5004", unless=not is_expired(tx, now))
    _refuse("4044", unless=tx.authorised + amount <= tx.amount * AUTHORISE_LIMIT)
    total = tx.authorised + amount
    used_up = total == tx.amount * AUTHORISE_LIMIT
    return replace(tx, authorised=total, state=State.AUTHENTICATE_USED_UP if used_up else tx.state)


def check_repeatable(tx: Transaction) -> None:
    """Refuse (4041) to repeat what was never authorised, and refunds."""
    allowed = tx.tx_type is not TxType.REFUND and tx.tx_type is not TxType.AUTHENTICATE
    _refuse("4041", unless=allowed and tx.state in (State.AUTHORISED, State.DEFERRED))


# Time and settlement


def is_expired(tx: Transaction, now: datetime) -> bool:
    """Whether a DEFERRED waited 30 days for its release, or an AUTHENTICATE 90 for its AUTHORISEs."""
    deadline = expires_at(tx)
    return deadline is not None and now > deadline


def expires_at(tx: Transaction) -> datetime | None:
    """When a waiting DEFERRED or AUTHENTICATE runs out; None for anything else."""
    if tx.decided_at is None:
        return None
    if tx.state is State.DEFERRED:
        return tx.decided_at + RELEASE_WITHIN
    if tx.state in (State.AUTHENTICATED, State.REGISTERED):
        return tx.decided_at + AUTHORISE_WITHIN
    return None


def expire(tx: Transaction) -> Transaction:
    """Close a DEFERRED or AUTHENTICATE whose time has run out."""
    deferred = tx.state is State.DEFERRED
    return replace(tx, state=State.DEFERRED_EXPIRED if deferred else State.AUTHENTICATE_USED_UP)


def is_due_for_settlement(tx: Transaction) -> bool:
    """Captured card money that is in no batch: PayPal settles by itself."""
    captured = tx.state is State.AUTHORISED and tx.captured_at is not None
    return captured and not tx.batch_id and tx.payment_system != "PAYPAL"


def settle(tx: Transaction, batch_id: str) -> Transaction:
    """Put into a settlement batch."""
    _refuse("5004", unless=is_due_for_settlement(tx))
    return replace(tx, batch_id=batch_id)


def fail_settlement(tx: Transaction) -> Transaction:
    """The acquirer refused it: the sale has failed after all."""
    _refuse("5004", unless=is_due_for_settlement(tx))
    return replace(tx, state=State.NOT_SETTLED)
