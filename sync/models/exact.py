"""JSON columns that keep amounts exact: numbers go in as they stand and come back as Decimal."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from integrations.xero.core.wire import dumps


class ExactEncoder(json.JSONEncoder):
    """Decimals become JSON numbers, digit for digit."""

    def encode(self, o: Any) -> str:
        return dumps(o)


class ExactDecoder(json.JSONDecoder):
    """JSON fractions become Decimals, digit for digit."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "parse_float": Decimal})
