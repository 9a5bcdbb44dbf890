"""How often the simulated systems were called, by system, kind of call and purpose."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from sandbox.kernel.store import Table
from sandbox.kernel.wire import Request

PURPOSES: Final = (
    "contacts", "invoices", "payments", "credit_notes", "bank", "polling", "reports", "lookups", "auth",
)  # fmt: skip

_WRITES: Final = {
    "contacts": "contacts",
    "contact_groups": "contacts",
    "invoices": "invoices",
    "payments": "payments",
    "batch_payments": "payments",
    "overpayments": "payments",
    "prepayments": "payments",
    "credit_notes": "credit_notes",
    "allocations": "credit_notes",
    "bank_transactions": "bank",
    "bank_transfers": "bank",
    "manual_journals": "bank",
}


def xero_purpose(route: str, request: Request) -> str:
    """What a call to Xero was for: writing a kind of document, polling, a look-up, a report, signing in."""
    parts = route.split(".")
    subject = parts[1] if len(parts) > 1 else ""
    if subject in ("auth", "connections", "identity"):
        return "auth"
    if subject == "reports":
        return "reports"
    if request.method != "GET":
        return _WRITES.get(subject, "lookups")
    return "polling" if "if-modified-since" in request.headers else "lookups"


class Counts:
    """Running totals since the last reset, kept across restarts."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._changed = False
        kept = table.get("totals") or {}
        self.calls: Counter[str] = Counter(kept.get("calls", {}))
        self.outgoing: Counter[str] = Counter(kept.get("outgoing", {}))
        self.purposes: Counter[str] = Counter(kept.get("xero_purposes", {}))
        self.too_many: Counter[str] = Counter(kept.get("too_many", {}))
        self.faults: Counter[str] = Counter(kept.get("faults", {}))

    def incoming(self, system: str, route: str, request: Request) -> None:
        """Count a call to a simulated system, however it ends."""
        self.calls[route] += 1
        if system == "xero":
            self.purposes[xero_purpose(route, request)] += 1
        self._changed = True

    def answered(self, system: str, status: int) -> None:
        """Count the 429s a system gave by its own limits, as opposed to injected ones."""
        if status == 429:
            self.too_many[system] += 1
            self._changed = True

    def sent(self, route: str) -> None:
        """Count a call one of the systems made to the outside."""
        self.outgoing[route] += 1
        self._changed = True

    def fault(self, route: str, kind: str) -> None:
        """Count an injected fault as `<system>.<kind>`."""
        self.faults[f"{route.split('.', 1)[0]}.{kind}"] += 1
        self._changed = True

    def reset(self) -> None:
        """Start again from nothing."""
        for counter in (self.calls, self.outgoing, self.purposes, self.too_many, self.faults):
            counter.clear()
        self._changed = True

    def totals(self) -> dict[str, Any]:
        """Everything counted, for the control API and the auditor."""
        return {
            "calls": dict(self.calls),
            "outgoing": dict(self.outgoing),
            "xero_purposes": {purpose: self.purposes[purpose] for purpose in PURPOSES},
            "too_many": dict(self.too_many),
            "faults": dict(self.faults),
        }

    def keep(self) -> None:
        """Write the totals down if they changed; called about every tick, not at every call."""
        if self._changed:
            self._table.put("totals", self.totals())
            self._changed = False
