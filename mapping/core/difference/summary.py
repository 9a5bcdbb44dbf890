"""The sum of many differences: exact, and the same however the records are shared out over workers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from mapping.core.bookings import AccountKey, TaxKey, total_of
from mapping.core.difference.moves import BoxKey, Change, Moves, TaxChange
from mapping.core.difference.outcome import Effect, Outcome, RecordDifference

KindEffect = tuple[str, Effect]


@dataclass
class Summary:
    """Sums over records. Keys of `money`: (kind of record, effect, currency); of `fields`: (kind, path without positions).

    `records_of_*` count the records that move the account, tax type or box. `money` is the total, VAT included, of the
    documents no longer made (newly failing, held or skipped) or newly made (passing).
    """

    compared: Counter[str] = field(default_factory=Counter)
    effects: Counter[KindEffect] = field(default_factory=Counter)
    money: dict[tuple[str, Effect, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    fields: Counter[tuple[str, str]] = field(default_factory=Counter)
    accounts: dict[AccountKey, Change] = field(default_factory=lambda: defaultdict(Change))
    tax: dict[TaxKey, TaxChange] = field(default_factory=lambda: defaultdict(TaxChange))
    boxes: dict[BoxKey, Change] = field(default_factory=lambda: defaultdict(Change))
    records_of_accounts: Counter[AccountKey] = field(default_factory=Counter)
    records_of_tax: Counter[TaxKey] = field(default_factory=Counter)
    records_of_boxes: Counter[BoxKey] = field(default_factory=Counter)

    def add(self, kind: str, difference: RecordDifference | None) -> None:
        """Count one compared record of that kind."""
        self.compared[kind] += 1
        if difference is None:
            return
        self.effects[kind, difference.effect] += 1
        self.fields.update({(kind, pattern) for pattern in patterns(difference)})
        self._add_money(kind, difference)
        self._add_moves(difference.moves)

    def add_same(self, kind: str, count: int) -> None:
        """Count records that are known to come out the same."""
        self.compared[kind] += count

    def _add_money(self, kind: str, difference: RecordDifference) -> None:
        made = _made(difference)
        if made is not None:
            currency = str(made.document.get("CurrencyCode") or made.currency)
            self.money[kind, difference.effect, currency] += total_of(made.target, made.document)

    def _add_moves(self, moves: Moves) -> None:
        for account, change in moves.accounts.items():
            self.accounts[account] += change
        for tax_type, tax_change in moves.tax.items():
            self.tax[tax_type] += tax_change
        for box, change in moves.boxes.items():
            self.boxes[box] += change
        self.records_of_accounts.update(moves.accounts.keys())
        self.records_of_tax.update(moves.tax.keys())
        self.records_of_boxes.update(moves.boxes.keys())

    def merge(self, other: Summary) -> None:
        """Take in the sums of other records."""
        for mine, theirs in (
            (self.compared, other.compared),
            (self.effects, other.effects),
            (self.fields, other.fields),
            (self.records_of_accounts, other.records_of_accounts),
            (self.records_of_tax, other.records_of_tax),
            (self.records_of_boxes, other.records_of_boxes),
        ):
            mine.update(theirs)  # type: ignore[arg-type]  # each pair has the same kind of key
        for sums, added in (
            (self.money, other.money),
            (self.accounts, other.accounts),
            (self.tax, other.tax),
            (self.boxes, other.boxes),
        ):
            _add_all(sums, added)

    @property
    def total_compared(self) -> int:
        """How many records were compared."""
        return self.compared.total()

    @property
    def total_different(self) -> int:
        """How many of them come out differently."""
        return self.effects.total()

    @property
    def moves_money(self) -> bool:
        """Whether any record moves money or VAT; also where the moves of several cancel each other out."""
        return bool(self.accounts or self.tax or self.money)


def patterns(difference: RecordDifference) -> list[str]:
    """The changed fields, each once, positions left out."""
    return list(dict.fromkeys(change.pattern for change in difference.fields))


def _made(difference: RecordDifference) -> Outcome | None:
    """The document that is newly made, or is made no longer."""
    if difference.effect in {"changed", "otherwise"}:
        return None
    made = [outcome for outcome in (difference.before, difference.after) if outcome.fate == "made"]
    return made[0] if made else None


def _add_all(sums: dict[Any, Any], added: Mapping[Any, Any]) -> None:
    for key, amount in added.items():
        sums[key] += amount


def summary_to_json(summary: Summary) -> dict[str, Any]:
    """Plain JSON values, amounts as exact text; reading them again gives the same sums."""
    return {
        "compared": dict(summary.compared),
        "effects": [[kind, effect, count] for (kind, effect), count in summary.effects.items()],
        "money": [[*key, _text(amount)] for key, amount in summary.money.items()],
        "fields": [[kind, path, count] for (kind, path), count in summary.fields.items()],
        "accounts": [
            [*key, *_change(change), summary.records_of_accounts[key]]
            for key, change in summary.accounts.items()
        ],
        "tax": [
            [*key, *_change(change.net), *_change(change.vat), summary.records_of_tax[key]]
            for key, change in summary.tax.items()
        ],
        "boxes": [
            [*key, *_change(change), summary.records_of_boxes[key]] for key, change in summary.boxes.items()
        ],
    }


def summary_from_json(value: Mapping[str, Any]) -> Summary:
    """The sums that `summary_to_json` wrote; an empty object is a summary of nothing."""
    summary = Summary(compared=Counter(value.get("compared", {})))
    for kind, effect, count in value.get("effects", ()):
        summary.effects[kind, effect] = count
    for kind, effect, currency, amount in value.get("money", ()):
        summary.money[kind, effect, currency] = Decimal(amount)
    for kind, path, count in value.get("fields", ()):
        summary.fields[kind, path] = count
    _read_moves(summary, value)
    return summary


def _read_moves(summary: Summary, value: Mapping[str, Any]) -> None:
    for code, currency, before, after, records in value.get("accounts", ()):
        summary.accounts[code, currency] = _read(before, after)
        summary.records_of_accounts[code, currency] = records
    for tax_type, currency, *amounts, records in value.get("tax", ()):
        net, vat = _read(*amounts[:2]), _read(*amounts[2:])
        summary.tax[tax_type, currency] = TaxChange(net, vat)
        summary.records_of_tax[tax_type, currency] = records
    for box, currency, before, after, records in value.get("boxes", ()):
        summary.boxes[box, currency] = _read(before, after)
        summary.records_of_boxes[box, currency] = records


def _change(change: Change) -> tuple[str, str]:
    return _text(change.before), _text(change.after)


def _read(before: str, after: str) -> Change:
    return Change(Decimal(before), Decimal(after))


def _text(amount: Decimal) -> str:
    return format(amount, "f")
