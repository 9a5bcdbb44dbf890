"""The files of facts beside the code: the lexicon, the names of Xero's fields elsewhere, vocabularies, the model."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parents[1]


def read(name: str) -> Any:
    """A JSON file of this package, its fractions as Decimal. Raises OSError, ValueError."""
    return json.loads((FOLDER / name).read_bytes(), parse_float=Decimal)
