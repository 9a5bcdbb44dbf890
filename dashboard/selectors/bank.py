"""Bank accounts, statements and lines as the pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from integrations.models import Pair
from reconciliation.models import BankAccount, BankLine, StatementFile
from reconciliation.statements.looking import gaps_of, words_of_gap

_LINES_SHOWN = 500


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """An account, the statement that reaches furthest, and where its statements do not hang together."""

    account: BankAccount
    last: StatementFile | None
    statements: int
    open_lines: int
    gaps: list[str]


def accounts_seen(pair: Pair) -> list[AccountSeen]:
    """The pair's bank accounts with how far they are known."""
    rows = BankAccount.objects.filter(pair=pair).annotate(
        n_statements=Count("statements", distinct=True),
        n_open=Count("lines", filter=Q(lines__state__in=["open", "suggested"]), distinct=True),
    )
    return [
        AccountSeen(
            account,
            _last(account),
            account.n_statements,
            account.n_open,
            [words_of_gap(gap, account.currency) for gap in gaps_of(account)],
        )
        for account in rows.order_by("name", "pk")
    ]


def _last(account: BankAccount) -> StatementFile | None:
    rows = StatementFile.objects.filter(bank_account=account, ends_on__isnull=False)
    return rows.order_by("-ends_on", "-pk").first()


def statements_of(pair: Pair) -> QuerySet[StatementFile]:
    """Statements, the newest import first."""
    rows = StatementFile.objects.filter(pair=pair).select_related("bank_account", "imported_by")
    return rows.order_by("-pk")


def bank_lines_of(pair: Pair) -> QuerySet[BankLine]:
    """Lines of statements with their account and file."""
    return BankLine.objects.filter(pair=pair).select_related("bank_account", "statement")


def lines_shown(statement: StatementFile) -> tuple[list[BankLine], int]:
    """The lines that a statement brought, in the order of the file, and how many more there are."""
    rows = list(BankLine.objects.filter(statement=statement).order_by("booked_on", "pk")[: _LINES_SHOWN + 1])
    more = max(statement.lines_new - _LINES_SHOWN, 0)
    return rows[:_LINES_SHOWN], more
