"""The access control server of the cardholder's bank: challenge page and the way back."""

from __future__ import annotations

from sandbox.kernel.wire import Reply, Request
from sandbox.opayo.core import emv
from sandbox.opayo.core.transaction import State
from sandbox.opayo.gateway import MOUNT
from sandbox.opayo.pi.sales import Sales
from sandbox.opayo.records import Record
from sandbox.opayo.server.pages import common_context, problem
from sandbox.opayo.web import html, read_form


class AccessControlServer:
    """`/acs/<acsTransID>`: gets `creq` from the customer's browser, sends it back with `cres`."""

    def __init__(self, sales: Sales) -> None:
        self._sales = sales

    def handle(self, request: Request) -> Reply:
        """Serve one step of a challenge."""
        acs_trans_id = request.path.removeprefix("/acs/")
        form = read_form(request.body)
        record = self._sales.challenged(acs_trans_id)
        if request.method != "POST" or record is None or not _asks_about(form.get("creq", ""), acs_trans_id):
            return problem("Nothing to confirm", "Go back to the shop and pay again.", 400)
        if record.tx.state is not State.AT_3D_SECURE:
            return problem("Already confirmed", "Go back to the shop to see your order.", 200)
        session = form.get("threeDSSessionData", "")
        if "outcome" not in form:
            return self._ask(record, form["creq"], session)
        cres = self._sales.answer(record, passed=form["outcome"] == "pass")
        return self._send_back(record, cres, session)

    def _ask(self, record: Record, creq: str, session: str) -> Reply:
        action = f"{MOUNT}/acs/{record.pi['challenge']['acs_trans_id']}"
        hidden = [("creq", creq), *([("threeDSSessionData", session)] if session else [])]
        extra = {"last_four": record.card["last_four"], "action": action, "hidden": hidden}
        return html("challenge.html", {**common_context(record), **extra})

    def _send_back(self, record: Record, cres: str, session: str) -> Reply:
        hidden = [("cres", cres), *([("threeDSSessionData", session)] if session else [])]
        extra = {"action": record.pi["challenge"]["return_url"], "hidden": hidden}
        return html("return.html", {**common_context(record), **extra})


def _asks_about(creq: str, acs_trans_id: str) -> bool:
    try:
        message = emv.decode(creq)
    except ValueError:
        return False
    return message.get("messageType") == "CReq" and message.get("acsTransID") == acs_trans_id
