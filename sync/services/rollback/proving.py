"""The proof of a roll-back: the accounts' balances by Xero's own report, and how each document stands in Xero."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models.fields.json import KT
from django.utils import timezone

from integrations.clock import business_now
from integrations.core.money import Money
from integrations.pairs.selectors import xero_of
from integrations.xero.client import XeroClient
from integrations.xero.lookups import Found
from integrations.xero.reports import trial_balance
from sync.core.rollback import UNDO_OF
from sync.core.rollback.undoing import GONE
from sync.models import Posting, Rollback, RollbackStep
from sync.services.actions import write_audit
from sync.services.problems import open_problem
from sync.services.rollback.gathering import in_words, moves_of
from sync.services.rollback.reading import found_in_xero

_K = Posting.Kind
_STANDS = frozenset({"AUTHORISED", "POSTED", "PAID"})
_MOST_NAMED = 50


def read_balances(rollback: Rollback) -> None:
    """What the accounts hold by Xero's trial balance before anything is undone. One call; raises a Failure."""
    client = XeroClient(xero_of(rollback.pair))
    at = timezone.now()
    balances = trial_balance(client, _as_at(rollback))
    wanted = {effect["account"] for effect in rollback.effects}
    rollback.balances = {code: str(balances.get(code, Decimal(0))) for code in sorted(wanted)}
    rollback.balances_at = at
    rollback.save(update_fields=["balances", "balances_at"])


def prove(rollback: Rollback) -> Rollback:
    """Read everything back and write the proof down. Raises a Failure when Xero cannot be read: the proof comes later."""
    client = XeroClient(xero_of(rollback.pair))
    accounts = list(_accounts(rollback, trial_balance(client, _as_at(rollback))))
    checked, wrong = _documents(rollback, client)
    proof = {"accounts": accounts, "checked": checked, "wrong": wrong, "read_at": timezone.now().isoformat()}
    with transaction.atomic():
        fresh = Rollback.objects.select_for_update(of=("self",)).select_related("pair").get(pk=rollback.pk)
        if fresh.is_over:
            return fresh
        fresh.proof = proof
        fresh.is_proved = not wrong and all(line["holds"] is not False for line in accounts)
        fresh.state, fresh.ended_at = Rollback.State.DONE, timezone.now()
        fresh.error = ""
        fresh.save(update_fields=["proof", "is_proved", "state", "ended_at", "error"])
        _tell(fresh)
    return fresh


def _as_at(rollback: Rollback) -> date:
    """A day by which everything at hand is in the books, wherever it is today."""
    undone = Posting.objects.filter(rollback_steps__rollback=rollback)
    dates = undone.annotate(dated=KT("document__Date")).values_list("dated", flat=True)
    latest = max((text[:10] for text in dates if text), default="")
    days = [business_now().date(), rollback.locked_until, date.fromisoformat(latest) if latest else None]
    return max(day for day in days if day) + timedelta(days=1)


def _tell(rollback: Rollback) -> None:
    if rollback.asked_by is not None:
        data = {"rollback": rollback.pk, "proved": rollback.is_proved, "proof": rollback.proof}
        write_audit(rollback.pair, rollback.asked_by, "rollback.done", str(rollback), rollback.reason, data)
    if not rollback.is_proved:
        open_problem(
            rollback.pair,
            "rollback_unproved",
            f"{rollback.pk}",
            f"Roll-back {rollback.pk} ({rollback}) is carried out, but Xero does not show what it should.",
            "Open the roll-back: its proof names the account or the document. Put that right in Xero, then mark this as fixed.",
        )


# Accounts


def _accounts(rollback: Rollback, now: Mapping[str, Decimal]) -> Iterator[dict[str, Any]]:
    """Each account: before, what the roll-back took, what else was posted meanwhile, and what Xero says now.

    Xero's report is in the base currency, so accounts of another are shown and not judged.
    """
    others = _posted_meanwhile(rollback)
    for effect in rollback.effects:
        code, currency = effect["account"], effect["currency"]
        before = Decimal(rollback.balances.get(code, "0"))
        change = Money(effect["minor"], currency).to_decimal()
        other = Money(others.get((code, currency), 0), currency).to_decimal()
        after = now.get(code, Decimal(0))
        is_base = currency == rollback.pair.base_currency
        expected = before + change + other if is_base else None
        yield {
            "account": code,
            "currency": currency,
            "before": str(before),
            "effect": str(change),
            "others": str(other),
            "expected": str(expected) if expected is not None else "",
            "after": str(after),
            "holds": after == expected if expected is not None else None,
        }


def _posted_meanwhile(rollback: Rollback) -> dict[tuple[str, str], int]:
    """What other documents, posted or undone since the balances were read, moved on the accounts. Minor units."""
    since: datetime = rollback.balances_at or rollback.created_at
    own = rollback.steps.exclude(undo=None).values("undo")
    rows = Posting.objects.filter(pair=rollback.pair_id, posted_at__gte=since).exclude(pk__in=own)
    moved: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows.select_related("waits_for", "changes"):
        sign, target = (-1, row.target) if row.kind in UNDO_OF.values() else (1, row)
        for move in moves_of(target) if target else ():
            moved[move.account, move.currency] += sign * move.minor
    return dict(moved)


# Documents


def _documents(rollback: Rollback, client: XeroClient) -> tuple[int, list[dict[str, Any]]]:
    """How many documents were read back, and those that do not stand as they should."""
    undone = rollback.steps.filter(state=RollbackStep.State.UNDONE).exclude(
        action__in=[RollbackStep.Action.DROP, RollbackStep.Action.FOLLOWS]
    )
    steps = list(undone.select_related("posting", "posting__waits_for", "undo"))
    found = found_in_xero(client, _named_by(steps))
    checked, wrong = 0, []
    for step in steps:
        word = _word(step, found)
        if word is None:
            continue
        checked += 1
        if not _is_right(step, word):
            wrong.append(
                {"posting": step.posting_id, "name": in_words(step.posting), "status": word or "not found"}
            )
    return checked, wrong[:_MOST_NAMED]


def _named_by(steps: Iterable[RollbackStep]) -> list[Posting]:
    """The object that tells how a step ended: the entry that reverses it, or the document itself."""
    rows = [step.undo if step.action == RollbackStep.Action.REVERSE else step.posting for step in steps]
    return [row for row in rows if row is not None]


def _word(step: RollbackStep, found: Mapping[int, Found]) -> str | None:
    """Xero's word for it; None for what only goes along, such as an allocation."""
    told_by = step.undo if step.action == RollbackStep.Action.REVERSE else step.posting
    if told_by is None or told_by.kind == _K.CREDIT_NOTE_ALLOCATION:
        return None
    there = found.get(told_by.pk)
    if there is None:
        return ""
    if told_by.kind == _K.BANK_TRANSFER and not there.status:
        return "AUTHORISED"
    return there.status


def _is_right(step: RollbackStep, word: str) -> bool:
    if step.action == RollbackStep.Action.REVERSE:
        return word in _STANDS
    # An overpayment is given back in full: Xero calls it paid.
    return word in GONE or (step.posting.kind == _K.OVERPAYMENT and word == "PAID")
