"""How an acquirer's files are read: what a person has said last, else what is known of the acquirer."""

from __future__ import annotations

from collections.abc import Iterable

from integrations.disputes.core.columns import KNOWN, Columns, folded, recognised
from integrations.models import AuditEntry, DisputeColumns, Pair, User


def columns_for(pair: Pair, heads: Iterable[str]) -> Columns | None:
    """The columns that a file with these heads fits: remembered ones first, the newest of them."""
    heads = list(heads)
    remembered = (_read(row) for row in pair.dispute_columns.order_by("-updated_at"))
    return next((columns for columns in remembered if columns.fits(heads)), None) or recognised(heads)


def columns_of(pair: Pair, acquirer: str) -> Columns | None:
    """The columns of an acquirer by its name, or by the short name of a known one (elavon, worldpay, amex)."""
    row = pair.dispute_columns.filter(acquirer__iexact=acquirer).first()
    if row is not None:
        return _read(row)
    wanted = folded(acquirer)
    return next((known for slug, known in KNOWN.items() if wanted in (slug, folded(known.acquirer))), None)


def keep_columns(pair: Pair, columns: Columns, *, by: User) -> None:
    """Remember how the acquirer writes its files, for the next one; on the audit log."""
    values = {
        "heads": dict(columns.heads),
        "fixed": dict(columns.fixed),
        "words": dict(columns.words),
        "month_first": columns.month_first,
        "comma": columns.comma,
    }
    DisputeColumns.objects.update_or_create(
        pair=pair, acquirer=columns.acquirer, defaults={**values, "updated_by": by}
    )
    AuditEntry.objects.create(
        pair=pair, actor=by, action="disputes.columns_kept", subject=columns.acquirer[:120], data=values
    )


def _read(row: DisputeColumns) -> Columns:
    return Columns(row.acquirer, row.heads, row.words, row.fixed, row.month_first, row.comma)
