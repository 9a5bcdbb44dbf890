"""Writing down what Xero answered: posted, refused, or to be tried again; and letting waiters go."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from integrations.bulk import insert_missing, update_rows
from integrations.clock import business_now
from integrations.core.failures import ConfigurationFailure, OutcomeUnknown, TransientFailure
from integrations.core.money import Money
from integrations.models import Customer, CustomerIdentity, Pair, Refund
from sync.core.backoff import MOST_ATTEMPTS, delay_seconds
from sync.models import Delivery, Notice, Posting
from sync.services.delivering.fates import Again, Answered, Fate, Posted, Refused
from sync.services.delivering.kinds import UNDOING
from sync.services.delivering.rounding import check_total
from sync.services.locked_period import redate
from sync.services.notify import write_notices, write_refund_notices
from sync.services.problems import hold_for_problem, open_problem

_READ_WITH: Mapping[str, Sequence[str]] = {
    Posting.Kind.CONTACT: ("customer__xero_contact_id", "customer__pair_id"),
    Posting.Kind.PAYMENT: (
        "payment__vendor_tx_code", "payment__amount_minor", "payment__currency", "order__number",
        "order__currency", "order__connection_id", "order__customer__email",
    ),
    Posting.Kind.REFUND: ("refund_id",),
}  # fmt: skip
"""What follows from a document in Xero is worked out from these."""
_FATE_FIELDS = [
    "state", "delivery", "remote_id", "remote_part_id", "remote_number", "remote_status", "attempts",
    "error_class", "error", "posted_at", "not_before",
]  # fmt: skip
_READ = (
    "pair_id", "kind", "natural_key", "amount_minor", "currency", "mapping_version_id", "order_id",
    "customer_id", "problem_id", "waits_for_id", "changes_id", *_FATE_FIELDS,
)  # fmt: skip
_TOTALLED = frozenset({Posting.Kind.INVOICE, Posting.Kind.INVOICE_UPDATE, Posting.Kind.CREDIT_NOTE})
"""Documents whose total decides how much money goes on them."""
_GONE: Mapping[str, str] = dict.fromkeys(
    (Posting.Kind.CREDIT_NOTE_VOID, Posting.Kind.INVOICE_VOID, Posting.Kind.JOURNAL_VOID), "VOIDED"
)


@transaction.atomic
def settle(delivery: Delivery, answered: Answered) -> None:
    """Give every member of the call its fate, in one transaction."""
    postings = _members(delivery)
    pair = Pair.objects.get(pk=delivery.pair_id)
    by_id = {posting.pk: posting for posting in postings}
    fates = dict(zip(delivery.posting_ids, answered.fates, strict=True))
    posted = [(by_id[key], fate) for key, fate in fates.items() if isinstance(fate, Posted)]
    for key, fate in fates.items():
        _apply(pair, by_id[key], fate)
    _write(postings)
    _after_posting(pair, posted)
    delivery.state = Delivery.State.ABANDONED if answered.looked_up else Delivery.State.ANSWERED
    delivery.status_code = answered.status or None
    delivery.answered_at = timezone.now()
    delivery.results = [_result(fates[key]) for key in delivery.posting_ids]
    delivery.error = ""
    delivery.not_before = None
    delivery.save()


def postings_of(delivery: Delivery) -> list[Posting]:
    """The call's members in the body's order."""
    rows = Posting.objects.select_related("customer", "waits_for__waits_for", "changes__waits_for").in_bulk(
        delivery.posting_ids
    )
    return [rows[key] for key in delivery.posting_ids]


def _members(delivery: Delivery) -> list[Posting]:
    """Locked: customers before postings, each in the order of their ids, as the pipeline does it."""
    if delivery.kind == Posting.Kind.CONTACT:
        named = Customer.objects.filter(postings__in=delivery.posting_ids)
        list(named.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
    also = _READ_WITH.get(delivery.kind, ())
    members = Posting.objects.filter(pk__in=delivery.posting_ids).order_by("pk")
    if also:
        members = members.select_related(*{name.rpartition("__")[0] for name in also if "__" in name})
    # Documents are read again only where one has to be changed.
    return list(members.only(*_READ, *also).select_for_update(of=("self",), no_key=True))


def _apply(pair: Pair, posting: Posting, fate: Fate) -> None:
    posting.delivery_id = posting.delivery_id if isinstance(fate, Posted) else None
    if isinstance(fate, Posted):
        posting.state = Posting.State.POSTED
        posting.remote_id, posting.remote_number = fate.id, fate.number
        posting.remote_part_id = fate.part_id
        posting.remote_status = fate.status
        posting.posted_at = timezone.now()
        posting.error, posting.error_class = "", ""
    elif isinstance(fate, Again):
        _again(posting, fate)
    else:
        _refuse(pair, posting, fate)


def _again(posting: Posting, fate: Again) -> None:
    posting.attempts += 1
    posting.error = fate.why
    posting.error_class = Posting.ErrorClass.TRANSIENT
    posting.state = Posting.State.READY
    if fate.new_name:
        posting.document = {**posting.document, "Name": fate.new_name}
    if posting.attempts >= MOST_ATTEMPTS:
        posting.state = Posting.State.DEAD


def _refuse(pair: Pair, posting: Posting, fate: Refused) -> None:
    failure = fate.failure
    posting.error = failure.message
    if isinstance(failure, ConfigurationFailure):
        if redate(pair, posting, failure):
            posting.state = Posting.State.READY
            return
        problem = hold_for_problem(pair, failure, ())
        posting.problem = problem
        posting.state = Posting.State.HELD
        posting.error_class = Posting.ErrorClass.CONFIGURATION
        return
    posting.state = Posting.State.DEAD
    posting.error_class = Posting.ErrorClass.PERMANENT


def _write(postings: Sequence[Posting]) -> None:
    update_rows(postings, _FATE_FIELDS)
    remade = [posting for posting in postings if posting.state != Posting.State.POSTED]
    update_rows(remade, ["document", "problem"])


def _after_posting(pair: Pair, posted: Sequence[tuple[Posting, Posted]]) -> None:
    """What follows from documents now in Xero."""
    _contacts([posting for posting, _ in posted if posting.kind == Posting.Kind.CONTACT])
    for posting, fate in posted:
        _follow(posting)
        if posting.kind in _TOTALLED:
            check_total(pair, posting, fate.total)
        if posting.kind == Posting.Kind.OVERPAYMENT:
            _ask_about(pair, posting)
    release_waiters([posting.pk for posting, _ in posted])
    paid = [
        (posting.payment, posting.order, Notice.Type.CONFIRMED)
        for posting, _ in posted
        if posting.kind == Posting.Kind.PAYMENT and posting.payment and posting.order
    ]
    write_notices(pair, paid, business_now().isoformat())
    _tell_of_refunds(
        pair,
        [row.refund_id for row, _ in posted if row.kind == Posting.Kind.REFUND and row.refund_id is not None],
    )


def _tell_of_refunds(pair: Pair, refund_ids: Sequence[int]) -> None:
    """A refund is confirmed when its money has left the clearing account in Xero."""
    if not refund_ids:
        return
    refunds = Refund.objects.filter(pk__in=refund_ids).select_related(
        "order__customer", "payment", "instruction"
    )
    write_refund_notices(pair, refunds.order_by("pk"), business_now().isoformat())


def _ask_about(pair: Pair, posting: Posting) -> None:
    """Row 9: money above what was due is on the customer's credit; a person says what becomes of it."""
    amount = Money(posting.amount_minor, posting.currency)
    open_problem(
        pair,
        "paid_too_much",
        posting.natural_key,
        f"Payment {posting.natural_key} was {amount} more than its order was due. Xero holds it as an overpayment.",
        "Refund it, or allocate it to another invoice of the customer in Xero; then mark this as fixed.",
    )


def _contacts(posted: Sequence[Posting]) -> None:
    for posting in posted:
        if posting.customer:
            posting.customer.xero_contact_id = posting.remote_id
    customers = sorted(
        (posting.customer for posting in posted if posting.customer), key=lambda customer: customer.pk
    )
    if customers:
        update_rows(customers, ["xero_contact_id"])
        insert_missing([_identity(customer) for customer in customers])


def _identity(customer: Customer) -> CustomerIdentity:
    return CustomerIdentity(
        pair_id=customer.pair_id,
        customer=customer,
        system=CustomerIdentity.System.XERO,
        kind=CustomerIdentity.Kind.CONTACT_ID,
        value=customer.xero_contact_id,
        first_seen_at=timezone.now(),
    )


def _follow(posting: Posting) -> None:
    """Approving, closing and deleting change another posting's standing in Xero."""
    if posting.kind == Posting.Kind.INVOICE_AUTHORISE:
        _invoice_of(posting).update(remote_status="AUTHORISED")
    elif posting.kind == Posting.Kind.INVOICE_CLOSE:
        _invoice_of(posting).update(
            state=Posting.State.REVERSED, remote_status=posting.remote_status or "VOIDED"
        )
    elif posting.kind in UNDOING:
        undone = Posting.objects.filter(pk=posting.changes_id or posting.waits_for_id or 0)
        undone.update(state=Posting.State.REVERSED, remote_status=_GONE.get(posting.kind, "DELETED"))


def _invoice_of(posting: Posting) -> QuerySet[Posting]:
    return Posting.objects.filter(
        pair_id=posting.pair_id, kind=Posting.Kind.INVOICE, natural_key=posting.natural_key
    )


def release_waiters(posting_ids: Sequence[int]) -> int:
    """What waited for these is ready now."""
    if not posting_ids:
        return 0
    waiting = Posting.objects.filter(waits_for__in=posting_ids, state=Posting.State.WAITING)
    return waiting.update(state=Posting.State.READY, ready_at=timezone.now())


def _result(fate: Fate) -> dict[str, str]:
    if isinstance(fate, Posted):
        return {"outcome": "found" if fate.was_there else "posted", "id": fate.id, "status": fate.status}
    if isinstance(fate, Again):
        return {"outcome": "again", "why": fate.why}
    return {"outcome": "refused", "why": fate.failure.message}


def set_aside(delivery: Delivery, failure: TransientFailure) -> float:
    """No answer, or not done: the same call again later. Returns the seconds until then."""
    unknown = isinstance(failure, OutcomeUnknown)
    delivery.state = Delivery.State.UNKNOWN if unknown else Delivery.State.PREPARED
    wait = delay_seconds(
        min(delivery.attempts, 6), retry_after=failure.retry_after, uniform=random.SystemRandom().uniform
    )
    if unknown:
        # Xero keeps the key for six minutes: be back well before.
        wait = min(wait, 20.0)
    delivery.not_before = timezone.now() + timedelta(seconds=wait)
    delivery.error = failure.message
    delivery.save(update_fields=["state", "not_before", "error"])
    return wait


def halt(delivery: Delivery, failure: ConfigurationFailure) -> None:
    """The connection itself needs a person; the call stays as it is, to be settled first afterwards."""
    pair = Pair.objects.get(pk=delivery.pair_id)
    hold_for_problem(pair, failure, ())
    delivery.error = failure.message
    if delivery.state == Delivery.State.SENDING:
        delivery.state = Delivery.State.PREPARED if delivery.attempts == 1 else Delivery.State.UNKNOWN
    delivery.save(update_fields=["state", "error"])
