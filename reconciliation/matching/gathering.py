"""What is open on either side, as the matching core takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db.models import QuerySet

from integrations.models import Pair
from reconciliation.core.matching.lines import Line
from reconciliation.models import BankLine, Settlement

OPEN_SETTLEMENTS: Final = (
    Settlement.State.EXPECTED,
    Settlement.State.STATED,
    Settlement.State.MISSING,
)
OPEN_LINES: Final = (BankLine.State.OPEN, BankLine.State.SUGGESTED)
NOBODY: Final[Mapping[int, str]] = {}
_EXPECTED, _OBSERVED = "s", "b"


def expected_lines(pair: Pair) -> list[Line]:
    """Settlements whose money is not found yet, each as one sum on the day it is due."""
    rows = Settlement.objects.filter(pair=pair, state__in=OPEN_SETTLEMENTS).exclude(net_minor=0)
    rows = rows.exclude(match_links__stands=True).select_related("merchant_account")
    return [_expected(row) for row in rows.order_by("pk")]


def _expected(row: Settlement) -> Line:
    account = row.merchant_account
    names = dict.fromkeys(name for name in (row.reference, row.batch_id) if name)
    mid = account.mid if account.is_complete else ""
    return Line(
        id=expected_id(row.pk),
        on=row.due_on,
        minor=row.net_minor,
        currency=row.currency,
        reference=row.reference,
        counterparty=account.acquirer,
        keys=tuple(names),
        batch=f"{account.pk} {row.due_on}",
        group=mid or account.acquirer,
    )


def observed_lines(pair: Pair, payers: Mapping[int, str] = NOBODY) -> list[Line]:
    """Bank lines nobody has explained yet; `payers` names whose money some of them are."""
    return [line_of(row, payers.get(row.pk, "")) for row in open_rows(pair)]


def open_rows(pair: Pair) -> QuerySet[BankLine]:
    """Bank lines nobody has explained yet, as they are stored."""
    rows = BankLine.objects.filter(pair=pair, state__in=OPEN_LINES).exclude(match_links__stands=True)
    return rows.order_by("pk")


def line_of(row: BankLine, payer: str = "") -> Line:
    """A bank line as the matching core takes it, of `payer` where somebody says so."""
    return Line(
        id=observed_id(row.pk),
        on=row.booked_on,
        minor=row.amount_minor,
        currency=row.currency,
        reference=row.reference,
        description=row.description,
        counterparty=payer or row.counterparty,
    )


def expected_id(settlement: int) -> str:
    """How the core calls a settlement."""
    return f"{_EXPECTED}{settlement}"


def observed_id(bank_line: int) -> str:
    """How the core calls a bank line."""
    return f"{_OBSERVED}{bank_line}"


def settlement_id(line_id: str) -> int:
    """The settlement that a line of the core stands for."""
    return int(line_id.removeprefix(_EXPECTED))


def bank_line_id(line_id: str) -> int:
    """The bank line that a line of the core stands for."""
    return int(line_id.removeprefix(_OBSERVED))
