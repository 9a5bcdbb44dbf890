"""The names of payers, read from names.json beside this file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

NAMES: Final[dict[str, dict[str, list[str]]]] = json.loads(
    Path(__file__).with_name("names.json").read_bytes()
)
"""By voice, then by part of the name. Those of one voice do not occur in the other."""
