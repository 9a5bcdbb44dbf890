"""What an acquirer has agreed with the merchant: how it pays, when, and what it charges.

The figures are ours; their shape is that of UK merchant service agreements: a percentage and an amount per item by card
type, exempt from VAT, beside fixed monthly charges that bear it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

EXEMPT: Final = Decimal(0)
STANDARD_VAT: Final = Decimal(20)


class Mode(StrEnum):
    """What is paid out of a day's sales."""

    GROSS = "gross"
    """Everything; fees are billed by the month and collected by direct debit."""
    NET = "net"
    """What is left after fees."""
    NET_RESERVE = "net_reserve"
    """What is left after fees and the share that is held back for a time."""


class Basis(StrEnum):
    """What a percentage is rounded on, half up to the penny."""

    ITEM = "item"
    BATCH = "batch"
    """The sum of a card type in a settlement."""


class Per(StrEnum):
    """What one payment to the bank is for."""

    BATCH = "batch"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Rate:
    """The service charge of some card types."""

    name: str
    schemes: tuple[str, ...]
    """Opayo's names of the card types; none is for all others."""
    percent: Decimal
    """Of the value of sales; refunds give nothing back."""
    per_item: Decimal
    """In the contract's currency, for each sale and each refund."""


@dataclass(frozen=True, slots=True)
class MonthlyFee:
    """A fixed charge of each month with trade."""

    kind: str
    name: str
    amount: Decimal
    vat_percent: Decimal


@dataclass(frozen=True, slots=True)
class Contract:
    """One merchant number: one acquirer, one currency."""

    mid: str
    acquirer: str
    currency: str
    mode: Mode
    layout: str
    """Whose columns its statements have."""
    funding_days: int
    """Banking days from processing to the bank."""
    funding_per: Per = Per.BATCH
    basis: Basis = Basis.ITEM
    rates: tuple[Rate, ...] = ()
    monthly: tuple[MonthlyFee, ...] = ()
    reserve_percent: Decimal = Decimal(10)
    """Of the value of sales; held only where the mode says so."""
    reserve_days: int = 90
    refunds_apart: bool = False
    """Refunds are taken from the bank in a payment of their own."""
    chargebacks_apart: bool = False

    @property
    def is_net(self) -> bool:
        """Whether fees are kept back from what is paid."""
        return self.mode is not Mode.GROSS

    @property
    def holds_reserve(self) -> bool:
        """Whether a share of the sales is held back."""
        return self.mode is Mode.NET_RESERVE

    def rate_of(self, scheme: str) -> Rate:
        """The rate of a card type. Raises LookupError if the contract has none."""
        named = (rate for rate in self.rates if scheme in rate.schemes)
        others = (rate for rate in self.rates if not rate.schemes)
        for rate in (*named, *others):
            return rate
        raise LookupError(f"The contract of {self.mid} has no rate for {scheme}")


def _rates(*rows: tuple[str, tuple[str, ...], str, str]) -> tuple[Rate, ...]:
    return tuple(
        Rate(name, schemes, Decimal(percent), Decimal(item)) for name, schemes, percent, item in rows
    )


_ELAVON_RATES: Final = _rates(
    ("Visa debit", ("DELTA", "UKE"), "0.49", "0.03"),
    ("Visa credit", ("VISA",), "0.82", "0.03"),
    ("Mastercard debit", ("MCDEBIT", "MAESTRO"), "0.45", "0.03"),
    ("Mastercard credit", ("MC",), "0.86", "0.03"),
    ("Other cards", (), "1.95", "0.03"),
)
_WORLDPAY_RATES: Final = _rates(
    ("Debit cards", ("DELTA", "UKE", "MCDEBIT", "MAESTRO"), "0.58", "0.05"),
    ("Credit cards", ("VISA", "MC"), "0.97", "0.05"),
    ("Other cards", (), "2.10", "0.05"),
)
_AMEX_RATES: Final = _rates(("American Express", (), "1.75", "0.00"))

_ELAVON_MONTHLY: Final[tuple[MonthlyFee, ...]] = (
    MonthlyFee("minimum", "Merchant account, monthly", Decimal("12.50"), STANDARD_VAT),
    MonthlyFee("pci", "PCI DSS programme", Decimal("4.95"), STANDARD_VAT),
)
_WORLDPAY_MONTHLY: Final[tuple[MonthlyFee, ...]] = (
    MonthlyFee("gateway", "Online service, monthly", Decimal("9.95"), STANDARD_VAT),
)

AMERICAN_EXPRESS: Final = "American Express"
WORLDPAY: Final = "Worldpay"
HOME_CURRENCY: Final = "GBP"
"""Fixed charges are made once, on the merchant number of this currency."""


def usual_contract(mid: str, acquirer: str, currency: str) -> Contract:
    """The contract of a merchant number unless control has changed it: by its acquirer."""
    is_home = currency == HOME_CURRENCY
    if acquirer == AMERICAN_EXPRESS:
        return Contract(mid, acquirer, currency, Mode.NET, "amex", 3, Per.DAY, Basis.ITEM, _AMEX_RATES)
    if acquirer == WORLDPAY:
        return Contract(
            mid, acquirer, currency, Mode.NET, "worldpay", 2, Per.DAY, Basis.BATCH, _WORLDPAY_RATES,
            _WORLDPAY_MONTHLY if is_home else (),
        )  # fmt: skip
    return Contract(
        mid, acquirer, currency, Mode.GROSS, "elavon", 1, Per.BATCH, Basis.ITEM, _ELAVON_RATES,
        _ELAVON_MONTHLY if is_home else (), chargebacks_apart=True,
    )  # fmt: skip
