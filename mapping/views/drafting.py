"""Changing a draft from a page: with the revision it was based on, and undone or done again at any time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair, Role
from mapping.core.problems import MappingInvalidError
from mapping.models import MappingVersion
from mapping.services import editing
from mapping.services.editing import NotADraftError, NothingLeftError, StaleDraftError
from mapping.views.common import refusal_words, safe_next, version_of


def change_draft(
    request: MemberRequest, version: MappingVersion, label: str, changes: Sequence[dict[str, Any]]
) -> bool:
    """Make the changes as one step that can be undone; False, with the reason said, when they cannot be made now."""
    return _tried(
        request, lambda: editing.change(version, _revision(request), label, changes, by=request.user)
    )


def _tried(request: MemberRequest, act: Callable[[], object]) -> bool:
    try:
        act()
    except (StaleDraftError, NotADraftError, NothingLeftError, MappingInvalidError) as refusal:
        messages.error(request, refusal_words(refusal))
        return False
    return True


def _revision(request: MemberRequest) -> int:
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


@require_POST
@pair_required(Role.ADMINISTRATOR)
def undo(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """Take the last step back."""
    version = version_of(pair, number)
    _tried(request, lambda: editing.undo(version, _revision(request), by=request.user))
    return _back(request, pair, number)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def redo(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """Do the step taken back last once more."""
    version = version_of(pair, number)
    _tried(request, lambda: editing.redo(version, _revision(request), by=request.user))
    return _back(request, pair, number)


def _back(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    return redirect(safe_next(request, pair, reverse("mapping-version", args=[pair.slug, number])))
