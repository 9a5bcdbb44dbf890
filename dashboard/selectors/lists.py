"""The rows of the lists, with what their columns show read along."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from django.db.models.functions import Coalesce

from integrations.models import ApiCall, AuditEntry, Event, Instruction, Order, Pair, Payment, Refund
from sync.models import Notice, Posting

_SHOWN = ("id", "kind", "state", "remote_id", "order_id", "payment_id")


def orders_of(pair: Pair) -> QuerySet[Order]:
    """Orders with their customer and the state of their invoice (`invoice_postings`)."""
    postings = Posting.objects.filter(kind=Posting.Kind.INVOICE).only(*_SHOWN)
    return (
        Order.objects.filter(pair=pair)
        .select_related("customer")
        .defer("document", "customer__details")
        .prefetch_related(Prefetch("postings", queryset=postings, to_attr="invoice_postings"))
    )


def payments_of(pair: Pair) -> QuerySet[Payment]:
    """Payments with their order and Xero payment (`payment_postings`); `happened_at` is never null."""
    postings = Posting.objects.filter(kind=Posting.Kind.PAYMENT).only(*_SHOWN)
    return (
        Payment.objects.filter(pair=pair)
        .select_related("order")
        .defer("order__document", "security_key", "checks")
        .annotate(happened_at=Coalesce("taken_at", "created_at"))
        .prefetch_related(Prefetch("postings", queryset=postings, to_attr="payment_postings"))
    )


def refunds_of(pair: Pair) -> QuerySet[Refund]:
    """Refunds with their order and what they became in Xero (`shown_postings`, the money after its credit note)."""
    kinds = [Posting.Kind.CREDIT_NOTE, Posting.Kind.REFUND]
    postings = Posting.objects.filter(kind__in=kinds).order_by("pk").only(*_SHOWN, "refund_id")
    return (
        Refund.objects.filter(pair=pair)
        .select_related("payment", "payment__order")
        .defer("payment__security_key", "payment__checks", "payment__order__document")
        .prefetch_related(Prefetch("postings", queryset=postings, to_attr="shown_postings"))
    )


def asked_of(pair: Pair) -> QuerySet[Instruction]:
    """What Opayo was asked, with payment, order and who asked."""
    return (
        Instruction.objects.filter(pair=pair)
        .select_related("payment", "payment__order", "asked_by")
        .defer("payment__security_key", "payment__checks", "payment__order__document")
    )


def postings_of(pair: Pair) -> QuerySet[Posting]:
    """Postings with the order or customer they are for; without their documents."""
    return (
        Posting.objects.filter(pair=pair)
        .select_related("order", "payment", "customer")
        .defer("document", "order__document", "customer__details", "payment__security_key", "payment__checks")
    )


def events_of(pair: Pair) -> QuerySet[Event]:
    """Events without their bodies."""
    return Event.objects.filter(pair=pair).select_related("order").defer("body", "headers", "order__document")


def notices_of(pair: Pair) -> QuerySet[Notice]:
    """Confirmations to shop and customers."""
    return Notice.objects.filter(pair=pair).select_related("order").defer("content", "order__document")


def calls_of(pair: Pair) -> QuerySet[ApiCall]:
    """Calls to outside systems."""
    return ApiCall.objects.filter(pair=pair)


def audit_of(pair: Pair) -> QuerySet[AuditEntry]:
    """What people did."""
    return AuditEntry.objects.filter(pair=pair).select_related("actor")
