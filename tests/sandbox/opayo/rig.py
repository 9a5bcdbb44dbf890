"""A gateway on a still clock, with what a test wants to do to it."""

from __future__ import annotations

import random
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sandbox.credentials import (
    OPAYO_INTEGRATION_KEY,
    OPAYO_INTEGRATION_PASSWORD,
    OPAYO_REPORTING_PASSWORD,
    OPAYO_REPORTING_USER,
    OPAYO_VENDOR,
)
from sandbox.kernel.clock import Clock
from sandbox.kernel.store import Store
from sandbox.kernel.wire import Outgoing, Reply, Request
from sandbox.kernel.world import World
from sandbox.opayo.core.london import report_seconds
from sandbox.opayo.core.safe_xml import parse_xml
from sandbox.opayo.core.signature import reporting_signature
from sandbox.opayo.system import OpayoSystem

VISA = "4929000000006"
AMEX = "374200000000004"
DECLINED = "4929602110085639"
SHOP = "https://shop.example/done/1"
ACCEPTED = f"Status=OK\r\nRedirectURL={SHOP}\r\n".encode()
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
"""A Monday in summer: London is an hour ahead of UTC."""


BASIC = "Basic " + b64encode(f"{OPAYO_INTEGRATION_KEY}:{OPAYO_INTEGRATION_PASSWORD}".encode()).decode()
BROWSER = {
    "notificationURL": "https://shop.example/3ds-return",
    "browserIP": "203.0.113.7",
    "browserAcceptHeader": "*/*",
    "browserJavascriptEnabled": True,
    "browserJavaEnabled": False,
    "browserLanguage": "en-GB",
    "browserColorDepth": "24",
    "browserScreenHeight": "900",
    "browserScreenWidth": "1440",
    "browserTZ": "0",
    "browserUserAgent": "Mozilla/5.0",
    "challengeWindowSize": "Medium",
    "transType": "GoodsAndServicePurchase",
}


class StillClock(Clock):
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self._now = now

    def business(self) -> datetime:
        return datetime.fromtimestamp(self._now.timestamp() + self.business_offset, UTC)

    def machine(self) -> float:
        return self._now.timestamp() + self.machine_offset


def registration(code: str = "HF-1-1", **changes: str) -> dict[str, str]:
    """A registration the gateway accepts; a change to the empty text leaves the field out."""
    person = {
        "Surname": "Moss", "Firstnames": "Ada", "Address1": "88 High Street", "City": "Leeds",
        "PostCode": "412", "Country": "GB",
    }  # fmt: skip
    fields = {
        "VPSProtocol": "4.00",
        "TxType": "PAYMENT",
        "Vendor": OPAYO_VENDOR,
        "VendorTxCode": code,
        "Amount": "38.34",
        "Currency": "GBP",
        "Description": "Order HF-1",
        "NotificationURL": "https://tillbridge.example/in/opayo/1",
        **{f"{side}{name}": value for side in ("Billing", "Delivery") for name, value in person.items()},
    }
    return {name: value for name, value in (fields | changes).items() if value}


@dataclass
class Opayo:
    """The system with what a test wants to do to it."""

    world: World
    system: OpayoSystem
    sent: list[Outgoing] = field(default_factory=list)

    def register(self, code: str = "HF-1-1", **changes: str) -> dict[str, str]:
        """Register; the reply's fields."""
        return self.system.register_server(registration(code, **changes))

    def pay(self, code: str = "HF-1-1", card: str = VISA, **changes: str) -> str:
        """Register and pay with a card; the VPSTxId. The notification waits in `sent`."""
        reply = self.register(code, **changes)
        assert reply["Status"] == "OK", reply
        self.system.customer_pays(reply["VPSTxId"], card_number=card, cvv="1234" if card == AMEX else "123")
        return reply["VPSTxId"]

    def sell(self, code: str = "HF-1-1", card: str = VISA, **changes: str) -> str:
        """Register, pay and accept the notification; the VPSTxId."""
        vps_tx_id = self.pay(code, card, **changes)
        self.answer()
        return vps_tx_id

    def answer(self, body: bytes = ACCEPTED, status: int = 200) -> None:
        """Answer the last notification."""
        self.system.replied(self.sent[-1].key, Reply(status, body))

    def notification(self, index: int = -1) -> dict[str, str]:
        """The fields of a notification that was sent."""
        return dict(parse_qsl(self.sent[index].body.decode(), strict_parsing=True))

    def pass_time(self, *, machine: bool = False, **span: int) -> None:
        """Let time pass (days, hours, minutes, seconds) and everything due happen."""
        unit = {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}
        seconds = sum(unit[name] * count for name, count in span.items())
        self.world.clock.advance(seconds, machine=machine)
        self.system.tick()

    def truth_of(self, vps_tx_id: str) -> dict[str, Any]:
        """What really became of a transaction."""
        rows: Any = self.system.truth()["transactions"]
        return next(row for row in rows if row["vpstxid"] == vps_tx_id.strip("{}"))

    def captured(self, vps_tx_id: str) -> Decimal:
        """What was really taken."""
        amount: Decimal = self.truth_of(vps_tx_id)["captured"]
        return amount

    def post(self, path: str, fields: dict[str, str]) -> dict[str, str]:
        """POST a form to one of the protocol's services; the reply's fields."""
        reply = self.system.handle(Request("POST", path, body=urlencode(fields).encode()))
        assert reply.status == 200
        lines = reply.body.decode().split("\r\n")
        return dict(line.split("=", 1) for line in lines if line)

    def report(self, command: str, password: str = OPAYO_REPORTING_PASSWORD, **parameters: str) -> Any:
        """Ask the Reporting & Admin API; the root element of the answer."""
        return ask(self.system, command, password, **parameters)

    def report_code(self, command: str, **parameters: str) -> str:
        """Ask the Reporting & Admin API; only the error code."""
        code: str = self.report(command, **parameters).findtext("errorcode")
        return code

    def a_week(self) -> dict[str, str]:
        """startdate and enddate around the clock."""
        now = self.world.clock.business()
        start, end = (datetime.fromtimestamp(now.timestamp() + shift, UTC) for shift in (-345600, 86400))
        return {"startdate": report_seconds(start), "enddate": report_seconds(end)}


def ask(system: OpayoSystem, command: str, password: str, **parameters: str) -> Any:
    """Sign and send a Reporting command, unencoded as many clients do."""
    inner = f"<command>{command}</command><vendor>{OPAYO_VENDOR}</vendor><user>{OPAYO_REPORTING_USER}</user>"
    inner += "".join(f"<{name}>{value}</{name}>" for name, value in parameters.items())
    signature = reporting_signature(inner, password)
    text = f"XML=<vspaccess>{inner}<signature>{signature}</signature></vspaccess>"
    reply = system.handle(Request("POST", "/access/access.htm", body=text.encode()))
    assert reply.status == 200
    return parse_xml(reply.body.decode())


def make_opayo(store: Store | None = None, **switches: Any) -> Opayo:
    """A gateway on a still clock; switches without their `opayo.`."""
    chosen = {f"opayo.{name}": value for name, value in switches.items()}
    world = World(StillClock(NOON), store or Store(), random.Random(7), chosen)
    opayo = Opayo(world, OpayoSystem(world))
    world.send = opayo.sent.append
    opayo.system.tick()
    return opayo
