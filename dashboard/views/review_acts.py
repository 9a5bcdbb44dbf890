"""What people decide in the review. Each act answers how the lines it touched stand now, also where it is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypedDict

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST

from dashboard.core.wording import counted, written_money
from dashboard.forms.closing import ClosingForm
from dashboard.selectors.review import as_rows, expected_totals, lines_of
from dashboard.selectors.review_progress import progress_of, remember_place
from dashboard.views.review import rows_json
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair, Role
from reconciliation.matching.deciding import (
    DecisionRefusedError,
    confirm,
    group,
    mark_not_ours,
    mark_ours,
    reject,
    split,
    undo,
)
from reconciliation.matching.taking_back import take_back
from reconciliation.models import BankLine, Match, MatchLink
from reconciliation.wakes import wake_reconcile


class Said(TypedDict):
    """What a person says beside a decision: where a difference went, to which account, and why."""

    difference_kind: str
    account: str
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: the ids of lines, settlements and matches that belong to the pair or do not exist."""

    request: MemberRequest
    pair: Pair
    lines: list[int]
    settlements: list[int]
    matches: list[int]

    @property
    def match(self) -> Match:
        if len(self.matches) != 1:
            raise DecisionRefusedError("Choose one suggestion.")
        return get_object_or_404(Match, pair=self.pair, pk=self.matches[0])

    @property
    def closing(self) -> Said:
        form = ClosingForm(self.request.POST)
        if not form.is_valid():
            raise DecisionRefusedError("Choose one of the reasons offered for the difference.")
        said = form.cleaned_data
        return Said(difference_kind=said["kind"], account=said["account"], reason=said["reason"])


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in words, and how it is taken back: `match:1,2` or `line:3`; "" where it cannot be."""

    said: str
    undo: str = ""


@require_POST
@pair_required(Role.OPERATOR)
def reconcile_decide(request: MemberRequest, pair: Pair) -> HttpResponse:
    """One decision. Scripts get JSON, which says so where it is refused; forms go back to the page."""
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404("No such act.")
    asked = Asked(request, pair, _ids(request, "line"), _ids(request, "settlement"), _ids(request, "match"))
    touched = _touched(asked)
    try:
        done, refused = act(asked), ""
        wake_reconcile(pair.pk)
        remember_place(pair, request.user, request.POST.get("query", ""), min(touched, default=None))
    except DecisionRefusedError as error:
        done, refused = Done(""), error.message
    if "application/json" in request.headers.get("Accept", ""):
        return _json(asked, done, refused, touched)
    (messages.error if refused else messages.success)(request, refused or done.said)
    return redirect(f"{reverse('reconcile', args=[pair.slug])}?{request.POST.get('query', '')}")


def _json(asked: Asked, done: Done, refused: str, touched: set[int]) -> JsonResponse:
    request, pair = asked.request, asked.pair
    rows = as_rows(list(lines_of(pair).filter(pk__in=touched).order_by("booked_on", "pk")))
    query = request.POST.get("query", "")
    answer = {
        "said": done.said,
        "refused": refused,
        "undo": done.undo,
        "rows": rows_json(rows, f"{query}&" if query else ""),
        "progress": render_to_string(
            "dashboard/review/progress.html", {"pair": pair, "progress": progress_of(pair, request.user)}
        ),
        "awaited": render_to_string("dashboard/review/awaited.html", {"expected": expected_totals(pair)}),
    }
    return JsonResponse(answer)


def _ids(request: MemberRequest, name: str) -> list[int]:
    return [int(each) for each in request.POST.getlist(name) if each.isascii() and each.isdecimal()]


def _touched(asked: Asked) -> set[int]:
    """Lines that are named, that are in the matches named, or to which something is suggested that shares a side with these."""
    mine = MatchLink.objects.filter(match__pair=asked.pair, match__in=asked.matches)
    named = list(mine.values_list("settlement", "bank_line"))
    settlements = {*asked.settlements, *(pk for pk, _ in named if pk)}
    ours = BankLine.objects.filter(pair=asked.pair, pk__in=asked.lines).values_list("pk", flat=True)
    lines = {*ours, *(pk for _, pk in named if pk)}
    rivals = Match.objects.filter(
        pair=asked.pair, state=Match.State.SUGGESTED, links__settlement__in=settlements
    )
    also = MatchLink.objects.filter(match__in=rivals, bank_line__isnull=False)
    return lines | {pk for pk in also.values_list("bank_line", flat=True) if pk}


# The acts


def _accept(asked: Asked) -> Done:
    match = asked.match
    if match.difference_minor and not asked.closing["difference_kind"]:
        raise DecisionRefusedError("The money differs: say where the difference went.")
    said = asked.closing
    done = confirm(match, asked.request.user, **said)
    return Done(f"Accepted: {_worth(done)}.", f"match:{done.pk}")


def _reject(asked: Asked) -> Done:
    match = asked.match
    reject(match, asked.request.user, reason=asked.closing["reason"])
    return Done("Rejected. It is not suggested again.", f"match:{match.pk}")


def _undo(asked: Asked) -> Done:
    match = asked.match
    undo(match, asked.request.user, reason=asked.closing["reason"])
    return Done("Undone. What was booked for it is taken back.")


def _group(asked: Asked) -> Done:
    said = asked.closing
    _check_closed(asked, said["difference_kind"])
    made = group(asked.pair, asked.settlements, asked.lines, asked.request.user, **said)
    return Done(f"Put together: {_worth(made)}.", f"match:{made.pk}")


def _split(asked: Asked) -> Done:
    """Of a match that stands only what is named stays together; of a suggestion, only that is put together."""
    match, said = asked.match, asked.closing
    _check_closed(asked, said["difference_kind"])
    if not match.stands:
        return _group(asked)
    made = split(match, asked.settlements, asked.lines, asked.request.user, **said)
    return Done(f"Taken apart; together stay {_worth(made)}.", f"match:{made.pk}")


def _check_closed(asked: Asked, kind: str) -> None:
    """The review leaves nothing short without a reason."""
    lines = BankLine.objects.filter(pair=asked.pair, pk__in=asked.lines)
    settlements = asked.pair.settlements.filter(pk__in=asked.settlements)
    gap = sum(each.amount_minor for each in lines) - sum(each.net_minor for each in settlements)
    if gap and not kind and lines and settlements:
        amount = written_money(abs(gap), lines[0].currency)
        raise DecisionRefusedError(
            f"{amount} {'are missing' if gap < 0 else 'are too much'}: say where they went."
        )


def _not_ours(asked: Asked) -> Done:
    count = mark_not_ours(asked.pair, asked.lines, asked.request.user, reason=asked.closing["reason"])
    if count < len(set(asked.lines)):
        raise DecisionRefusedError("Somebody has matched one of these lines meanwhile; it stays as it is.")
    ids = ",".join(map(str, asked.lines))
    return Done(f"Not ours: {counted(count, 'line')}.", f"line:{ids}")


def _ours(asked: Asked) -> Done:
    count = mark_ours(asked.pair, asked.lines, asked.request.user, reason=asked.closing["reason"])
    if not count:
        raise DecisionRefusedError("There is nothing to take back: the line is not set aside any more.")
    return Done(f"Ours after all: {counted(count, 'line')}.")


def _take_back(asked: Asked) -> Done:
    if asked.lines:
        return _ours(asked)
    count = len(asked.matches)
    take_back(asked.pair, asked.matches, asked.request.user)
    return Done(f"Taken back: {counted(count, 'decision')}.")


def _worth(match: Match) -> str:
    links = match.links.select_related("settlement", "bank_line")
    lines = [link.bank_line for link in links if link.bank_line]
    names = [link.settlement.reference for link in links if link.settlement]
    money = written_money(sum(line.amount_minor for line in lines), match.currency)
    return f"{money} and {_listed(names)}"


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    return f"settlement {every[0]}" if len(every) == 1 else f"{len(every)} settlements"


_ACTS: Final[dict[str, Callable[[Asked], Done]]] = {
    "accept": _accept,
    "reject": _reject,
    "undo": _undo,
    "group": _group,
    "split": _split,
    "not_ours": _not_ours,
    "ours": _ours,
    "take_back": _take_back,
}
