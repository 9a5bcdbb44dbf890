"""Importing acquirers' statements and bills: choose a file, say what its columns mean, look at what it does, import."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from dashboard.forms.settlements import ColumnsForm, UploadForm
from dashboard.uploads import limited_to, was_too_large
from integrations.core.files.tables import LARGEST_FILE
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair, Role
from reconciliation.files.keeping import keep_file
from reconciliation.models import AcquirerFile
from reconciliation.settlements.fee_bills import check_bills, import_bills
from reconciliation.settlements.importing import (
    Preview,
    StatementRefusedError,
    import_statement,
    preview,
)
from reconciliation.wakes import wake_reconcile


@require_http_methods(["GET", "POST"])
@limited_to(LARGEST_FILE)
@pair_required(Role.OPERATOR)
def settlements_import(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Choose a file."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if was_too_large(request):
        form.say_too_large()
    elif request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["file"]
        file = keep_file(pair, form.cleaned_data["kind"], chosen.name, chosen.read(), by=request.user)
        return redirect("settlements-file", pair.slug, file.pk)
    context = {"pair": pair, "form": form, "tab": "import"}
    return render(request, "dashboard/settlements/import.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@pair_required(Role.OPERATOR)
def settlements_file(request: MemberRequest, pair: Pair, acquirer_file_id: int) -> HttpResponse:
    """What a chosen file would do; then import it."""
    file = get_object_or_404(AcquirerFile, pair=pair, pk=acquirer_file_id, is_done=False)
    try:
        if file.kind == AcquirerFile.Kind.BILL:
            return _bill(request, pair, file)
        return _statement(request, pair, file)
    except StatementRefusedError as refused:
        context = {"pair": pair, "file": file, "refused": refused}
        return render(request, "dashboard/settlements/file.html", context, status=422)


def _bill(request: MemberRequest, pair: Pair, file: AcquirerFile) -> HttpResponse:
    if request.method == "POST":
        made = import_bills(pair, bytes(file.content), filename=file.name, by=request.user)
        return _done(request, pair, file, f"{len(made)} bills imported.")
    context = {"pair": pair, "file": file, "bills": check_bills(pair, bytes(file.content))}
    return render(request, "dashboard/settlements/file.html", context)


def _statement(request: MemberRequest, pair: Pair, file: AcquirerFile) -> HttpResponse:
    seen = preview(pair, bytes(file.content))
    form = _columns_form(request, seen)
    if form is not None:
        if not form.is_bound or not form.is_valid():
            return _asked(request, pair, file, seen, form)
        seen = preview(pair, bytes(file.content), columns=form.columns)
    if request.method == "POST" and (form is None or "import" in request.POST):
        columns = form.columns if form is not None else None
        made = import_statement(
            pair, bytes(file.content), columns=columns, filename=file.name, by=request.user
        )
        return _done(request, pair, file, f"{len(made)} settlements imported or changed.")
    return _asked(request, pair, file, seen, form)


def _columns_form(request: MemberRequest, seen: Preview) -> ColumnsForm | None:
    """The form for columns nobody has explained; none where they are known."""
    is_known = seen.columns is not None and not seen.columns.problems() and not _unexplained(seen)
    if is_known and "acquirer" not in request.POST:
        return None
    return ColumnsForm(request.POST or None, table=seen.table, columns=seen.columns)


def _unexplained(seen: Preview) -> bool:
    columns = seen.columns
    return columns is not None and any(not columns.kind_of(word) for word in seen.words)


def _asked(
    request: MemberRequest, pair: Pair, file: AcquirerFile, seen: Preview, form: ColumnsForm | None
) -> HttpResponse:
    bad = seen.reading.bad if seen.reading else ()
    context: dict[str, Any] = {
        "pair": pair, "file": file, "seen": seen, "form": form, "bad": bad[:50], "bad_count": len(bad),
        "first": replace(seen.table, rows=seen.table.rows[:3]),
    }  # fmt: skip
    return render(
        request,
        "dashboard/settlements/file.html",
        context,
        status=422 if form is not None and form.errors else 200,
    )


def _done(request: MemberRequest, pair: Pair, file: AcquirerFile, words: str) -> HttpResponse:
    AcquirerFile.objects.filter(pk=file.pk).update(is_done=True, content=b"")
    wake_reconcile(pair.pk)
    messages.success(request, words)
    return redirect("settlements", pair.slug)
