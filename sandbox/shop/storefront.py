"""The shop as a customer sees it: shelves, basket, checkout, and the order's page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from sandbox.kernel.html import environment, html_reply, redirect
from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply, Request
from sandbox.kernel.world import World
from sandbox.shop.baskets import COOKIE, Baskets, priced
from sandbox.shop.catalogue import BY_SKU, PRODUCTS, RATES
from sandbox.shop.core.orders import Address, Basket, Customer
from sandbox.shop.desk import OrderDesk
from sandbox.shop.gateway import PaymentRefused
from sandbox.shop.switches import SWITCHES

_NEEDED = {
    "first_name": "your first name",
    "last_name": "your last name",
    "email": "an e-mail address",
    "line1": "the street and house number",
    "city": "the town",
    "postcode": "the postcode",
}
_SAMPLE = {
    "first_name": "Ada", "last_name": "Moss", "email": "ada@example.com", "line1": "88 High Street",
    "city": "Leeds", "postcode": "412", "country": "GB", "currency": "GBP", "method": "server",
}  # fmt: skip
"""Filled in at first: house number and postcode that pass the test bank's address check."""

_SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "US$"}
_STATUS = {
    "waiting": ("wait", "Waiting for payment"),
    "paid": ("ok", "Paid"),
    "failed": ("bad", "Payment failed"),
    "reversed": ("bad", "Payment reversed"),
    "refunded": ("wait", "Money given back"),
    "cancelled": ("bad", "Cancelled"),
}


class Storefront:
    """Pages below `/shop`."""

    def __init__(self, world: World, desk: OrderDesk) -> None:
        self._world = world
        self._desk = desk
        self._baskets = Baskets(world)
        self._pages = environment(Path(__file__).parent / "pages")
        self._pages.filters["money"] = money
        self._routes: tuple[tuple[str, re.Pattern[str], Callable[..., Reply]], ...] = (
            ("GET", re.compile(r"/"), self._shelves),
            ("GET", re.compile(r"/products/(?P<sku>[\w-]+)"), self._product),
            ("POST", re.compile(r"/basket"), self._put_in_basket),
            ("GET", re.compile(r"/basket"), self._basket),
            ("GET", re.compile(r"/checkout"), self._checkout),
            ("POST", re.compile(r"/checkout"), self._place),
            ("GET", re.compile(r"/orders"), self._orders),
            ("GET", re.compile(r"/orders/(?P<number>HF-\d+)"), self._order),
            ("GET", re.compile(r"/orders/(?P<number>HF-\d+)/pay"), self._pay),
            ("POST", re.compile(r"/orders/(?P<number>HF-\d+)/pay"), self._pay_again),
            ("POST", re.compile(r"/orders/(?P<number>HF-\d+)/cancel"), self._cancel),
        )

    def handle(self, request: Request) -> Reply:
        """Answer one click."""
        for method, pattern, view in self._routes:
            match = pattern.fullmatch(request.path) if method == request.method else None
            if match:
                return view(request, **match.groupdict())
        return self._missing(request)

    def _shelves(self, request: Request) -> Reply:
        return self._show(request, "shelves.html", products=PRODUCTS, connected=self._desk.is_connected)

    def _product(self, request: Request, sku: str) -> Reply:
        if sku not in BY_SKU:
            return self._missing(request)
        return self._show(request, "product.html", product=BY_SKU[sku])

    def _put_in_basket(self, request: Request) -> Reply:
        form = read_form(request)
        key = self._baskets.key_of(request)
        sku, quantity = form.get("sku", ""), form.get("quantity", "1")
        if sku in BY_SKU and quantity.isascii() and quantity.isdigit():
            before = 0 if form.get("how") == "set" else self._baskets.contents(key).get(sku, 0)
            self._baskets.set_quantity(key, sku, before + int(quantity))
        return redirect("/shop/basket", {"set-cookie": f"{COOKIE}={key}; Path=/shop; HttpOnly; SameSite=Lax"})

    def _basket(self, request: Request) -> Reply:
        basket = self._priced(request, "GBP")
        return self._show(request, "basket.html", basket=basket)

    def _checkout(self, request: Request) -> Reply:
        return self._checkout_page(request, _SAMPLE, {})

    def _checkout_page(self, request: Request, form: Mapping[str, str], problems: Mapping[str, str]) -> Reply:
        currency = form.get("currency", "GBP")
        basket = self._priced(request, currency if currency in RATES else "GBP")
        if not basket.lines:
            return redirect("/shop/basket")
        return self._show(
            request, "checkout.html", basket=basket, form=form, problems=problems,
            connected=self._desk.is_connected, status=422 if problems else 200,
        )  # fmt: skip

    def _place(self, request: Request) -> Reply:
        form = read_form(request)
        problems = {name: f"Please give {words}." for name, words in _NEEDED.items() if not form.get(name)}
        if form.get("currency") not in RATES:
            problems["currency"] = "Please choose a currency."
        if problems:
            return self._checkout_page(request, form, problems)
        basket = self._priced(request, form["currency"])
        if not basket.lines:
            return redirect("/shop/basket")
        row = self._desk.place(customer_from(form), basket, form.get("note", ""))
        self._baskets.empty(self._baskets.key_of(request))
        return self._start(request, row, form.get("method", "server"))

    def _start(self, request: Request, row: Row, method: str) -> Reply:
        number = row["number"]
        if method == "checkout":
            self._desk.announce(number, checkout=True)
            return redirect(f"/shop/orders/{number}/pay")
        try:
            attempt = self._desk.register(number)
        except PaymentRefused as refusal:
            self._desk.announce(number)
            return self._show(request, "refused.html", number=number, reason=str(refusal), status=502)
        self._desk.announce(number)
        return redirect(attempt["next_url"])

    def _pay(self, request: Request, number: str) -> Reply:
        row = self._desk.get(number)
        if row is None:
            return self._missing(request)
        if row["attempts"]:
            return redirect(row["attempts"][-1].get("next_url", f"/shop/orders/{number}"))
        return self._show(request, "preparing.html", number=number, connected=self._desk.is_connected)

    def _pay_again(self, request: Request, number: str) -> Reply:
        row = self._desk.get(number)
        if row is None:
            return self._missing(request)
        if row["cancelled"] or self._desk.status(row) == "paid":
            return redirect(f"/shop/orders/{number}")
        try:
            attempt = self._desk.register(number)
        except PaymentRefused as refusal:
            return self._show(request, "refused.html", number=number, reason=str(refusal), status=502)
        self._desk.announce_attempt(number)
        return redirect(attempt["next_url"])

    def _orders(self, request: Request) -> Reply:
        rows = [(row, *_STATUS[self._desk.status(row)]) for row in self._desk.recent(100)]
        return self._show(request, "orders.html", rows=rows)

    def _order(self, request: Request, number: str) -> Reply:
        row = self._desk.get(number)
        if row is None:
            return self._missing(request)
        state = self._desk.status(row)
        tone, words = _STATUS[state]
        return self._show(
            request, "order.html", row=row, order=row["order"], state=state, tone=tone, words=words,
            confirmations=self._desk.confirmations.of(number),
        )  # fmt: skip

    def _cancel(self, request: Request, number: str) -> Reply:
        if self._desk.get(number) is None:
            return self._missing(request)
        self._desk.cancel(number)
        return redirect(f"/shop/orders/{number}")

    def _missing(self, request: Request) -> Reply:
        return self._show(request, "missing.html", status=404)

    def _priced(self, request: Request, currency: str) -> Basket:
        name = "shop.prices_include_tax"
        inclusive = bool(self._world.switches.get(name, SWITCHES[name].default))
        contents = self._baskets.contents(self._baskets.key_of(request))
        return priced(contents, currency, prices_include_tax=inclusive)

    def _show(self, request: Request, template: str, *, status: int = 200, **context: Any) -> Reply:
        contents = self._baskets.contents(self._baskets.key_of(request))
        context["in_basket"] = sum(contents.values())
        return html_reply(self._pages, template, context, status=status)


def read_form(request: Request) -> dict[str, str]:
    """The fields of a posted form, trimmed."""
    pairs = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: value.strip() for name, value in pairs}


def customer_from(form: Mapping[str, str]) -> Customer:
    """The customer as the checkout form describes them; the e-mail address is their identity."""
    address = Address(form["line1"], form["city"], form["postcode"], form.get("country") or "GB")
    email = form["email"].lower()
    return Customer(
        f"W-{email}"[:50], email, form["first_name"], form["last_name"], address,
        form.get("company", ""), form.get("phone", ""),
    )  # fmt: skip


def money(amount: Any, currency: str) -> str:
    """An amount with its currency's sign."""
    return f"{_SYMBOLS.get(currency, currency + ' ')}{amount}"
