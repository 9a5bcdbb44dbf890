"""Reading lists: filters, order, `If-Modified-Since`, paging."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.collection import Collection
from sandbox.xero.core import where
from sandbox.xero.endpoints.batch import NotFound
from sandbox.xero.wire.dates import parse_since

DEFAULT_PAGE_SIZE = 100
LARGEST_PAGE = 1000


class Render(Protocol):
    """A row as a reply shows it."""

    def __call__(self, call: Call, row: Row, *, full: bool = True) -> dict[str, Any]:
        """`full` asks for the whole form, with lines and the like."""


@dataclass(frozen=True, slots=True)
class Listing:
    """How one endpoint lists its rows."""

    plural: str
    rows: Callable[[Books], Collection]
    fields: Callable[[Books], where.Fields]
    render: Render
    paged: bool = True
    always_full: bool = False
    indexes: Mapping[str, str] = field(default_factory=dict)
    """Index of the collection by the filterable property it answers."""
    narrow: Callable[[Call, Iterable[Row]], Iterable[Row]] | None = None
    """The endpoint's own parameters, such as `Statuses`."""
    candidates: Callable[[Call], list[Row] | None] = lambda call: None
    """Rows by an indexed parameter of the endpoint's own, or None."""


def listing(call: Call, spec: Listing) -> Reply:
    """Reply with the rows the call asks for; raise `where.BadQuery` for a bad filter or order."""
    rows = _matching(call, spec)
    rows = _ordered(call, spec, rows)
    if not spec.paged or not _wants_pages(call):
        return call.reply(spec.plural, [spec.render(call, row, full=spec.always_full) for row in rows])
    page, size = _page(call)
    shown = rows[(page - 1) * size : page * size]
    pagination = {"page": page, "pageSize": size, "pageCount": -(-len(rows) // size), "itemCount": len(rows)}
    return call.reply(spec.plural, [spec.render(call, row) for row in shown], pagination=pagination)


def _wants_pages(call: Call) -> bool:
    return any(call.query(name) is not None for name in ("page", "pagesize", "statuses", "summaryonly"))


def _page(call: Call) -> tuple[int, int]:
    """Page number and size; what is out of range or no number is put right, as Xero does."""
    page = _whole(call.query("page"), 1)
    size = _whole(call.query("pagesize"), DEFAULT_PAGE_SIZE)
    return max(1, page), min(max(1, size), LARGEST_PAGE)


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.lstrip("-").isdigit() else default


def _matching(call: Call, spec: Listing) -> list[Row]:
    since = _since(call)
    expression = call.query("where")
    clause = where.parse(expression, spec.fields(call.books)) if expression else None
    rows: Iterable[Row] = _candidates(call, spec, clause, since)
    if since is not None:
        rows = [row for row in rows if row["Updated"] >= since]
    if clause is not None:
        rows = [row for row in rows if clause.test(row)]
    if spec.narrow is not None:
        rows = spec.narrow(call, rows)
    return list(rows)


def _candidates(call: Call, spec: Listing, clause: where.Clause | None, since: datetime | None) -> list[Row]:
    """The fewest rows that may match, found by an index where one helps."""
    collection = spec.rows(call.books)
    for path, value in clause.equal if clause else ():
        index = spec.indexes.get(path)
        if index and isinstance(value, str):
            return _by_change(collection.find(index, value) or collection.find(index, value.lower()))
    own = spec.candidates(call)
    if own is not None:
        return _by_change(own)
    return collection.all() if since is None else collection.since(since)


def _by_change(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row["Updated"])


def _since(call: Call) -> datetime | None:
    text = call.request.headers.get("if-modified-since")
    if not text:
        return None
    try:
        return parse_since(text)
    except (ValueError, TypeError):
        raise where.BadQuery(f"If-Modified-Since '{text}' is not a date") from None


def _sort_key(value: Any) -> tuple[int, Any]:
    """Values that compare with each other: nothing first, then by kind."""
    value = where.comparable(value)
    if value is None:
        return (0, 0)
    return (1, Decimal(value) if isinstance(value, int) else value)


def _ordered(call: Call, spec: Listing, rows: list[Row]) -> list[Row]:
    text = call.query("order")
    if text:
        for get, descending in reversed(where.ordering(text, spec.fields(call.books))):
            rows.sort(key=lambda row, get=get: _sort_key(get(row)), reverse=descending)  # type: ignore[misc]
    return rows


def single(call: Call, spec: Listing, find: Callable[[Books, str], Row | None]) -> Reply:
    """Reply with the one row the path names; raise NotFound if there is none."""
    row = find(call.books, call.segments[1])
    if row is None:
        raise NotFound
    return call.reply(spec.plural, [spec.render(call, row)])


def direct(name: str) -> where.Field:
    """A filterable property that the row holds under that name."""
    return where.Field(lambda row: row.get(name))


def properties(*names: str) -> dict[str, where.Field]:
    """Filterable properties held as they are, with Xero's ones for the moment of change."""
    fields = {name.lower(): direct(name) for name in names}
    fields["updateddateutc"] = direct("Updated")
    return fields
