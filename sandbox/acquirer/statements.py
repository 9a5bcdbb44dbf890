"""Settlement statements and bills for download."""

from __future__ import annotations

from datetime import date
from typing import Final

from sandbox.acquirer.core.contracts import Contract
from sandbox.acquirer.core.statement_layouts import BILL, STATEMENTS
from sandbox.acquirer.funds import Funds
from sandbox.kernel.wire import Reply, Request
from sandbox.kernel.wire_json import error_reply

_CSV: Final = "text/csv; charset=utf-8"
PATHS: Final = ("/statement.csv", "/bill.csv")


class Statements:
    """`/statement.csv` and `/bill.csv`."""

    def __init__(self, funds: Funds) -> None:
        self._funds = funds

    def handle(self, request: Request) -> Reply:
        """A file, or why there is none."""
        try:
            if request.path == "/bill.csv":
                return self._bill(dict(request.query))
            return self._statement(dict(request.query))
        except LookupError as missing:
            return error_reply(str(missing.args[0]), 404)
        except ValueError as wrong:
            return error_reply(str(wrong))

    def _statement(self, query: dict[str, str]) -> Reply:
        """Every line of a merchant number's settlements, or of all merchant numbers of an acquirer."""
        contracts = self._contracts(query)
        layout = query.get("layout") or contracts[0].layout
        if layout not in STATEMENTS:
            raise LookupError(f"There is no layout {layout}; there are {', '.join(STATEMENTS)}")
        first, last = _day(query, "since", date.min), _day(query, "until", date.max)
        settlements = self._funds.settlements.since(first, last, frozenset(each.mid for each in contracts))
        rows = [{**settlement, **line} for settlement in settlements for line in settlement["lines"]]
        return _file(STATEMENTS[layout].write(rows), f"{layout}-settlements.csv")

    def _contracts(self, query: dict[str, str]) -> list[Contract]:
        if query.get("mid"):
            return [self._funds.terms.get(query["mid"])]
        slug = query.get("acquirer", "")
        found = [contract for contract in self._funds.terms.all() if contract.layout == slug]
        if not found:
            raise LookupError("Say `mid`, or `acquirer`: one of " + ", ".join(STATEMENTS))
        return found

    def _bill(self, query: dict[str, str]) -> Reply:
        """The bills of a month, of one merchant number or of all."""
        month = query.get("month", "")
        wanted = date.fromisoformat(f"{month}-01") if month else None
        rows = [
            {**bill, **line, "day": bill["made_on"]}
            for bill in self._funds.billing.rows.values()
            if wanted in (None, bill["month"]) and query.get("mid", "") in ("", bill["mid"])
            for line in bill["lines"]
        ]
        return _file(BILL.write(rows), f"bill-{month or 'all'}.csv")


def _day(query: dict[str, str], name: str, usual: date) -> date:
    text = query.get(name, "")
    return date.fromisoformat(text[:10]) if text else usual


def _file(text: str, name: str) -> Reply:
    disposition = f'attachment; filename="{name}"'
    return Reply(200, text.encode(), {"content-type": _CSV, "content-disposition": disposition})
