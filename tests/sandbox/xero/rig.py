"""A Xero on a still clock, with an app already allowed in, and what a test wants to do to it."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sandbox.credentials import XERO_CLIENT_ID, XERO_CLIENT_SECRET
from sandbox.kernel.clock import Clock
from sandbox.kernel.store import Store
from sandbox.kernel.wire import Outgoing, Reply, Request
from sandbox.kernel.world import World
from sandbox.xero.apps import DEMO_TENANT
from sandbox.xero.system import DEFAULT_SCOPES, XeroSystem

REDIRECT = "http://localhost:8000/callback"
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
"""A Monday in summer: London is an hour ahead of UTC."""


class StillClock(Clock):
    """A clock that stands still until it is moved."""

    def business(self) -> datetime:
        return datetime.fromtimestamp(NOON.timestamp() + self.business_offset, UTC)

    def machine(self) -> float:
        return NOON.timestamp() + self.machine_offset


@dataclass
class Xero:
    """The system, the surroundings it lives in, and a client with a good token."""

    world: World
    system: XeroSystem
    sent: list[Outgoing]
    token: dict[str, Any] = field(default_factory=dict)
    tenant: str = DEMO_TENANT

    def connect(
        self, scope: str = DEFAULT_SCOPES, tenants: tuple[str, ...] = (DEMO_TENANT,)
    ) -> dict[str, Any]:
        """Go through consent and code for a token of these scopes."""
        code = self.system.consent(redirect_uri=REDIRECT, scope=scope, tenants=tenants)
        self.token = self.grant(grant_type="authorization_code", code=code, redirect_uri=REDIRECT).json()
        return self.token

    def grant(self, **form: str) -> Answer:
        """POST /connect/token as the demo app, its secret in the form."""
        form = {"client_id": XERO_CLIENT_ID, "client_secret": XERO_CLIENT_SECRET, **form}
        return self.send(Request("POST", "/connect/token", {}, {}, urlencode(form).encode()))

    def send(self, request: Request) -> Answer:
        return Answer(self.system.handle(request))

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        in_flight: int = 1,
    ) -> Answer:
        """Call the Accounting API; a body that is no bytes is sent as JSON, Decimals exactly."""
        sent = {
            "authorization": f"Bearer {self.token['access_token']}",
            "xero-tenant-id": self.tenant,
            "accept": "application/json",
            "content-type": "application/json",
            **(headers or {}),
        }
        raw = body if isinstance(body, bytes) else b"" if body is None else encode(body)
        return self.send(Request(method, f"/api.xro/2.0/{path}", query or {}, sent, raw, in_flight=in_flight))

    def put(self, plural: str, *elements: dict[str, Any], **options: Any) -> Answer:
        return self.call("PUT", plural, {plural: list(elements)}, **options)

    def post(self, plural: str, *elements: dict[str, Any], **options: Any) -> Answer:
        return self.call("POST", plural, {plural: list(elements)}, **options)

    def get(self, path: str, headers: dict[str, str] | None = None, /, **query: str) -> Answer:
        return self.call("GET", path, query=query, headers=headers)

    def made(self, plural: str, element: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Create one element that must be accepted."""
        answer = self.put(plural, element, **options)
        assert answer.status == 200, answer.text
        row: dict[str, Any] = answer.rows(plural)[0]
        return row

    def paid_invoice(self, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """An invoice and the payment that clears it."""
        made = self.made("Invoices", invoice(**changes))
        return made, self.made("Payments", payment(made))

    def balance(self, code: str, kind: str = "base") -> Decimal | int:
        """An account's balance by the ledger, debits positive; said to be an int too, to compare with one."""
        amount: Decimal = self.system.truth(self.tenant)["balances"][code][kind]
        return amount

    def reborn(self, path: Path) -> Xero:
        """A new system over the same journal, as after a kill. This one writes no more."""
        self.world.store.close()
        return make_xero(path, clock=self.world.clock, token=self.token)


@dataclass(frozen=True)
class Answer:
    """A reply, read the way a test wants it."""

    reply: Reply

    @property
    def status(self) -> int:
        return self.reply.status

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.reply.headers)

    @property
    def text(self) -> str:
        return self.reply.body.decode()

    def json(self) -> Any:
        return json.loads(self.reply.body, parse_float=Decimal)

    def rows(self, plural: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.json()[plural]
        return rows

    def reasons(self, place: int = 0) -> list[str]:
        """The validation messages of one refused element."""
        assert self.status == 400, self.text
        return [error["Message"] for error in self.json()["Elements"][place]["ValidationErrors"]]


def encode(value: object) -> bytes:
    """JSON with Decimals as text, which Xero takes as numbers too."""
    return json.dumps(value, default=str).encode()


def make_xero(
    path: Path | None = None, *, clock: Clock | None = None, token: dict[str, Any] | None = None
) -> Xero:
    """A system over a journal, or in memory only; allowed in already unless a token is given."""
    sent: list[Outgoing] = []
    world = World(clock or StillClock(), Store(path), random.Random(7), send=sent.append)
    xero = Xero(world, XeroSystem(world), sent)
    if token is None:
        xero.connect()
    else:
        xero.token = token
    return xero


def contact(name: str = "Ada Brown", **changes: Any) -> dict[str, Any]:
    return {"Name": name, **changes}


def line(unit_amount: str = "12.00", quantity: str = "1", **changes: Any) -> dict[str, Any]:
    """A line of sales at 20 %."""
    sold = {"Description": "Mug", "Quantity": quantity, "UnitAmount": unit_amount}
    return {**sold, "AccountCode": "200", "TaxType": "OUTPUT2", **changes}


def invoice(number: str = "ORD-1", *lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An approved sales invoice of 24.00 with tax inside, unless changed."""
    return {
        "Type": "ACCREC",
        "Contact": {"Name": "Ada Brown"},
        "Date": "2026-06-15",
        "DueDate": "2026-07-15",
        "InvoiceNumber": number,
        "LineAmountTypes": "Inclusive",
        "Status": "AUTHORISED",
        "LineItems": list(lines) or [line(quantity="2")],
        **changes,
    }


def credit_note(number: str = "CN-1", *lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An approved credit note of 12.00 with tax inside, unless changed."""
    return {
        "Type": "ACCRECCREDIT",
        "Contact": {"Name": "Ada Brown"},
        "Date": "2026-06-16",
        "CreditNoteNumber": number,
        "LineAmountTypes": "Inclusive",
        "Status": "AUTHORISED",
        "LineItems": list(lines) or [line()],
        **changes,
    }


def payment(made: dict[str, Any], amount: object = None, **changes: Any) -> dict[str, Any]:
    """A payment of an invoice into the sterling clearing account, in full unless an amount is given."""
    return {
        "Invoice": {"InvoiceID": made["InvoiceID"]},
        "Account": {"Code": "095"},
        "Date": "2026-06-15",
        "Amount": made["AmountDue"] if amount is None else amount,
        "Reference": "tx-1",
        **changes,
    }
