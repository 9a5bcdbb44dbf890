"""Importing acquirers' files: choose a file, say what its columns mean, look at what it does, import."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from dashboard.forms.disputes import ColumnsForm, UploadForm
from dashboard.uploads import limited_to, was_too_large
from integrations.core.files.tables import LARGEST_FILE, Table, UnreadableFileError
from integrations.disputes.core.columns import Columns
from integrations.disputes.files import import_file, keep_file, table_of
from integrations.disputes.importing import BadRowsError, Look, look
from integrations.disputes.layouts import columns_for, keep_columns
from integrations.members.access import MemberRequest, pair_required
from integrations.models import DisputeFile, Pair, Role

_ENCODINGS: Final = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}


@require_http_methods(["GET", "POST"])
@limited_to(LARGEST_FILE)
@pair_required(Role.OPERATOR)
def disputes_import(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Choose a file; the files imported last."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if was_too_large(request):
        form.say_too_large()
    elif request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["file"]
        try:
            file = keep_file(pair, chosen.name, chosen.read(), by=request.user)
        except UnreadableFileError as problem:
            form.add_error("file", str(problem))
        else:
            return redirect("disputes-file", pair.slug, file.pk)
    files = DisputeFile.objects.filter(pair=pair).exclude(state=DisputeFile.State.LEFT).select_related("by")
    context = {"pair": pair, "form": form, "files": files.defer("content").order_by("-pk")[:20]}
    return render(request, "dashboard/disputes/import.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@pair_required(Role.OPERATOR)
def disputes_file(request: MemberRequest, pair: Pair, file_id: int) -> HttpResponse:
    """What a chosen file would do, row by row; then import it."""
    file = get_object_or_404(DisputeFile, pair=pair, pk=file_id)
    if file.state != DisputeFile.State.WAITING:
        return render(request, "dashboard/disputes/file.html", {"pair": pair, "file": file})
    table = table_of(file)
    columns = columns_for(pair, table.heads)
    if columns is None:
        return redirect("disputes-columns", pair.slug, file.pk)
    found = look(pair, table, columns)
    if request.method == "POST":
        return _imported(request, file, found)
    return render(request, "dashboard/disputes/file.html", _file_context(pair, file, table, columns, found))


def _imported(request: MemberRequest, file: DisputeFile, found: Look) -> HttpResponse:
    try:
        told = import_file(file, found, by=request.user, without_bad=bool(request.POST.get("without_bad")))
    except BadRowsError as problem:
        messages.error(request, str(problem))
        return redirect("disputes-file", file.pair.slug, file.pk)
    messages.success(request, f"Imported: {told} of {len(found.rows)} rows told something new.")
    return redirect("disputes", file.pair.slug)


def _file_context(
    pair: Pair, file: DisputeFile, table: Table, columns: Columns, found: Look
) -> dict[str, Any]:
    return {
        "pair": pair,
        "file": file,
        "table": table,
        "encoding": _ENCODINGS[table.encoding],
        "columns": columns,
        "found": found,
        "groups": [
            ("New disputes", found.of("new"), "badge--bad"),
            ("Moved on", found.of("moves"), "badge--work"),
            ("More is told", found.of("adds"), "badge--wait"),
        ],
        "unchanged": len(found.of("unchanged")),
    }


@require_http_methods(["GET", "POST"])
@pair_required(Role.OPERATOR)
def disputes_columns(request: MemberRequest, pair: Pair, file_id: int) -> HttpResponse:
    """Say what the columns and words of an acquirer's file mean; remembered for its next one."""
    file = get_object_or_404(DisputeFile, pair=pair, pk=file_id, state=DisputeFile.State.WAITING)
    table = table_of(file)
    form = ColumnsForm(request.POST or None, table=table, columns=columns_for(pair, table.heads))
    wants_words = request.POST.get("step") == "words"
    if request.method == "POST" and not wants_words and form.is_valid():
        keep_columns(pair, form.columns, by=request.user)
        DisputeFile.objects.filter(pk=file.pk).update(acquirer=form.columns.acquirer)
        return redirect("disputes-file", pair.slug, file.pk)
    context = {"pair": pair, "file": file, "table": table, "form": form, "first": table.rows[:3]}
    status = 422 if form.is_bound and not wants_words and form.errors else 200
    return render(request, "dashboard/disputes/columns.html", context, status=status)
