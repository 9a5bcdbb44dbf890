"""What Harbour & Finch sells, with UK VAT rates: food and books at nought, child seats at 5 %, stamps exempt."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sandbox.shop.core.orders import Delivery, round_money


@dataclass(frozen=True, slots=True)
class Product:
    """Something on the shelf; the price in GBP with VAT."""

    sku: str
    name: str
    category: str
    price: Decimal
    tax_rate: Decimal
    about: str
    tax_code: str = ""


_SHELVES: Final = (
    ("TEA-250", "Assam, 250 g", "food", "6.45", "0", "Malty second-flush leaf from the Brahmaputra valley."),
    ("TEA-EG", "Earl Grey, 125 g", "food", "4.99", "0", "Ceylon with oil of bergamot and cornflowers."),
    ("COF-500", "Harbour blend, 500 g", "food", "11.85", "0", "Whole beans, roasted on Tuesdays."),
    ("HON-340", "Heather honey, 340 g", "food", "8.37", "0", "From the moor above the town; sets firm."),
    ("OAT-1K", "Jumbo oats, 1 kg", "food", "3.19", "0", "For porridge that stands up."),
    ("CHO-85", "Dark chocolate, 85 g", "confectionery", "3.79", "20", "72 % cocoa, two ingredients."),
    ("TOF-200", "Sea-salt toffee, 200 g", "confectionery", "5.33", "20", "Boiled in copper, broken by hand."),
    ("POT-1", "Teapot, stoneware", "homeware", "24.99", "20", "Holds four cups and does not drip."),
    ("MUG-2", "Pair of mugs", "homeware", "17.49", "20", "Speckled glaze; one is always the favourite."),
    ("CAF-8", "Cafetière, eight cups", "homeware", "31.67", "20", "Steel mesh, beech handle."),
    ("TWL-1", "Linen tea towel", "homeware", "9.71", "20", "Better after the tenth wash."),
    ("CDL-3", "Beeswax candles, three", "homeware", "13.13", "20", "Slow, and they smell of summer."),
    ("BLK-W", "Wool blanket", "homeware", "89.95", "20", "Woven in Yorkshire from British wool."),
    ("BAG-C", "Canvas harbour bag", "accessories", "42.50", "20", "Carries a week of shopping."),
    ("UMB-1", "Umbrella, wooden crook", "accessories", "54.17", "20", "Eight ribs and a good spring."),
    ("SCF-M", "Merino scarf", "accessories", "38.29", "20", "Long enough to go round twice."),
    ("BOK-T", "The Tea Book", "books", "14.99", "0", "A history, with forty recipes."),
    ("BOK-K", "Knots for Landlubbers", "books", "9.99", "0", "Paperback; a cord is included."),
    ("MAP-H", "Harbour walks, map", "books", "7.35", "0", "Printed on paper that forgives rain."),
    ("SEAT-C", "Child's car seat", "children", "119.49", "5", "Group 2, with washable covers."),
    ("SEAT-B", "Booster seat", "children", "34.65", "5", "For the bigger ones."),
    ("JMP-K", "Child's jumper", "children", "26.40", "0", "Knitted to be handed down."),
    ("STMP-8", "Book of eight stamps", "post", "13.60", "0", "First class.", "exempt"),
    ("RAIL-G", "Grab rail", "mobility", "21.21", "5", "Fitted in ten minutes, for over-60s at home."),
)
PRODUCTS: Final = tuple(
    Product(sku, name, category, Decimal(price), Decimal(rate), about, *tax_code)
    for sku, name, category, price, rate, about, *tax_code in _SHELVES
)
BY_SKU: Final = {product.sku: product for product in PRODUCTS}

RATES: Final = {"GBP": Decimal(1), "EUR": Decimal("1.17"), "USD": Decimal("1.29")}
"""The shop's own price list factors; not a market rate."""


def price_in(product: Product, currency: str) -> Decimal:
    """The list price in a currency the shop sells in."""
    return round_money(product.price * RATES[currency])


def delivery_in(currency: str, goods: Decimal) -> Delivery | None:
    """What delivery costs: free above 75.00, dearer abroad; carries VAT at the standard rate."""
    if goods >= Decimal("75.00"):
        return None
    if currency == "GBP":
        return Delivery("Royal Mail Tracked 48", Decimal("3.95"), Decimal(20))
    return Delivery("International Tracked", round_money(Decimal("9.45") * RATES[currency]), Decimal(20))
