"""Which endpoint answers which path, and what kind of call each is for faults and counts."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.kernel.wire import Reply, Request
from sandbox.xero.call import Call
from sandbox.xero.endpoints import (
    accounts,
    allocations,
    bank_transactions,
    bank_transfers,
    batch_payments,
    contacts,
    credit_notes,
    history,
    invoice_writing,
    invoices,
    manual_journals,
    organisation,
    overpayments,
    payments,
    reports,
    tax_rates,
)

API = "/api.xro/2.0/"
Handler = Callable[[Call], Reply]
_NAMED = frozenset({"reports", "organisation"})
"""Endpoints whose second segment is a name, not an id."""

CREDITS = ("creditnotes", "overpayments", "prepayments")

ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "organisation"): organisation.show,
    ("GET", "organisations"): organisation.show,
    ("GET", "organisation/actions"): organisation.actions,
    ("GET", "accounts"): accounts.index,
    ("GET", "accounts/*"): accounts.show,
    ("PUT", "accounts"): accounts.create,
    ("POST", "accounts/*"): accounts.update,
    ("DELETE", "accounts/*"): accounts.remove,
    ("GET", "taxrates"): tax_rates.index,
    ("GET", "taxrates/*"): tax_rates.show,
    ("PUT", "taxrates"): tax_rates.write,
    ("POST", "taxrates"): tax_rates.write,
    ("GET", "currencies"): tax_rates.currencies,
    ("PUT", "currencies"): tax_rates.add_currency,
    ("GET", "contacts"): contacts.index,
    ("GET", "contacts/*"): contacts.show,
    ("PUT", "contacts"): contacts.write,
    ("POST", "contacts"): contacts.write,
    ("POST", "contacts/*"): contacts.update,
    ("GET", "invoices"): invoices.index,
    ("GET", "invoices/*"): invoices.show,
    ("PUT", "invoices"): invoice_writing.write,
    ("POST", "invoices"): invoice_writing.write,
    ("POST", "invoices/*"): invoice_writing.update,
    ("GET", "creditnotes"): credit_notes.index,
    ("GET", "creditnotes/*"): credit_notes.show,
    ("PUT", "creditnotes"): credit_notes.write,
    ("POST", "creditnotes"): credit_notes.write,
    ("POST", "creditnotes/*"): credit_notes.update,
    ("GET", "payments"): payments.index,
    ("GET", "payments/*"): payments.show,
    ("PUT", "payments"): payments.write,
    ("POST", "payments"): payments.write,
    ("POST", "payments/*"): payments.update,
    ("GET", "overpayments"): overpayments.overpayments,
    ("GET", "overpayments/*"): overpayments.overpayment,
    ("GET", "prepayments"): overpayments.prepayments,
    ("GET", "prepayments/*"): overpayments.prepayment,
    ("GET", "batchpayments"): batch_payments.index,
    ("GET", "batchpayments/*"): batch_payments.show,
    ("PUT", "batchpayments"): batch_payments.write,
    ("POST", "batchpayments"): batch_payments.write,
    ("POST", "batchpayments/*"): batch_payments.update,
    ("GET", "banktransactions"): bank_transactions.index,
    ("GET", "banktransactions/*"): bank_transactions.show,
    ("PUT", "banktransactions"): bank_transactions.write,
    ("POST", "banktransactions"): bank_transactions.write,
    ("POST", "banktransactions/*"): bank_transactions.update,
    ("GET", "banktransfers"): bank_transfers.index,
    ("GET", "banktransfers/*"): bank_transfers.show,
    ("PUT", "banktransfers"): bank_transfers.write,
    ("POST", "banktransfers"): bank_transfers.write,
    ("POST", "banktransfers/*"): bank_transfers.update,
    ("GET", "manualjournals"): manual_journals.index,
    ("GET", "manualjournals/*"): manual_journals.show,
    ("PUT", "manualjournals"): manual_journals.write,
    ("POST", "manualjournals"): manual_journals.write,
    ("POST", "manualjournals/*"): manual_journals.update,
    **{("PUT", f"{name}/*/allocations"): allocations.write for name in CREDITS},
    **{("DELETE", f"{name}/*/allocations/*"): allocations.remove for name in CREDITS},
    **{("GET", f"{name}/*/history"): history.index for name in history.ENDPOINTS},
    **{("PUT", f"{name}/*/history"): history.write for name in history.ENDPOINTS},
    ("GET", "reports/trialbalance"): reports.trial_balance,
    ("GET", "reports/banksummary"): reports.bank_summary,
}
ENDPOINTS = frozenset(pattern.partition("/")[0] for _, pattern in ROUTES)

_KINDS = {
    "organisation": "organisation",
    "organisations": "organisation",
    "accounts": "accounts",
    "taxrates": "tax_rates",
    "currencies": "currencies",
    "contacts": "contacts",
    "invoices": "invoices",
    "creditnotes": "credit_notes",
    "payments": "payments",
    "batchpayments": "payments",
    "overpayments": "payments",
    "prepayments": "payments",
    "banktransactions": "bank",
    "banktransfers": "bank",
    "manualjournals": "manual_journals",
    "reports": "reports",
}
_AUTH = ("/identity", "/connect", "/.well-known")
_BOTH_WAYS = frozenset({"contacts", "invoices", "credit_notes", "payments", "bank", "manual_journals"})


def segments_of(path: str) -> list[str]:
    """The parts of a path below the API's base."""
    return [part for part in path[len(API) :].split("/") if part]


def pattern_of(segments: list[str]) -> str:
    """The path with ids replaced by stars, in lower case."""
    named = segments[0].lower() in _NAMED
    parts = [
        "*" if place % 2 and not (named and place == 1) else part.lower()
        for place, part in enumerate(segments)
    ]
    return "/".join(parts)


def kind_of(request: Request) -> str:
    """The kind of a call, such as `xero.invoices.write`, for faults and counts."""
    path = request.path.lower()
    if not path.startswith(API):
        return "xero.auth" if path.startswith(_AUTH) else "xero.pages"
    segments = segments_of(path)
    kind = _KINDS.get(segments[0] if segments else "", "unknown")
    if len(segments) > 2 and segments[2] == "history":
        kind = "history"
    if kind not in _BOTH_WAYS:
        return f"xero.{kind}"
    return f"xero.{kind}.{'read' if request.method == 'GET' else 'write'}"
