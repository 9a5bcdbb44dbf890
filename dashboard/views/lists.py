"""What every list page does alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from dashboard.forms.filters import ListFilter
from dashboard.tables.export import FORMATS, export_rows
from dashboard.tables.table import BulkAction, TableSpec, read_listing
from integrations.members.access import MemberRequest
from integrations.models import Pair


@dataclass(frozen=True)
class ListPage:
    """A list with its words: `export` names the address that hands it out as a file."""

    spec: TableSpec[Any]
    filter_class: type[ListFilter[Any]]
    title: str
    intro: str
    export: str
    template: str = "dashboard/list.html"

    def respond(
        self,
        request: MemberRequest,
        pair: Pair,
        rows: QuerySet[Any],
        *,
        bulk: tuple[BulkAction, ...] = (),
        extra: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page; only the list itself when htmx asks for that."""
        filters = self.filter_class(request.GET, pair)
        listing = read_listing(self.spec, filters.narrowed(rows), request, pair, bulk=bulk)
        context = {"page": self, "pair": pair, "filters": filters, "listing": listing, **(extra or {})}
        is_fragment = request.htmx and request.htmx.target == "list"
        response = render(request, "components/listing.html" if is_fragment else self.template, context)
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    def hand_out(
        self, request: MemberRequest, pair: Pair, rows: QuerySet[Any], file_format: str
    ) -> HttpResponseBase:
        """All pages of the list as a file."""
        if file_format not in FORMATS:
            raise Http404("Lists are handed out as csv and xlsx.")
        filters = self.filter_class(request.GET, pair)
        return export_rows(self.spec, filters.narrowed(rows), request, pair, file_format)
