"""What people do about a payment: the staff in MyOpayo or by asking the bridge, the cardholder at the bank."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Protocol

from sandbox.kernel.store import Row
from sandbox.shop.desk import OrderDesk

_WAITING_FOR_CUSTOMER: Final = "the payment is not finished"
_REASONS: Final = (
    "Arrived broken",
    "Sent too many",
    "Not as described",
    "Changed their mind",
    "Arrived late",
)


class NotYet(Exception):
    """It cannot be done now but will be: soon (the payment is being finished), or after the night's batch."""

    def __init__(self, reason: str, *, is_soon: bool) -> None:
        super().__init__(reason)
        self.is_soon = is_soon


class MyOpayo(Protocol):
    """The merchant's portal, as far as the staff use it. Answers carry Status, StatusDetail and maybe VPSTxId."""

    def merchant_sees(self, vendor_tx_code: str) -> dict[str, Any] | None:
        """How the latest transaction of a code stands."""

    def merchant_refunds(self, vps_tx_id: str, amount: Decimal, vendor_tx_code: str) -> dict[str, str]:
        """Give money back under a new code."""

    def merchant_voids(self, vps_tx_id: str) -> dict[str, str]:
        """Undo a sale on its day."""

    def merchant_releases(self, vps_tx_id: str, amount: Decimal) -> dict[str, str]:
        """Take the money of a DEFERRED."""

    def merchant_aborts(self, vps_tx_id: str) -> dict[str, str]:
        """Let go of a DEFERRED."""

    def merchant_cancels(self, vps_tx_id: str) -> dict[str, str]:
        """Give up an AUTHENTICATE."""

    def merchant_authorises(self, vps_tx_id: str, amount: Decimal, vendor_tx_code: str) -> dict[str, str]:
        """Take money on an AUTHENTICATE under a new code."""

    def merchant_repeats(self, vps_tx_id: str, amount: Decimal, vendor_tx_code: str) -> dict[str, str]:
        """Charge the card of a sale again under a new code."""


class Acquirer(Protocol):
    """Whoever takes cardholders' disputes."""

    def raise_dispute(self, *, vendor_tx_code: str, amount: str, script: str = ...) -> dict[str, str]:
        """Raise a dispute over a settled sale; its case_id. Raises ValueError in words."""

    def next_due(self) -> datetime | None:
        """When any dispute goes on."""


class Staff:
    """Does one deed, and says what came of it. Each raises NotYet, or ValueError with Opayo's refusal."""

    def __init__(self, my_opayo: MyOpayo, desk: OrderDesk, acquirer: Acquirer) -> None:
        self._my_opayo = my_opayo
        self._desk = desk
        self._acquirer = acquirer

    def refund(self, deed: Row) -> str:
        """Give money back; a new transaction."""
        sale, code = self._settled(deed), _code(deed, "R")
        return _done(self._my_opayo.merchant_refunds(sale["vpstxid"], deed["amount"], code), code)

    def void(self, deed: Row) -> str:
        """Undo the sale."""
        return _done(self._my_opayo.merchant_voids(self._captured(deed)["vpstxid"]), "voided")

    def release(self, deed: Row) -> str:
        """Take the deferred money."""
        sale = self._sale(deed)
        return _done(self._my_opayo.merchant_releases(sale["vpstxid"], deed["amount"]), "released")

    def abort(self, deed: Row) -> str:
        """Let go of the deferred money."""
        return _done(self._my_opayo.merchant_aborts(self._sale(deed)["vpstxid"]), "aborted")

    def cancel(self, deed: Row) -> str:
        """Give up the authentication."""
        return _done(self._my_opayo.merchant_cancels(self._sale(deed)["vpstxid"]), "cancelled")

    def authorise(self, deed: Row) -> str:
        """Take money on the authentication; a new transaction."""
        code = _code(deed, "A")
        sale = self._sale(deed)
        return _done(self._my_opayo.merchant_authorises(sale["vpstxid"], deed["amount"], code), code)

    def repeat(self, deed: Row) -> str:
        """Charge the card once more; a new transaction."""
        code = _code(deed, "P")
        sale = self._captured(deed)
        return _done(self._my_opayo.merchant_repeats(sale["vpstxid"], deed["amount"], code), code)

    def ask(self, deed: Row) -> str:
        """Ask the bridge for a refund; the shop's own number of it."""
        self._captured(deed)
        order = self._desk.order(deed["number"])
        lines, amount = refundable_lines(order) if deed["by_lines"] else ([], deed["amount"])
        reason = _REASONS[sum(deed["key"].encode()) % len(_REASONS)]
        asked = self._desk.refunds.ask(
            deed["number"], amount or deed["amount"], deed["currency"], reason=reason, lines=lines
        )
        return str(asked["id"])

    def dispute(self, deed: Row) -> str:
        """Let the cardholder dispute the sale; the acquirer's case number."""
        self._settled(deed)
        return self._acquirer.raise_dispute(
            vendor_tx_code=deed["vendor_tx_code"], amount=str(deed["amount"]), script=deed["script"]
        )["case_id"]

    def next_dispute_due(self) -> datetime | None:
        """When any dispute goes on."""
        return self._acquirer.next_due()

    def _sale(self, deed: Row) -> dict[str, Any]:
        sale = self._my_opayo.merchant_sees(deed["vendor_tx_code"])
        if sale is None:
            raise ValueError("Opayo knows no such transaction")
        if sale["is_unfinished"]:
            raise NotYet(_WAITING_FOR_CUSTOMER, is_soon=True)
        return sale

    def _captured(self, deed: Row) -> dict[str, Any]:
        sale = self._sale(deed)
        if not sale["captured"]:
            raise ValueError(f"Opayo took no money: {sale['state_name']}")
        return sale

    def _settled(self, deed: Row) -> dict[str, Any]:
        sale = self._captured(deed)
        if not sale["batchid"]:
            raise NotYet("the payment is not settled", is_soon=False)
        return sale


def _code(deed: Row, letter: str) -> str:
    return f"{deed['vendor_tx_code']}-{letter}{deed['place']}"


def _done(answer: Mapping[str, str], outcome: str) -> str:
    if answer["Status"] != "OK":
        raise ValueError(answer["StatusDetail"])
    return outcome


def refundable_lines(order: Mapping[str, Any]) -> tuple[list[dict[str, str]], Decimal]:
    """The first line of an order in whole, and what the customer paid for it.

    None, and nothing, where a discount of the whole order leaves open what one line cost.
    """
    if order.get("discount"):
        return [], Decimal(0)
    line = order["lines"][0]
    amount = Decimal(line["total"])
    if not order["prices_include_tax"]:
        amount += Decimal(line["tax"])
    return [{"sku": line["sku"], "quantity": line["quantity"]}], amount
