"""The whole sandbox on a real socket, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from sandbox.kernel.faults import Kind, Rule
from sandbox.kernel.server import Options, Sandbox
from sandbox.kernel.wire import Outgoing, Reply
from sandbox.opayo.core.transaction import State
from sandbox.opayo.system import OpayoSystem
from sandbox.shop.system import ShopSystem
from sandbox.systems import build

T = TypeVar("T")
VISA, DECLINED = "4929000000006", "4929602110085639"


class SandboxInThread:
    """A fresh sandbox; whatever touches it runs in its own loop."""

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._sandbox = Sandbox(Options(port=0, smtp_port=0), build)
        self._thread.start()
        assert self._ready.wait(20), "the sandbox did not start"
        self.url = f"http://127.0.0.1:{self._sandbox.port}"

    @property
    def opayo(self) -> OpayoSystem:
        system = self._sandbox.systems["opayo"]
        assert isinstance(system, OpayoSystem)
        return system

    @property
    def shop(self) -> ShopSystem:
        system = self._sandbox.systems["shop"]
        assert isinstance(system, ShopSystem)
        return system

    def do(self, act: Callable[[], T]) -> T:
        """Run something over the simulated systems where no request can get in between."""

        async def run() -> T:
            return act()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(20)

    def pay(self, next_url: str, card: str = VISA) -> str:
        """The customer fills in the card form; the resulting Status."""
        return self.do(lambda: self.opayo.customer_pays(next_url, card_number=card, cvv="123"))

    def cancel(self, next_url: str) -> str:
        """The customer presses Cancel; the resulting Status."""
        return self.do(lambda: self.opayo.customer_cancels(next_url))

    def register(self, code: str, amount: str = "38.34", **fields: str) -> dict[str, str]:
        """A shop registers with Opayo by itself; the reply's fields."""
        person = {
            "Surname": "Moss", "Firstnames": "Ada", "Address1": "88 High Street", "City": "Leeds", "PostCode": "412",
            "Country": "GB",
        }  # fmt: skip
        request = {
            "VPSProtocol": "4.00", "TxType": "PAYMENT", "Vendor": "tillbridge", "VendorTxCode": code,
            "Amount": amount, "Currency": "GBP", "Description": "Order",
            "NotificationURL": "http://127.0.0.1:9/nobody",
            **{f"{side}{name}": value for side in ("Billing", "Delivery") for name, value in person.items()},
            **fields,
        }  # fmt: skip
        return self.do(lambda: self.opayo.register_server(request, self.url))

    def sell(self, code: str, amount: str = "38.34", card: str = VISA, **fields: str) -> str:
        """Registered, paid, and acknowledged by somebody else, so that we were never told; the bare VPSTxId."""
        vps_tx_id = self.register(code, amount, **fields)["VPSTxId"].strip("{}")

        def run() -> None:
            sent: list[Outgoing] = []
            world, kept = self._sandbox.world, self._sandbox.world.send
            world.send = sent.append
            try:
                self.opayo.customer_pays(vps_tx_id, card_number=card, cvv="123")
            finally:
                world.send = kept
            self.opayo.replied(sent[-1].key, Reply(200, b"Status=OK\r\nRedirectURL=http://127.0.0.1:9/\r\n"))

        self.do(run)
        return vps_tx_id

    def void(self, vps_tx_id: str) -> None:
        """Somebody voids it by hand in MyOpayo."""
        outcome = self.do(lambda: self.opayo.merchant_voids(vps_tx_id))
        assert outcome["Status"] == "OK", outcome

    def refund(self, vps_tx_id: str, amount: str, code: str) -> str:
        """Somebody gives a part back in MyOpayo; the refund's VPSTxId."""
        outcome = self.do(lambda: self.opayo.merchant_refunds(vps_tx_id, Decimal(amount), code))
        assert outcome["Status"] == "OK", outcome
        return outcome["VPSTxId"].strip("{}")

    def release(self, vps_tx_id: str, amount: str) -> None:
        """Somebody releases a DEFERRED by hand in MyOpayo."""
        outcome = self.do(lambda: self.opayo.merchant_releases(vps_tx_id, Decimal(amount)))
        assert outcome["Status"] == "OK", outcome

    def state_of(self, vps_tx_id: str) -> int:
        """`txstateid` of a transaction."""

        def look() -> int:
            record = self.opayo.gateway.records.get(vps_tx_id.strip("{}"))
            assert record is not None
            return int(record.tx.state)

        return self.do(look)

    def answered(self, vps_tx_id: str) -> None:
        """Wait until Opayo has the answer to the notification of a transaction."""

        async def wait() -> None:
            while self.opayo.gateway.records.get(vps_tx_id).tx.state == State.AWAITING_VENDOR:  # type: ignore[union-attr]
                await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(asyncio.wait_for(wait(), 20), self._loop).result(20)

    def now(self) -> datetime:
        """Opayo's clock, UTC."""
        return self.do(self.opayo.gateway.now)

    def fail(self, route: str, kind: Kind, *, times: int = 1, seconds: float = 0.0) -> None:
        """Let the next calls of that route go wrong."""
        rule = Rule(route, kind, 1.0, seconds, remaining=times)
        self.do(lambda: self._sandbox.faults.add(rule))

    def switch(self, name: str, value: object) -> None:
        """Set one of the documented switches."""
        self.do(lambda: self._sandbox.world.switches.update({name: value}))

    def advance(self, seconds: float) -> None:
        """Let business time pass, and do what falls due."""

        def run() -> None:
            self._sandbox.world.clock.advance(seconds)
            self.opayo.tick()

        self.do(run)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._sandbox.start())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._sandbox.stop())
        self._loop.close()
