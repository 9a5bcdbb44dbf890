"""What visitors of the storefront have in their baskets, by a cookie."""

from __future__ import annotations

import uuid
from decimal import Decimal
from http.cookies import CookieError, SimpleCookie

from sandbox.kernel.wire import Request
from sandbox.kernel.world import World
from sandbox.shop.catalogue import BY_SKU, delivery_in, price_in
from sandbox.shop.core.orders import NOTHING, Basket, Line

COOKIE = "harbour-finch-basket"
MOST_OF_ONE = 20


class Baskets:
    """Baskets in `shop.baskets`: quantity by SKU."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._table = world.store.table("shop.baskets")

    def key_of(self, request: Request) -> str:
        """The visitor's basket, by cookie; a new one for a new visitor."""
        try:
            cookies = SimpleCookie(request.headers.get("cookie", ""))
        except CookieError:
            cookies = SimpleCookie()
        if COOKIE in cookies and cookies[COOKIE].value in self._table:
            return cookies[COOKIE].value
        return uuid.UUID(int=self._world.rng.getrandbits(128)).hex

    def contents(self, key: str) -> dict[str, int]:
        """Quantities by SKU."""
        return dict((self._table.get(key) or {"lines": {}})["lines"])

    def set_quantity(self, key: str, sku: str, quantity: int) -> None:
        """Put so many of a product in the basket; none takes it out."""
        lines = self.contents(key)
        lines[sku] = max(0, min(quantity, MOST_OF_ONE))
        self._table.put(key, {"lines": {each: count for each, count in lines.items() if count}})

    def empty(self, key: str) -> None:
        """Take everything out."""
        self._table.put(key, {"lines": {}})


def priced(contents: dict[str, int], currency: str, *, prices_include_tax: bool = True) -> Basket:
    """The basket with prices and delivery in a currency the shop sells in."""
    lines = tuple(_line(sku, count, currency) for sku, count in contents.items() if sku in BY_SKU)
    goods = sum((line.total for line in lines), NOTHING)
    delivery = delivery_in(currency, goods) if lines else None
    return Basket(currency, lines, delivery, prices_include_tax=prices_include_tax)


def _line(sku: str, count: int, currency: str) -> Line:
    product = BY_SKU[sku]
    price = price_in(product, currency)
    return Line(
        sku, product.name, product.category, Decimal(count), price, product.tax_rate,
        tax_code=product.tax_code,
    )  # fmt: skip
