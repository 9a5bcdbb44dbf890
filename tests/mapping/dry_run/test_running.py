from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from mapping import tasks
from mapping.core.difference import Change, summary_from_json
from mapping.core.document import Row
from mapping.core.rules.document import Effect, Rule
from mapping.models import DryRun, DryRunDifference, DryRunPart
from mapping.selectors import published_blueprint
from mapping.services.dry_run import (
    DryRunRefusedError,
    cancel_dry_run,
    compare_parts,
    forget_old_runs,
    resume_stalled_runs,
    starting,
    working,
)
from tests.mapping.dry_run.scene import (
    begun,
    draft_booking_sales_to,
    draft_with,
    finished,
    paid_order,
    pair_with_orders,
    with_constant,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "PART_RECORDS", 2)


def test_a_draft_that_says_the_same_changes_nothing() -> None:
    pair = pair_with_orders(3)

    run = finished(draft_with(pair))

    summary = summary_from_json(run.summary)
    assert run.state == DryRun.State.DONE
    assert (summary.compared, summary.total_different) == ({"invoice": 3, "payment": 3}, 0)
    assert not DryRunDifference.objects.exists()


def test_another_sales_account_moves_the_net_of_every_invoice() -> None:
    pair = pair_with_orders(3)

    run = finished(draft_booking_sales_to(pair, "260"))

    summary = summary_from_json(run.summary)
    assert summary.effects == {("invoice", "changed"): 3}
    assert summary.accounts == {
        ("200", "GBP"): Change(Decimal("-60.00"), Decimal(0)),
        ("260", "GBP"): Change(Decimal(0), Decimal("-60.00")),
    }
    assert (summary.tax, summary.boxes) == ({}, {})
    row = DryRunDifference.objects.first()
    assert row is not None
    assert row.fields == [["LineItems[0].AccountCode", "200", "260"]]
    assert "account:260:GBP" in row.touches


def test_the_moves_of_all_records_sum_to_those_of_the_run(small_shares: None) -> None:
    pair = pair_with_orders(3)
    paid_order(pair, total_minor=1999)
    draft = draft_with(
        pair, mappings=with_constant(published_blueprint(pair.pk), "LineItems[].TaxType", "ZERORATEDOUTPUT")
    )

    run = finished(draft)

    summary = summary_from_json(run.summary)
    for name, total in (("accounts", summary.accounts), ("boxes", summary.boxes)):
        for key, change in total.items():
            moves = [
                Decimal(after) - Decimal(before)
                for row in run.differences.all()
                for *mine, before, after in row.moves[name]
                if tuple(mine) == key
            ]
            assert sum(moves) == change.by


def test_records_that_newly_fail_say_why_and_what_is_not_booked() -> None:
    pair = pair_with_orders(2)
    invoice = published_blueprint(pair.pk).mappings["invoice"]
    rows = tuple(row for row in invoice.rows if row.target != "DueDate")
    draft = draft_with(
        pair, mappings={**published_blueprint(pair.pk).mappings, "invoice": replace(invoice, rows=rows)}
    )

    run = finished(draft)

    summary = summary_from_json(run.summary)
    assert summary.effects == {("invoice", "failing"): 2}
    assert summary.money == {("invoice", "failing", "GBP"): Decimal("48.00")}
    row = DryRunDifference.objects.first()
    assert row is not None
    assert row.reasons["after"]
    assert row.reasons["before"] == []


def test_records_that_a_new_rule_holds_are_told() -> None:
    pair = pair_with_orders(1)
    paid_order(pair, total_minor=60_000)
    rule = Rule("large", "Large orders", "total > 500", (Effect("hold", reason="Over 500: look at it."),))

    run = finished(draft_with(pair, rules=(rule,)))

    (row,) = DryRunDifference.objects.filter(run=run, kind="invoice")
    assert (row.effect, row.reasons["after"]) == ("held", ["Over 500: look at it."])
    assert summary_from_json(run.summary).money == {("invoice", "held", "GBP"): Decimal("600.00")}


def test_a_rule_that_skips_and_a_flow_switched_off_make_nothing() -> None:
    pair = pair_with_orders(1)
    flows = tuple(
        replace(flow, mode="off") if flow.trigger == "payment_received" else flow
        for flow in published_blueprint(pair.pk).flows
    )
    rule = Rule("none", "No orders", "", (Effect("skip", reason="Not ours."),))

    run = finished(draft_with(pair, rules=(rule,), flows=flows))

    effects = dict(DryRunDifference.objects.filter(run=run).values_list("kind", "effect"))
    assert effects == {"invoice": "skipped", "payment": "skipped"}


def test_the_run_keeps_to_the_draft_as_it_was_when_it_began() -> None:
    pair = pair_with_orders(1)
    draft = draft_booking_sales_to(pair, "260")
    run = begun(draft)
    revision = draft.revision
    draft.blueprint = draft_with(pair).blueprint
    draft.revision = revision + 1
    draft.save()

    compare_parts(run.pk, seconds=60)

    assert DryRunDifference.objects.get(kind="invoice").fields == [["LineItems[0].AccountCode", "200", "260"]]
    assert run.revision == revision


def test_only_records_of_the_period_are_compared() -> None:
    pair = pair_with_orders(1)
    paid_order(pair, placed_at=pair.orders.get().placed_at - timedelta(days=60))

    run = begun(draft_with(pair), period_from=date(2026, 11, 22), period_to=date(2026, 11, 22))

    assert run.total == 2


def test_a_period_without_records_is_refused() -> None:
    pair = pair_with_orders(0)

    with pytest.raises(DryRunRefusedError, match="no records"):
        begun(draft_with(pair))


def test_a_draft_that_cannot_run_is_refused_with_what_is_wrong() -> None:
    pair = pair_with_orders(1)
    mappings = published_blueprint(pair.pk).mappings
    broken = replace(
        mappings["invoice"], rows=(*mappings["invoice"].rows, Row("x", "NoSuchField", ("number",)))
    )

    with pytest.raises(DryRunRefusedError) as refused:
        begun(draft_with(pair, mappings={**mappings, "invoice": broken}))

    assert "NoSuchField" in refused.value.problems[0].message
    assert not DryRun.objects.exists()


def test_each_share_is_compared_once_by_whoever_takes_it(small_shares: None) -> None:
    run = begun(draft_booking_sales_to(pair_with_orders(5), "260"))
    first, second = working._claim(run.pk), working._claim(run.pk)
    assert first is not None and second is not None and first.pk != second.pk

    assert compare_parts(run.pk, seconds=60) is False
    for part in (first, second):
        working._finish(part, *working._compared(part))
        working._finish(part, *working._compared(part))
    working._settle(run)

    run.refresh_from_db()
    assert (run.state, run.differences.count()) == (DryRun.State.DONE, 5)


def test_what_a_killed_worker_left_is_taken_up_again(small_shares: None, queued: list[int]) -> None:
    run = begun(draft_booking_sales_to(pair_with_orders(3), "260"))
    lost = working._claim(run.pk)
    assert lost is not None
    long_ago = timezone.now() - timedelta(minutes=5)
    DryRunPart.objects.filter(pk=lost.pk).update(until=long_ago)
    DryRun.objects.filter(pk=run.pk).update(touched_at=long_ago)
    queued.clear()

    assert resume_stalled_runs() == 1
    assert queued and set(queued) == {run.pk}
    compare_parts(run.pk, seconds=60)
    # The worker was only slow, and comes back after all: its share is no longer its own.
    working._finish(lost, *working._compared(lost))

    run.refresh_from_db()
    assert (run.state, run.differences.count()) == (DryRun.State.DONE, 3)


def test_a_share_that_ends_its_workers_again_and_again_ends_the_run() -> None:
    run = begun(draft_with(pair_with_orders(1)))
    DryRunPart.objects.filter(run=run).update(attempts=3)

    assert compare_parts(run.pk, seconds=60) is False

    run.refresh_from_db()
    assert run.state == DryRun.State.FAILED
    assert "begun 3 times" in run.error


def test_a_stopped_run_gives_out_no_more_shares() -> None:
    run = begun(draft_with(pair_with_orders(1)))

    assert cancel_dry_run(run) is True
    assert cancel_dry_run(run) is False
    assert compare_parts(run.pk, seconds=60) is False
    run.refresh_from_db()
    assert (run.state, run.summary) == (DryRun.State.CANCELLED, {})


def test_a_new_run_takes_the_place_of_the_one_still_going() -> None:
    draft = draft_with(pair_with_orders(1))

    first, second = begun(draft), begun(draft)

    first.refresh_from_db()
    assert (first.state, second.state) == (DryRun.State.CANCELLED, DryRun.State.QUEUED)


def test_a_task_goes_on_as_a_new_task_while_there_is_work(
    small_shares: None, queued: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(draft_with(pair_with_orders(3)))
    queued.clear()
    monkeypatch.setattr(tasks, "SLICE_SECONDS", 0.0)
    tasks.compare_records(run.pk)
    assert queued == [run.pk]

    queued.clear()
    monkeypatch.setattr(tasks, "SLICE_SECONDS", 60.0)
    tasks.compare_records(run.pk)
    assert queued == []


def test_workers_are_woken_once_the_run_is_on_disk(
    queued: list[int], django_capture_on_commit_callbacks: object
) -> None:
    draft = draft_with(pair_with_orders(1))

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # a fixture that is a function
        run = begun(draft)

    assert queued and set(queued) == {run.pk}


def test_old_runs_are_forgotten_but_for_the_last_result_of_a_version() -> None:
    pair = pair_with_orders(1)
    draft = draft_with(pair)
    old, stopped, kept = finished(draft), begun(draft), None
    cancel_dry_run(stopped)
    kept = finished(draft)
    DryRun.objects.update(finished_at=timezone.now() - timedelta(days=91))

    assert forget_old_runs() == 2
    assert list(DryRun.objects.values_list("pk", flat=True)) == [kept.pk]
    assert old.pk != kept.pk
