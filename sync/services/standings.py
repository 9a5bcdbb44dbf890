"""How the order in hand and its payments stand, and what that means for postings planned before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from integrations.bulk import update_rows
from integrations.models import Customer, Order, Pair, Payment, Refund
from sync.core.states import UNSENT
from sync.models import Posting
from sync.services.deciding import Deciding
from sync.services.problems import let_go, set_going
from sync.services.rulings import OF_DISPUTE, OF_ORDER, OF_PAYMENT, OF_REFUND
from sync.services.standing import GOES, Standing, is_kept_back

_SENT = frozenset({Posting.State.SENDING, Posting.State.POSTED})


@dataclass
class Standings:
    """The standing of one order after the other; what has to be written is gathered for all of them."""

    deciding: Deciding
    order: Standing = GOES
    payments: dict[str, Standing] = field(default_factory=dict)
    """By VendorTxCode."""
    payments_by_id: dict[int, Standing] = field(default_factory=dict)
    refunds: dict[int, Standing] = field(default_factory=dict)
    """By the refund's id."""
    restated: list[Posting] = field(default_factory=list)
    """Existing postings that are kept back or withdrawn."""
    going: list[Posting] = field(default_factory=list)
    """Existing postings that are kept back no longer."""

    def decide(
        self, order: Order, payments: list[Payment], rows: Mapping[tuple[str, str], Posting]
    ) -> list[Payment]:
        """Ask flow and rules about the order and its payments; returns the payments that are to be booked."""
        invoice = rows.get((Posting.Kind.INVOICE, order.number))
        is_sent = invoice is not None and invoice.state in _SENT
        self.order = self.deciding.of_order(order, is_booked=invoice is not None, is_sent=is_sent)
        self.payments, self.payments_by_id = {}, {}
        if self.order.way == "none":
            return []
        for payment in payments:
            code = payment.vendor_tx_code
            is_booked = (Posting.Kind.PAYMENT, code) in rows or (Posting.Kind.OVERPAYMENT, code) in rows
            self.payments[code] = self.deciding.of_payment(order, payment, is_booked=is_booked)
            self.payments_by_id[payment.pk] = self.payments[code]
        return [row for row in payments if self.payments[row.vendor_tx_code].way != "none"]

    def decide_refunds(
        self, order: Order, refunds: list[Refund], rows: Mapping[tuple[str, str], Posting]
    ) -> list[Refund]:
        """Ask flow and rules about the order's refunds; returns those that are to be booked."""
        booked = {row.refund_id for row in rows.values()}
        self.refunds = {
            refund.pk: self.deciding.of_refund(order, refund, is_booked=refund.pk in booked)
            for refund in refunds
        }
        return [refund for refund in refunds if self.refunds[refund.pk].way != "none"]

    def of(self, posting: Posting) -> Standing:
        """How the record of a posting stands. A dispute's follows its payment; what undoes is never kept back."""
        if posting.dispute_id is not None:
            own = posting.kind in OF_DISPUTE
            return self.payments_by_id.get(posting.payment_id or 0, GOES) if own else GOES
        if posting.kind in OF_ORDER:
            return self.order
        if posting.kind in OF_PAYMENT:
            return self.payments.get(posting.natural_key, GOES)
        if posting.kind in OF_REFUND:
            return self.refunds.get(posting.refund_id or 0, GOES)
        return GOES

    def align(self, order: Order, rows: Iterable[Posting]) -> None:
        """Keep back what was planned before, or let it go, as order and payments stand now."""
        for posting in rows:
            standing = self.of(posting)
            if standing.keep_back(posting):
                self.restated.append(posting)
            elif is_kept_back(posting) and standing.way == "go":
                posting.order = order
                self.going.append(posting)
            elif is_kept_back(posting) and standing.words != posting.error:
                standing.say_why(posting)
                self.restated.append(posting)

    def withdraw(self, rows: Iterable[Posting]) -> None:
        """None of these is wanted: what is unsent is cancelled, with the reason."""
        for posting in rows:
            if posting.state in UNSENT:
                posting.state, posting.error = Posting.State.CANCELLED, self.order.words
                self.restated.append(posting)

    def share_contact(self, customer: Customer, contact: Posting) -> None:
        """A contact kept back for another order of the customer is wanted now."""
        if self.order.way != "go" or not is_kept_back(contact):
            return
        contact.customer = customer
        if contact._state.adding:
            set_going(contact)
        else:
            self.going.append(contact)

    def write(self, pair: Pair) -> int:
        """Store all of it, after the new postings. Returns how many messages of flows there are."""
        let_go(pair, list({posting.pk: posting for posting in self.going}.values()), self.deciding)
        update_rows(self.restated, ["state", "error", "error_class"])
        return self.deciding.write()
