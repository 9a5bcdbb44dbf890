"""Xero documents made by the mappings a pair has in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from integrations.core.money import Money
from integrations.models import Customer, Order, Pair, Payment, Refund
from mapping.core.contacts import name_with_number
from mapping.core.problems import Problem
from mapping.core.rules.fields import with_fields
from mapping.services.flows_in_use import FlowsInUse, flows_in_use
from mapping.services.records import (
    Credit,
    contact_source,
    credit_source,
    invoice_context,
    pair_context,
    payment_source,
    refund_source,
)


@dataclass(frozen=True, slots=True)
class Made:
    """A document, the mapping version that made it, and what stops it (in words), if anything."""

    document: dict[str, Any]
    mapping_version_id: int | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Handling:
    """What flow and rules say about mapping one record.

    `uses`: the mapping to use, by the name of the flow's own. `sets`: values by field of the record. `enriched`: what
    enrich steps found, by name.
    """

    uses: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, Any] = field(default_factory=dict)
    enriched: Mapping[str, Any] = field(default_factory=dict)


AS_IT_IS: Final = Handling()


@dataclass
class DocumentMaker:
    """Evaluates the pair's mappings; one per batch, so that mappings and settings are read once."""

    pair: Pair
    now: datetime
    """The business moment, UTC."""
    _base: dict[str, Any] = field(default_factory=dict)
    _flows: FlowsInUse | None = None

    @property
    def flows(self) -> FlowsInUse:
        """What the pair has in use, read once."""
        if self._flows is None:
            self._flows = flows_in_use(self.pair.pk)
        return self._flows

    def contact(self, customer: Customer, *, name_is_taken: bool, handling: Handling = AS_IT_IS) -> Made:
        """Xero Contact for a customer of the shop."""
        # Of the order's fields, the contact has those of its customer.
        sets = {path: value for path, value in handling.sets.items() if path.startswith("customer.")}
        handling = replace(handling, sets=sets) if handling.sets else handling
        made = self._evaluate("contact", contact_source(customer), {}, handling)
        if name_is_taken and "Name" in made.document:
            made.document["Name"] = name_with_number(made.document["Name"], customer.contact_number)
        return made

    def invoice(
        self, order: Order, *, number: str, status: str, vendor_tx_code: str, handling: Handling = AS_IT_IS
    ) -> Made:
        """Xero Invoice ACCREC for an order, in the books' currency."""
        context = invoice_context(
            self.pair, order, number=number, status=status, vendor_tx_code=vendor_tx_code
        )
        return self._evaluate("invoice", order.document, context, handling)

    def payment(self, payment: Payment, amount: Money, *, handling: Handling = AS_IT_IS) -> Made:
        """Xero Payment (or the amount of an overpayment) into the clearing account."""
        source = payment_source(payment, amount, payment.taken_at or self.now)
        return self._evaluate("payment", source, {}, handling)

    def credit_note(
        self,
        refund: Refund,
        order: Order,
        credit: Credit,
        *,
        earlier: Sequence[Credit] = (),
        number: str = "",
        handling: Handling = AS_IT_IS,
    ) -> Made:
        """Xero CreditNote for what a refund takes back of the sale; `number` where it is not the refund's own code."""
        source = refund_source(refund, order, credit, earlier)
        return self._evaluate("credit_note", source, _credit_context(order, number), handling)

    def closing_credit_note(
        self, order: Order, credit: Credit, *, number: str, earlier: Sequence[Credit] = ()
    ) -> Made:
        """Xero CreditNote for what is left due of an order that has ended; no money moves for it."""
        return self.credit_note_of_sale(
            order, credit, code=number, number=number, earlier=earlier, happened_at=self.now
        )

    def credit_note_of_sale(
        self,
        order: Order,
        credit: Credit,
        *,
        code: str,
        number: str,
        earlier: Sequence[Credit],
        happened_at: datetime,
    ) -> Made:
        """Xero CreditNote that undoes a sale for another reason than a refund; `code` is what it refers to."""
        source = credit_source(order, code, credit, earlier, happened_at)
        return self._evaluate("credit_note", source, _credit_context(order, number), AS_IT_IS)

    def refund(self, refund: Refund, order: Order, amount: Money, *, handling: Handling = AS_IT_IS) -> Made:
        """Xero Payment that gives the money back, out of the clearing account."""
        source = refund_source(refund, order, Credit(amount))
        return self._evaluate("refund", source, {}, handling)

    def _evaluate(
        self, kind: str, source: Mapping[str, Any], extra: Mapping[str, Any], handling: Handling
    ) -> Made:
        name = handling.uses.get(kind, kind)
        if name not in self.flows.mappings:
            problem = Problem(f"No mapping called “{name}” is published: publish one.", cause="mapping")
            return Made({}, None, (problem,))
        version_id, mapping = self.flows.mappings[name]
        context = {**self.context(), **extra}
        if handling.sets:
            source = with_fields(source, handling.sets)
        if handling.enriched:
            context["enriched"] = handling.enriched
        evaluation = mapping.evaluate(source, context)
        stopping = tuple(problem for problem in evaluation.problems if problem.stops)
        return Made(evaluation.document, version_id, stopping)

    def context(self) -> dict[str, Any]:
        """What the mappings may know of the pair beside the source."""
        if not self._base:
            self._base = {**pair_context(self.pair, self.now), "tables": self.flows.tables}
        return self._base


def _credit_context(order: Order, number: str) -> dict[str, Any]:
    context: dict[str, Any] = {"status": "AUTHORISED"}
    if number:
        context["credit_note_number"] = number
    if order.conversion:
        context["rate"] = order.conversion
    return context
