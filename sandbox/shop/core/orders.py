"""What an order comes to: lines, delivery, discount and the VAT inside them, to the penny."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

PENNY = Decimal("0.01")
HUNDRED = Decimal(100)
NOTHING = Decimal("0.00")


def round_money(amount: Decimal) -> Decimal:
    """To two decimals, half a penny up; the shop trades only in currencies that have two."""
    return amount.quantize(PENNY, ROUND_HALF_UP)


def tax_of(amount: Decimal, rate: Decimal, *, inclusive: bool) -> Decimal:
    """The VAT within (`inclusive`) or on top of an amount, at `rate` per cent."""
    base = HUNDRED + rate if inclusive else HUNDRED
    return round_money(amount * rate / base)


@dataclass(frozen=True, slots=True)
class Line:
    """So many of one product; prices include VAT or not as the order says."""

    sku: str
    name: str
    category: str
    quantity: Decimal
    unit_price: Decimal
    tax_rate: Decimal
    """Per cent."""
    discount: Decimal = NOTHING
    tax_code: str = ""
    """`exempt` or `outside_scope`, to tell those from zero-rated."""

    @property
    def total(self) -> Decimal:
        """Quantity times price, less the discount of the line."""
        return round_money(self.quantity * self.unit_price) - self.discount


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the customer pays for delivery."""

    name: str
    total: Decimal
    tax_rate: Decimal


@dataclass(frozen=True, slots=True)
class Basket:
    """Everything an order charges for, in one currency."""

    currency: str
    lines: tuple[Line, ...]
    delivery: Delivery | None = None
    discount_code: str = ""
    discount: Decimal = NOTHING
    """Off the whole order, as the customer sees it."""
    prices_include_tax: bool = True

    @property
    def total(self) -> Decimal:
        """What the customer pays."""
        charged = [(line.total, line.tax_rate) for line in self.lines]
        if self.delivery is not None:
            charged.append((self.delivery.total, self.delivery.tax_rate))
        total = sum((amount for amount, _ in charged), NOTHING)
        if not self.prices_include_tax:
            total += sum((tax_of(amount, rate, inclusive=False) for amount, rate in charged), NOTHING)
        return total - self.discount


@dataclass(frozen=True, slots=True)
class Address:
    """Where a customer lives or has goods sent."""

    line1: str
    city: str
    postcode: str
    country: str
    line2: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Customer:
    """Who buys; the same person keeps the same id."""

    id: str
    email: str
    first_name: str
    last_name: str
    address: Address
    company: str = ""
    phone: str = ""
