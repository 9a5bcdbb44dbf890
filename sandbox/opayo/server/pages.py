"""The hosted payment page: card form, 3-D Secure challenge, waiting, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.kernel.wire import Reply, Request
from sandbox.kernel.wire_json import json_reply
from sandbox.opayo.core import transaction as life
from sandbox.opayo.core.amounts import show
from sandbox.opayo.core.cards import TEST_CARDS, TestCard
from sandbox.opayo.core.status_codes import CODES, Refusal
from sandbox.opayo.core.transaction import State
from sandbox.opayo.gateway import MOUNT, Gateway
from sandbox.opayo.records import Record
from sandbox.opayo.server.checkout import RETRY, Checkout
from sandbox.opayo.web import html, read_form, redirect

MERCHANT = "Harbour & Finch"
NAMES = (
    ("SUCCESSFUL", "passes without a question"),
    ("CHALLENGE", "the bank asks you to confirm"),
    ("NOTAUTH", "authentication fails"),
    ("REJECT", "the bank refuses to authenticate"),
    ("PROOFATTEMPT", "attempted only; goes through"),
    ("NOTENROLLED", "the card does not take part; goes through"),
    ("TECHDIFFICULTIES", "incomplete; goes through"),
    ("ERROR", "an error; goes through"),
)
_FIRST_FILL = {"card_number": "", "cardholder": "SUCCESSFUL", "expiry": "12/30", "cvv": "123"}


def common_context(record: Record) -> dict[str, str]:
    """What every page of a transaction shows."""
    tx = record.tx
    return {"merchant": MERCHANT, "amount": show(tx.amount, tx.currency), "currency": tx.currency}


class PaymentPages:
    """`/pay/<id>` and what lies below it."""

    def __init__(self, gateway: Gateway, checkout: Checkout) -> None:
        self._gateway = gateway
        self._checkout = checkout

    def handle(self, request: Request) -> Reply:
        """Serve one page of a payment."""
        _, _, key, *rest = request.path.split("/")
        record = self._gateway.records.get(key)
        if record is None or record.system != "Server":
            return problem("No such payment", "Ask the shop for a new payment link.", 404)
        page = rest[0] if rest else ""
        if page == "progress":
            return json_reply(self._progress(record))
        if page == "problem":
            return self._result(record)
        return self._step(record, request)

    def _step(self, record: Record, request: Request) -> Reply:
        """The page that fits the transaction's state, whatever address was asked for."""
        state = record.tx.state
        if request.method == "POST":
            return self._act(record, read_form(request.body))
        if state in life.CARD_PAGES:
            self._checkout.open_page(record)
            return self._card_form(record)
        if state is State.AT_3D_SECURE:
            return self._challenge(record)
        return self._result(record)

    def _act(self, record: Record, form: Mapping[str, str]) -> Reply:
        action = form.get("action") or form.get("outcome")
        if action == "cancel":
            self._checkout.cancel(record)
        elif record.tx.state is State.AT_3D_SECURE:
            return self._after(record, self._checkout.answer_challenge(record, passed=action == "pass"))
        elif record.tx.state in life.CARD_PAGES:
            return self._pay(record, form)
        return redirect(self._address(record))

    def _pay(self, record: Record, form: Mapping[str, str]) -> Reply:
        number = form.get("card_number", "").replace(" ", "").replace("-", "")
        expiry = form.get("expiry", "").replace("/", "").replace(" ", "")
        try:
            status = self._checkout.pay(
                record, number, form.get("cardholder", ""), expiry, form.get("cvv", "")
            )
        except Refusal as refusal:
            return self._card_form(record, refusal.text, form)
        return self._after(record, status)

    def _after(self, record: Record, status: str) -> Reply:
        if status == RETRY:
            return self._card_form(record, f"{CODES['2000'][1]} Please try another card.")
        return redirect(self._address(record))

    def _address(self, record: Record) -> str:
        return f"{MOUNT}/pay/{record.tx.vps_tx_id}"

    def _card_form(self, record: Record, error: str = "", filled: Mapping[str, str] | None = None) -> Reply:
        token = record.fields.get("Token", "")
        any_name = self._gateway.switches["cardholder_names"] == "any"
        context: dict[str, Any] = common_context(record) | {
            "error": error,
            "filled": {**filled, "cvv": ""} if filled else _FIRST_FILL,
            "saved": self._gateway.tokens.card(token) if token else None,
            "description": record.fields["Description"],
            "code": record.tx.vendor_tx_code,
            "customer": f"{record.fields['BillingFirstnames']} {record.fields['BillingSurname']}",
            "lines": basket_lines(record.fields.get("Basket", "")),
            "test_cards": offered_cards(),
            "names": NAMES,
            "other_names": f"Any other name {'passes' if any_name else 'fails authentication'}.",
        }
        return html("card.html", context, 422 if error else 200)

    def _challenge(self, record: Record) -> Reply:
        extra: dict[str, Any] = {
            "last_four": record.card["last_four"],
            "action": self._address(record),
            "hidden": (),
        }
        return html("challenge.html", common_context(record) | extra)

    def _progress(self, record: Record) -> dict[str, str]:
        return {
            "status": record.tx.status,
            "redirect": record.notice.get("redirect", ""),
            "problem": self._trouble(record),
        }

    def _trouble(self, record: Record) -> str:
        if record.tx.state is State.CANCELLED_INACTIVE:
            return CODES["2008"][1]
        return CODES["5006"][1] if record.notice.get("problem") else ""

    def _result(self, record: Record) -> Reply:
        if record.notice.get("redirect"):
            return redirect(record.notice["redirect"])
        trouble = self._trouble(record)
        if trouble:
            detail = record.notice.get("problem", "")
            return problem("We could not take you back to the shop", trouble, 200, detail)
        if record.tx.is_unfinished:
            address = self._address(record)
            extra = {"progress_url": f"{address}/progress", "problem_url": f"{address}/problem"}
            return html("waiting.html", common_context(record) | extra)
        return problem("This payment is closed", "Go back to the shop to see your order.", 200)


def problem(heading: str, text: str, status: int, detail: str = "") -> Reply:
    """A page that says what is wrong and what to do."""
    context = {"merchant": MERCHANT, "heading": heading, "text": text, "detail": detail}
    return html("problem.html", context, status)


def offered_cards() -> tuple[tuple[str, list[TestCard]], ...]:
    """The test cards in two groups: one of each scheme and the declined ones, then the rest."""
    first: dict[str, TestCard] = {}
    for card in TEST_CARDS:
        first.setdefault(card.payment_system if card.is_approved else card.number, card)
    rest = [card for card in TEST_CARDS if card not in first.values()]
    return ("Test cards", list(first.values())), ("More test cards", rest)


def basket_lines(basket: str) -> list[str]:
    """The rows of a `Basket` string as a customer reads them."""
    parts = basket.split(":")[1:]
    rows = [parts[start : start + 6] for start in range(0, len(parts), 6)]
    return [f"{row[0]} × {row[1]}" if row[1].strip("-") else row[0] for row in rows if len(row) == 6]
