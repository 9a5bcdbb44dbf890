"""What a dry run found, in the words of an accountant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from mapping.core.bookings import AccountKey
from mapping.core.difference.moves import BoxKey, Change
from mapping.core.difference.outcome import Effect
from mapping.core.difference.summary import Summary

_SIGNS: Final[Mapping[str, str]] = {"GBP": "£", "EUR": "€", "USD": "US$"}
_MINUS: Final = "\N{MINUS SIGN}"
_NARROW: Final = "\N{NO-BREAK SPACE}"
_PLURALS: Final[Mapping[str, tuple[str, str]]] = {
    "invoice": ("invoice", "invoices"),
    "payment": ("payment", "payments"),
    "contact": ("contact", "contacts"),
}
_EFFECT_WORDS: Final[Mapping[Effect, tuple[str, str]]] = {
    "changed": ("changes", "change"),
    "failing": ("newly fails", "newly fail"),
    "passing": ("newly passes", "newly pass"),
    "held": ("is newly held", "are newly held"),
    "skipped": ("is newly skipped", "are newly skipped"),
    "otherwise": ("is not made, for other reasons than now", "are not made, for other reasons than now"),
}
_MOST_MOVES: Final = 2


def written(amount: Decimal, currency: str) -> str:
    """An amount as people write it: £1,204.00, −€3.00, CHF 12.00; at least two decimals, never fewer than it has."""
    exponent = amount.as_tuple().exponent
    decimals = max(2, -exponent) if isinstance(exponent, int) and currency != "JPY" else 0
    sign = _MINUS if amount < 0 else ""
    return f"{sign}{_SIGNS.get(currency, currency + _NARROW)}{abs(amount):,.{decimals}f}"


def counted(kind: str, count: int) -> str:
    """ "1 invoice", "312 invoices" """
    one, many = _PLURALS.get(kind, ("record", "records"))
    return f"{count:,} {one if count == 1 else many}"


def headline(summary: Summary) -> str:
    """What changes, in a sentence or a few: documents, money, VAT, what newly fails."""
    if not summary.total_different:
        return f"Nothing changes: all {summary.total_compared:,} records come out the same."
    return " ".join([*_effects(summary), _money(summary)])


def _effects(summary: Summary) -> Iterator[str]:
    for kind, compared in summary.compared.items():
        for effect, (one, many) in _EFFECT_WORDS.items():
            count = summary.effects[kind, effect]
            if count:
                of = (
                    f"{count:,} of {counted(kind, compared)}" if effect == "changed" else counted(kind, count)
                )
                yield f"{of} {one if count == 1 else many}{_worth(summary, kind, effect)}."


def _worth(summary: Summary, kind: str, effect: Effect) -> str:
    amounts = [
        written(amount, currency)
        for (of_kind, of_effect, currency), amount in summary.money.items()
        if (of_kind, of_effect) == (kind, effect)
    ]
    return f" ({' and '.join(amounts)})" if amounts else ""


def _money(summary: Summary) -> str:
    accounts = list(_account_moves(_net(summary.accounts)))
    boxes = list(_box_moves(summary))
    if not accounts and not boxes:
        if summary.moves_money:
            return "What moves on accounts and VAT cancels itself out over the period."
        return "No money moves and no VAT."
    vat = boxes or ["no VAT moves"]
    said = [*_shortened(accounts, "account"), *_shortened(vat, "box")]
    sentence = "; ".join(said)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _shortened(moves: Sequence[str], noun: str) -> list[str]:
    if len(moves) <= _MOST_MOVES + 1:
        return list(moves)
    more = "accounts" if noun == "account" else "boxes"
    return [*moves[:_MOST_MOVES], f"{len(moves) - _MOST_MOVES} more {more} move"]


def _net(accounts: Mapping[AccountKey, Change]) -> dict[AccountKey, Change]:
    return {key: change for key, change in accounts.items() if change.by}


def _account_moves(accounts: Mapping[AccountKey, Change]) -> Iterator[str]:
    """A move from one account to another where two fit each other, else each account by itself; largest first."""
    left = dict(sorted(accounts.items(), key=lambda item: -abs(item[1].by)))
    while left:
        (code, currency), change = next(iter(left.items()))
        del left[code, currency]
        partner = next(
            (key for key, other in left.items() if key[1] == currency and other.by == -change.by), None
        )
        if partner is None:
            yield f"account {_code(code)} {_risen(change)} by {written(abs(change.by), currency)}"
            continue
        other = left.pop(partner)
        source, target = (code, partner[0]) if _falls(change, other) else (partner[0], code)
        amount = written(abs(change.by), currency)
        yield f"{amount} moves from account {_code(source)} to {_code(target)}"


def _falls(change: Change, other: Change) -> bool:
    """Whether the first of two accounts that move against each other is the one that has less afterwards."""
    shrinks = abs(change.after) < abs(change.before)
    grows = abs(other.after) > abs(other.before)
    return shrinks or (grows and abs(change.after) == abs(change.before))


def _risen(change: Change) -> str:
    return "rises" if abs(change.after) > abs(change.before) else "falls"


def _code(code: str) -> str:
    return code or "(none named)"


def by_currency(boxes: Mapping[BoxKey, Change]) -> list[tuple[BoxKey, Change]]:
    """Box by box, currency by currency; the currency of which most moves comes first."""
    sums: dict[str, Decimal] = {}
    for (_, currency), change in boxes.items():
        sums[currency] = sums.get(currency, Decimal(0)) - abs(change.by)
    return sorted(boxes.items(), key=lambda item: (sums[item[0][1]], item[0][1], item[0][0]))


def _box_moves(summary: Summary) -> Iterator[str]:
    """Each box of the VAT return; the sums (3 and 5) follow from the others and are left to the table."""
    for (box, currency), change in by_currency(summary.boxes):
        if change.by and box not in (3, 5):
            word = "rises" if change.by > 0 else "falls"
            yield f"VAT box {box} {word} by {written(abs(change.by), currency)}"
