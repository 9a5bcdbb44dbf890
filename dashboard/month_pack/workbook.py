"""A signed month as an Excel workbook: the same as on paper, a sheet for each part, and every late document."""

from __future__ import annotations

import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from openpyxl import Workbook

from dashboard.selectors.proof import TITLES
from integrations.core.money import Money
from reconciliation.models import Period
from reconciliation.month_end.afterwards import Late
from reconciliation.month_end.core.packs import Changed
from reconciliation.proof.core.lights import from_json

_RISKY = ("=", "+", "-", "@")
"""A spreadsheet would run text that begins like this as a formula."""


def workbook_of(period: Period, changed: Iterable[Changed], late: Iterable[Late]) -> bytes:
    """The workbook's bytes; amounts are numbers with their currency beside them."""
    book, pack = Workbook(write_only=True), period.pack
    _sheet(book, "Signatures", ("What", "Says"), [
        ("Month", f"{pack['starts_on']} to {pack['ends_on']}"), ("Merchant", pack["merchant"]),
        ("Prepared by", pack["prepared_by"]), ("Prepared at (UTC)", pack["prepared_at"]),
        ("Reviewed by", pack.get("reviewed_by", "")), ("Closed at (UTC)", pack.get("closed_at", "")),
        ("Messages in the log", pack["chain"]["sequence"]), ("Head of the chain", pack["chain"]["hash"]),
        ("Proof hash (SHA-256)", period.proof_hash),
    ])  # fmt: skip
    _sheet(book, "Checklist", ("Point", "How it stood", "Money", "Note"), (
        (point["label"], point["words"], ", ".join(str(Money(each["minor"], each["currency"])) for each in point["amounts"]), point["note"])
        for point in pack["checklist"]
    ))  # fmt: skip
    _sheet(book, "Figures", ("Figure", "Documents", "Amount", "Currency"), (
        (row["name"], row["count"], _exact(row["minor"], row["currency"]), row["currency"]) for row in pack["figures"]
    ))  # fmt: skip
    _sheet(book, "Proof", ("Equality", "Account", "Currency", "Light", "What", "Amount", "Why"), _proof(pack))
    _sheet(book, "Changed since", ("Figure", "Currency", "Signed", "Now"), (
        (each.name, each.currency, _exact(each.then_minor, each.currency), _exact(each.now_minor, each.currency)) for each in changed
    ))  # fmt: skip
    _sheet(book, "Late documents", ("Document", "Why", "Amount", "Currency", "When (UTC)"), (
        (each.words, each.why, _exact(each.minor, each.currency), each.currency, each.at.isoformat()) for each in late
    ))  # fmt: skip
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _proof(pack: dict[str, Any]) -> Iterable[tuple[object, ...]]:
    for row in pack["proof"]:
        proved = from_json(row)
        head = (TITLES[proved.equality], proved.account, proved.currency, proved.light)
        for term in (proved.left, *proved.right):
            yield *head, term.label, _exact(term.minor, proved.currency), ""
        for each in (*proved.breaks, *proved.alerts):
            yield *head, each.words, _exact(each.minor, proved.currency), each.why


def _sheet(book: Workbook, title: str, heads: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    sheet = book.create_sheet(title)
    sheet.append(list(heads))
    for row in rows:
        sheet.append([_safe(value) for value in row])


def _safe(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_RISKY) else value


def _exact(minor: int, currency: str) -> Decimal:
    return Money(minor, currency).to_decimal()
