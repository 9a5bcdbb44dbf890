"""Refund, Repeat, Authorise and the instructions: what Pi does with an earlier transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sandbox.opayo.core.amounts import EXPONENTS, check_range, from_minor
from sandbox.opayo.core.london import iso_millis
from sandbox.opayo.core.pi_errors import BodyFaults, Fault, PiError
from sandbox.opayo.core.pi_fields import AUTHORISE, REFUND, Body, Rule, check, check_repeat, must
from sandbox.opayo.core.status_codes import Refusal
from sandbox.opayo.core.transaction import TxType
from sandbox.opayo.gateway import Gateway
from sandbox.opayo.operations import Operations, Order
from sandbox.opayo.pi.sales import APPLY
from sandbox.opayo.records import Record

Result = TypeVar("Result")

_AS_STATUS_CODE = frozenset(("3005", "4006", "4008", "4009", "4042", "4044", "4050"))
"""Refusals that Pi hands on as `{statusCode, statusDetail}`; the others become codes of its own."""
_OWN_CODES = {"4034": 1018, "4035": 1018, "4049": 1021, "5018": 1009, "5019": 1009}
_INSTRUCTION = (must("instructionType", allowed=frozenset(("void", "abort", "release", "cancel"))),)
_RELEASE = (*_INSTRUCTION, Rule("amount", required=True, kind=int))


class FollowUps:
    """Changes to earlier transactions by Pi."""

    def __init__(self, gateway: Gateway, operations: Operations) -> None:
        self._gateway = gateway
        self._operations = operations

    def make(self, body: Body) -> Record:
        """POST /transactions for a Refund, Repeat or Authorise."""
        makers: dict[str, Callable[[Body], Record]] = {
            "Refund": self._refund,
            "Repeat": self._repeat,
            "Authorise": self._authorise,
        }
        return _translated(lambda: makers[body["transactionType"]](body))

    def _refund(self, body: Body) -> Record:
        check(body, REFUND)
        original = self._original(body)
        order = self._order(body, TxType.REFUND, original.tx.currency)
        return self._operations.refund(original, order)

    def _repeat(self, body: Body) -> Record:
        check_repeat(body)
        currency = body["currency"].upper()
        if currency not in EXPONENTS:
            raise BodyFaults([Fault(1010, "currency")])
        if currency not in self._gateway.currencies:
            raise Refusal("4008")
        return self._operations.repeat(self._original(body), self._order(body, TxType.REPEAT, currency))

    def _authorise(self, body: Body) -> Record:
        check(body, AUTHORISE)
        original = self._original(body)
        return self._operations.authorise(original, self._order(body, TxType.AUTHORISE, original.tx.currency))

    def _original(self, body: Body) -> Record:
        record = self._gateway.records.get(body["referenceTransactionId"])
        if record is None:
            raise PiError(404, 1012)
        return record

    def _order(self, body: Body, tx_type: TxType, currency: str) -> Order:
        amount = from_minor(body["amount"], currency)
        check_range(amount, currency)
        fields = {"Description": body["description"]}
        if body.get("applyAvsCvcCheck"):
            fields["ApplyAVSCV2"] = APPLY[body["applyAvsCvcCheck"]]
        code = body["vendorTxCode"]
        return Order(tx_type, code, amount, currency, fields, "Pi", "4.00", body.get("cv2") or "")

    # Instructions

    def instruct(self, record: Record, body: Body) -> dict[str, Any]:
        """POST /transactions/{id}/instructions."""
        check(body, _RELEASE if body.get("instructionType") == "release" else _INSTRUCTION)
        kind = body["instructionType"]
        _translated(lambda: self._carry_out(record, kind, body))
        done = {"instructionType": kind, "date": iso_millis(self._gateway.now())}
        record.pi["instructions"] = [*record.pi.get("instructions", []), done]
        self._gateway.records.save(record)
        return done

    def _carry_out(self, record: Record, kind: str, body: Body) -> None:
        if kind == "release":
            self._operations.release(record, from_minor(body["amount"], record.tx.currency))
        elif kind == "abort":
            self._operations.abort(record)
        elif kind == "void":
            self._operations.void(record)
        else:
            self._operations.cancel(record)

    def instructions(self, record: Record) -> dict[str, Any]:
        """GET /transactions/{id}/instructions."""
        done = record.pi.get("instructions")
        if not done:
            raise PiError(404, 1019)
        return {"instructions": done}


def _translated(work: Callable[[], Result]) -> Result:
    """Do the work; what the gateway refuses becomes the code Pi has for it."""
    try:
        return work()
    except Refusal as refusal:
        if refusal.code in _AS_STATUS_CODE:
            raise
        raise PiError(403, _OWN_CODES.get(refusal.code, 1017)) from refusal
