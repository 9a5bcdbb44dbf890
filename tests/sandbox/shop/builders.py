"""A shop over a world in memory, with a gateway that always says yes."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sandbox.kernel.clock import Clock
from sandbox.kernel.store import Store
from sandbox.kernel.wire import Outgoing
from sandbox.kernel.wire_json import decode
from sandbox.kernel.world import World
from sandbox.shop.core.orders import Address, Basket, Customer, Delivery, Line
from sandbox.shop.system import ShopSystem

ORDERS_URL = "http://127.0.0.1:9/in/shop/c1/orders"
NOTIFICATION_URL = "http://127.0.0.1:9/in/opayo/c1/notify"


@dataclass
class FakeGateway:
    """Registers whatever it is given, unless told to refuse."""

    refusal: str = ""
    used: set[str] = field(default_factory=set)
    """VendorTxCodes somebody else has used."""
    registered: list[dict[str, str]] = field(default_factory=list)

    def register_server(self, fields: dict[str, str], base_url: str = "") -> dict[str, str]:
        if self.refusal:
            return {"Status": "INVALID", "StatusDetail": self.refusal}
        if fields["VendorTxCode"] in self.used:
            return {"Status": "INVALID", "StatusDetail": "4042 : The VendorTxCode has been used before."}
        self.registered.append(fields)
        number = len(self.registered)
        return {
            "Status": "OK",
            "VPSTxId": f"{{TX-{number}}}",
            "SecurityKey": f"KEY{number}",
            "NextURL": f"{base_url}/opayo/pay/TX-{number}",
        }


@dataclass
class Shop:
    """The shop under test and everything it handed over for sending."""

    system: ShopSystem
    world: World
    gateway: FakeGateway
    sent: list[Outgoing]

    def messages(self) -> list[Any]:
        return [decode(outgoing.body) for outgoing in self.sent]


def open_shop(store: Store | None = None, *, connected: bool = True) -> Shop:
    sent: list[Outgoing] = []
    world = World(Clock(), store or Store(), random.Random(5), send=sent.append)
    gateway = FakeGateway()
    system = ShopSystem(world, gateway)
    if connected:
        system.desk.connect(orders_url=ORDERS_URL, notification_url=NOTIFICATION_URL)
    return Shop(system, world, gateway, sent)


def ada(country: str = "GB", region: str = "") -> Customer:
    address = Address("88 High Street", "Leeds", "LS1 4AB", country, region=region)
    return Customer("C-77", "ada@example.com", "Ada", "O'Möss", address)


def line(total: str = "12.90", rate: str = "20", **fields: Any) -> Line:
    return Line("SKU", "Thing", "things", Decimal(1), Decimal(total), Decimal(rate), **fields)


def basket(*lines: Line, **fields: Any) -> Basket:
    delivery = Delivery("Post", Decimal("3.95"), Decimal(20))
    return Basket("GBP", lines or (line(),), **{"delivery": delivery, **fields})
