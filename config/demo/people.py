"""Whose books the demo keeps, and who decides in its name."""

from __future__ import annotations

from typing import Final

PAIR: Final = "harbour-finch"
PERSON: Final = "operator@tillbridge.example"
