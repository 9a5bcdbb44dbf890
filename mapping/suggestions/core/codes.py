"""Accounts for product categories and tax types for VAT rates, by what they are called in the pair's own chart.

The chart is used to compare names with, and for nothing else: nothing of it is learned or kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from rapidfuzz import fuzz

from mapping.suggestions.core.names import words_of

_INCOME: Final = frozenset({"REVENUE", "SALES", "OTHERINCOME"})
_SALES_WORDS: Final = frozenset({"order", "revenue", "income", "turnover", "trading"})
_LEAST: Final = 0.35
_USUAL: Final = 0.5
_MOST: Final = 0.95
_WORDS_FOR: Final[Mapping[str, str]] = {
    "shipping": "shipping", "freight": "shipping", "postage": "shipping", "gift": "coupon", "coupon": "coupon",
    "service": "service", "consulting": "service", "repair": "service", "labour": "service",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the chart: `type` as Xero calls it (REVENUE, SALES, DIRECTCOSTS …)."""

    code: str
    name: str
    type: str = "REVENUE"


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A tax rate of the organisation: `rate` in per cent; `for_sales`: whether it may stand on sales."""

    tax_type: str
    name: str
    rate: Decimal
    for_sales: bool = True


@dataclass(frozen=True, slots=True)
class CodeSuggestion:
    """`code` (AccountCode or TaxType) for `name` (a category or a rate); always taken by a person's own click."""

    name: str
    code: str
    confidence: float
    reasons: tuple[str, ...]


def account_codes(categories: Iterable[str], accounts: Sequence[Account]) -> list[CodeSuggestion]:
    """The income account whose name is most like each category, else the plain sales account at even odds."""
    income = [account for account in accounts if account.type.upper() in _INCOME]
    usual = next((account for account in income if _is_usual(account)), income[0] if income else None)
    return [found for category in categories if (found := _account(category, income, usual)) is not None]


def tax_types(rates: Iterable[str], offered: Sequence[TaxRate]) -> list[CodeSuggestion]:
    """For each rate or tax name of a shop ("20", "0.2", "Zero rated") the tax type for sales that it means."""
    sales = [each for each in offered if each.for_sales]
    return [found for rate in rates if (found := _tax_type(rate, sales)) is not None]


def _account(category: str, income: Sequence[Account], usual: Account | None) -> CodeSuggestion | None:
    scored = sorted(
        ((_alike(category, account.name), account.code, account) for account in income), reverse=True
    )
    if scored and scored[0][0] >= _LEAST and (len(scored) < 2 or scored[0][0] > scored[1][0]):
        score, code, account = scored[0]
        reason = f"“{category}” is like “{account.name}” ({score:.2f})"
        return CodeSuggestion(category, code, round(min(_MOST, 0.4 + 0.6 * score), 2), (reason,))
    if usual is None:
        return None
    return CodeSuggestion(
        category, usual.code, _USUAL, (f"no account is called like it: “{usual.name}”, as for other sales",)
    )


def _alike(category: str, account: str) -> float:
    ours, theirs = _told(category), _told(account) - _SALES_WORDS
    if not ours or not theirs:
        return 0.0
    shared = len(ours & theirs) / len(ours | theirs)
    letters = fuzz.token_sort_ratio(" ".join(sorted(ours)), " ".join(sorted(theirs))) / 100
    return max(shared, letters if letters >= 0.75 else 0.0)


def _told(name: str) -> set[str]:
    return {
        _WORDS_FOR.get(word, word.removesuffix("s") if len(word) > 3 else word) for word in words_of(name)
    }


def _is_usual(account: Account) -> bool:
    words = _told(account.name)
    return bool(words) and words <= _SALES_WORDS


def _tax_type(rate: str, sales: Sequence[TaxRate]) -> CodeSuggestion | None:
    number = _percentage(rate)
    same = [each for each in sales if number is not None and each.rate == number]
    by_name = sorted(
        ((fuzz.token_set_ratio(rate.lower(), each.name.lower()), each.tax_type, each) for each in sales),
        reverse=True,
    )
    if len(same) == 1:
        return CodeSuggestion(
            rate,
            same[0].tax_type,
            _MOST,
            (f"the only tax rate for sales of {number.normalize():f} %",) if number is not None else (),
        )
    if same:
        best = max(same, key=lambda each: fuzz.token_set_ratio("vat on income zero rated", each.name.lower()))
        return CodeSuggestion(
            rate, best.tax_type, 0.6, (f"one of {len(same)} tax rates of that height: “{best.name}”",)
        )
    if number is None and by_name and by_name[0][0] >= 70:
        score, code, each = by_name[0]
        return CodeSuggestion(rate, code, round(score / 110, 2), (f"“{rate}” is like “{each.name}”",))
    return None


def _percentage(text: str) -> Decimal | None:
    """20 for "20", "20.0 %" and "0.2"."""
    try:
        number = Decimal(text.strip().removesuffix("%").strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number * 100 if 0 < number < 1 and "%" not in text else number
