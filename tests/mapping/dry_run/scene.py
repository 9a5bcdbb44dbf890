"""A pair with stored trade, and drafts that change something about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from integrations.models import Order, Pair
from mapping.core.blueprint import Blueprint
from mapping.core.document import MappingDocument, TransformUse
from mapping.models import DryRun, MappingVersion
from mapping.selectors import published_blueprint
from mapping.services.dry_run import start_dry_run
from mapping.services.dry_run.working import compare_parts
from mapping.services.versions import create_draft, ensure_default_mappings
from tests.factories import OrderFactory, PairFactory, PaymentFactory
from tests.factories.pairs import usual_accounts

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FROM, TO = date(2026, 11, 1), date(2026, 11, 30)
KINDS = ["invoice", "payment"]


def pair_with_orders(count: int, **order: Any) -> Pair:
    """A pair with the shipped mappings in use and so many paid orders of 24.00 GBP, VAT included."""
    pair = PairFactory()
    usual_accounts(pair)
    ensure_default_mappings(pair)
    for number in range(count):
        paid_order(pair, placed_at=NOW - timedelta(minutes=number), **order)
    return pair


def paid_order(pair: Pair, **fields: Any) -> Order:
    """An order with its captured payment."""
    total = fields.setdefault("total_minor", 2400)
    fields.setdefault("placed_at", NOW)
    order = OrderFactory(pair=pair, **{"captured_minor": total, "state": Order.State.PAID, **fields})
    PaymentFactory(
        pair=pair,
        order=order,
        vendor_tx_code=f"{order.number}-1",
        taken_at=order.placed_at,
        amount_minor=total,
        currency=order.currency,
    )
    return order


def draft_with(pair: Pair, **changes: Any) -> MappingVersion:
    """A draft of what is in use, with parts of its blueprint replaced."""
    return create_draft(pair, replace(published_blueprint(pair.pk), **changes))


def draft_booking_sales_to(pair: Pair, code: str) -> MappingVersion:
    """A draft whose invoices book every line to one account."""
    return draft_with(
        pair, mappings=with_constant(published_blueprint(pair.pk), "LineItems[].AccountCode", code)
    )


def with_constant(blueprint: Blueprint, target: str, value: str) -> dict[str, MappingDocument]:
    """The mappings of a blueprint, with one field of the invoice made constant."""
    invoice = blueprint.mappings["invoice"]
    constant = TransformUse("constant", {"value": value})
    rows = tuple(
        replace(row, sources=(), transforms=(constant,)) if row.target == target else row
        for row in invoice.rows
    )
    return {**blueprint.mappings, "invoice": replace(invoice, rows=rows)}


def begun(version: MappingVersion, **fields: Any) -> DryRun:
    """A dry run of November that has been queued."""
    assert version.pair is not None
    run = DryRun(
        **{
            "pair": version.pair,
            "version": version,
            "period_from": FROM,
            "period_to": TO,
            "kinds": KINDS,
            **fields,
        }
    )
    return start_dry_run(run, now=NOW)


def finished(version: MappingVersion, **fields: Any) -> DryRun:
    """A dry run of November, worked to its end by this process."""
    run = begun(version, **fields)
    while compare_parts(run.pk, seconds=60):
        pass
    run.refresh_from_db()
    return run
