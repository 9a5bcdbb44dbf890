"""Rules tried on the last records of a pair, so that whoever writes one sees what it would have done."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from integrations.models import Order, Pair, Payment
from mapping.core.blueprint import Blueprint
from mapping.core.conditions import ConditionError
from mapping.core.conditions.asking import Standing
from mapping.core.conditions.records import types_of
from mapping.core.conditions.text import tree_of
from mapping.core.conditions.words import words_of
from mapping.core.paths import Path, PathError, parse_path
from mapping.core.readers import Scope, reader
from mapping.core.rules.document import Rule
from mapping.core.rules.trying import Batch, Trial, try_rules
from mapping.core.schemas import SOURCES, Schema
from mapping.core.schemas.context import context_schema
from mapping.core.schemas.schema import Field, FieldType
from mapping.services.preview import context_of
from mapping.services.records import order_total, payment_amount, payment_source

RULE_SCHEMAS: Final = (SOURCES["shop:order"], SOURCES["payment"])
"""The records rules are written about, in the order their fields are offered."""
MOST: Final = 200
"""Records of each kind that rules are tried on, the newest."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One stored record: `kind` "order" or "payment", its key, what people call it and what it came to."""

    kind: str
    key: int
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class Stock:
    """A batch of records and, at the same positions, what to call them."""

    batch: Batch
    tried: Sequence[Tried]


def last_records(pair: Pair, blueprint: Blueprint, *, now: datetime, most: int = MOST) -> tuple[Stock, ...]:
    """The newest orders, then the newest payments, as rules see them. Two queries and those of the context."""
    context = context_of(pair, blueprint, now)
    orders = list(Order.objects.filter(pair=pair).order_by("-placed_at", "-pk")[:most])
    payments = list(Payment.objects.filter(pair=pair).select_related("order", "pair").order_by("-pk")[:most])
    return (
        Stock(
            Batch(RULE_SCHEMAS[0], "orders", [order.document for order in orders], context),
            list(_orders(orders)),
        ),
        Stock(
            Batch(RULE_SCHEMAS[1], "payments", [_source(payment, now) for payment in payments], context),
            list(_payments(payments)),
        ),
    )


def _orders(orders: Sequence[Order]) -> Iterator[Tried]:
    for order in orders:
        total = order_total(order)
        yield Tried("order", order.pk, order.number, f"{total.to_decimal():,} {total.currency}")


def _payments(payments: Sequence[Payment]) -> Iterator[Tried]:
    for payment in payments:
        amount = payment_amount(payment)
        yield Tried(
            "payment", payment.pk, payment.vendor_tx_code, f"{amount.to_decimal():,} {amount.currency}"
        )


def _source(payment: Payment, now: datetime) -> dict[str, object]:
    return payment_source(payment, payment_amount(payment), payment.taken_at or now)


def tried_rules(rules: Sequence[Rule], stocks: Sequence[Stock]) -> dict[str, Trial]:
    """What each rule would have done, by its id."""
    return try_rules(rules, [stock.batch for stock in stocks])


def rule_standing(pair: Pair, blueprint: Blueprint, mentioned: str, *, now: datetime) -> Standing:
    """How the condition of a rule compares, and the newest record it is about: an order, unless it names payments' fields.

    `mentioned`: the condition in any form that names its fields.
    """
    stocks = last_records(pair, blueprint, now=now, most=1)
    stock = next((one for one in stocks if _is_about(one.batch.schema, mentioned)), stocks[0])
    reads = tuple(_reads(record, stock) for record in stock.batch.records)
    return Standing(types_of_rules, reads)


def _reads(record: Mapping[str, Any], stock: Stock) -> Callable[[Path], Any]:
    scope = Scope(record, stock.batch.context)
    return lambda path: reader(path)(scope)


def _is_about(schema: Schema, mentioned: str) -> bool:
    """Whether no field is named that only records of the other kinds have."""
    others = {field.path for other in RULE_SCHEMAS for field in other.fields} - set(schema.by_path)
    return not any(re.search(rf"(?<![\w.]){re.escape(path)}(?![\w.])", mentioned) for path in others)


def types_of_rules(text: str) -> FieldType | None:
    """The type of a field of whichever record has it, as rules compare it."""
    found = (types_of(schema)(text) for schema in RULE_SCHEMAS)
    return next((field_type for field_type in found if field_type is not None), None)


def rule_words(when: str, blueprint: Blueprint) -> str:
    """A rule's condition in words; the text itself where it does not parse."""
    try:
        tree = tree_of(when, types_of_rules)
    except (ConditionError, PathError):
        return when
    context = context_schema(blueprint.tables)
    return words_of(tree, lambda path: _label(path, context), types_of_rules)


def _label(text: str, context: Schema) -> str:
    path = parse_path(text)
    places = (context,) if path.namespace else RULE_SCHEMAS
    pattern = Path(path.steps).pattern()
    found: Field | None = next((each.by_path[pattern] for each in places if pattern in each.by_path), None)
    return found.label if found and found.label else text
