"""A person at the review of matches: how long the server takes over 100 decisions, one line after the other, among 5,000 lines.

Each decision is what the page's script asks for: the decision itself, then what the next line may be. The list is opened first,
and a window of it fetched.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import django

from benchmarks.report import percentile, print_result

if TYPE_CHECKING:
    from django.test import Client

    from integrations.models import Pair

LINES: Final = 5_000
DECISIONS: Final = 100
_FIRST: Final = date(2026, 3, 2)
_SLUG: Final = "review"
_JSON: Final = {"Accept": "application/json"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.conf import settings
    from django.test.runner import DiscoverRunner
    from django.test.utils import override_settings, setup_test_environment, teardown_test_environment

    # Pages without their collected static files, which nobody asks for here.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    pages = override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain})
    setup_test_environment(debug=False)
    pages.enable()
    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        timings = _measured()
    finally:
        runner.teardown_databases(databases)
        pages.disable()
        teardown_test_environment()
    rows = [
        (name, len(each), f"{percentile(each, 0.5):.0f}", f"{percentile(each, 0.95):.0f}")
        for name, each in timings.items()
    ]
    decisions = timings["a decision"]
    figures = {
        "lines": LINES,
        "seconds_per_decision": round(
            (sum(decisions) + sum(timings["the next line"])) / len(decisions) / 1000, 4
        ),
        "decision_p95_ms": round(percentile(decisions, 0.95), 1),
        "panel_p95_ms": round(percentile(timings["the next line"], 0.95), 1),
        "window_p95_ms": round(percentile(timings["a window of the list"], 0.95), 1),
    }
    title = f"review: {DECISIONS} decisions among {LINES} bank lines, server time"
    print_result(title, ("", "times", "p50 ms", "p95 ms"), rows, figures)


def _measured() -> dict[str, list[float]]:
    from django.test import Client

    from integrations.models import Membership, Pair, Role, User

    pair = Pair.objects.create(name="Review", slug=_SLUG)
    person = User.objects.create(email="person@tillbridge.example")
    Membership.objects.create(user=person, pair=pair, role=Role.OPERATOR)
    _fill(pair)
    client = Client()
    client.force_login(person)
    return _run(client, pair)


def _fill(pair: Pair) -> None:
    """Lines and settlements, a suggestion for four lines in five: exact for most, a fee short for one in ten."""
    from django.utils import timezone

    from reconciliation.models import (
        BankAccount,
        BankLine,
        Match,
        MatchLink,
        MerchantAccount,
        Settlement,
        StatementFile,
    )

    account = BankAccount.objects.create(
        pair=pair, name="Business", slug="business", currency="GBP", account_code="090"
    )
    merchant = MerchantAccount.objects.create(pair=pair, mid="2100001", acquirer="Elavon", currency="GBP")
    statement = StatementFile.objects.create(
        pair=pair, bank_account=account, filename="march.csv", format="csv", via="upload"
    )
    days = [_FIRST + timedelta(days=at // 60) for at in range(LINES)]
    lines = BankLine.objects.bulk_create(
        BankLine(
            pair=pair, bank_account=account, statement=statement, identity=f"line-{at}", booked_on=days[at],
            amount_minor=10_000 + at * 7, currency="GBP", reference=f"MRCH {at:05}", counterparty="ELAVON MERCHANT",
            state=BankLine.State.SUGGESTED if at % 5 else BankLine.State.OPEN,
        )
        for at in range(LINES)
    )  # fmt: skip
    settlements = Settlement.objects.bulk_create(
        Settlement(
            pair=pair, merchant_account=merchant, reference=str(400_000 + at), settled_on=days[at], due_on=days[at], currency="GBP",
            net_minor=10_000 + at * 7 + (50 if at % 10 == 1 else 0), state=Settlement.State.EXPECTED,
        )
        for at in range(LINES)
    )  # fmt: skip
    offered = [at for at in range(LINES) if at % 5]
    matches = Match.objects.bulk_create(
        Match(
            pair=pair, state=Match.State.SUGGESTED, method="score", probability=Decimal("0.95"), currency="GBP",
            difference_minor=lines[at].amount_minor - settlements[at].net_minor, decided_at=timezone.now(),
            reasons=[{"code": "money_equal", "words": "The amount is exact."}], model_version="bench",
        )
        for at in offered
    )  # fmt: skip
    links = [
        each
        for match, at in zip(matches, offered, strict=True)
        for each in (
            MatchLink(match=match, settlement=settlements[at]),
            MatchLink(match=match, bank_line=lines[at]),
        )
    ]
    MatchLink.objects.bulk_create(links, batch_size=2_000)


def _run(client: Client, pair: Pair) -> dict[str, list[float]]:
    base = f"/{pair.slug}/reconcile/"
    timings: dict[str, list[float]] = {
        "the page": [], "a window of the list": [], "a decision": [], "the next line": [],
    }  # fmt: skip
    for _ in range(5):
        page = _timed(timings["the page"], client.get, base)
    after = page.context["page"].after
    for _ in range(10):
        rows = _timed(timings["a window of the list"], client.get, f"{base}rows/", {"after": after})
        after = rows.json()["after"]
    for (line, match), (following, _) in pairwise(_lines(pair)):
        act = {"act": "accept", "match": match} if match else {"act": "not_ours", "line": line}
        asked = {**act, "kind": "fee"}
        said = _timed(timings["a decision"], client.post, f"{base}decide/", asked, headers=_JSON).json()
        if said["refused"]:
            raise RuntimeError(said["refused"])
        _timed(timings["the next line"], client.get, f"{base}lines/{following}/")
    return timings


def _lines(pair: Pair) -> list[tuple[int, int | None]]:
    """The first lines of the list, each with its suggestion."""
    from dashboard.selectors.review import as_rows, lines_of

    rows = as_rows(list(lines_of(pair).order_by("booked_on", "pk")[: DECISIONS + 1]))
    return [(row.line.pk, row.best.match.pk if row.best else None) for row in rows]


def _timed(into: list[float], ask: Callable[..., Any], *args: Any, **named: Any) -> Any:
    started = time.perf_counter()
    answer = ask(*args, **named)
    into.append((time.perf_counter() - started) * 1000)
    if answer.status_code != 200:
        raise RuntimeError(f"The server answered {answer.status_code}.")
    return answer


if __name__ == "__main__":
    main()
