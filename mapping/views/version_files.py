"""Versions as files, and from pair to pair."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from integrations.members.access import MemberRequest, pair_required
from integrations.models import Membership, Pair, Role
from mapping.core.problems import MappingInvalidError
from mapping.forms.versions import CopyForm, ImportForm
from mapping.services.exchange import ImportRefusedError, exported_text, import_version
from mapping.services.versions import VersionRefusedError, copy_to
from mapping.views.common import version_of


@require_GET
@pair_required()
def export(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """The version as a JSON file, complete: importing it anywhere gives the same."""
    version = version_of(pair, number)
    response = HttpResponse(exported_text(version), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{pair.slug}-mapping-{number}.json"'
    return response


@require_http_methods(["GET", "POST"])
@pair_required(Role.ADMINISTRATOR)
def import_file(request: MemberRequest, pair: Pair) -> HttpResponse:
    """A new draft from a file: the whole of it, or nothing."""
    form = ImportForm(request.POST or None, request.FILES or None)
    problems: tuple[object, ...] = ()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            draft = import_version(pair, file.read(), name=file.name, by=request.user)
        except ImportRefusedError as refusal:
            form.add_error("file", str(refusal))
        except MappingInvalidError as error:
            form.add_error("file", "Nothing was imported: the file is not a mapping as Tillbridge writes it.")
            problems = error.problems
        else:
            messages.success(request, f"Version {draft.number} is a draft with what the file holds.")
            return redirect("mapping-version", pair.slug, draft.number)
    context = {
        "pair": pair,
        "form": form,
        "problems": problems,
        "title": "Import a version",
        "crumb": "Import",
        "action": "Import as a new draft",
        "lead": "The file becomes a new draft. What is in use stays as it is.",
        "back": reverse("mapping-versions", args=[pair.slug]),
    }
    return render(request, "mapping/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@pair_required(Role.ADMINISTRATOR)
def copy(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """A draft in another pair that the person administers too."""
    version = version_of(pair, number)
    others = _administered_beside(request, pair)
    form = CopyForm(request.POST or None, pairs=[(other.slug, other.name) for other in others])
    if not others:
        form.fields["pair"].help_text = "You are administrator of no other pair."
    if request.method == "POST" and form.is_valid():
        wanted = get_object_or_404(Pair, slug=form.cleaned_data["pair"])
        try:
            draft = copy_to(version, wanted, by=request.user)
        except VersionRefusedError as refusal:
            form.add_error("pair", str(refusal))
        else:
            messages.success(
                request,
                f"Version {draft.number} of {wanted} is a draft with the content of version {number}.",
            )
            return redirect("mapping-version", wanted.slug, draft.number)
    context = {
        "pair": pair,
        "version": version,
        "form": form,
        "title": f"Copy version {number} to another pair",
        "crumb": "Copy",
        "action": "Copy as a new draft",
        "lead": "Mappings, rules, flows and tables go along. Account codes may be others there: dry-run it before you publish.",
        "back": reverse("mapping-version", args=[pair.slug, number]),
    }
    return render(request, "mapping/form.html", context, status=422 if form.errors else 200)


def _administered_beside(request: MemberRequest, pair: Pair) -> list[Pair]:
    rows = Membership.objects.filter(user=request.user, role=Role.ADMINISTRATOR).exclude(pair=pair)
    return [membership.pair for membership in rows.select_related("pair").order_by("pair__name")]
