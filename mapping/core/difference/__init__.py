"""What would change in the books if another blueprint were in use: record by record, and in sum."""

from mapping.core.difference.compare import compare
from mapping.core.difference.fields import FieldChange, field_changes
from mapping.core.difference.moves import Change, Moves, TaxChange, moves_between
from mapping.core.difference.outcome import EFFECTS, Effect, Outcome, RecordDifference
from mapping.core.difference.summary import Summary, summary_from_json, summary_to_json

__all__ = [
    "EFFECTS",
    "Change",
    "Effect",
    "FieldChange",
    "Moves",
    "Outcome",
    "RecordDifference",
    "Summary",
    "TaxChange",
    "compare",
    "field_changes",
    "moves_between",
    "summary_from_json",
    "summary_to_json",
]
