"""Training gives the same numbers every time; the evaluation counts what it says."""

from __future__ import annotations

import json

import pytest

from mapping.suggestions.core.model import to_json
from mapping.suggestions.evaluation import Tally, held_out_report
from mapping.suggestions.training import folds, train
from mapping.suggestions.vocabulary import development

_FEW = tuple(
    each for each in development()
    if each.name in {"stripe_refund", "stripe_payout", "bank_feed", "settlement_report", "gocardless_customer",
                     "crm_contact", "worldpay_access", "opayo_notification", "shopify_customer"}
)  # fmt: skip


def test_the_same_sources_give_the_same_file_byte_for_byte() -> None:
    texts = [json.dumps(to_json(train(_FEW), trained_with="test")) for _ in range(2)]
    assert texts[0] == texts[1]


def test_every_source_is_left_out_once() -> None:
    names = [each.name for each in development()]
    assert sorted(name for fold in folds(names) for name in fold) == sorted(names)


def test_the_shipped_model_keeps_its_word_on_sources_it_never_saw() -> None:
    report = held_out_report()
    assert report["hit_at_1"] >= 0.94
    assert report["hit_at_3"] >= 0.96
    assert report["precision"] >= 0.97
    assert report["recall"] >= 0.75


def test_a_tally_counts_ranks_links_and_clicks() -> None:
    tally = Tally(
        ranks=[1, 2, 0, 1],
        accepted=[True, True, False],
        offered=[(0.95, True), (0.95, True), (0.95, False), (0.6, True)],
        milliseconds=[1.0],
        links=4,
    )
    report = tally.report()
    assert (report["hit_at_1"], report["hit_at_3"], report["mrr"]) == (0.5, 0.75, 0.625)
    assert (report["precision"], report["recall"]) == (pytest.approx(2 / 3, abs=1e-3), 0.5)
    assert report["clicks_saved"] == pytest.approx(1 - (1 + 1 + 2 * 1 + 2 * 1) / 8)
    assert report["calibration_error"] == pytest.approx((abs(2.85 - 2) + abs(0.6 - 1)) / 4)
