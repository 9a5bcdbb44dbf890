"""The review of matches: bank lines on the left, on the right what the line in hand may be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import get_template
from django.views.decorators.http import require_GET

from dashboard.core.cursors import Cursor, encode_cursor
from dashboard.forms.review import ReviewFilter
from dashboard.selectors.line_history import history_of
from dashboard.selectors.review import LineRow, as_rows, expected_totals, lines_of, totals
from dashboard.selectors.review_panel import panel_of
from dashboard.selectors.review_progress import progress_of
from dashboard.tables.keyset import KeysetPage, keyset_page
from dashboard.views.review_bulk import last_together
from integrations.core.currencies import EXPONENTS
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair
from reconciliation.models import BankLine, MatchRule

WINDOW: Final = 100
"""Lines that are handed out at once."""


@require_GET
@pair_required()
def reconcile(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The page. `line` names the line in hand; without one it is the first."""
    filters = ReviewFilter(request.GET, pair)
    rows = filters.narrowed(lines_of(pair))
    page, chosen = _window(request, pair, filters)
    shown = as_rows(page.rows)
    current = chosen or (shown[0].line if shown else None)
    context = {
        "pair": pair,
        "tab": "review",
        "filters": filters,
        "rows": shown,
        "list_query": list_query(request),
        "may_go_on": not request.GET.get("line"),
        "page": page,
        "states": filters.states,
        "totals": totals(rows),
        "expected": expected_totals(pair),
        "progress": progress_of(pair, request.user),
        "current": current,
        "panel": panel_of(pair, current, request.GET.get("eq", "")) if current else None,
        "rules_on": MatchRule.objects.filter(pair=pair, is_on=True).count(),
        "exponents": {each.currency: EXPONENTS.get(each.currency, 2) for each in totals(lines_of(pair))},
        "together": last_together(request, pair),
        "is_filtered": any(
            request.GET.get(name) for name in ("q", "state", "account", "amount", "since", "until")
        ),
    }
    return render(request, "dashboard/review/page.html", context)


def _window(
    request: MemberRequest, pair: Pair, filters: ReviewFilter
) -> tuple[KeysetPage[BankLine], BankLine | None]:
    """The lines to begin with: those around the line in hand, if the list has it."""
    rows, order = filters.narrowed(lines_of(pair)), filters.order
    named = request.GET.get("line", "")
    chosen = lines_of(pair).filter(pk=int(named)).first() if named.isdecimal() else None
    after = ""
    if chosen is not None and rows.filter(pk=chosen.pk).exists():
        here = Cursor(getattr(chosen, order.path), chosen.pk)
        earlier = list(
            rows.filter(order.beyond(here, reverse=True)).order_by(*order.ordering(reverse=True))[:WINDOW]
        )
        if len(earlier) == WINDOW:
            last = earlier[WINDOW // 4]
            after = encode_cursor(Cursor(getattr(last, order.path), last.pk))
    return keyset_page(rows, order, after=after, before="", size=WINDOW), chosen


@require_GET
@pair_required()
def reconcile_rows(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The next (or earlier) lines of the list."""
    filters = ReviewFilter(request.GET, pair)
    rows = filters.narrowed(lines_of(pair))
    page = keyset_page(
        rows,
        filters.order,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=WINDOW,
    )
    shown = rows_json(as_rows(page.rows), list_query(request))
    return JsonResponse({"rows": shown, "after": page.after, "before": page.before})


@require_GET
@pair_required()
def reconcile_line(request: MemberRequest, pair: Pair, bank_line_id: int) -> HttpResponse:
    """What one line may be."""
    line = get_object_or_404(lines_of(pair), pk=bank_line_id)
    context = {"pair": pair, "panel": panel_of(pair, line, request.GET.get("eq", "")), "current": line}
    return render(request, "dashboard/review/panel.html", context)


@require_GET
@pair_required()
def reconcile_history(request: MemberRequest, pair: Pair, bank_line_id: int) -> HttpResponse:
    """Every decision about one line."""
    line = get_object_or_404(lines_of(pair), pk=bank_line_id)
    context = {"pair": pair, "line": line, "history": history_of(pair, line)}
    return render(request, "dashboard/review/history.html", context)


def list_query(request: MemberRequest) -> str:
    """The filters of the address, to be followed by the line in hand."""
    query = request.GET.copy()
    for name in ("line", "eq", "after", "before"):
        query.pop(name, None)
    return f"{query.urlencode()}&" if query else ""


def rows_json(rows: Iterable[LineRow], query: str) -> list[dict[str, Any]]:
    """Lines as they stand now, ready to be put in place of what the page shows."""
    template = get_template("dashboard/review/row.html")
    return [
        {
            "line": row.line.pk,
            "state": row.line.state,
            "html": template.render({"row": row, "list_query": query}),
        }
        for row in rows
    ]
