"""Importing a bank's statement: choose a file, look at what it would do, say what its columns mean, import."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from dashboard.forms.bank import ColumnsForm, UploadForm
from dashboard.uploads import limited_to, was_too_large
from integrations.core.pci import mask
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair, Role
from reconciliation.models import BankAccount, StatementFile, StatementUpload
from reconciliation.statements.core.columns import Columns
from reconciliation.statements.core.detecting import LARGEST_FILE
from reconciliation.statements.importing import StatementRefusedError, import_statement
from reconciliation.statements.looking import Look, look

_FIRST_ROWS: Final = 4
_SHOWN: Final = 50
_LEFT_AFTER: Final = timedelta(days=7)


@require_http_methods(["GET", "POST"])
@limited_to(LARGEST_FILE)
@pair_required(Role.OPERATOR)
def bank_import(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Choose a file and its account."""
    accounts = BankAccount.objects.filter(pair=pair).order_by("name")
    chosen = {"account": accounts.filter(slug=request.GET.get("account", "")).first() or accounts.first()}
    form = UploadForm(request.POST or None, request.FILES or None, accounts=accounts, initial=chosen)
    if request.method == "POST":
        if was_too_large(request):
            form.say_too_large()
        elif form.is_valid():
            upload = _keep(request, form.cleaned_data["account"], form.cleaned_data["file"])
            return redirect("bank-file", pair.slug, upload.pk)
    context = {"pair": pair, "form": form, "has_accounts": accounts.exists()}
    return render(request, "dashboard/bank/import.html", context, status=422 if form.errors else 200)


def _keep(request: MemberRequest, account: BankAccount, file: Any) -> StatementUpload:
    """The file until it is imported; those that nobody imported for a week are dropped."""
    StatementUpload.objects.filter(
        pair=account.pair, is_done=False, created_at__lt=timezone.now() - _LEFT_AFTER
    ).update(is_done=True, content=b"")
    content = file.read()
    seen = look(account, content)
    # What cannot be read yet is masked without regard for the bank's own numbers.
    body = seen.kept.body if seen.kept is not None else mask(content)[0]
    return StatementUpload.objects.create(
        pair=account.pair, bank_account=account, name=file.name[:255], content=body, by=request.user
    )


@require_http_methods(["GET", "POST"])
@pair_required(Role.OPERATOR)
def bank_file(request: MemberRequest, pair: Pair, upload_id: int) -> HttpResponse:
    """What a chosen file would do, and its columns; then import it."""
    rows = StatementUpload.objects.select_related("bank_account")
    upload = get_object_or_404(rows, pair=pair, pk=upload_id, is_done=False)
    content = bytes(upload.content)
    seen = look(upload.bank_account, content)
    form = ColumnsForm(request.POST or None, csv=seen.csv) if seen.csv is not None else None
    columns: Columns | None = None
    if request.method == "POST" and form is not None and form.is_valid():
        columns = form.columns
        seen = look(upload.bank_account, content, columns=columns)
    if request.method == "POST" and "import" in request.POST and seen.may_be_imported:
        try:
            return _imported(request, upload, content, columns)
        except StatementRefusedError as refused:
            # Another import came between the look and this one.
            seen = replace(seen, statement=None, compared=None, problem=refused.message, bad=refused.bad)
    template = "dashboard/bank/look.html" if request.htmx else "dashboard/bank/file.html"
    return render(request, template, _context(pair, upload, seen, form))


def _imported(
    request: MemberRequest, upload: StatementUpload, content: bytes, columns: Columns | None
) -> HttpResponse:
    made = import_statement(
        upload.bank_account,
        content,
        filename=upload.name,
        via=StatementFile.Via.UPLOAD,
        by=request.user,
        columns=columns,
    )
    StatementUpload.objects.filter(pk=upload.pk).update(is_done=True, content=b"")
    messages.success(request, f"{upload.name} is imported: {made.lines_new} new lines.")
    return redirect("bank-statement", upload.pair.slug, made.pk)


def _context(pair: Pair, upload: StatementUpload, seen: Look, form: ColumnsForm | None) -> dict[str, Any]:
    table = seen.csv.table if seen.csv is not None else None
    return {
        "pair": pair,
        "upload": upload,
        "account": upload.bank_account,
        "seen": seen,
        "form": form,
        "first": replace(table, rows=table.rows[:_FIRST_ROWS]) if table is not None else None,
        "new": [line for _, line in seen.compared.new[:_SHOWN]] if seen.compared else [],
        "new_count": len(seen.compared.new) if seen.compared else 0,
        "known_count": len(seen.compared.known) + len(seen.compared.reworded) if seen.compared else 0,
        "bad": seen.bad[:_SHOWN],
        "bad_count": len(seen.bad),
    }
