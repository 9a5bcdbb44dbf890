"""Xero documents made by the pair's published mappings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from integrations.core.money import Money
from integrations.models import Customer, Order, Pair, Payment
from integrations.pairs.selectors import accounts_of
from mapping.core.contacts import name_with_number
from mapping.core.problems import Problem
from mapping.selectors import Published, published_mappings


@dataclass(frozen=True, slots=True)
class Made:
    """A document, the mapping version that made it, and what stops it (in words), if anything."""

    document: dict[str, Any]
    mapping_version_id: int | None
    problems: tuple[Problem, ...] = ()


@dataclass
class DocumentMaker:
    """Evaluates the pair's mappings; one per batch, so that mappings and settings are read once."""

    pair: Pair
    now: datetime
    """The business moment, UTC."""
    _base: dict[str, Any] = field(default_factory=dict)
    _mappings: dict[str, Published] = field(default_factory=dict)

    def contact(self, customer: Customer, *, name_is_taken: bool) -> Made:
        """Xero Contact for a customer of the shop."""
        source = {"customer": {**customer.details, "contact_number": customer.contact_number}}
        made = self._evaluate("contact", source, {})
        if name_is_taken and "Name" in made.document:
            made.document["Name"] = name_with_number(made.document["Name"], customer.contact_number)
        return made

    def invoice(self, order: Order, *, number: str, status: str, vendor_tx_code: str) -> Made:
        """Xero Invoice ACCREC for an order, in the books' currency."""
        context = {
            "status": status,
            "vendor_tx_code": vendor_tx_code,
            "invoice_number": f"{self.pair.invoice_prefix}{number}",
        }
        if order.conversion:
            context["rate"] = order.conversion
        return self._evaluate("invoice", order.document, context)

    def payment(self, payment: Payment, amount: Money) -> Made:
        """Xero Payment (or the amount of an overpayment) into the clearing account."""
        taken_at = payment.taken_at or self.now
        source = {
            "vendor_tx_code": payment.vendor_tx_code,
            "amount": str(amount.to_decimal()),
            "currency": amount.currency,
            "taken_at": taken_at.isoformat(),
            "card_type": payment.card_type,
            "last_four": payment.last_four,
            "status": payment.status,
        }
        return self._evaluate("payment", source, {})

    def _evaluate(self, kind: str, source: Mapping[str, Any], extra: Mapping[str, Any]) -> Made:
        if not self._mappings:
            self._mappings = published_mappings(self.pair.pk)
        if kind not in self._mappings:
            problem = Problem(f"No mapping of the kind {kind} is published: publish one.", cause="mapping")
            return Made({}, None, (problem,))
        version_id, mapping = self._mappings[kind]
        evaluation = mapping.evaluate(source, {**self.context(), **extra})
        stopping = tuple(problem for problem in evaluation.problems if problem.stops)
        return Made(evaluation.document, version_id, stopping)

    def context(self) -> dict[str, Any]:
        """What the mappings may know of the pair beside the source."""
        if not self._base:
            pair, accounts = self.pair, accounts_of(self.pair)
            self._base = {
                "pair": {
                    "name": pair.name,
                    "zone": pair.zone,
                    "base_currency": pair.base_currency,
                    "invoice_prefix": pair.invoice_prefix,
                    "days_due": pair.days_due,
                    "rounding": pair.rounding,
                    "rounding_cap": str(Money(pair.rounding_cap_minor, pair.base_currency).to_decimal()),
                },
                "accounts": accounts,
                "accounts_by_category": accounts.get("by_category", {}),
                "tax_types": pair.tax_types,
                "today": self.now.astimezone(ZoneInfo(pair.zone)).date().isoformat(),
            }
        return self._base
