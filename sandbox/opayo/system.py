"""The simulated Opayo as one system: which part answers what, and what the trade bot may do directly."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply, Request
from sandbox.kernel.world import World
from sandbox.opayo.core import transaction as life
from sandbox.opayo.core.status_codes import Refusal, status_detail
from sandbox.opayo.core.transaction import TxType
from sandbox.opayo.gateway import Gateway
from sandbox.opayo.operations import Operations
from sandbox.opayo.pi.acs import AccessControlServer
from sandbox.opayo.pi.api import ROOT, PiApi
from sandbox.opayo.pi.cards import CardDesk
from sandbox.opayo.pi.customers import PiCustomers, PiSale
from sandbox.opayo.pi.follow_ups import FollowUps
from sandbox.opayo.pi.sales import Sales
from sandbox.opayo.portal import Portal, portal_order
from sandbox.opayo.records import Record
from sandbox.opayo.reporting.access import Access
from sandbox.opayo.reporting.account import AccountReports
from sandbox.opayo.reporting.batches import BatchReports
from sandbox.opayo.reporting.fraud import Screening
from sandbox.opayo.reporting.transactions import TransactionReports
from sandbox.opayo.server.checkout import Checkout
from sandbox.opayo.server.notifier import Notifier
from sandbox.opayo.server.pages import PaymentPages
from sandbox.opayo.settlement import Settlement
from sandbox.opayo.shared import SharedOperations
from sandbox.opayo.truth import standing, truth
from sandbox.opayo.web import protocol_reply, read_form

REGISTER = "/gateway/service/vspserver-register.vsp"
SERVICE = "/gateway/service/"
ACCESS = "/access/access.htm"
DEFAULT_BASE_URL = "http://127.0.0.1:8001"
_TEXT = {"content-type": "text/plain; charset=utf-8"}
_NOT_FOUND = Reply(404, b"No such service", _TEXT)
_POST_ONLY = Reply(405, b"POST only", {**_TEXT, "allow": "POST"})


class OpayoSystem:
    """Opayo below its mount: Server, the shared operations, Pi, Reporting & Admin, settlement."""

    name = "opayo"

    def __init__(self, world: World) -> None:
        self.gateway = Gateway(world)
        self._notifier = Notifier(self.gateway)
        self._checkout = Checkout(self.gateway, self._notifier)
        self._pages = PaymentPages(self.gateway, self._checkout)
        screening = Screening(self.gateway)
        reports = TransactionReports(self.gateway, screening)
        accounts = AccountReports(self.gateway, reports, screening)
        self._settlement = Settlement(self.gateway)
        batches = BatchReports(self.gateway, self._settlement)
        commands = {**reports.commands(), **accounts.commands(), **batches.commands()}
        self._access = Access(self.gateway, commands)
        self._operations = Operations(self.gateway)
        self._portal = Portal(self.gateway, self._operations, self._settlement)
        self._shared = SharedOperations(self.gateway, self._operations)
        desk = CardDesk(self.gateway)
        self._sales = Sales(self.gateway, desk)
        self._acs = AccessControlServer(self._sales)
        self._pi = PiApi(self.gateway, desk, self._sales, FollowUps(self.gateway, self._operations))
        self._pi_customers = PiCustomers(self._pi, self._sales)
        self._restore()

    def _restore(self) -> None:
        for record in self.gateway.records:
            if record.system == "Server":
                self._notifier.restore(record)
            self._sales.restore(record)
            self.gateway.schedule_expiry(record.tx, life.expires_at(record.tx))

    # The system protocol

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        path = request.path.lower()
        if path.startswith(SERVICE):
            return self._serve_protocol(path, request)
        if path.startswith("/pay/"):
            return self._pages.handle(request)
        if path.startswith(ROOT):
            return self._pi.handle(request)
        if path.startswith("/acs/"):
            return self._acs.handle(request)
        if path == ACCESS:
            return self._access.handle(request)
        return self._portal.handle(request) or _NOT_FOUND

    def _serve_protocol(self, path: str, request: Request) -> Reply:
        if request.method != "POST":
            return _POST_ONLY
        if path == REGISTER:
            return protocol_reply(self._checkout.register(read_form(request.body), request.base_url))
        service = path.removeprefix(SERVICE).removesuffix(".vsp")
        if self._shared.serves(service):
            return protocol_reply(self._shared.answer(service, read_form(request.body)))
        return _NOT_FOUND

    def route_of(self, request: Request) -> str:
        """`opayo.register`, `opayo.shared`, `opayo.pi`, `opayo.reporting` or `opayo.page`."""
        path = request.path.lower()
        if path == REGISTER:
            return "opayo.register"
        if path.startswith(SERVICE):
            return "opayo.shared"
        if path.startswith("/api/"):
            return "opayo.pi"
        return "opayo.reporting" if path.startswith("/access/") else "opayo.page"

    def tick(self) -> None:
        """Do what has fallen due: monitor, repeats, ABORTs, expiries, settlement."""
        now = self.gateway.now()
        for due, kind, key in self.gateway.agenda.due(now):
            record = self.gateway.records.get(key)
            if record is None:
                continue
            if kind == "abort":
                self._notifier.post_abort(record, due)
            else:
                self._appointments[kind](record)
        self._sales.time_out_challenges()
        self._settlement.run()

    @property
    def _appointments(self) -> dict[str, Callable[[Record], None]]:
        return {
            "monitor": self._notifier.give_up,
            "resend": self._notifier.resend,
            "expiry": self._expire,
        }

    def _expire(self, record: Record) -> None:
        if life.is_expired(record.tx, self.gateway.now()):
            record.tx = life.expire(record.tx)
            self.gateway.records.save(record)

    def replied(self, key: str, reply: Reply) -> None:
        """Hear the vendor's answer to a notification."""
        self._notifier.replied(key, reply)

    def failed(self, key: str, reason: str) -> None:
        """Hear that a notification got no answer."""
        self._notifier.failed(key, reason)

    # What customers do, without a browser

    def register_server(self, fields: dict[str, str], base_url: str = DEFAULT_BASE_URL) -> dict[str, str]:
        """Register a Server transaction; the protocol's reply as fields."""
        return self._checkout.register(fields, base_url)

    def customer_pays(
        self,
        vps_tx_id_or_next_url: str,
        *,
        card_number: str,
        cardholder: str = "SUCCESSFUL",
        expiry: str = "1230",
        cvv: str = "123",
    ) -> str:
        """Pay on the payment page; the resulting Status, `3DAUTH` (a challenge) or `RETRY`.

        Details the page would refuse give the Status of the refusal, INVALID or MALFORMED.
        """
        record = self._find(vps_tx_id_or_next_url)
        self._checkout.open_page(record)
        try:
            return self._checkout.pay(record, card_number, cardholder, expiry, cvv)
        except Refusal as refusal:
            return refusal.status

    def customer_passes_challenge(self, vps_tx_id_or_next_url: str, *, passed: bool = True) -> str:
        """Answer the bank's question on the challenge page; the resulting Status or `RETRY`."""
        return self._checkout.answer_challenge(self._find(vps_tx_id_or_next_url), passed=passed)

    def customer_cancels(self, vps_tx_id_or_next_url: str) -> str:
        """Press Cancel on the payment page; the resulting Status."""
        return self._checkout.cancel(self._find(vps_tx_id_or_next_url))

    def customer_walks_away(self, vps_tx_id_or_next_url: str) -> str:
        """Open the payment page and leave; the monitor will cancel it in a quarter of an hour."""
        record = self._find(vps_tx_id_or_next_url)
        self._checkout.open_page(record)
        return self._checkout.standing(record)

    def pi_payment(self, **sale: Any) -> dict[str, Any]:
        """Pay by Pi as a merchant's own checkout does; the JSON of the last reply.

        The keywords are those of `PiSale`. A refusal gives its error object; a
        challenge gives the 202 object (then `pi_passes_challenge`).
        """
        return self._pi_customers.pay(cast(PiSale, sale))

    def pi_passes_challenge(self, transaction_id: str, *, passed: bool = True) -> dict[str, Any]:
        """Answer the bank's question in a Pi payment and bring the cRes; the JSON of the transaction."""
        return self._pi_customers.pass_challenge(self._find(transaction_id), passed=passed)

    # What the merchant does in MyOpayo

    def merchant_refunds(self, vps_tx_id: str, amount: Decimal, vendor_tx_code: str) -> dict[str, str]:
        """Refund a settled sale in MyOpayo; `{"Status", "StatusDetail"}` and, if OK, `VPSTxId`."""
        original = self._find(vps_tx_id)
        return _outcome(
            lambda: self._operations.refund(
                original, portal_order(original, TxType.REFUND, str(amount), vendor_tx_code)
            ),
            "0000",
        )

    def merchant_voids(self, vps_tx_id: str) -> dict[str, str]:
        """Void a sale or refund in MyOpayo on its own day; `{"Status", "StatusDetail"}`."""
        record = self._find(vps_tx_id)
        return _outcome(lambda: self._operations.void(record), "2005")

    def merchant_releases(self, vps_tx_id: str, amount: Decimal) -> dict[str, str]:
        """Release a DEFERRED in MyOpayo; `{"Status", "StatusDetail"}`."""
        record = self._find(vps_tx_id)
        return _outcome(lambda: self._operations.release(record, amount), "2004")

    def merchant_aborts(self, vps_tx_id: str) -> dict[str, str]:
        """Let go of a DEFERRED in MyOpayo; `{"Status", "StatusDetail"}`."""
        record = self._find(vps_tx_id)
        return _outcome(lambda: self._operations.abort(record), "2006")

    def merchant_cancels(self, vps_tx_id: str) -> dict[str, str]:
        """Give up an AUTHENTICATE in MyOpayo; `{"Status", "StatusDetail"}`."""
        record = self._find(vps_tx_id)
        return _outcome(lambda: self._operations.cancel(record), "2012")

    def merchant_authorises(self, vps_tx_id: str, amount: Decimal, vendor_tx_code: str) -> dict[str, str]:
        """Take money on an AUTHENTICATE in MyOpayo; `{"Status", "StatusDetail"}` and, if OK, `VPSTxId`."""
        original = self._find(vps_tx_id)
        return _outcome(
            lambda: self._operations.authorise(
                original, portal_order(original, TxType.AUTHORISE, str(amount), vendor_tx_code)
            ),
            "0000",
        )

    def merchant_repeats(self, vps_tx_id: str, amount: Decimal, vendor_tx_code: str) -> dict[str, str]:
        """Charge the card of a sale again in MyOpayo; `{"Status", "StatusDetail"}` and, if OK, `VPSTxId`."""
        original = self._find(vps_tx_id)
        return _outcome(
            lambda: self._operations.repeat(
                original, portal_order(original, TxType.REPEAT, str(amount), vendor_tx_code)
            ),
            "0000",
        )

    def merchant_sees(self, vendor_tx_code: str) -> dict[str, Any] | None:
        """The latest transaction under a VendorTxCode as MyOpayo shows it, amounts in major units; None without one."""
        attempts = self.gateway.records.by_code(vendor_tx_code)
        return standing(attempts[-1], self.gateway) if attempts else None

    def answers_get_lost(self, vps_tx_id_or_next_url: str) -> None:
        """From now on no answer to the result of this transaction reaches Opayo, so that it ends in a late ABORT."""
        record = self._find(vps_tx_id_or_next_url)
        record.notice["answers_lost"] = True
        self.gateway.records.save(record)

    def redeliver(self, vps_tx_id: str) -> None:
        """Send the last notification of a transaction once more."""
        self._notifier.redeliver(self._find(vps_tx_id))

    # What the acquirers are handed

    def merchant_accounts(self) -> list[dict[str, str]]:
        """The vendor's merchant numbers: `mid`, `acquirer`, `currency`."""
        return self.gateway.merchant_accounts()

    def batches(self) -> list[Row]:
        """Every settlement batch so far, in the order they were sent."""
        return self._settlement.batches.values()

    def batch_items(self, batch_id: str) -> list[dict[str, Any]]:
        """The transactions of a batch, amounts in major units."""
        members = self._settlement.batches[batch_id]["transactions"]
        found = (self.gateway.records.get(member) for member in members)
        return [standing(record, self.gateway) for record in found if record is not None]

    def close_batch(self) -> dict[str, Any]:
        """Settle what was captured so far at once, beside the nightly files; the new batches' ids."""
        return {"batches": self._settlement.close_now()}

    def truth(self) -> dict[str, object]:
        """All transactions and batches as they really are; for an auditor."""
        return truth(self.gateway)

    def _find(self, vps_tx_id_or_next_url: str) -> Record:
        record = self.gateway.records.get(vps_tx_id_or_next_url.rstrip("/").rsplit("/", 1)[-1])
        if record is None:
            raise KeyError(f"no transaction {vps_tx_id_or_next_url}")
        return record


def _outcome(work: Callable[[], Record | None], code: str) -> dict[str, str]:
    try:
        made = work()
    except Refusal as refusal:
        return {"Status": refusal.status, "StatusDetail": status_detail(refusal.code)}
    if made is None:
        return {"Status": "OK", "StatusDetail": status_detail(code)}
    detail = made.results.get("StatusDetail", status_detail(code))
    return {"Status": made.tx.status, "StatusDetail": detail, "VPSTxId": f"{{{made.tx.vps_tx_id}}}"}
