"""What several of the mapping pages need."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import Http404
from django.urls import reverse

from integrations.members.access import MemberRequest
from integrations.models import Pair
from mapping.core.checking import Finding
from mapping.models import DryRun, MappingVersion
from mapping.presenting.versions import DryRunState, ShownProblem
from mapping.services.publishing_checks import is_warned, needs_reason

_MOST_COUNTED = 10_000


def version_of(pair: Pair, number: int) -> MappingVersion:
    """The pair's version of that number. Raises Http404."""
    people = ("created_by", "changed_by", "submitted_by", "published_by", "base", "pair")
    found = MappingVersion.objects.select_related(*people).filter(pair=pair, number=number).first()
    if found is None:
        raise Http404(f"There is no version {number}.")
    return found


def may_edit(request: MemberRequest, version: MappingVersion) -> bool:
    """Whether the person may change the version now."""
    return request.access.may_administer and version.is_editable


def made_words(version: MappingVersion) -> str:
    """How many documents the version made; counted no further than people read."""
    # The postings belong to an app above this one: they are reached from the version, never imported.
    postings: Any = version.posting_set  # type: ignore[attr-defined]  # see above
    count = postings.order_by()[: _MOST_COUNTED + 1].count()
    return f"more than {_MOST_COUNTED:,}" if count > _MOST_COUNTED else f"{count:,}"


def shown_problems(pair: Pair, version: MappingVersion, findings: tuple[Finding, ...]) -> list[ShownProblem]:
    """The findings, errors first, each with the page where it is put right."""
    ordered = sorted(findings, key=lambda finding: not finding.stops)
    return [_shown_problem(pair, version, finding) for finding in ordered]


def _shown_problem(pair: Pair, version: MappingVersion, finding: Finding) -> ShownProblem:
    names = {"mapping": "mapping-studio", "flow": "mapping-flow"}
    lists = {"rule": "mapping-rules", "table": "mapping-tables"}
    if finding.item in names:
        href = reverse(names[finding.item], args=[pair.slug, version.number, finding.id])
    else:
        href = reverse(lists[finding.item], args=[pair.slug, version.number])
    place = f", {finding.problem.target}" if finding.problem.target else ""
    where = f"{finding.item.capitalize()} {finding.id}{place}"
    return ShownProblem(finding.problem.message, finding.problem.severity, where, href)


def safe_next(request: MemberRequest, pair: Pair, otherwise: str) -> str:
    """The page of this pair that a form came from, else `otherwise`."""
    wanted = urlsplit(request.POST.get("next", ""))
    inside = wanted.path.startswith(f"/{pair.slug}/") and not wanted.scheme and not wanted.netloc
    return wanted.path if inside else otherwise


def dry_run_of(version: MappingVersion) -> DryRunState:
    """What is known of the version's effect on the books."""
    moves_money, words = needs_reason(version)
    going = DryRun.objects.filter(version=version, state__in=[DryRun.State.QUEUED, DryRun.State.RUNNING])
    return DryRunState(words, is_warned(version), moves_money, is_running=going.exists())
