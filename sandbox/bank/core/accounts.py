"""The merchant's business accounts, one per currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

NAME: Final = "HARBOUR & FINCH LTD"
BANK_CODE: Final = "HAFB"
BIC: Final = "HAFBGB2LXXX"
"""Of a bank that does not exist."""
SORT_CODE: Final = "20-45-77"


@dataclass(frozen=True, slots=True)
class Account:
    """One account."""

    currency: str
    number: str
    opening: Decimal
    """Its balance before the first line."""

    @property
    def sort_code(self) -> str:
        """Six digits with dashes."""
        return SORT_CODE

    @property
    def bank_id(self) -> str:
        """The sort code without dashes."""
        return SORT_CODE.replace("-", "")

    @property
    def iban(self) -> str:
        """ISO 13616, with check digits by ISO 7064 (mod 97-10)."""
        body = f"{BANK_CODE}{self.bank_id}{self.number}"
        digits = "".join(str(int(sign, 36)) for sign in f"{body}GB00")
        return f"GB{98 - int(digits) % 97:02d}{body}"


ACCOUNTS: Final = {
    account.currency: account
    for account in (
        Account("GBP", "13579246", Decimal("8214.37")),
        Account("EUR", "57813390", Decimal("1250.00")),
        Account("USD", "57813408", Decimal("940.15")),
    )
}
