"""Bank lines whose transfer is in Xero and that a person has still to reconcile there, account by account."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from dashboard.core.xero_links import xero_page, xero_reconcile_page
from integrations.models import Pair
from reconciliation.books.reading_back import ready_to_match
from reconciliation.models import BankAccount, BankLine, SettlementPosting


@dataclass(frozen=True, slots=True)
class Ready:
    """One line, and where its object stands in Xero."""

    tie: SettlementPosting
    line: BankLine
    href: str


@dataclass(frozen=True, slots=True)
class AccountToClick:
    """What is to be clicked in one bank account, and how much was. `href`: where in Xero that is done."""

    account: BankAccount
    lines: list[Ready]
    minor: int
    done: int
    href: str

    @property
    def of(self) -> int:
        return len(self.lines) + self.done


def ready_in_xero(pair: Pair, base: str) -> list[AccountToClick]:
    """The lines by bank account, the oldest first; `base` is the address of Xero's own pages."""
    by_account: dict[int, list[Ready]] = defaultdict(list)
    for tie in ready_to_match(pair.pk):
        if tie.bank_line is not None:
            href = xero_page(base, tie.posting.kind, tie.posting.remote_id)
            by_account[tie.bank_line.bank_account_id].append(Ready(tie, tie.bank_line, href))
    found = []
    for account in BankAccount.objects.filter(pair=pair).order_by("name"):
        lines = by_account.get(account.pk, [])
        done = BankLine.objects.filter(bank_account=account, is_reconciled_in_xero=True).count()
        if lines or done:
            minor = sum(each.line.amount_minor for each in lines)
            found.append(
                AccountToClick(
                    account, lines, minor, done, xero_reconcile_page(base, account.xero_account_id)
                )
            )
    return found
