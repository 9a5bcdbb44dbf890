"""How long the difference between a draft and what is in use takes over 50,000 stored orders, with two workers.

The workers are the real ones, in processes of their own; what is measured is from the press of the button until the result
stands, as the page shows it. Progress is read while it runs, as the page does.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import django
import psutil

from benchmarks.mapping import order_of
from benchmarks.report import print_result
from config.demo.headless import throw_away
from config.demo.options import read_options
from config.demo.stack import Stack

if TYPE_CHECKING:
    from integrations.models import Pair
    from mapping.core.blueprint import Blueprint
    from mapping.models import DryRun, MappingVersion

ORDERS: Final = 50_000
_BATCH: Final = 2_000
_LOOK_SECONDS: Final = 0.25
_GIVE_UP_SECONDS: Final = 300
_CASES: Final = (
    ("one order in five changes", "some", {"homeware": "260"}),
    ("every order changes", "all", {"homeware": "260", "kitchen": "260"}),
)


def main() -> None:
    with _workers() as _:
        from integrations.models import Order

        pair = _seeded()
        rows: list[tuple[object, ...]] = []
        line: dict[str, object] = {}
        for title, key, accounts in _CASES:
            before = _worker_seconds()
            run, looks, seconds = _measured(_draft(pair, accounts), pair)
            spent = _worker_seconds() - before
            different = run.differences.count()
            rows.append(
                (
                    title,
                    f"{run.total:,}",
                    f"{different:,}",
                    f"{seconds:.1f}",
                    f"{run.total / seconds:,.0f}",
                    f"{spent:.1f}",
                    looks,
                )
            )
            line |= {
                f"{key}_seconds": round(seconds, 1),
                f"{key}_worker_cpu_seconds": round(spent, 1),
                f"{key}_different": different,
            }
        line["records"] = Order.objects.count()
    columns = (
        "draft",
        "records",
        "different",
        "seconds",
        "records/s",
        "CPU s of workers",
        "times progress was read",
    )
    print_result(
        f"dry_run: a draft against {ORDERS:,} stored orders", columns, rows, {**line, "cores": os.cpu_count()}
    )


def _worker_seconds() -> float:
    """CPU seconds of the task workers so far: what the run takes of cores that others use too."""
    spent = 0.0
    for process in psutil.Process().children(recursive=True):
        if "qcluster" in process.cmdline():
            times = process.cpu_times()
            spent += times.user + times.system
    return spent


@contextmanager
def _workers() -> Iterator[Stack]:
    with throw_away(read_options(["--headless", "--workers", "2"])) as stack:
        stack.prepare_database()
        os.environ.update(stack.own_environment())
        django.setup()
        stack.start_product()
        yield stack


def _seeded() -> Pair:
    """A pair with its accounts and the orders of 90 days, of one to five lines with mixed VAT."""
    from integrations.models import AccountRole, Connection, Pair

    pair = Pair.objects.create(name="Benchmark", slug="benchmark")
    shop = Connection.objects.create(pair=pair, system=Connection.System.SHOP, name="Shop")
    for role, code in (("sales", "200"), ("delivery", "200"), ("rounding", "860")):
        AccountRole.objects.create(pair=pair, role=role, account_code=code)
    for start in range(0, ORDERS, _BATCH):
        _seed_orders(pair, shop, range(start, min(start + _BATCH, ORDERS)))
    return pair


def _seed_orders(pair: Pair, shop: Any, numbers: range) -> None:
    from django.utils import timezone

    from integrations.models import Order

    now = timezone.now()
    Order.objects.bulk_create(
        _order(pair, shop, number, now - timedelta(minutes=number * 2)) for number in numbers
    )


def _order(pair: Pair, shop: Any, number: int, placed_at: Any) -> Any:
    from integrations.models import Order

    document = order_of(1 + number % 5)
    for line in document["lines"]:
        line["category"] = "kitchen" if number % 5 else "homeware"
    document |= {"number": f"HF-{number}", "placed_at": placed_at.isoformat()}
    total = int(document["total"].replace(".", ""))
    return Order(
        pair=pair,
        connection=shop,
        number=document["number"],
        currency="GBP",
        total_minor=total,
        captured_minor=total,
        placed_at=placed_at,
        state=Order.State.PAID,
        document=document,
    )


def _draft(pair: Pair, accounts: dict[str, str]) -> MappingVersion:
    """A draft that books some categories to another account."""
    from mapping.selectors import published_blueprint
    from mapping.services.versions import create_draft

    return create_draft(pair, _booking(published_blueprint(pair.pk), accounts))


def _booking(blueprint: Blueprint, accounts: dict[str, str]) -> Blueprint:
    invoice = blueprint.mappings["invoice"]
    rows = [
        replace(row, transforms=tuple(_with_accounts(use, accounts) for use in row.transforms))
        if row.target == "LineItems[].AccountCode"
        else row
        for row in invoice.rows
    ]
    return replace(blueprint, mappings={**blueprint.mappings, "invoice": replace(invoice, rows=tuple(rows))})


def _with_accounts(use: Any, accounts: dict[str, str]) -> Any:
    return replace(use, parameters={**use.parameters, "by_category": accounts})


def _measured(version: MappingVersion, pair: Pair) -> tuple[DryRun, int, float]:
    """The finished run, how often its progress was read meanwhile, and its seconds."""
    from django.utils import timezone

    from mapping.models import DryRun
    from mapping.services.dry_run import start_dry_run
    from mapping.services.dry_run.reading import progress_of

    today, began, looks = timezone.now().date(), time.monotonic(), 0
    run = DryRun(
        pair=pair, version=version, period_from=today - timedelta(days=90), period_to=today, kinds=["invoice"]
    )
    start_dry_run(run, now=timezone.now())
    while run.is_going and time.monotonic() - began < _GIVE_UP_SECONDS:
        time.sleep(_LOOK_SECONDS)
        run.refresh_from_db()
        looks += progress_of(run).done > 0
    if run.state != DryRun.State.DONE:
        raise SystemExit(f"The run ended as {run.state}: {run.error}")
    return run, looks, time.monotonic() - began


if __name__ == "__main__":
    main()
