"""Rules tried on the last records, and pasted cells read for a look-up table: nothing is changed by either."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse

from integrations.clock import business_now
from integrations.members.access import MemberRequest
from integrations.models import Pair
from mapping.core.blueprint import FORMAT, Blueprint, blueprint_from_json
from mapping.core.pasting import parse_pasted
from mapping.core.rules.document import Rule
from mapping.core.rules.trying import Trial
from mapping.selectors import effective_blueprint
from mapping.services.rule_trials import Stock, Tried, last_records, rule_words, tried_rules
from mapping.views.api.endpoint import Json, answer, api, asked, problem_json, version_of

_SHOWN = 12
"""Records linked to per rule."""
_PAGES = {"order": "orders-page", "payment": "payments-page"}


@api("POST")
def try_rules(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """What the `rules`, saved or not, would have done to the newest orders and payments."""
    rules = _rules(asked(request).list("rules"))
    blueprint = effective_blueprint(version_of(pair, number))
    stocks = last_records(pair, blueprint, now=business_now())
    trials = tried_rules(rules, stocks)
    return answer(
        {"rules": {rule.id: _rule(pair, blueprint, rule, trials[rule.id], stocks) for rule in rules}}
    )


def _rules(data: list[object]) -> tuple[Rule, ...]:
    """Raises MappingInvalidError."""
    return blueprint_from_json({"format": FORMAT, "rules": data}).rules


def _rule(pair: Pair, blueprint: Blueprint, rule: Rule, trial: Trial, stocks: tuple[Stock, ...]) -> Json:
    stock = next((one for one in stocks if one.batch is trial.batch), None)
    records = [stock.tried[at] for at in trial.met[:_SHOWN]] if stock else []
    return {
        "words": rule_words(rule.when, blueprint),
        "met": len(trial.met),
        "of": len(stock.tried) if stock else 0,
        "noun": stock.batch.noun if stock else "",
        "unjudged": len(trial.unjudged),
        "records": [_record(pair, record) for record in records],
    }


def _record(pair: Pair, record: Tried) -> Json:
    href = reverse(_PAGES[record.kind], args=[pair.slug, record.key])
    return {"title": record.title, "detail": record.detail, "href": href}


@api("POST")
def paste(request: MemberRequest, pair: Pair, number: int, table: str) -> HttpResponse:
    """The cells of a paste as columns and rows, with what is wrong with them."""
    version_of(pair, number)
    read = parse_pasted(asked(request).text("text"))
    return answer(
        {
            "columns": list(read.columns),
            "rows": [list(row) for row in read.rows],
            "problems": [problem_json(problem, "table", table) for problem in read.problems],
        }
    )
