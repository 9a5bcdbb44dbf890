"""What people decide about a version: review, publish, go back, rename, discard, comment."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair, Role
from mapping.core.problems import MappingInvalidError
from mapping.forms.flows import first_error
from mapping.forms.versions import CommentForm, DiscardForm, NameForm, PublishForm
from mapping.models import MappingVersion, PublishedMappingError
from mapping.presenting.versions import reason_asked
from mapping.services import versions as services
from mapping.services.versions import VersionRefusedError
from mapping.views.common import dry_run_of, refusal_words, version_of
from mapping.views.versions import judged

# What a person asked and cannot be done now; each says why in words.
_REFUSALS = (VersionRefusedError, PublishedMappingError, MappingInvalidError)


def _done(
    request: MemberRequest, pair: Pair, number: int, act: Callable[[], object], said: str
) -> HttpResponse:
    """Do it and say so, or say why not; then the version's page."""
    try:
        act()
    except _REFUSALS as refusal:
        messages.error(request, refusal_words(refusal))
    else:
        messages.success(request, said)
    return redirect("mapping-version", pair.slug, number)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def submit(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """Hand a draft to review."""
    version = version_of(pair, number)
    said = f"Version {number} waits for review. It stays as it is until it is published or sent back."
    return _done(request, pair, number, lambda: services.submit(version, by=request.user), said)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def send_back(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """Out of review, with what has to change."""
    version = version_of(pair, number)
    text = request.POST.get("text", "")
    said = f"Version {number} is a draft again."
    return _done(request, pair, number, lambda: services.send_back(version, text, by=request.user), said)


@require_POST
@pair_required(Role.OPERATOR)
def comment(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """Say something about a version."""
    version, form = version_of(pair, number), CommentForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return redirect("mapping-version", pair.slug, number)
    text = form.cleaned_data["text"]
    return _done(
        request,
        pair,
        number,
        lambda: services.add_comment(version, text, by=request.user),
        "Your comment is kept.",
    )


@require_POST
@pair_required(Role.ADMINISTRATOR)
def revert(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """A new draft with the content of this version."""
    draft = services.revert_to(version_of(pair, number), by=request.user)
    messages.success(
        request,
        f"Version {draft.number} is a draft with the content of version {number}. Publish it to go back.",
    )
    return redirect("mapping-version", pair.slug, draft.number)


@require_http_methods(["GET", "POST"])
@pair_required(Role.ADMINISTRATOR)
def publish(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """The last look before a version comes into use, and the decision."""
    version = version_of(pair, number)
    if version.is_frozen:
        messages.info(request, f"Version {number} was published already.")
        return redirect("mapping-version", pair.slug, number)
    context = judged(request, pair, version)
    asked = reason_asked(dry_run_of(version)) if context["difference"].groups else ""
    form = PublishForm(request.POST if request.method == "POST" else None, asked=asked)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            services.publish(version, by=request.user, reason=form.cleaned_data["reason"])
        except _REFUSALS as error:
            refusal = refusal_words(error)
        else:
            messages.success(request, f"Version {number} is in use. Every new document is made by it.")
            return redirect("mapping-version", pair.slug, number)
    may_publish = not context["error_count"] and services.may_approve(version, request.user)
    context |= {"form": form, "refusal": refusal, "may_publish": may_publish}
    status = 422 if refusal or form.errors else 200
    return render(request, "mapping/publish.html", context, status=status)


@require_http_methods(["GET", "POST"])
@pair_required(Role.ADMINISTRATOR)
def rename(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """Another name for a draft."""
    version = version_of(pair, number)
    form = NameForm(request.POST or None, initial={"name": version.name})
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        said = f"Version {number} is called “{name}” now."
        return _done(request, pair, number, lambda: services.rename(version, name, by=request.user), said)
    words = {"title": f"Name version {number}", "crumb": "Name", "action": "Keep the name"}
    words["lead"] = "A good name says what the version changes, for those who look for it later."
    return _form_page(request, pair, version, form, words)


@require_http_methods(["GET", "POST"])
@pair_required(Role.ADMINISTRATOR)
def discard(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """Throw a draft away, after asking."""
    version = version_of(pair, number)
    if request.method == "POST":
        try:
            services.discard(version, by=request.user)
        except PublishedMappingError as refusal:
            messages.error(request, str(refusal))
            return redirect("mapping-version", pair.slug, number)
        messages.success(request, f"Version {number} is discarded.")
        return redirect("mapping", pair.slug)
    words = {"title": f"Discard version {number}", "crumb": "Discard", "action": "Discard it"}
    words["lead"] = "Its changes and comments are gone for good. What is in use stays as it is."
    return _form_page(request, pair, version, DiscardForm(), {**words, "is_grave": "yes"})


def _form_page(
    request: MemberRequest,
    pair: Pair,
    version: MappingVersion,
    form: NameForm | DiscardForm,
    words: dict[str, str],
) -> HttpResponse:
    back = reverse("mapping-version", args=[pair.slug, version.number])
    context = {"pair": pair, "version": version, "form": form, "back": back, **words}
    return render(request, "mapping/form.html", context, status=422 if form.errors else 200)
