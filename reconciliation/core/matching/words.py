"""Reasons as people say them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from reconciliation.core.matching.lines import Line
from reconciliation.core.matching.names import Name
from reconciliation.core.matching.outcome import Reason
from reconciliation.core.matching.references import Tie

PLACES: Final = {"JPY": 0, "KRW": 0, "ISK": 0, "BHD": 3, "KWD": 3, "TND": 3, "OMR": 3, "JOD": 3}
_SIGNS: Final = {"GBP": "£", "EUR": "€", "USD": "$"}
_MANY: Final = 4


def money(minor: int, currency: str) -> str:
    """`£1,234.50`; minor units of the currency."""
    places = PLACES.get(currency, 2)
    whole, rest = divmod(abs(minor), 10**places)
    number = f"{whole:,}" + (f".{rest:0{places}}" if places else "")
    sign = "−" if minor < 0 else ""
    return f"{sign}{_SIGNS[currency]}{number}" if currency in _SIGNS else f"{sign}{number} {currency}"


def lag(days: int) -> Reason:
    """When it was observed."""
    if days == 0:
        return Reason("same_day", "It came on the expected day.")
    when = f"{abs(days)} day{'s' if abs(days) > 1 else ''}"
    return Reason("days_later", f"It came {when} {'after' if days > 0 else 'before'} the expected day.")


def certain(line: Line, observed: Line, days: int) -> tuple[Reason, ...]:
    """Why lines that name each other belong together."""
    shown = line.reference or observed.reference or line.description
    return (
        Reason("reference_same", f"Both show “{shown}”, and no other line does."),
        Reason("money_equal", f"The amount is exactly {money(line.minor, line.currency)}."),
        lag(days),
    )


_TIES: Final = {
    Tie.OTHER: Reason("reference_other", "The bank's text names another document."),
    Tie.MISSING: Reason("reference_missing", "The reference is not in the bank's text."),
    Tie.TYPO: Reason("reference_typo", "The reference differs by one digit."),
    Tie.PART: Reason(
        "reference_part", "Only a part of the reference, or a merged one, is in the bank's text."
    ),
    Tie.NUMBER: Reason("reference_number", "The number of the reference is in the bank's text."),
    Tie.SAME: Reason("reference_same", "The whole reference is in the bank's text."),
}
_NAMES: Final = {
    Name.MISMATCH: Reason("name_other", "The names differ."),
    Name.MISSING: Reason("name_missing", "There is no name to compare."),
    Name.SOME: Reason("name_part", "The names fit in part."),
    Name.SAME: Reason("name_same", "The names fit."),
}


def texts(tie: Tie, name: Name) -> tuple[Reason, Reason]:
    """What reference and name say."""
    return _TIES[tie], _NAMES[name]


def amounts(expected: int, observed: int, currency: str) -> Reason:
    """Whether the amounts are equal, and if not, by how much and why perhaps."""
    if expected == observed:
        return Reason("money_equal", f"The amount is exactly {money(expected, currency)}.")
    gap = abs(observed) - abs(expected)
    kind, word = ("money_short", "less") if gap < 0 else ("money_over", "more")
    share = abs(gap) * 1000 // max(1, abs(expected))
    per_cent = f"{share // 10}.{share % 10} %"
    perhaps = " A fee kept back would explain it." if gap < 0 and share <= 60 else ""
    return Reason(
        kind,
        f"{money(abs(observed), currency)} came for {money(abs(expected), currency)}: {money(abs(gap), currency)} "
        f"({per_cent}) {word}.{perhaps}",
    )


def ambiguous(ids: Sequence[str], side: str) -> Reason:
    """Others that could be it just as well."""
    return Reason("ambiguous", f"Ambiguous: {listed(ids)} on the {side} side could be it just as well.")


def listed(ids: Sequence[str]) -> str:
    """`A, B and 3 more`."""
    shown = ", ".join(ids[:_MANY])
    return f"{shown} and {len(ids) - _MANY} more" if len(ids) > _MANY else shown


NEEDS_REFERENCE: Final = Reason(
    "needs_reference",
    "It would be certain with the reference in the bank's text, or with a word from the payer.",
)
NEEDS_PERSON: Final = Reason(
    "needs_person", "It would be certain once a person says where the difference went."
)
NEEDS_BATCH: Final = Reason(
    "needs_batch", "It would be certain with the batch number, or a list of what was paid out."
)
SIGNS: Final = Reason(
    "signs_reversed", "The bank's side writes money in with the other sign; it was read the other way round."
)
UNSURE: Final = Reason("not_sure", "What speaks for it is not enough to confirm it without a person.")
CLOSE: Final = Reason("runner_up", "Another line comes too near to it.")


def group(kind: str, count: int, total: int, currency: str, key: str) -> Reason:
    """What was added up."""
    said = {
        "list": f"The {count} lines that name each other come to {money(total, currency)}.",
        "batch": f"All {count} lines under “{key}” come to {money(total, currency)}.",
        "member": f"It names “{key}”, and all {count} lines of that batch come to {money(total, currency)}.",
        "group": f"All {count} lines of “{key}” come to {money(total, currency)}.",
        "run": f"All {count} open lines {key} come to {money(total, currency)}.",
        "subset": f"{count} open lines of the payer come to {money(total, currency)}, and no other choice of them does.",
    }[kind]
    return Reason(f"sum_{kind}", said)


def short(gap: int, currency: str, ids: Sequence[str]) -> Reason:
    """A sum that is not exact. `gap`: observed minus expected; `ids`: the items that would explain it."""
    amount = money(abs(gap), currency)
    word = "Short" if gap < 0 else "Over"
    if ids:
        return Reason("sum_explained", f"{word} by {amount}: without {listed(ids)} it is exact.")
    return Reason("sum_differs", f"{word} by {amount}: a fee, a held item or a late one would explain it.")


def several(count: int, first: Sequence[str], second: Sequence[str]) -> Reason:
    """More than one choice of lines fits."""
    return Reason(
        "several_fit",
        f"{count} different choices of lines make this amount, such as {listed(first)} or {listed(second)}: which was it?",
    )


def nothing_near() -> Reason:
    """No candidate at all."""
    return Reason("nothing_near", "No open line of this amount or reference is near.")


def nearest(line: Line, why: Reason) -> Reason:
    """The nearest one, and why it is not offered."""
    amount = money(line.minor, line.currency)
    return Reason("nearest", f"Nearest is {line.id}, {amount} on {line.on.day} {line.on:%B %Y}: {why.words}")
