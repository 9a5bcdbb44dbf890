"""The bank: its accounts, the statements imported for them, and their lines."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from dashboard.forms.bank import BankAccountForm
from dashboard.selectors.bank import accounts_seen, bank_lines_of, lines_shown, statements_of
from dashboard.services import record
from dashboard.tables.bank import BANK_LINES, BankLineFilter
from dashboard.views.lists import ListPage
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Connection, Pair, Role
from reconciliation.models import BankAccount, StatementFile
from reconciliation.wakes import wake_reconcile

_LIST = ListPage(
    BANK_LINES, BankLineFilter, "Bank lines", "What the bank says came in and went out.",
    "bank-lines-export", "dashboard/bank/lines.html",
)  # fmt: skip
_STATEMENTS_SHOWN = 30


@require_GET
@pair_required()
def bank(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The bank accounts with how far they are known, and the statements imported last."""
    context = {
        "pair": pair,
        "tab": "accounts",
        "accounts": accounts_seen(pair),
        "statements": statements_of(pair)[:_STATEMENTS_SHOWN],
    }
    return render(request, "dashboard/bank/accounts.html", context)


@require_http_methods(["GET", "POST"])
@pair_required(Role.ADMINISTRATOR)
def bank_account(request: MemberRequest, pair: Pair, bank_account_id: int | None = None) -> HttpResponse:
    """Enter a bank account, or correct one."""
    account = get_object_or_404(BankAccount, pair=pair, pk=bank_account_id) if bank_account_id else None
    folder = f"{settings.STATEMENT_INBOX}/{pair.slug}"
    form = BankAccountForm(
        request.POST or None, instance=account, pair=pair, config=_xero_config(pair), folder=folder
    )
    if request.method == "POST" and form.is_valid():
        kept = form.kept()
        record(pair, request.user, "bank_account.kept", kept.name, {"changed": form.changed_data})
        wake_reconcile(pair.pk)
        messages.success(request, f"{kept.name} is kept.")
        return redirect("bank", pair.slug)
    context = {"pair": pair, "tab": "accounts", "form": form, "account": account}
    return render(request, "dashboard/bank/account.html", context, status=422 if form.errors else 200)


def _xero_config(pair: Pair) -> dict[str, Any]:
    connection = Connection.objects.filter(pair=pair, system=Connection.System.XERO).first()
    return dict(connection.config) if connection else {}


@require_GET
@pair_required()
def bank_lines(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The list of lines."""
    return _LIST.respond(request, pair, bank_lines_of(pair), extra={"tab": "lines"})


@require_GET
@pair_required()
def bank_lines_export(request: MemberRequest, pair: Pair, file_format: str) -> HttpResponseBase:
    """The list of lines as a file."""
    return _LIST.hand_out(request, pair, bank_lines_of(pair), file_format)


@require_GET
@pair_required()
def bank_statement(request: MemberRequest, pair: Pair, statement_id: int) -> HttpResponse:
    """One imported statement: its balances, what was odd about it, and the lines it brought."""
    rows = StatementFile.objects.select_related("bank_account", "imported_by", "event")
    statement = get_object_or_404(rows, pair=pair, pk=statement_id)
    lines, more = lines_shown(statement)
    context = {"pair": pair, "statement": statement, "lines": lines, "more": more}
    return render(request, "dashboard/bank/statement.html", context)
