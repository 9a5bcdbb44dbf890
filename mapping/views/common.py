"""What several of the mapping pages need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from integrations.clock import business_now
from integrations.members.access import MemberRequest
from integrations.models import Pair
from mapping.core.checking import Finding, blueprint_problems
from mapping.models import DryRun, FlowCount, MappingVersion
from mapping.presenting.flows import Tallies
from mapping.presenting.versions import DryRunState, ShownProblem
from mapping.selectors import effective_blueprint
from mapping.services.editing import history
from mapping.services.grounds import ground_of
from mapping.services.publishing_checks import is_warned, needs_reason

_MOST_COUNTED = 10_000
_PAGES = {
    "mapping": "mapping-studio",
    "flow": "mapping-flow",
    "rule": "mapping-rules",
    "table": "mapping-tables",
}


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
    count = version.posting_set.order_by()[: _MOST_COUNTED + 1].count()
    return f"more than {_MOST_COUNTED:,}" if count > _MOST_COUNTED else f"{count:,}"


def findings_of(pair: Pair, version: MappingVersion) -> tuple[Finding, ...]:
    """What is wrong or doubtful in the version by itself, and, as warnings, what Xero's chart and the settings lack for it."""
    blueprint = effective_blueprint(version)
    own = set(blueprint_problems(blueprint))
    judged = blueprint_problems(blueprint, ground_of(pair, business_now()))
    return tuple(finding if finding in own else _as_warning(finding) for finding in judged)


def _as_warning(finding: Finding) -> Finding:
    return replace(finding, problem=replace(finding.problem, severity="warning"))


def shown_problems(pair: Pair, version: MappingVersion, findings: Sequence[Finding]) -> list[ShownProblem]:
    """The findings, errors first, each once with all its places and the page where it is put right."""
    together: dict[tuple[str, bool], list[Finding]] = {}
    for finding in findings:
        together.setdefault((finding.problem.message, finding.stops), []).append(finding)
    ordered = sorted(together.items(), key=lambda item: not item[0][1])
    return [
        ShownProblem(
            message,
            "error" if is_blocking else "warning",
            "; ".join(dict.fromkeys(_place(finding) for finding in found)),
            _page(pair, version, found[0]),
        )
        for (message, is_blocking), found in ordered
    ]


def _place(finding: Finding) -> str:
    place = f", {finding.problem.target}" if finding.problem.target else ""
    return f"{finding.item.capitalize()} {finding.id}{place}"


def _page(pair: Pair, version: MappingVersion, finding: Finding) -> str:
    if finding.problem.cause == "settings":
        return reverse("settings-accounts", args=[pair.slug])
    more = [finding.id] if finding.item in ("mapping", "flow") else []
    return reverse(_PAGES[finding.item], args=[pair.slug, version.number, *more])


def tallies_today(pair: Pair) -> Tallies:
    """How many records passed, were stopped or failed today, in the pair's zone, by flow and step."""
    today = timezone.now().astimezone(ZoneInfo(pair.zone)).date()
    return {
        (row.flow, row.step): {"passed": row.passed, "stopped": row.stopped, "failed": row.failed}
        for row in FlowCount.objects.filter(pair=pair, day=today)
    }


def undo_labels(version: MappingVersion) -> dict[str, str]:
    """What undo would take back and redo would do again; empty where there is nothing."""
    done, undone = history(version)
    return {"undo_label": done or "", "redo_label": undone or ""}


def refusal_words(refusal: Exception) -> str:
    """A refusal for a message: of many problems the first, and how many more there are."""
    lines = str(refusal).splitlines()
    more = f" And {len(lines) - 1} more." if len(lines) > 1 else ""
    return f"{lines[0]}{more}" if lines else "That cannot be done now."


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
