"""Why bank lines and settlements may differ, and how a difference may be closed.

Pure. Amounts are signed minor units of one currency; a difference is bank lines less settlements, so it is negative where
money is short.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from reconciliation.core.matching.words import money

Kind = Literal["fee", "refund", "dispute", "rounding", "fx", "date", "other", "more"]
"""`more`: nothing to be closed, but something to be added to the match."""
FEE_SHARE: Final = 60
"""In thousandths: a larger part than this is no usual fee."""
_TAKEN: Final = frozenset({"date", "refund", "dispute"})
_EXCHANGE: Final = re.compile(r"\b(?:FX|F/X|EXCH|EXCHANGE|EXCHANGE RATE|CONVERSION)\b|@\s?\d+\.\d{3,}", re.I)


@dataclass(frozen=True, slots=True)
class Known:
    """Something of a known amount: what the difference would be if this were the reason, and how to say it."""

    kind: Kind
    minor: int
    words: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A difference with what is known around it. `text` is what the bank wrote; `cap` the pair's cap for rounding."""

    minor: int
    settled: int
    currency: str
    cap: int
    text: str = ""
    known: tuple[Known, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """One reason that would do. `is_exact`: it explains the difference to the penny."""

    kind: Kind
    words: str
    is_exact: bool = False


def explanations(gap: Gap) -> tuple[Explanation, ...]:
    """What may be behind a difference, the exact reasons first; empty where there is none."""
    if not gap.minor:
        return ()
    exact = [
        Explanation(each.kind, each.words, is_exact=True) for each in gap.known if each.minor == gap.minor
    ]
    return (*exact, *_guesses(gap))


def _guesses(gap: Gap) -> Iterable[Explanation]:
    amount = money(abs(gap.minor), gap.currency)
    if abs(gap.minor) <= gap.cap:
        yield Explanation("rounding", f"{amount} is within what rounding may be.")
    share = abs(gap.minor) * 1000 // max(1, abs(gap.settled))
    if gap.minor < 0 < gap.settled and share <= FEE_SHARE:
        yield Explanation(
            "fee", f"{amount} is {share // 10}.{share % 10} % of what was settled: a fee kept back."
        )
    if _EXCHANGE.search(gap.text):
        yield Explanation("fx", "The bank's text tells of an exchange.")
    if gap.minor < 0:
        yield Explanation("date", f"The other {amount} may come on another day.")


@dataclass(frozen=True, slots=True)
class Closing:
    """How a person closes a difference. `account`: Xero's code, for `other` only."""

    kind: str = ""
    account: str = ""


def refusal(minor: int, closing: Closing, *, cap: int, currency: str, forbidden: frozenset[str]) -> str:
    """Why a difference cannot be closed that way, in words; "" where it can.

    `forbidden`: codes of clearing and bank accounts, on which an adjustment would only hide it.
    """
    if not minor:
        return ""
    amount = money(abs(minor), currency)
    if not closing.kind:
        return f"{amount} {'are missing' if minor < 0 else 'are too much'}: say why, or choose other lines."
    if closing.kind == "rounding" and abs(minor) > cap:
        return f"Rounding closes at most {money(cap, currency)}; {amount} needs another reason."
    if closing.kind in _TAKEN and minor > 0:
        return f"{amount} more came than was settled: only money that is missing can be that."
    if closing.kind == "other" and not closing.account:
        return "Enter the code of the account in Xero that takes the difference."
    if closing.kind == "other" and closing.account in forbidden:
        return f"{closing.account} is a bank or clearing account: the difference would only move. Choose another."
    return ""
