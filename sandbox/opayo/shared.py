"""The operations shared by Server and Direct: `release.vsp`, `refund.vsp` and their like.

Opayo "Server and Direct Shared Protocol Guidelines" 3.00.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from sandbox.opayo.core.amounts import parse_amount
from sandbox.opayo.core.registration import read_description, read_head, read_money, read_vendor_tx_code
from sandbox.opayo.core.status_codes import Refusal, status_detail
from sandbox.opayo.core.transaction import TxType
from sandbox.opayo.gateway import Gateway
from sandbox.opayo.operations import Operations, Order
from sandbox.opayo.records import Record

Fields = Mapping[str, str]

_GUID = re.compile(r"\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")
_KEY = re.compile(r"[A-Z0-9]{10}")
_NUMBER = re.compile("[0-9]{1,10}")
_STORED_CREDENTIAL = (
    "COFUsage", "InitiatedTYPE", "MITType", "SchemeTraceID", "RecurringExpiry", "RecurringFrequency",
    "PurchaseInstalData",
)  # fmt: skip
"""Kept as sent: which of them a REPEAT must carry, and with which code it is refused otherwise, is not published."""
_CHECKS = ("AVSCV2", "AddressResult", "PostCodeResult", "CV2Result")


class SharedOperations:
    """`/gateway/service/*.vsp` for transactions that exist already."""

    def __init__(self, gateway: Gateway, operations: Operations) -> None:
        self._gateway = gateway
        self._operations = operations
        self._services: dict[str, tuple[frozenset[str], Callable[[Fields], dict[str, str]]]] = {
            "release": (frozenset({"RELEASE"}), self._release),
            "abort": (frozenset({"ABORT"}), self._abort),
            "void": (frozenset({"VOID"}), self._void),
            "cancel": (frozenset({"CANCEL"}), self._cancel),
            "refund": (frozenset({"REFUND"}), self._refund),
            "repeat": (frozenset({"REPEAT", "REPEATDEFERRED"}), self._repeat),
            "authorise": (frozenset({"AUTHORISE"}), self._authorise),
            "removetoken": (frozenset({"REMOVETOKEN"}), self._remove_token),
        }

    def serves(self, service: str) -> bool:
        """Whether `<service>.vsp` is one of these."""
        return service in self._services

    def answer(self, service: str, fields: Fields) -> dict[str, str]:
        """Answer one POST to `<service>.vsp` with the protocol's fields, refusals included."""
        types, work = self._services[service]
        head = {"VPSProtocol": fields.get("VPSProtocol") or "3.00"}
        try:
            read_head(fields, self._gateway.vendor, types)
            return head | work(fields)
        except Refusal as refusal:
            return head | {"Status": refusal.status, "StatusDetail": status_detail(refusal.code)}

    # Operations on the transaction itself

    def _release(self, fields: Fields) -> dict[str, str]:
        record = self._own(fields)
        self._operations.release(record, _release_amount(fields, record.tx.currency))
        return _done("2004")

    def _abort(self, fields: Fields) -> dict[str, str]:
        self._operations.abort(self._own(fields))
        return _done("2006")

    def _void(self, fields: Fields) -> dict[str, str]:
        self._operations.void(self._own(fields))
        return _done("2005")

    def _cancel(self, fields: Fields) -> dict[str, str]:
        self._operations.cancel(self._own(fields, with_auth_no=False))
        return _done("2012")

    def _remove_token(self, fields: Fields) -> dict[str, str]:
        token = fields.get("Token", "")
        if not _GUID.fullmatch(token):
            raise Refusal("3190")
        if not self._gateway.tokens.remove(token):
            raise Refusal("2018")
        return _done("2017")

    # New transactions out of earlier ones

    def _refund(self, fields: Fields) -> dict[str, str]:
        order = self._order(fields, TxType.REFUND)
        return _made(self._operations.refund(self._related(fields), order))

    def _repeat(self, fields: Fields) -> dict[str, str]:
        order = self._order(fields, TxType(fields["TxType"].upper()))
        return _made(self._operations.repeat(self._related(fields), order))

    def _authorise(self, fields: Fields) -> dict[str, str]:
        original = self._related(fields, with_auth_no=False)
        currency = {"Currency": original.tx.currency}
        order = self._order({**fields, **currency}, TxType.AUTHORISE)
        return _made(self._operations.authorise(original, order))

    def _order(self, fields: Fields, tx_type: TxType) -> Order:
        code = read_vendor_tx_code(fields.get("VendorTxCode", ""))
        currency, amount = read_money(fields, self._gateway.currencies)
        kept = {"Description": read_description(fields)}
        kept |= {name: fields[name] for name in _STORED_CREDENTIAL if fields.get(name)}
        if fields.get("ApplyAVSCV2"):
            kept["ApplyAVSCV2"] = fields["ApplyAVSCV2"]
        protocol = fields["VPSProtocol"]
        return Order(tx_type, code, amount, currency, kept, "Direct", protocol, fields.get("CV2", ""))

    # Which transaction is meant

    def _own(self, fields: Fields, *, with_auth_no: bool = True) -> Record:
        vps_tx_id = _matching(fields, "VPSTxId", _GUID, ("3046", "3047"))
        code = read_vendor_tx_code(fields.get("VendorTxCode", ""))
        key = _matching(fields, "SecurityKey", _KEY, ("3074", "3075"))
        number = _matching(fields, "TxAuthNo", _NUMBER, ("3072", "3073")) if with_auth_no else ""
        return self._find(vps_tx_id, code, key, number)

    def _related(self, fields: Fields, *, with_auth_no: bool = True) -> Record:
        vps_tx_id = _matching(fields, "RelatedVPSTxId", _GUID, ("3070", "3010"))
        code = fields.get("RelatedVendorTxCode", "")
        if not code:
            raise Refusal("3038")
        key = _matching(fields, "RelatedSecurityKey", _KEY, ("3033", "3007"))
        number = _matching(fields, "RelatedTxAuthNo", _NUMBER, ("3040", "3017")) if with_auth_no else ""
        return self._find(vps_tx_id, code, key, number)

    def _find(self, vps_tx_id: str, code: str, key: str, number: str) -> Record:
        record = self._gateway.records.get(vps_tx_id)
        if record is None:
            raise Refusal("4028")
        if code != record.tx.vendor_tx_code:
            raise Refusal("4029")
        if number and int(number) != record.tx.tx_auth_no:
            raise Refusal("4030")
        if key != record.tx.security_key:
            raise Refusal("4031")
        return record


def _matching(fields: Fields, name: str, pattern: re.Pattern[str], codes: tuple[str, str]) -> str:
    missing, malformed = codes
    value = fields.get(name, "")
    if not value:
        raise Refusal(missing)
    if not pattern.fullmatch(value):
        raise Refusal(malformed)
    return value


def _release_amount(fields: Fields, currency: str) -> Decimal:
    text = fields.get("ReleaseAmount", "")
    if not text:
        raise Refusal("3102")
    return parse_amount(text, currency)


def _done(code: str) -> dict[str, str]:
    return {"Status": "OK", "StatusDetail": status_detail(code)}


def _made(record: Record) -> dict[str, str]:
    tx = record.tx
    reply = {
        "Status": tx.status,
        "StatusDetail": record.results["StatusDetail"],
        "VPSTxId": f"{{{tx.vps_tx_id}}}",
        "SecurityKey": tx.security_key,
    }
    if tx.tx_auth_no:
        reply["TxAuthNo"] = str(tx.tx_auth_no)
    if tx.tx_type is not TxType.REFUND:
        names = (*_CHECKS, "3DSecureStatus", "ExpiryDate", "BankAuthCode", "DeclineCode")
        reply |= {name: record.results[name] for name in names if record.results.get(name)}
    return reply
