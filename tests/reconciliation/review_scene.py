"""Bank lines to be reviewed: suggestions of every sort, and lines with nothing on the other side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from integrations.models import Pair
from reconciliation.matching.storing import link
from reconciliation.models import BankAccount, BankLine, Match, MerchantAccount, Settlement, StatementFile

FIRST = date(2026, 3, 2)
EXACT = [
    {"code": "money_equal", "words": "The amount is exactly as settled."},
    {"code": "reference_missing", "words": "The reference is not in the bank's text."},
    {"code": "needs_reference", "words": "It would be certain with the reference in the bank's text."},
]
AMBIGUOUS = {"code": "ambiguous", "words": "Ambiguous: 400002 could be it just as well."}


@dataclass
class ReviewScene:
    """A pair's bank account and merchant account, with lines, settlements and suggestions made one by one."""

    pair: Pair
    account: BankAccount
    merchant: MerchantAccount
    statement: StatementFile
    lines: list[BankLine] = field(default_factory=list)

    def settlement(self, minor: int, *, days: int = 0, **known: Any) -> Settlement:
        number = 400_001 + Settlement.objects.filter(pair=self.pair).count()
        day = FIRST + timedelta(days=days)
        values = {
            "pair": self.pair, "merchant_account": self.merchant, "reference": str(number), "settled_on": day, "due_on": day,
            "currency": "GBP", "net_minor": minor, "state": Settlement.State.EXPECTED,
        }  # fmt: skip
        return Settlement.objects.create(**(values | known))

    def line(self, minor: int, *, days: int = 0, **known: Any) -> BankLine:
        number = BankLine.objects.filter(pair=self.pair).count() + 1
        values = {
            "pair": self.pair, "bank_account": self.account, "statement": self.statement, "identity": f"line-{number}",
            "booked_on": FIRST + timedelta(days=days), "amount_minor": minor, "currency": "GBP",
            "reference": f"MRCH {number:05}", "counterparty": "ELAVON MERCHANT", "description": "FASTER PAYMENT",
        }  # fmt: skip
        made = BankLine.objects.create(**(values | known))
        self.lines.append(made)
        return made

    def suggest(
        self,
        settlements: Iterable[Settlement],
        lines: Iterable[BankLine],
        probability: str = "0.95",
        **known: Any,
    ) -> Match:
        """A suggestion as the matching leaves it."""
        settlements, lines = list(settlements), list(lines)
        gap = sum(line.amount_minor for line in lines) - sum(each.net_minor for each in settlements)
        values = {
            "pair": self.pair, "state": Match.State.SUGGESTED, "method": "score", "probability": Decimal(probability),
            "reasons": EXACT, "model_version": "made-up-worlds-1", "difference_minor": gap, "currency": "GBP",
            "decided_at": timezone.now(),
        }  # fmt: skip
        made = Match.objects.create(**(values | known))
        link(made, [each.pk for each in settlements], [line.pk for line in lines])
        BankLine.objects.filter(pk__in=[line.pk for line in lines]).update(state=BankLine.State.SUGGESTED)
        return made

    def pairs(self, count: int, probability: str = "0.95") -> list[Match]:
        """Exact suggestions of one line and one settlement each, a day apart, of different amounts."""
        return [
            self.suggest(
                [self.settlement(1_000 + at, days=at)], [self.line(1_000 + at, days=at)], probability
            )
            for at in range(count)
        ]


def review_scene(pair: Pair) -> ReviewScene:
    """An empty desk."""
    account = BankAccount.objects.create(
        pair=pair, name="Business", slug="business", currency="GBP", account_code="090"
    )
    merchant = MerchantAccount.objects.create(
        pair=pair, mid="2100001", acquirer="Elavon", currency="GBP", bank_account=account
    )
    statement = StatementFile.objects.create(
        pair=pair, bank_account=account, filename="march.csv", format="csv", via="upload", sha256="1"
    )
    return ReviewScene(pair, account, merchant, statement)
