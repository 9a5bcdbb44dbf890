"""What a mapping makes of a sample, without touching any books: exactly what posting would make of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Case, IntegerField, QuerySet, Value, When

from integrations.core.money import Money
from integrations.models import Order, Pair, Payment
from mapping.core.blueprint import Blueprint
from mapping.core.bookings import total_of
from mapping.core.compiler import compile_draft
from mapping.core.document import MappingDocument
from mapping.core.evaluate import Evaluation
from mapping.core.schemas import Schema
from mapping.core.tables import as_context
from mapping.models import Sample
from mapping.services.records import (
    contact_source,
    invoice_context,
    invoice_status,
    order_total,
    pair_context,
    payment_amount,
    payment_source,
)
from mapping.services.samples import read_record

if TYPE_CHECKING:
    from integrations.models import User

_OF_PAYMENTS: Final = frozenset({"payment", "opayo:transaction", "opayo:server_notification"})


class NoSampleError(LookupError):
    """There is no such sample, or it has nothing that this mapping reads."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A record as a mapping sees it; `paid` is what the document should come to, where that is known."""

    source: Mapping[str, Any]
    context: Mapping[str, Any]
    paid: Money | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """A subject and what became of it."""

    subject: Subject
    evaluation: Evaluation
    document_total: Decimal | None

    @property
    def agrees(self) -> bool | None:
        """Whether the document comes to what was paid; None where one of them is not known."""
        if self.document_total is None or self.subject.paid is None:
            return None
        return self.document_total == self.subject.paid.to_decimal()


def preview(subject: Subject, document: MappingDocument, *, source: Schema | None = None) -> Preview:
    """Map the subject, with its trace, as far as the mapping is written. Raises MappingInvalidError when none of it runs."""
    compiled = compile_draft(document, source=source)
    evaluation = compiled.evaluate(subject.source, subject.context, trace=True)
    return Preview(subject, evaluation, _total(document.target, evaluation.document))


def context_of(pair: Pair, blueprint: Blueprint, now: datetime) -> dict[str, Any]:
    """What mappings of this blueprint may know beside the record: the pair's settings and the look-up tables."""
    return {**pair_context(pair, now), **as_context(blueprint.tables)}


def subject_of(
    sample_id: str, document: MappingDocument, blueprint: Blueprint, *, pair: Pair, by: User, now: datetime
) -> Subject:
    """The sample "order:7", "payment:7" or "pasted:7" as the mapping sees it. Raises NoSampleError."""
    kind, _, key = sample_id.partition(":")
    if kind not in _FINDERS or not key.isdecimal() or len(key) > 18:
        raise NoSampleError(f"There is no sample “{sample_id}”.")
    subject = _FINDERS[kind](_Wanted(pair, by, int(key), document, now))
    return replace(subject, context={**context_of(pair, blueprint, now), **subject.context})


def pasted_subject(text: str, pair: Pair, blueprint: Blueprint, now: datetime) -> Subject:
    """A record pasted just now, not kept. Raises what `samples.read_record` raises."""
    return _of_pasted(read_record(text), pair, context_of(pair, blueprint, now))


@dataclass(frozen=True, slots=True)
class _Wanted:
    pair: Pair
    by: User
    key: int
    document: MappingDocument
    now: datetime


def _order(wanted: _Wanted) -> Subject:
    order = Order.objects.select_related("customer").filter(pair=wanted.pair, pk=wanted.key).first()
    if order is None:
        raise NoSampleError("There is no such order in this pair.")
    if wanted.document.source in _OF_PAYMENTS:
        payment = _payments_of(order).first()
        if payment is None:
            raise NoSampleError(f"Nobody has tried to pay the order {order} yet: choose another sample.")
        return _paid_by(payment, wanted.now)
    return _ordered(order, wanted)


def _payment(wanted: _Wanted) -> Subject:
    rows = Payment.objects.select_related("order__customer", "pair")
    payment = rows.filter(pair=wanted.pair, pk=wanted.key).first()
    if payment is None:
        raise NoSampleError("There is no such payment in this pair.")
    if wanted.document.source in _OF_PAYMENTS or payment.order is None:
        return _paid_by(payment, wanted.now)
    return _ordered(payment.order, wanted)


def _pasted(wanted: _Wanted) -> Subject:
    sample = Sample.objects.filter(pair=wanted.pair, by=wanted.by, pk=wanted.key).first()
    if sample is None:
        raise NoSampleError("There is no such sample of yours in this pair.")
    return _of_pasted(read_record(sample.text), wanted.pair, {})


_FINDERS: Final[dict[str, Callable[[_Wanted], Subject]]] = {
    "order": _order,
    "payment": _payment,
    "pasted": _pasted,
}


def _ordered(order: Order, wanted: _Wanted) -> Subject:
    if wanted.document.target == "xero:Contact" and order.customer is not None:
        return Subject(contact_source(order.customer), {})
    payment = _payments_of(order).first()
    context = invoice_context(
        wanted.pair,
        order,
        number=order.number,
        status=invoice_status(order),
        vendor_tx_code=payment.vendor_tx_code if payment else "",
    )
    return Subject(order.document, context, order_total(order))


def _payments_of(order: Order) -> QuerySet[Payment]:
    """The order's payments, captured ones first: the first gives the invoice its reference."""
    captured_first = Case(
        When(state=Payment.State.CAPTURED, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return Payment.objects.filter(order=order).select_related("order", "pair").order_by(captured_first, "pk")


def _paid_by(payment: Payment, now: datetime) -> Subject:
    amount = payment_amount(payment)
    return Subject(payment_source(payment, amount, payment.taken_at or now), {}, amount)


def _of_pasted(record: dict[str, Any], pair: Pair, context: Mapping[str, Any]) -> Subject:
    """As if it were paid, so that everything Xero asks of an approved document is seen; its number is the invoice's."""
    number = str(record.get("number") or "")
    own = {"status": "AUTHORISED", "vendor_tx_code": "", "invoice_number": f"{pair.invoice_prefix}{number}"}
    return Subject(record, {**context, **own})


def _total(target: str, document: Mapping[str, Any]) -> Decimal | None:
    if target == "xero:Contact" or not ("Amount" in document or "LineItems" in document):
        return None
    try:
        return total_of(target, document)
    except (ArithmeticError, ValueError):
        return None
