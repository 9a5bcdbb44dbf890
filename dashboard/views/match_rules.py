"""People's rules for bank lines: their list and order, and writing one while it is tried on the past."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard.core.condition_words import said_of_lines
from dashboard.forms.review import RuleForm, known_payers
from dashboard.selectors.review import Offer, offers_of
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair, Role
from mapping.core.conditions.asking import Answer, Standing, about_text, about_tree
from mapping.core.conditions.records import types_of
from mapping.core.conditions.tree import TreeError, tree_from_json
from mapping.core.readers import Scope, reader
from mapping.presenting.conditions import answer_as_json
from reconciliation.core.rules import LINE, Action, Change, record_of
from reconciliation.matching.rule_book import (
    Draft,
    RuleRefusedError,
    Trial,
    drop_rule,
    keep_rule,
    move_rule,
    switch_rule,
    try_rule,
)
from reconciliation.matching.ruling import ruled_line
from reconciliation.models import BankLine, MatchRule
from reconciliation.wakes import wake_reconcile

_SHOWN: Final = 12
"""Of each kind of change; the counts are of all."""
_ICONS: Final = ("plus", "x", "check", "link", "circle-alert", "circle-check", "circle-x")
_FIELD_OF: Final = {"name": "name", "when": "when", "action": "payer"}


@require_GET
@pair_required()
def rules(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The rules in the order in which they are asked."""
    shown = [
        {"rule": rule, "when": said_of_lines(rule.condition), "then": _then(rule)}
        for rule in MatchRule.objects.filter(pair=pair).select_related("made_by")
    ]
    return render(request, "dashboard/review/rules.html", {"pair": pair, "tab": "rules", "rules": shown})


def _then(rule: MatchRule) -> str:
    if rule.action["kind"] == "match":
        return f"it is money of {rule.action['value']}"
    return "it is not ours"


@require_http_methods(["GET", "POST"])
@pair_required(Role.ADMINISTRATOR)
def rules_edit(request: MemberRequest, pair: Pair, rule_id: int | None = None) -> HttpResponse:
    """Write a rule, or change one."""
    rule = get_object_or_404(MatchRule, pair=pair, pk=rule_id) if rule_id else None
    form = RuleForm(request.POST or None, initial=_initial(request, rule))
    if request.method == "POST" and form.is_valid():
        try:
            kept = keep_rule(pair, _draft(form), request.user, rule)
        except RuleRefusedError as refused:
            for problem in refused.problems:
                form.add_error(_FIELD_OF.get(problem.target, "when"), problem.message)
        else:
            wake_reconcile(pair.pk)
            messages.success(request, f"“{kept.name}” is kept. It is asked from now on.")
            return redirect("reconcile-rules", pair.slug)
    context = {
        "pair": pair,
        "tab": "rules",
        "rule": rule,
        "form": form,
        "payers": known_payers(pair),
        "icons": _ICONS,
        "schema": _schema(),
        "api": reverse("reconcile-rules", args=[pair.slug]),
    }
    return render(request, "dashboard/review/rule.html", context, status=422 if form.errors else 200)


def _initial(request: MemberRequest, rule: MatchRule | None) -> dict[str, str]:
    if rule is None:
        return {"when": request.GET.get("when", "")[:2_000]}
    return {
        "name": rule.name, "when": rule.condition, "action": rule.action["kind"], "payer": rule.action.get("value", ""),
    }  # fmt: skip


def _draft(form: RuleForm) -> Draft:
    said = form.cleaned_data
    is_match = said.get("action") == "match"
    action = Action("match", said.get("payer", "")) if is_match else Action("not_ours")
    return Draft(said.get("name", ""), said.get("when", ""), action)


def _schema() -> dict[str, Any]:
    fields = [
        {"path": each.path, "label": each.label, "type": each.type, "choices": list(each.choices)}
        for each in LINE.fields
    ]
    return {"name": LINE.name, "title": LINE.title, "fields": fields}


@dataclass(frozen=True, slots=True)
class Told:
    """A change as the page tells it: the line, what it is matched with at present, and what the rules said and would say."""

    line: BankLine
    standing: Offer | None
    before: str
    after: str


@require_POST
@pair_required(Role.ADMINISTRATOR)
def rules_try(request: MemberRequest, pair: Pair) -> HttpResponse:
    """What the rule as it is written would have changed among the last bank lines."""
    named = request.POST.get("rule", "")
    rule = get_object_or_404(MatchRule, pair=pair, pk=int(named)) if named.isdecimal() else None
    form = RuleForm(request.POST)
    form.is_valid()
    try:
        trial = try_rule(pair, _draft(form), rule)
    except RuleRefusedError as refused:
        said = [each.message for each in refused.problems]
        return render(request, "dashboard/review/rule_trial.html", {"pair": pair, "refused": said})
    return render(
        request, "dashboard/review/rule_trial.html", {"pair": pair, "trial": trial, **_told(pair, trial)}
    )


def _told(pair: Pair, trial: Trial) -> dict[str, Any]:
    shown = {"new": trial.new, "lost": trial.lost, "changed": trial.changed}
    names = {str(rule.pk): rule.name for rule in MatchRule.objects.filter(pair=pair)}
    lines = [line.pk for changes in shown.values() for line, _ in changes]
    matched = {pk: offer for pk, offers in offers_of(lines).items() for offer in offers if offer.match.stands}
    return {
        "groups": [
            (
                kind,
                max(len(changes) - _SHOWN, 0),
                [_one(line, change, matched, names) for line, change in changes[:_SHOWN]],
            )
            for kind, changes in shown.items()
        ],
        "matched": len(matched),
    }


def _one(line: BankLine, change: Change, matched: dict[int, Offer], names: dict[str, str]) -> Told:
    before = names.get(change.before.rule, "") if change.before else ""
    after = names.get(change.after.rule, "this rule") if change.after else ""
    return Told(line, matched.get(line.pk), before, after)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def rules_act(request: MemberRequest, pair: Pair, rule_id: int, act: str) -> HttpResponse:
    """Switch a rule on or off, move it, remove it."""
    rule = get_object_or_404(MatchRule, pair=pair, pk=rule_id)
    if act == "remove":
        drop_rule(rule, request.user)
        messages.success(request, f"“{rule.name}” is removed. What it had set aside is looked at again.")
    elif act in {"on", "off"}:
        switch_rule(rule, request.user, is_on=act == "on")
    else:
        move_rule(rule, request.user, step=-1 if act == "up" else 1)
    wake_reconcile(pair.pk)
    return redirect("reconcile-rules", pair.slug)


ACTS: Final = ("on", "off", "up", "down", "remove")


@require_POST
@pair_required(Role.ADMINISTRATOR)
def rules_conditions(request: MemberRequest, pair: Pair) -> HttpResponse:
    """A condition as `text` or `tree`, for the builder, judged on the newest bank line."""
    try:
        asked = json.loads(request.body)
    except ValueError:
        return HttpResponse("This is no JSON.", status=422)
    if not isinstance(asked, dict):
        return HttpResponse("An object is expected.", status=422)
    return JsonResponse(answer_as_json(_answered(asked, _standing(pair))))


def _answered(asked: dict[str, Any], standing: Standing) -> Answer:
    if asked.get("tree") is None:
        return about_text(str(asked.get("text", "")), standing)
    try:
        return about_tree(tree_from_json(asked["tree"]), standing)
    except TreeError as error:
        return Answer("", None, error.message, error.at)


def _standing(pair: Pair) -> Standing:
    rows = BankLine.objects.filter(pair=pair).select_related("bank_account")
    newest = rows.order_by("-booked_on", "-pk").first()
    if newest is None:
        return Standing(types_of(LINE))
    scope = Scope(record_of(ruled_line(newest)), {})
    return Standing(types_of(LINE), (lambda path: reader(path)(scope),))
