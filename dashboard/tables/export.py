"""Lists as files: the same rows, order and columns as on the page, all pages of them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from dashboard.tables.cells import Exported
from dashboard.tables.keyset import M
from dashboard.tables.table import Column, TableSpec, chosen_columns, chosen_sort
from integrations.models import Pair

FORMATS = ("csv", "xlsx")
_CHUNK = 2000
# A spreadsheet would run text that begins like this as a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class _Echo:
    """A file that hands back what is written to it, so that rows stream."""

    def write(self, line: str) -> str:
        return line


def export_rows(
    spec: TableSpec[M], rows: QuerySet[M], request: HttpRequest, pair: Pair, file_format: str
) -> HttpResponseBase:
    """`rows` as CSV (streamed) or XLSX; times in the pair's zone."""
    columns = chosen_columns(spec, request)
    ordered = rows.order_by(*chosen_sort(spec, request.GET).ordering())
    values = _values(ordered, columns, pair)
    name = f"{pair.slug}-{spec.name}-{timezone.now():%Y%m%d-%H%M}.{file_format}"
    if file_format == "xlsx":
        return _workbook(spec.name, _titles(columns, pair), values, name)
    return _text(_titles(columns, pair), values, name)


def _titles(columns: Iterable[Column[Any]], pair: Pair) -> list[str]:
    titles = []
    for column in columns:
        titles.append(column.label)
        if column.money:
            titles.append(f"{column.label} currency")
    return [*titles, f"Times are in {pair.zone}"]


def _values(rows: QuerySet[M], columns: list[Column[M]], pair: Pair) -> Iterator[list[Exported]]:
    for row in rows.iterator(chunk_size=_CHUNK):
        yield [value for column in columns for value in column.cell(row, pair).exported()]


def _text(titles: list[str], values: Iterator[list[Exported]], name: str) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())
    lines = (writer.writerow([_as_text(value) for value in row]) for row in values)
    response = StreamingHttpResponse(
        _first_then(writer.writerow(titles), lines), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _first_then(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield "\N{ZERO WIDTH NO-BREAK SPACE}" + first  # the byte order mark tells Excel that it is UTF-8
    yield from rest


def _as_text(value: Exported) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, str):
        return harmless(value)
    return str(value)


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _workbook(title: str, titles: list[str], values: Iterator[list[Exported]], name: str) -> FileResponse:
    # Loaded where it is needed: it takes a third of a second, which every start would pay.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    heads = [WriteOnlyCell(sheet, value=text) for text in titles]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    for row in values:
        sheet.append([_as_cell(value) for value in row])
    file = TemporaryFile()  # noqa: SIM115 - the response closes it when it is sent
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=_XLSX)


def _as_cell(value: Exported) -> Exported:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)  # workbooks know no zones; the last title names it
    return harmless(value) if isinstance(value, str) else value
