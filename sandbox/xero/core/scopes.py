"""Granular OAuth scopes and the calls each allows (Xero developer documentation, "Scopes")."""

from __future__ import annotations

_WRITABLE = (
    "accounting.invoices",
    "accounting.payments",
    "accounting.banktransactions",
    "accounting.manualjournals",
    "accounting.settings",
    "accounting.contacts",
    "accounting.attachments",
)
_REPORTS = (
    "aged",
    "balancesheet",
    "banksummary",
    "budgetsummary",
    "executivesummary",
    "profitandloss",
    "trialbalance",
    "taxreports",
)
GRANULAR = frozenset(
    {
        "openid",
        "profile",
        "email",
        "offline_access",
        "accounting.budgets.read",
        "accounting.journals.read",
        *_WRITABLE,
        *(f"{scope}.read" for scope in _WRITABLE),
        *(f"accounting.reports.{name}.read" for name in _REPORTS),
    }
)
"""What an app made since March 2026 may ask for; the broad scopes before it are refused."""

_BY_ENDPOINT = {
    "organisation": "accounting.settings",
    "accounts": "accounting.settings",
    "taxrates": "accounting.settings",
    "currencies": "accounting.settings",
    "contacts": "accounting.contacts",
    "invoices": "accounting.invoices",
    "creditnotes": "accounting.invoices",
    "payments": "accounting.payments",
    "batchpayments": "accounting.payments",
    "overpayments": "accounting.payments",
    "prepayments": "accounting.payments",
    "banktransactions": "accounting.banktransactions",
    "banktransfers": "accounting.banktransactions",
    "manualjournals": "accounting.manualjournals",
}
_BY_REPORT = {
    "banksummary": "accounting.reports.banksummary.read",
    "trialbalance": "accounting.reports.trialbalance.read",
}


def refused(asked: list[str]) -> list[str]:
    """Scopes the app may not ask for."""
    return [scope for scope in asked if scope not in GRANULAR]


def allowed(granted: frozenset[str], method: str, endpoint: str, report: str = "") -> bool:
    """Whether a token with these scopes may make the call; names in lower case."""
    if endpoint == "reports":
        needed = _BY_REPORT.get(report)
        return needed is None or needed in granted
    scope = _BY_ENDPOINT.get(endpoint)
    if scope is None:
        return True
    return scope in granted or (method == "GET" and f"{scope}.read" in granted)
