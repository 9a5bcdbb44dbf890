"""Suggestions for a pair's mapping: from its own records, past what people decided, never over a row that is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from threadpoolctl import threadpool_limits

from integrations.models import Customer, Order, Pair, Payment
from mapping.core.document import MappingDocument
from mapping.core.paths import PathError, parse_path
from mapping.core.schemas import SOURCES, TARGETS, Schema
from mapping.models import SuggestionFeedback
from mapping.services.records import contact_source, payment_amount, payment_source
from mapping.suggestions.core.codes import Account, CodeSuggestion, TaxRate, account_codes, tax_types
from mapping.suggestions.core.links import OFFER, Suggestion, suggestions
from mapping.suggestions.core.memory import Decision, Memory, key_of, key_of_path
from mapping.suggestions.core.model import shipped
from mapping.suggestions.core.sources import SourceField, from_samples, from_values
from mapping.suggestions.core.targets import plain_path

if TYPE_CHECKING:
    from integrations.models import User

__all__ = [
    "Account",
    "CodeSuggestion",
    "Said",
    "Suggestion",
    "TaxRate",
    "account_codes",
    "remember",
    "suggest",
    "tax_types",
]

_RECORDS: Final = 40
"""Stored records whose values are looked at."""
_DECISIONS: Final = 2000
"""Newest decisions per object that are remembered."""
_OF_PAYMENTS: Final = frozenset({"payment"})


@dataclass(frozen=True, slots=True)
class Said:
    """A person's answer to the link `source` → `target`."""

    target: str
    source: str
    is_accepted: bool


def suggest(
    pair: Pair, document: MappingDocument, sample: Mapping[str, Any] | None = None
) -> list[Suggestion]:
    """What could fill the fields that no row of the mapping fills yet, the surest first; only what is likely.

    Values are those of `sample` and of the pair's newest stored records of that kind, never of Xero. Raises ModelError.
    """
    if document.target not in TARGETS:
        return []
    fields = source_fields(pair, document, sample)
    with threadpool_limits(1):  # tables this small only lose by being shared out among the cores
        found = suggestions(fields, document.target, shipped(), memory=memory_of(pair, document.target))
    taken = _taken(document)
    return [
        each
        for each in found
        if each.confidence >= OFFER and not taken & _names(each.target) and _fits_lists(each, document)
    ]


def remember(pair: Pair, document: MappingDocument, said: Iterable[Said], *, by: User | None) -> int:
    """Keep what a person said; returns how many answers that were."""
    fields = {field.path: field for field in source_fields(pair, document, None)}
    rows = [
        SuggestionFeedback(
            pair=pair,
            object=document.target,
            target=each.target,
            source=each.source,
            key=key_of(fields[each.source]) if each.source in fields else key_of_path(each.source),
            is_accepted=each.is_accepted,
            by=by,
        )
        for each in said
    ]
    SuggestionFeedback.objects.bulk_create(rows)
    return len(rows)


def memory_of(pair: Pair, target: str) -> Memory:
    """What was decided about fields of this Xero object: in this pair exactly, and everywhere as a leaning."""
    rows = SuggestionFeedback.objects.filter(object=target).order_by("-pk")
    columns = ("key", "target", "is_accepted")
    own = list(rows.filter(pair=pair).values_list(*columns)[:_DECISIONS])
    everywhere = list(rows.values_list(*columns)[:_DECISIONS])
    return Memory.of(
        (Decision(*row) for row in reversed(own)), (Decision(*row) for row in reversed(everywhere))
    )


def source_fields(
    pair: Pair, document: MappingDocument, sample: Mapping[str, Any] | None
) -> tuple[SourceField, ...]:
    """The fields of the mapping's source: of the sample and stored records, and those its schema declares besides."""
    records = [sample] if sample else []
    schema = SOURCES.get(document.source)
    if schema is not None:
        records += _stored(pair, document)
    seen = from_samples(records) if records else ()
    return _with_declared(seen, schema) if schema is not None else seen


def _with_declared(seen: Sequence[SourceField], schema: Schema) -> tuple[SourceField, ...]:
    known = {field.path for field in seen}
    declared: dict[str, list[Any]] = {
        field.path: [] if field.example is None else [field.example]
        for field in schema.fields
        if field.type not in ("object", "list")
    }
    whole = {field.path: field for field in from_values(declared, rows=1)}
    filled = [
        replace(whole[field.path], values=field.values) if field.path in whole else field for field in seen
    ]
    return (*filled, *(field for path, field in whole.items() if path not in known))


def _stored(pair: Pair, document: MappingDocument) -> list[Mapping[str, Any]]:
    """The newest records of the kind the mapping reads, as it reads them."""
    if document.source in _OF_PAYMENTS:
        payments = Payment.objects.filter(pair=pair).select_related("pair", "order").order_by("-pk")
        return [
            payment_source(payment, payment_amount(payment), payment.taken_at or payment.created_at)
            for payment in payments[:_RECORDS]
        ]
    if document.source != "shop:order":
        return []
    if document.target == "xero:Contact":
        customers = Customer.objects.filter(pair=pair).order_by("-pk")[:_RECORDS]
        return [contact_source(customer) for customer in customers]
    orders = Order.objects.filter(pair=pair).exclude(state=Order.State.INVALID).order_by("-pk")
    return list(orders.values_list("document", flat=True)[:_RECORDS])


def _taken(document: MappingDocument) -> set[str]:
    """The targets that rows fill, as they are written; a row for every element takes all positions."""
    return {row.target for row in document.rows}


def _names(target: str) -> set[str]:
    return {target, plain_path(target)}


def _fits_lists(each: Suggestion, document: MappingDocument) -> bool:
    """Whether a link into a list reads the list that the mapping repeats it for."""
    collections = {item.target: item.source for item in document.collections}
    wanted = _list_of(each.target)
    if wanted is None:
        return _list_of(each.source) is None
    if each.collection is None:
        return False
    return collections.get(wanted, each.collection["source"]) == each.collection["source"]


def _list_of(path: str) -> str | None:
    try:
        collection = parse_path(path).collection()
    except PathError:
        return None
    return None if collection is None else str(collection)
