"""Trade as a pure function of a seed: who orders what, how they pay, and what becomes of it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from sandbox.shop.catalogue import PRODUCTS, Product, delivery_in, price_in
from sandbox.shop.core.orders import NOTHING, Basket, Customer, Line, round_money
from sandbox.shop.trade.fates import NOTHING_MORE, Fate, Kind, fate
from sandbox.shop.trade.people import customer


class Method(StrEnum):
    """Who asks Opayo for the money."""

    SERVER = "server"
    """The shop registers with Opayo Server, the notification goes to the bridge."""
    CHECKOUT = "checkout"
    """The bridge is asked for a payment page."""
    PI = "pi"
    """The shop uses Opayo Pi itself; nobody notifies anybody."""


class Outcome(StrEnum):
    """How one attempt to pay ends."""

    PAID = "paid"
    DECLINED = "declined"
    """By the bank."""
    REJECTED = "rejected"
    """By the account's rules."""
    CANCELLED = "cancelled"
    """By the customer, on the payment page."""
    ABANDONED = "abandoned"
    """The customer closes the page; nothing is heard until the monitor gives up."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One visit to the payment page."""

    outcome: Outcome
    card_number: str
    challenge: bool = False
    """Whether the card's bank asks for a 3-D Secure challenge."""


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """One order and its whole story."""

    index: int
    customer: Customer
    basket: Basket
    method: Method
    attempts: tuple[Attempt, ...]
    """None when the customer never goes to pay."""
    note: str = ""
    shop_cancels: bool = False
    """Given up by the shop before anybody paid."""
    fate: Fate = NOTHING_MORE
    """What happens after the payment."""


DEFAULT_MIX: Final[Mapping[Method, int]] = {Method.SERVER: 60, Method.CHECKOUT: 30, Method.PI: 10}


@dataclass(frozen=True, slots=True)
class TradeOrder:
    """How much trade is wanted, and of what kind."""

    orders: int
    days: int = 1
    seed: int = 1
    mix: Mapping[Method, int] = field(default_factory=lambda: DEFAULT_MIX)
    """Weights of the ways to pay."""
    fates: Mapping[Kind, int] = field(default_factory=dict)
    """Of a hundred orders so many have this fate after their payment."""
    payment_first: bool = False
    """Payments happen before the bridge hears of the orders; checkout then becomes server."""
    first_index: int = 0
    """Where to begin: after a restart, or to add to earlier trade of the same seed."""


_CARDS: Final = (
    ("4929000000006", 40),
    ("5186150660000009", 25),
    ("4462000000000003", 17),
    ("5185690060000001", 10),
    ("374200000000004", 8),
)
"""Published test cards: Visa, Mastercard, Visa Debit, Debit Mastercard, American Express."""
_DECLINED_CARDS: Final = ("4929602110085639", "5403814948608092")

_NOTES: Final = (
    "",
    "",
    "",
    "",
    "Leave with neighbour",
    "It's a gift – no invoice in the box, please",
    "Ring twice",
)

_CARELESS_NOTE: Final = "If it does not go through: 4929 0000 0000 6, CV2 123, exp 12/29"
"""Some customers write their card into the note; nobody may keep that."""
_CARELESS_EVERY: Final = 25

_STORIES: Final[tuple[tuple[tuple[Outcome, ...], bool, int], ...]] = (
    ((Outcome.PAID,), False, 846),
    ((Outcome.DECLINED, Outcome.PAID), False, 50),
    ((Outcome.DECLINED, Outcome.DECLINED, Outcome.PAID), False, 10),
    ((Outcome.CANCELLED, Outcome.PAID), False, 14),
    ((Outcome.DECLINED,), False, 14),
    ((Outcome.REJECTED,), False, 12),
    ((Outcome.CANCELLED,), False, 16),
    ((Outcome.ABANDONED,), False, 18),
    ((), False, 8),
    ((), True, 6),
    ((Outcome.DECLINED,), True, 6),
)
"""What happens at the payment page, whether the shop cancels afterwards, and how often in a thousand."""


def plan(wanted: TradeOrder) -> Iterator[PlannedOrder]:
    """The orders one after another; the n-th is the same whatever was asked for before it."""
    for index in range(wanted.first_index, wanted.orders):
        yield planned_order(index, wanted)


def planned_order(index: int, wanted: TradeOrder) -> PlannedOrder:
    """The order of one index."""
    rng = random.Random(f"order/{wanted.seed}/{index}")
    currency = rng.choices(("GBP", "EUR", "USD"), (90, 6, 4))[0]
    buyer = _buyer(rng, wanted, currency)
    basket = _basket(rng, currency, exported=buyer.address.country != "GB")
    method = _method(rng, wanted)
    outcomes, cancels, _ = rng.choices(_STORIES, [weight for *_, weight in _STORIES])[0]
    if method is Method.PI:
        outcomes = tuple(each for each in outcomes if each in (Outcome.PAID, Outcome.DECLINED))
    attempts = tuple(_attempt(rng, outcome) for outcome in outcomes)
    after = fate(
        wanted.seed, index, wanted.fates, is_checkout=method is Method.CHECKOUT, is_pi=method is Method.PI
    )
    note = rng.choice(_NOTES)
    if index % _CARELESS_EVERY == _CARELESS_EVERY // 2:
        note = _CARELESS_NOTE
    return PlannedOrder(index, buyer, basket, method, attempts, note, cancels, after)


def _method(rng: random.Random, wanted: TradeOrder) -> Method:
    method = rng.choices(list(wanted.mix), list(wanted.mix.values()))[0]
    return Method.SERVER if wanted.payment_first and method is Method.CHECKOUT else method


def _buyer(rng: random.Random, wanted: TradeOrder, currency: str) -> Customer:
    """Few customers buy often, most now and then; each pays in the currency of their country, mostly."""
    people = max(4, wanted.orders * 3 // 5)
    index = min(int(rng.paretovariate(0.9)) - 1, people) if rng.random() < 0.3 else rng.randrange(people)
    home = {"GBP": "GB", "USD": "US"}.get(currency) or rng.choice(("IE", "DE", "FR", "GB"))
    offset = {"GB": 0, "US": 1, "IE": 2, "DE": 3, "FR": 4}[home]
    return customer(index * 5 + offset, home, wanted.seed)


def _basket(rng: random.Random, currency: str, *, exported: bool) -> Basket:
    products = rng.sample(PRODUCTS, rng.choices((1, 2, 3, 4, 6), (30, 32, 20, 12, 6))[0])
    lines = tuple(_line(rng, product, currency, exported=exported) for product in products)
    goods = sum((line.total for line in lines), NOTHING)
    delivery = delivery_in(currency, goods)
    if delivery is not None and exported:
        delivery = replace(delivery, tax_rate=Decimal(0))
    discount = _order_discount(rng, goods)
    return Basket(currency, lines, delivery, "WELCOME" if discount else "", discount)


def _line(rng: random.Random, product: Product, currency: str, *, exported: bool) -> Line:
    quantity = Decimal(rng.choices((1, 2, 3, 5), (70, 20, 7, 3))[0])
    price = price_in(product, currency)
    gross = price * quantity
    discount = round_money(gross * Decimal(rng.choice((5, 10, 15))) / 100) if rng.random() < 0.12 else NOTHING
    rate = Decimal(0) if exported else product.tax_rate
    return Line(
        product.sku, product.name, product.category, quantity, price, rate, discount, product.tax_code
    )


def _order_discount(rng: random.Random, goods: Decimal) -> Decimal:
    chance = rng.random()
    if chance < 0.07:
        return round_money(goods / 10)
    return Decimal(rng.choice(("1.00", "2.50", "0.99"))) if chance < 0.12 else NOTHING


def _attempt(rng: random.Random, outcome: Outcome) -> Attempt:
    if outcome is Outcome.DECLINED:
        return Attempt(outcome, rng.choice(_DECLINED_CARDS))
    number = rng.choices([each for each, _ in _CARDS], [weight for _, weight in _CARDS])[0]
    return Attempt(outcome, number, challenge=outcome is Outcome.PAID and rng.random() < 0.12)
