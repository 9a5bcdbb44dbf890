"""The proof: four equalities at any moment, the rows behind each figure, and what to do about what differs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from openpyxl import Workbook

from dashboard.forms.proof import FindingForm, MomentForm
from dashboard.selectors.proof import Card, cards_of, href_of
from integrations.core.money import Money
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Connection, Pair, Role, User
from reconciliation.models import Reading
from reconciliation.proof import mending
from reconciliation.proof.accounts import Clearing, clearing_accounts
from reconciliation.proof.core.unbanked import PLACES
from reconciliation.proof.core.xero import Finding
from reconciliation.proof.proving import refresh_lights, today_of
from reconciliation.proof.rows import rows_of
from reconciliation.wakes import READ_XERO
from sync.services.actions import ActionRefusedError
from sync.services.leases import wake

_READINGS = 60
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@pair_required()
def proof(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The four equalities, as at the day that is asked for."""
    today = today_of(pair)
    form = MomentForm(request.GET)
    moment = form.moment(pair, today)
    initial = {"at": moment.day, "known": moment.known_by}
    context = {
        "pair": pair,
        "cards": cards_of(pair, moment),
        "moment": moment,
        "is_now": moment.day >= today and moment.known_by is None,
        "form": MomentForm(initial=initial),
        "fix": FindingForm(auto_id=False),
        "tab": "proof",
        "query": request.GET.urlencode(),
    }
    return render(request, "dashboard/proof/page.html", context)


@require_GET
@pair_required()
def proof_export(request: MemberRequest, pair: Pair, file_format: str) -> HttpResponse:
    """Every figure and every document that differs, as a file."""
    moment = MomentForm(request.GET).moment(pair, today_of(pair))
    heads = ("Equality", "Account", "Currency", "Light", "Side", "What", "Amount", "Documents", "Why")
    return hand_out(
        f"{pair.slug}-proof-{moment.day:%Y%m%d}", file_format, heads, _lines(cards_of(pair, moment))
    )


def _lines(cards: Iterable[Card]) -> Iterable[tuple[object, ...]]:
    for card in cards:
        for line in card.lines:
            proved = line.proved
            head = (card.title, proved.account, proved.currency, proved.light)
            yield (
                *head,
                "left",
                proved.left.label,
                _amount(proved.left.minor, proved.currency),
                proved.left.count,
                proved.unknown,
            )
            for term in proved.right:
                yield *head, "right", term.label, _amount(term.minor, proved.currency), term.count, ""
            for each in (*proved.breaks, *proved.alerts):
                yield *head, "differs", each.words, _amount(each.minor, proved.currency), "", each.why


@require_GET
@pair_required()
def proof_rows(request: MemberRequest, pair: Pair, account: str, currency: str) -> HttpResponse:
    """What stands on a clearing account, group by group; as a page or, with `format`, as a file."""
    clearing = _account(pair, account, currency)
    moment = MomentForm(request.GET).moment(pair, today_of(pair))
    place = request.GET.get("place", "")
    rows = rows_of(pair, clearing, moment, place if place in {*PLACES, "flight"} else "")
    wanted = request.GET.get("q", "").strip().lower()
    rows = [row for row in rows if wanted in row.words.lower()]
    if file_format := request.GET.get("format"):
        heads = ("What", "Day", "Place", "Should be", "In Xero", "Not in Xero yet", "Difference", "Currency")
        lines = (
            (row.words, row.on, row.place, *(_amount(minor, currency) for minor in (row.expected, row.posted, row.flight, row.gap)), currency)
            for row in rows
        )  # fmt: skip
        return hand_out(f"{pair.slug}-clearing-{account}-{moment.day:%Y%m%d}", file_format, heads, lines)
    context = {
        "pair": pair,
        "account": clearing,
        "moment": moment,
        "place": place,
        "q": wanted,
        "rows": [(row, href_of(pair, row.kind, row.key)) for row in rows[:500]],
        "more": max(0, len(rows) - 500),
        "total": sum(row.expected for row in rows),
        "query": request.GET.urlencode(),
        "tab": "proof",
    }
    return render(request, "dashboard/proof/rows.html", context)


@require_GET
@pair_required()
def proof_readings(request: MemberRequest, pair: Pair, account: str, currency: str) -> HttpResponse:
    """What Xero's own report said of an account, reading by reading."""
    clearing = _account(pair, account, currency)
    rows = Reading.objects.filter(pair=pair, account_code=account, currency=currency).order_by(
        "-read_at", "-pk"
    )
    context = {"pair": pair, "account": clearing, "readings": rows[:_READINGS], "tab": "proof"}
    return render(request, "dashboard/proof/readings.html", context)


@require_POST
@pair_required(Role.OPERATOR)
def proof_read(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Read Xero back now, and work the proof out anew."""
    for connection in Connection.objects.filter(
        pair=pair, system=Connection.System.XERO, status=Connection.Status.LIVE
    ):
        wake(READ_XERO, connection.pk)
    refresh_lights(pair)
    messages.success(request, "Xero is being read. It takes a few calls; look again in a moment.")
    return redirect("proof", pair.slug)


@require_POST
@pair_required(Role.OPERATOR)
def proof_again(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Have a document posted again that somebody deleted in Xero."""

    def act(found: Finding, by: User, reason: str) -> str:
        mending.post_again(pair, found, by, reason)
        return f"{found.words} is posted again next."

    return _dealt(request, pair, act)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def proof_accept(request: MemberRequest, pair: Pair) -> HttpResponse:
    """A document stays as it stands in Xero."""

    def act(found: Finding, by: User, reason: str) -> str:
        mending.accept(pair, found, by, reason)
        return f"{found.words} is accepted as it stands in Xero."

    return _dealt(request, pair, act)


def _dealt(request: MemberRequest, pair: Pair, act: Callable[[Finding, User, str], str]) -> HttpResponse:
    form = FindingForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("proof", pair.slug)
    data = form.cleaned_data
    try:
        found = mending.find(pair, data["account"], data["currency"], data["collection"], data["document"])
        messages.success(request, act(found, request.user, data["reason"]))
        refresh_lights(pair)
    except ActionRefusedError as refused:
        messages.error(request, str(refused))
    return redirect("proof", pair.slug)


def _account(pair: Pair, code: str, currency: str) -> Clearing:
    for each in clearing_accounts(pair):
        if (each.code, each.currency) == (code, currency):
            return each
    raise Http404("No clearing account of this pair.")


def _amount(minor: int, currency: str) -> str:
    return str(Money(minor, currency).to_decimal())


# Files


def hand_out(
    name: str, file_format: str, heads: tuple[str, ...], rows: Iterable[tuple[object, ...]]
) -> HttpResponse:
    """Rows as CSV or XLSX. Raises Http404 for other formats."""
    stamp = f"{name}-{timezone.now():%H%M}"
    if file_format == "csv":
        out = io.StringIO()
        csv.writer(out).writerows([heads, *rows])
        return _file(out.getvalue().encode(), "text/csv; charset=utf-8", f"{stamp}.csv")
    if file_format == "xlsx":
        book = Workbook(write_only=True)
        sheet = book.create_sheet("Proof")
        for row in (heads, *rows):
            sheet.append(list(row))
        held = io.BytesIO()
        book.save(held)
        return _file(held.getvalue(), _XLSX, f"{stamp}.xlsx")
    raise Http404("Lists are handed out as csv and xlsx.")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
