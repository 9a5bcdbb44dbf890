"""The granular scopes Tillbridge asks for, and what is missing from a consent (Xero OAuth 2.0, Scopes)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

NEEDED: Final = (
    "accounting.contacts",
    "accounting.invoices",
    "accounting.payments",
    "accounting.banktransactions",
    "accounting.manualjournals",
    "accounting.settings.read",
)
"""What the work itself takes."""

REPORTS: Final = ("accounting.reports.banksummary.read", "accounting.reports.trialbalance.read")
"""What comparing the books with Xero's own totals takes."""

SIGN_IN: Final = ("openid", "profile", "email", "offline_access")
"""Identity, and `offline_access` for refresh tokens; only a person's consent can give them."""

WORDS: Final = {
    "accounting.contacts": "customers",
    "accounting.invoices": "invoices and credit notes",
    "accounting.payments": "payments",
    "accounting.banktransactions": "bank transactions and transfers",
    "accounting.manualjournals": "manual journals",
    "accounting.settings.read": "chart of accounts, tax rates and organisation",
    "accounting.reports.banksummary.read": "the bank summary report",
    "accounting.reports.trialbalance.read": "the trial balance report",
    "offline_access": "working while nobody is logged in",
}

# Broad scopes of apps made before March 2026; Xero honours them until September 2027.
_BROAD: Final = {
    "accounting.transactions": (
        "accounting.invoices",
        "accounting.payments",
        "accounting.banktransactions",
        "accounting.manualjournals",
    ),
    "accounting.reports.read": REPORTS,
}


def wanted(*, custom: bool = False) -> tuple[str, ...]:
    """What to ask for; a custom connection has no person, and so no sign-in scopes."""
    return NEEDED + REPORTS if custom else SIGN_IN + NEEDED + REPORTS


def missing(granted: Iterable[str], *, custom: bool = False) -> tuple[str, ...]:
    """Scopes the work takes and the consent does not give, in the order of `NEEDED`."""
    held = _covered(granted)
    needed = NEEDED if custom else (*NEEDED, "offline_access")
    return tuple(scope for scope in needed if scope not in held)


def in_words(scopes: Iterable[str]) -> str:
    """The scopes as a person knows them, separated by commas."""
    return ", ".join(WORDS.get(scope, scope) for scope in scopes)


def _covered(granted: Iterable[str]) -> frozenset[str]:
    held = set(granted)
    for broad, parts in _BROAD.items():
        if broad in held:
            held.update(parts)
    # The right to change includes the right to read.
    held.update(f"{scope}.read" for scope in list(held) if not scope.endswith(".read"))
    return frozenset(held)
