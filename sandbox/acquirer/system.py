"""The acquirers behind the gateway: they pay what was sold, raise disputes, decide them, and tell the merchant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.acquirer.cases import Cases
from sandbox.acquirer.core.layouts import LAYOUTS
from sandbox.acquirer.core.scripts import LOST
from sandbox.acquirer.core.statement_layouts import STATEMENTS
from sandbox.acquirer.funds import Funds
from sandbox.acquirer.gateway import CardGateway, NoGateway
from sandbox.acquirer.publishing import Downloads, Poster
from sandbox.acquirer.statements import PATHS, Statements
from sandbox.kernel.wire import Reply, Request
from sandbox.kernel.wire_json import error_reply, json_reply
from sandbox.kernel.world import World

Sales = Callable[[str], Mapping[str, Any] | None]


class AcquirerSystem:
    """Elavon (or whoever `opayo.authprocessor` names) and American Express."""

    name = "acquirer"

    def __init__(self, world: World, sale_of: Sales, gateway: CardGateway | None = None) -> None:
        self._sale_of = sale_of
        self._cases = Cases(world)
        self._downloads = Downloads(self._cases)
        self.poster = Poster(world, self._cases)
        self.funds = Funds(world, self._cases, gateway or NoGateway())
        self._statements = Statements(self.funds)
        self._recovered = False

    def handle(self, request: Request) -> Reply:
        """Offer the notices, the settlement statements and the bills."""
        if request.method != "GET":
            return error_reply("These files are only read", 405)
        if request.path in PATHS:
            return self._statements.handle(request)
        if request.path in ("/disputes.csv", "/disputes.json"):
            return self._downloads.handle(request)
        if request.path.strip("/") == "":
            files = [f"/acquirer/disputes.csv?acquirer={slug}" for slug in LAYOUTS]
            files += [f"/acquirer/statement.csv?acquirer={slug}" for slug in STATEMENTS]
            files = ["/acquirer/disputes.csv", *files, "/acquirer/bill.csv"]
            return json_reply({"files": files, "json": "/acquirer/disputes.json"})
        return error_reply("No such file", 404)

    def route_of(self, request: Request) -> str:
        """`acquirer.download`."""
        return "acquirer.download"

    def tick(self) -> None:
        """Let disputes go on, tell of it, and pay what is due."""
        if not self._recovered:
            self._recovered = True
            self.poster.recover()
        for notice in self._cases.play():
            self.poster.post(notice)
        self.funds.run()

    def replied(self, key: str, reply: Reply) -> None:
        """Hear the answer to a posted notice."""
        self.poster.replied(key, reply)

    def failed(self, key: str, reason: str) -> None:
        """Hear that a posted notice got no answer."""
        self.poster.failed(key, reason)

    def raise_dispute(self, *, vendor_tx_code: str, amount: str, script: str = "lost") -> dict[str, str]:
        """Let the cardholder dispute a settled sale; amount in major units. Raises ValueError in words."""
        sale = self._sale_of(vendor_tx_code)
        if sale is None:
            raise ValueError(f"There is no sale {vendor_tx_code}")
        row = self._cases.open(sale, Decimal(amount), script)
        self.tick()
        return {"case_id": row["case_id"]}

    def next_due(self) -> datetime | None:
        """When the next stage of any dispute comes, by the business clock."""
        return self._cases.next_due()

    def truth(self) -> dict[str, Any]:
        """Every dispute with its history and its effect on the money, and all that was paid; for the auditor."""
        history: dict[str, list[dict[str, Any]]] = {}
        for notice in self._cases.notices.values():
            history.setdefault(notice["case_id"], []).append(notice)
        disputes = [
            {
                **row,
                "history": history.get(row["case_id"], []),
                "is_closed": not row["to_come"],
                "is_lost": not row["to_come"] and row["state"] in LOST,
            }
            for row in self._cases.disputes.values()
        ]
        return {"disputes": disputes, **self.funds.truth()}
