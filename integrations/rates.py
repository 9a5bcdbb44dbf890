"""Exchange rates: the European Central Bank's reference rates, shipped inside a package."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache

from currency_converter import CurrencyConverter, RateNotFoundError

from integrations.core.failures import ConfigurationFailure

ORIGIN = "European Central Bank reference rate"


@cache
def _rates() -> CurrencyConverter:
    return CurrencyConverter(fallback_on_missing_rate=True, fallback_on_wrong_date=True, decimal=True)


@cache
def rate_of_day(source: str, target: str, on: date) -> Decimal:
    """Units of `target` for one `source` on that day (or the nearest day with a rate).

    Raises ConfigurationFailure for a currency the bank does not publish.
    """
    try:
        return Decimal(_rates().convert(1, source, target, date=on))
    except (RateNotFoundError, ValueError) as error:
        raise ConfigurationFailure(
            "rate_unknown",
            f"{source}-{target}",
            f"There is no exchange rate from {source} to {target}: {error}.",
            f"Add {source} to the currencies the books keep, or ask the shop to charge in another currency.",
        ) from error
