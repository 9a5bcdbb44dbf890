"""The simulated shop: storefront for people, order desk for the trade, receiver for the bridge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.kernel.wire import Reply, Request
from sandbox.kernel.wire_json import error_reply
from sandbox.kernel.world import World
from sandbox.shop.desk import OrderDesk
from sandbox.shop.gateway import Gateway
from sandbox.shop.storefront import Storefront

CONFIRMATIONS_PATH = "/confirmations"


class ShopSystem:
    """Harbour & Finch, a small shop that takes its payments through Opayo."""

    name = "shop"

    def __init__(self, world: World, gateway: Gateway | None = None) -> None:
        self.desk = OrderDesk(world, gateway)
        self._storefront = Storefront(world, self.desk)
        self._recovered = False
        self.on_tick: Callable[[], None] = lambda: None
        """Called whenever time has passed; where the trade does what has fallen due."""

    def handle(self, request: Request) -> Reply:
        """Answer the bridge's confirmations, and people's clicks."""
        if request.path != CONFIRMATIONS_PATH:
            return self._storefront.handle(request)
        if request.method != "POST":
            return error_reply("Confirmations are posted", 405)
        return self.desk.confirmations.receive(request)

    def route_of(self, request: Request) -> str:
        """`shop.confirmations` or `shop.page`."""
        return "shop.confirmations" if request.path == CONFIRMATIONS_PATH else "shop.page"

    def tick(self) -> None:
        """After a start, send again what a kill left without a call on its way; then let the trade go on."""
        if not self._recovered:
            self._recovered = True
            self.desk.webhooks.recover()
        self.on_tick()

    def replied(self, key: str, reply: Reply) -> None:
        """Hear the answer to a webhook."""
        self.desk.webhooks.replied(key, reply)

    def failed(self, key: str, reason: str) -> None:
        """Hear that a webhook got no answer."""
        self.desk.webhooks.failed(key, reason)

    def truth(self) -> dict[str, Any]:
        """All the shop knows, for the auditor."""
        return self.desk.truth()
