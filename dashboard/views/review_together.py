"""Putting bank lines and settlements together, or taking them apart: what remains, how it may be closed, what would be booked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from dashboard.forms.closing import ClosingForm
from dashboard.forms.review import known_accounts
from dashboard.selectors.review import lines_of, open_settlements
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair, Role
from reconciliation.books.previewing import Foreseen, foresee
from reconciliation.core.differences import Closing, Explanation, refusal
from reconciliation.matching.deciding import decided_words, money_accounts
from reconciliation.matching.explaining import explain_gap, gap_of
from reconciliation.models import BankLine, Match, MatchLink, Settlement


@dataclass(frozen=True, slots=True)
class Choice:
    """What is shown to be chosen from, and what is chosen of it."""

    lines: list[tuple[BankLine, bool]]
    settlements: list[tuple[Settlement, bool]]
    match: Match | None

    @property
    def chosen_lines(self) -> list[BankLine]:
        return [line for line, is_chosen in self.lines if is_chosen]

    @property
    def chosen_settlements(self) -> list[Settlement]:
        return [each for each, is_chosen in self.settlements if is_chosen]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the choice comes to. `refused`: why it cannot be decided like that; "" where it can."""

    banked_minor: int
    settled_minor: int
    gap_minor: int
    currency: str
    why: tuple[Explanation, ...]
    booked: list[Foreseen]
    refused: str


@require_GET
@pair_required(Role.OPERATOR)
def reconcile_together(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The choice as it stands. `line` and `settlement` are chosen, `with_line` and `with_settlement` are shown beside them."""
    query = request.GET
    choice = _choice(pair, query)
    form = ClosingForm(query if "kind" in query else None)
    closing = _closing(form)
    context: dict[str, Any] = {
        "pair": pair,
        "choice": choice,
        "form": form,
        "outlook": _outlook(pair, choice, closing),
        "accounts": known_accounts(pair),
        "takes_account": closing.kind == "other",
    }
    return render(request, "dashboard/review/together.html", context)


def _choice(pair: Pair, query: QueryDict) -> Choice:
    lines, settlements = _ids(query, "line"), _ids(query, "settlement")
    with_lines, with_settlements = _ids(query, "with_line"), _ids(query, "with_settlement")
    match = None
    if named := _ids(query, "match"):
        rows = Match.objects.select_related("decided_by")
        match = get_object_or_404(rows, pair=pair, pk=min(named))
        sides = list(
            MatchLink.objects.filter(match__pair=pair, match__in=named).values_list("settlement", "bank_line")
        )
        with_settlements |= {pk for pk, _ in sides if pk}
        with_lines |= {pk for _, pk in sides if pk}
        if "chosen" not in query:
            lines, settlements = lines | with_lines, settlements | with_settlements
    elif len(lines) == 1 and not settlements | with_settlements:
        with_settlements = _near(pair, min(lines))
    found_lines = lines_of(pair).filter(pk__in=lines | with_lines).order_by("booked_on", "pk")
    found = Settlement.objects.filter(pair=pair, pk__in=settlements | with_settlements)
    return Choice(
        [(each, each.pk in lines) for each in found_lines],
        [
            (each, each.pk in settlements)
            for each in found.select_related("merchant_account").order_by("due_on", "pk")
        ],
        match,
    )


def _near(pair: Pair, line_id: int, most: int = 20) -> set[int]:
    """Settlements of which a line may be the sum: open, not larger, and due around its day."""
    line = get_object_or_404(BankLine, pair=pair, pk=line_id)
    rows = open_settlements(pair).filter(currency=line.currency, due_on__lte=line.booked_on)
    side = rows.filter(net_minor__gt=0, net_minor__lte=line.amount_minor)
    if line.amount_minor < 0:
        side = rows.filter(net_minor__lt=0, net_minor__gte=line.amount_minor)
    return set(side.order_by("-due_on", "-pk").values_list("pk", flat=True)[:most])


def _ids(query: QueryDict, name: str) -> set[int]:
    return {int(each) for each in query.getlist(name) if each.isascii() and each.isdecimal()}


def _closing(form: ClosingForm) -> Closing:
    if not form.is_bound or not form.is_valid():
        return Closing()
    return Closing(form.cleaned_data["kind"], form.cleaned_data["account"])


def _outlook(pair: Pair, choice: Choice, closing: Closing) -> Outlook:
    lines, settlements = choice.chosen_lines, choice.chosen_settlements
    refused = _refused(choice)
    currency = (
        (lines or [line for line, _ in choice.lines])[0].currency if choice.lines else pair.base_currency
    )
    gap = gap_of(settlements, lines)
    if not refused:
        forbidden = money_accounts(pair)
        refused = refusal(gap, closing, cap=pair.rounding_cap_minor, currency=currency, forbidden=forbidden)
    is_one = bool(lines and settlements) and not _refused(choice)
    return Outlook(
        banked_minor=sum(line.amount_minor for line in lines),
        settled_minor=sum(each.net_minor for each in settlements),
        gap_minor=gap,
        currency=currency,
        why=explain_gap(pair, settlements, lines) if is_one else (),
        booked=foresee(pair, settlements, lines, closing) if is_one else [],
        refused=refused,
    )


def _refused(choice: Choice) -> str:
    lines, settlements = choice.chosen_lines, choice.chosen_settlements
    if not lines or not settlements:
        return "Choose at least one bank line and one settlement."
    if len({line.currency for line in lines} | {each.currency for each in settlements}) > 1:
        return "Money of different currencies cannot be matched."
    if choice.match is not None and not choice.match.stands and choice.match.state != Match.State.SUGGESTED:
        return f"This match is {decided_words(choice.match)} by now."
    return ""
