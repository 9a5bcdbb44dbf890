"""The shop's order desk: takes orders, lets customers pay, tells the bridge, gives orders up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sandbox.credentials import SHOP_NAME, SHOP_SIGNING_SECRET
from sandbox.kernel.store import Row
from sandbox.kernel.world import World
from sandbox.shop.confirmations import Confirmations
from sandbox.shop.core.messages import order_body, order_cancelled, order_created, payment_started
from sandbox.shop.core.orders import Basket, Customer
from sandbox.shop.gateway import Gateway, PaymentRefused, registration_fields
from sandbox.shop.refunds import CONFIRMED, Refunds
from sandbox.shop.webhooks import Webhooks

FIRST_NUMBER = 10001
CODE_USED = "4042"
"""Opayo's StatusDetail begins with this when a VendorTxCode has been used before."""
MOST_CODES_SKIPPED = 20
SETTINGS = ("orders_url", "notification_url", "return_url", "signing_secret")


class OrderDesk:
    """Orders and their attempts to be paid; a row per order in `shop.orders`."""

    def __init__(self, world: World, gateway: Gateway | None) -> None:
        self.on_payment_page: Callable[[str, Row], None] = lambda number, attempt: None
        """Told when the bridge has given a payment page for an order."""
        self._world = world
        self._gateway = gateway
        self._orders = world.store.table("shop.orders")
        self._settings = world.store.table("shop.settings")
        self.webhooks = Webhooks(world, self.signing_secret, lambda: self.setting("orders_url"))
        self.webhooks.on_accepted = self._accepted
        self.confirmations = Confirmations(world, self.signing_secret)
        self.refunds = Refunds(world, self.webhooks, self.confirmations.of, SHOP_NAME)
        self.webhooks.on_rejected = self.refunds.rejected

    def connect(self, **settings: str) -> dict[str, str]:
        """Set where the bridge listens; empty values keep what was set. Raises ValueError on unknown names."""
        unknown = set(settings) - set(SETTINGS)
        if unknown:
            raise ValueError(f"The shop has no setting {', '.join(sorted(unknown))}")
        connection = {**(self._settings.get("connection") or {}), **settings}
        self._settings.put("connection", connection)
        self.webhooks.retry_all()
        return {name: connection.get(name, "") for name in SETTINGS}

    def setting(self, name: str) -> str:
        """One of `SETTINGS`, empty when it was never set."""
        return str((self._settings.get("connection") or {}).get(name, ""))

    def signing_secret(self) -> str:
        """Signs both ways."""
        return self.setting("signing_secret") or SHOP_SIGNING_SECRET

    @property
    def is_connected(self) -> bool:
        """Whether the shop knows where the bridge takes orders."""
        return bool(self.setting("orders_url"))

    def place(self, customer: Customer, basket: Basket, note: str = "") -> Row:
        """Take an order; nobody is told yet."""
        number = f"HF-{FIRST_NUMBER + len(self._orders)}"
        placed_at = self._world.clock.business()
        order = order_body(number, placed_at, customer, basket, note)
        row = {
            "number": number,
            "placed_at": placed_at,
            "order": order,
            "attempts": [],
            "announced": False,
            "accepted": False,
            "cancelled": False,
        }
        return self._orders.put(number, row)

    def get(self, number: str) -> Row | None:
        """One order by its number."""
        return self._orders.get(number)

    def recent(self, count: int) -> list[Row]:
        """The newest orders first."""
        return self._orders.values()[: -count - 1 : -1]

    def order(self, number: str) -> dict[str, Any]:
        """An order as it was sent. Raises LookupError."""
        if number not in self._orders:
            raise LookupError(f"The shop has no order {number}")
        order: dict[str, Any] = self._orders[number]["order"]
        return order

    def ask_refund(
        self,
        *,
        order_number: str,
        amount: str,
        currency: str = "",
        reason: str = "",
        lines: Sequence[Mapping[str, str]] = (),
    ) -> Row:
        """Ask the bridge to give money back; amount in major units of the order's currency unless another is named."""
        order = self.order(order_number)
        return self.refunds.ask(
            order_number, Decimal(amount), currency or order["currency"], reason=reason, lines=lines
        )

    def register(self, number: str, tx_type: str = "PAYMENT") -> Row:
        """Begin an attempt on Opayo's page, registered by the shop. Raises PaymentRefused."""
        row = self._orders[number]
        code, reply = self._register_under_free_code(row, tx_type)
        attempt = {
            "method": "opayo_server",
            "vendor_tx_code": code,
            "security_key": reply["SecurityKey"],
            "vps_tx_id": reply["VPSTxId"],
            "next_url": reply["NextURL"],
        }
        return self._add_attempt(row, attempt)

    def _register_under_free_code(self, row: Row, tx_type: str) -> tuple[str, Mapping[str, str]]:
        """Count on past codes the shop never heard of: the bridge may have used one and lost the answer."""
        if self._gateway is None:
            raise PaymentRefused("The shop has no payment gateway")
        refusal = ""
        for skipped in range(MOST_CODES_SKIPPED):
            code = next_code(row, skipped)
            fields = registration_fields(row["order"], code, self.setting("notification_url"), tx_type)
            reply = self._gateway.register_server(fields, self._world.base_url)
            if reply.get("Status") == "OK":
                return code, reply
            refusal = reply.get("StatusDetail", "Opayo gave no reason")
            if not refusal.startswith(CODE_USED):
                break
        raise PaymentRefused(refusal)

    def note_pi(self, number: str, code: str) -> Row:
        """Write down an attempt the shop itself made by Opayo Pi."""
        return self._add_attempt(self._orders[number], {"method": "opayo_pi", "vendor_tx_code": code})

    def announce(self, number: str, *, checkout: bool = False) -> None:
        """Tell the bridge: the order with its first payment, or asking for a payment page."""
        row = self._orders[number]
        row["announced"] = True
        self._orders.put(number, row)
        if checkout:
            return_url = f"{self._world.base_url}/shop/orders/{number}"
            how: dict[str, Any] = {"checkout": {"return_url": return_url}}
        else:
            how = {"payment": payment_of(row["attempts"][0])} if row["attempts"] else {}
        self.webhooks.send(number, order_created(SHOP_NAME, row["order"], **how))

    def announce_attempt(self, number: str, attempt: Mapping[str, Any] | None = None) -> None:
        """Tell the bridge of a further attempt to pay, the latest unless another is given."""
        payment = payment_of(attempt or self._orders[number]["attempts"][-1])
        self.webhooks.send(number, payment_started(SHOP_NAME, number, payment))

    def cancel(self, number: str) -> None:
        """Give an order up and tell the bridge, once."""
        row = self._orders[number]
        if not row["cancelled"]:
            row["cancelled"] = True
            self._orders.put(number, row)
            self.webhooks.send(number, order_cancelled(SHOP_NAME, number))

    def status(self, row: Row) -> str:
        """`cancelled`, `paid`, `failed`, `reversed`, `refunded` or `waiting`, by what the bridge confirmed."""
        latest = {event["type"] for event in self.confirmations.of(row["number"])}
        if CONFIRMED in latest:
            return "refunded"
        if "payment.reversed" in latest:
            return "reversed"
        if "payment.confirmed" in latest:
            return "paid"
        if row["cancelled"]:
            return "cancelled"
        return "failed" if "payment.failed" in latest else "waiting"

    def truth(self) -> dict[str, Any]:
        """All the shop knows, for the auditor; amounts as decimal texts."""
        orders = [{**row, "status": self.status(row)} for row in self._orders.values()]
        return {
            "orders": orders,
            "confirmations": self.confirmations.all(),
            "refunds": self.refunds.all(),
            "webhooks_waiting": self.webhooks.waiting,
        }

    def _add_attempt(self, row: Row, attempt: dict[str, Any]) -> Row:
        row["attempts"].append(attempt)
        self._orders.put(row["number"], row)
        return attempt

    def _accepted(self, webhook: Row, answer: Mapping[str, Any]) -> None:
        if webhook.get("refund_id"):
            self.refunds.accepted(webhook)
            return
        row = self._orders[webhook["order_number"]]
        if webhook["type"] != "order.created":
            return
        row["accepted"] = True
        self._orders.put(row["number"], row)
        if answer.get("next_url") and answer.get("vendor_tx_code"):
            attempt = {"method": "checkout", "vendor_tx_code": str(answer["vendor_tx_code"])}
            attempt = self._add_attempt(row, {**attempt, "next_url": str(answer["next_url"])})
            self.on_payment_page(row["number"], attempt)


def next_code(row: Row, skipped: int = 0) -> str:
    """The VendorTxCode of the next attempt: the order's number and a count."""
    return f"{row['number']}-{len(row['attempts']) + 1 + skipped}"


def payment_of(attempt: Mapping[str, Any]) -> dict[str, str]:
    """How an attempt is described to the bridge."""
    names = ("method", "vendor_tx_code", "security_key")
    return {name: attempt[name] for name in names if attempt.get(name)}
