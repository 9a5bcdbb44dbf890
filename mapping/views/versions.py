"""The versions of a pair: their list, each with what it changes, and any two side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair
from mapping.core.checking import stopping
from mapping.models import MappingVersion
from mapping.presenting.differences import shown_difference
from mapping.presenting.versions import (
    WayStep,
    dry_run_step,
    problem_words,
    problems_step,
    review_step,
    version_words,
)
from mapping.selectors import effective_blueprint, published_blueprint, published_version
from mapping.services.versions import may_approve
from mapping.views.common import dry_run_of, findings_of, made_words, shown_problems, version_of

PAGE_SIZE: Final = 25
_EMPTY: Final = {
    "": ("No version of your own yet", "What Tillbridge ships with is in use. Start a draft to change a field, a rule or a flow; what is in use stays as it is until you publish."),
    "draft": ("No drafts", "A draft is a copy of what is in use. Change it in the studio, dry-run it over past trade, then publish it."),
    "review": ("Nothing in review", "A draft sent to review waits for another administrator, who publishes it or sends it back with a comment."),
    "published": ("Nothing published yet", "What Tillbridge ships with is in use until you publish a version of your own."),
    "archived": ("Nothing archived", "When a version is published, the one before it is archived. You can always go back to it."),
}  # fmt: skip


@require_GET
@pair_required()
def versions(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The list, newest first, all or by state."""
    state = request.GET.get("state", "")
    if state not in _EMPTY:
        raise Http404("There is no such state.")
    rows = MappingVersion.objects.filter(pair=pair).defer("blueprint").order_by("-number")
    shown = rows.filter(state=state) if state else rows
    people = shown.select_related("created_by", "published_by").annotate(made=Count("posting"))
    page = Paginator(people, PAGE_SIZE).get_page(request.GET.get("page"))
    numbers = [version.number for version in page.object_list]
    title, text = _EMPTY[state]
    context = {
        "pair": pair,
        "page": page,
        "choices": _choices(pair, state),
        "empty": {"title": title, "text": text},
        "compare_from": _usual_base(list(page.object_list)),
        "compare_to": numbers[0] if numbers else None,
    }
    return render(request, "mapping/versions.html", context)


def _usual_base(listed: Sequence[MappingVersion]) -> int | None:
    """What people compare with most: the version in use, or the one before the newest."""
    older = [version for version in listed[1:] if version.state == MappingVersion.State.PUBLISHED] or listed[
        1:
    ]
    return older[0].number if older else None


def _choices(pair: Pair, chosen: str) -> list[dict[str, Any]]:
    counted = MappingVersion.objects.filter(pair=pair).order_by().values_list("state").annotate(Count("pk"))
    counts = dict(counted)
    every = {"": ("All", sum(counts.values()))}
    states = {state: (version_words(state).label, counts.get(state, 0)) for state in _EMPTY if state}
    return [
        {"label": label, "count": count, "href": f"?state={state}" if state else "?", "is_chosen": state == chosen}
        for state, (label, count) in {**every, **states}.items()
    ]  # fmt: skip


@require_GET
@pair_required()
def version(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """One version: what it changes, what is wrong with it, and how far it is from publishing."""
    found = version_of(pair, number)
    context = {
        **judged(request, pair, found),
        "made": made_words(found),
        "comments": found.comments.select_related("by"),
    }
    return render(request, "mapping/version.html", context)


def judged(request: MemberRequest, pair: Pair, found: MappingVersion) -> dict[str, Any]:
    """The difference to the version before it, its problems, and the way to publishing."""
    findings = () if found.is_frozen else findings_of(pair, found)
    base = _compared_with(found)
    before = effective_blueprint(base) if base else published_blueprint(None)
    return {
        "pair": pair,
        "version": found,
        "base": base,
        "difference": shown_difference(before, effective_blueprint(found)),
        "difference_title": _difference_title(found, base),
        "left": f"Version {base.number}" if base else "As shipped",
        "right": f"Version {found.number}",
        "problems": shown_problems(pair, found, findings),
        "problem_words": problem_words(findings),
        "error_count": len(stopping(findings)),
        "needs_second_person": pair.mapping_needs_second_person,
        "steps": () if found.is_frozen else _way(request, pair, found, problems_step(findings, "#problems")),
    }


def _way(request: MemberRequest, pair: Pair, found: MappingVersion, sound: WayStep) -> list[WayStep]:
    href = reverse("mapping-dry-run", args=[pair.slug, found.number])
    review = review_step(
        state=found.state,
        needs_second_person=pair.mapping_needs_second_person,
        may_approve=may_approve(found, request.user),
    )
    return [sound, dry_run_step(dry_run_of(found), href), review]


def _compared_with(found: MappingVersion) -> MappingVersion | None:
    """What a draft would replace; of what was published, the version in use before it."""
    if not found.is_frozen:
        return published_version(found.pair_id)
    earlier = MappingVersion.objects.filter(pair=found.pair, published_at__lt=found.published_at)
    return earlier.order_by("-published_at").first()


def _difference_title(found: MappingVersion, base: MappingVersion | None) -> str:
    if base is None:
        return "Against what Tillbridge ships with"
    if found.is_frozen:
        return f"What it changed against version {base.number}"
    return f"What it would change against version {base.number}, in use"


@require_GET
@pair_required()
def compare(request: MemberRequest, pair: Pair, number: int, other: int) -> HttpResponse:
    """Two versions side by side, field by field."""
    older, newer = version_of(pair, number), version_of(pair, other)
    context = {
        "pair": pair,
        "older": older,
        "newer": newer,
        "left": f"Version {older.number}",
        "right": f"Version {newer.number}",
        "difference": shown_difference(effective_blueprint(older), effective_blueprint(newer)),
        "all_versions": MappingVersion.objects.filter(pair=pair).defer("blueprint").order_by("-number"),
    }
    return render(request, "mapping/compare.html", context)


@require_GET
@pair_required()
def compare_chosen(request: MemberRequest, pair: Pair) -> HttpResponse:
    """From the two numbers of a form to the page that compares them."""
    numbers = [_number(request, name) for name in ("from", "to")]
    if None in numbers:
        return redirect("mapping-versions", pair.slug)
    return redirect("mapping-compare", pair.slug, *numbers)


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 9 else None
