"""How long suggesting takes for 60 source fields against 60 target fields: reading, features, model, assignment, reasons."""

from __future__ import annotations

import time
from itertools import islice

from benchmarks.report import percentile, print_result
from mapping.suggestions.core.links import suggestions_for
from mapping.suggestions.core.model import shipped
from mapping.suggestions.core.names import name_of
from mapping.suggestions.core.side import build_side
from mapping.suggestions.core.sources import from_values
from mapping.suggestions.core.targets import targets_of
from mapping.suggestions.core.values import detectors
from mapping.suggestions.vocabulary import ROWS, samples, vocabularies

_FIELDS = 60
_ROUNDS = 30


def main() -> None:
    """Time each round; the first one, with nothing kept from before, apart."""
    shop = next(each for each in vocabularies() if each.name == "shopify_order")
    values = dict(islice(samples(shop).items(), _FIELDS))
    model = shipped()
    objects = ("xero:Contact", "xero:Invoice", "xero:Payment")
    targets = tuple(target for name in objects for target in targets_of(name))[:_FIELDS]
    started = time.perf_counter()
    side = build_side(targets, model.words)
    preparing = (time.perf_counter() - started) * 1000
    detectors.cache_clear()
    name_of.cache_clear()
    rounds = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        found = suggestions_for(from_values(values, rows=ROWS), side, model)
        rounds.append((time.perf_counter() - started) * 1000)
    figures = {
        "first_ms": rounds[0],
        "median_ms": percentile(rounds[1:], 0.5),
        "p95_ms": percentile(rounds[1:], 0.95),
        "prepare_targets_ms": preparing,
    }
    rows = [(name, f"{value:.1f}") for name, value in figures.items()]
    title = f"suggestions: {len(values)} × {len(targets)} fields, {len(found)} candidates"
    print_result(title, ("", "ms"), rows, {name: round(value, 1) for name, value in figures.items()})


if __name__ == "__main__":
    main()
