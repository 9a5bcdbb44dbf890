"""A found difference as a row: amounts as exact text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from mapping.core.difference import Moves, RecordDifference
from mapping.core.difference.judging import Record
from mapping.core.difference.summary import patterns
from mapping.models import DryRunDifference, DryRunPart

_LONGEST_NUMBER: Final = 255


def difference_row(part: DryRunPart, record: Record, difference: RecordDifference) -> DryRunDifference:
    """The row of one record that comes out differently; not yet stored."""
    document = difference.after.document or difference.before.document
    return DryRunDifference(
        run_id=part.run_id,
        part=part,
        kind=part.kind,
        record_id=record.id,
        number=record.number[:_LONGEST_NUMBER],
        effect=difference.effect,
        currency=str(document.get("CurrencyCode") or record.currency),
        fields=stored_fields(difference),
        reasons={
            "before": [*difference.before.reasons],
            "after": [*difference.after.reasons],
            "labels": [[*difference.before.labels], [*difference.after.labels]],
        },
        moves=_moves(difference.moves),
        touches=touches(difference),
        size=difference.moves.size,
    )


def stored_fields(difference: RecordDifference) -> list[list[Any]]:
    """The changed fields as they are kept: [path, before, after]."""
    return [[change.path, _text(change.before), _text(change.after)] for change in difference.fields]


def touches(difference: RecordDifference) -> list[str]:
    """Names of all that the difference moves or changes; see `DryRunDifference.touches`."""
    moves = difference.moves
    return [
        *(f"account:{code}:{currency}" for code, currency in moves.accounts),
        *(f"tax:{tax_type}:{currency}" for tax_type, currency in moves.tax),
        *(f"box:{box}:{currency}" for box, currency in moves.boxes),
        *(f"field:{pattern}" for pattern in patterns(difference)),
    ]


def _moves(moves: Moves) -> dict[str, Any]:
    return {
        "accounts": [[*key, str(change.before), str(change.after)] for key, change in moves.accounts.items()],
        "tax": [
            [
                *key,
                *(str(amount) for part in (change.net, change.vat) for amount in (part.before, part.after)),
            ]
            for key, change in moves.tax.items()
        ],
        "boxes": [[*key, str(change.before), str(change.after)] for key, change in moves.boxes.items()],
    }


def _text(value: Any) -> Any:
    """Decimals as text, all else as it is: texts, flags, and what is empty."""
    return format(value, "f") if isinstance(value, Decimal) else value
