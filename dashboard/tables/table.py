"""A list as a page shows it: which columns, in which order, which rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.safestring import SafeString

from dashboard.tables.cells import Cell
from dashboard.tables.keyset import M, Sort, keyset_page
from integrations.models import Pair

PAGE_SIZE = 50
_MOST_COUNTED = 10_000
_COLUMNS = "columns"


@dataclass(frozen=True)
class Column(Generic[M]):
    """One column: `sort` is a never-null path of the rows, `fixed` columns cannot be put away."""

    key: str
    label: str
    cell: Callable[[M, Pair], Cell]
    sort: str = ""
    numeric: bool = False
    money: bool = False
    shown: bool = True
    fixed: bool = False


@dataclass(frozen=True)
class BulkAction:
    """A button for the selected rows. `reason` asks for one before it is done."""

    label: str
    url: str
    icon: str
    tone: str = ""
    reason: bool = False


@dataclass(frozen=True)
class EmptyState:
    """What an empty list teaches."""

    title: str
    text: str
    href: str = ""
    action: str = ""


@dataclass(frozen=True)
class TableSpec(Generic[M]):
    """A list: `order` is the column it is sorted by at first, with "-" for newest or largest first."""

    name: str
    noun: str
    columns: tuple[Column[M], ...]
    order: str
    empty: EmptyState

    def column(self, key: str) -> Column[M] | None:
        return next((column for column in self.columns if column.key == key), None)


@dataclass(frozen=True)
class Head:
    """A column's head: where a click sorts to, and how it is sorted now."""

    column: Column[Any]
    href: str
    direction: str


@dataclass(frozen=True)
class RowView:
    """One row, ready to show; `label` names it for people who hear the page."""

    id: int
    label: str
    cells: list[tuple[Column[Any], SafeString]]


@dataclass(frozen=True)
class Listing:
    """Everything the list's template needs."""

    spec: TableSpec[Any]
    heads: list[Head]
    rows: list[RowView]
    count: int
    is_capped: bool
    next_query: str
    previous_query: str
    query: str
    is_filtered: bool
    shown: set[str]
    sort: Sort
    bulk: tuple[BulkAction, ...] = field(default=())


def read_listing(
    spec: TableSpec[M],
    rows: QuerySet[M],
    request: HttpRequest,
    pair: Pair,
    *,
    bulk: tuple[BulkAction, ...] = (),
) -> Listing:
    """The page of `rows` that the address asks for. Two queries and what the rows prefetch."""
    query, columns, sort = request.GET, chosen_columns(spec, request), chosen_sort(spec, request.GET)
    page = keyset_page(
        rows, sort, after=query.get("after", ""), before=query.get("before", ""), size=PAGE_SIZE
    )
    count = rows.order_by()[: _MOST_COUNTED + 1].count()
    return Listing(
        spec=spec,
        heads=[_head(column, sort, query) for column in columns],
        rows=[_row(row, columns, pair) for row in page.rows],
        count=min(count, _MOST_COUNTED),
        is_capped=count > _MOST_COUNTED,
        next_query=_query(query, after=page.after) if page.after else "",
        previous_query=_query(query, before=page.before) if page.before else "",
        query=_query(query),
        is_filtered=is_filtered(query),
        shown={column.key for column in columns},
        sort=sort,
        bulk=bulk,
    )


def _row(row: M, columns: list[Column[M]], pair: Pair) -> RowView:
    cells = [column.cell(row, pair) for column in columns]
    label = str(cells[0].exported()[0])
    return RowView(
        row.pk, label, [(column, cell.html()) for column, cell in zip(columns, cells, strict=True)]
    )


def chosen_columns(spec: TableSpec[M], request: HttpRequest) -> list[Column[M]]:
    """The columns the address names, else those chosen last, else the list's own."""
    remembered = request.session.get(_COLUMNS, {})
    keys = set(request.GET.getlist("col"))
    if keys and keys != set(remembered.get(spec.name, ())):
        request.session[_COLUMNS] = {**remembered, spec.name: sorted(keys)}
    keys = keys or set(remembered.get(spec.name, ()))
    return [
        column for column in spec.columns if column.fixed or (column.key in keys if keys else column.shown)
    ]


def chosen_sort(spec: TableSpec[M], query: QueryDict) -> Sort:
    """The order the address names, else the list's own."""
    for name in (query.get("sort", ""), spec.order):
        column = spec.column(name.removeprefix("-"))
        if column is not None and column.sort:
            return Sort(column.key, column.sort, name.startswith("-"))
    raise LookupError(f"{spec.name} is not sorted by one of its columns.")


def is_filtered(query: QueryDict) -> bool:
    """Whether the address narrows the list, beyond its order, columns and page."""
    return any(
        value
        for name in query
        if name not in {"sort", "col", "after", "before"}
        for value in query.getlist(name)
    )


def _head(column: Column[M], sort: Sort, query: QueryDict) -> Head:
    if sort.column != column.key:
        # Newest and largest are what people look for first.
        first = f"-{column.key}" if column.numeric or column.sort.endswith("_at") else column.key
        return Head(column, _query(query, sort=first), "none")
    turned = column.key if sort.descending else f"-{column.key}"
    return Head(column, _query(query, sort=turned), "descending" if sort.descending else "ascending")


def _query(query: QueryDict, **changes: str) -> str:
    """The address's query without its page, with `changes`."""
    changed = query.copy()
    for name in ("after", "before"):
        changed.pop(name, None)
    for name, value in changes.items():
        changed[name] = value
    return f"?{changed.urlencode()}"
