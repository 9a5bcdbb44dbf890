"""A transaction as Pi shows it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.opayo.core.amounts import to_minor
from sandbox.opayo.core.cards import PI_CARD_TYPES
from sandbox.opayo.core.issuer import PI_AVSCV2, PI_CHECK, PI_THREE_D_SECURE
from sandbox.opayo.core.status_codes import text_of
from sandbox.opayo.core.transaction import State, TxType
from sandbox.opayo.records import Record

TYPE_NAMES = {
    TxType.PAYMENT: "Payment",
    TxType.DEFERRED: "Deferred",
    TxType.AUTHENTICATE: "Authenticate",
    TxType.AUTHORISE: "Authorise",
    TxType.REFUND: "Refund",
    TxType.REPEAT: "Repeat",
    TxType.REPEATDEFERRED: "Repeat",
}
_STATUS_NAMES = {
    "OK": "Ok",
    "NOTAUTHED": "NotAuthed",
    "REJECTED": "Rejected",
    "AUTHENTICATED": "Authenticated",
    "REGISTERED": "Registered",
    "ABORT": "NotAuthed",
    "ERROR": "Error",
}
_CODE_OF_STATE = {
    State.VOIDED: "2005",
    State.DEFERRED_ABORTED: "2006",
    State.AUTHENTICATE_CANCELLED: "2012",
}
_UNDONE = (State.VOIDED, State.DEFERRED_ABORTED)
_CHECKED_TYPES = (TxType.PAYMENT, TxType.DEFERRED)


def represent(record: Record, *, released_code: str, told: Decimal) -> dict[str, Any]:
    """The JSON object of a transaction, amounts in minor units.

    `released_code` is the statusCode of a DEFERRED after its release, `told` its amount in major units.
    """
    tx = record.tx
    if tx.state is State.AT_3D_SECURE:
        return challenge(record)
    code, text = _standing(record, released_code)
    shown: dict[str, Any] = {
        "transactionId": tx.vps_tx_id,
        "transactionType": TYPE_NAMES[tx.tx_type],
        "status": _STATUS_NAMES[tx.status],
        "statusCode": code,
        "statusDetail": text,
    }
    if tx.status == "OK":
        shown["retrievalReference"] = 0 if tx.state in _UNDONE else tx.tx_auth_no
    return shown | _bank(record) | _card(record) | _money(record, told) | _proof(record)


def _standing(record: Record, released_code: str) -> tuple[str, str]:
    tx = record.tx
    released = tx.tx_type is TxType.DEFERRED and tx.state is State.AUTHORISED
    code = released_code if released else _CODE_OF_STATE.get(tx.state)
    if code:
        return code, text_of(code)
    code, _, text = record.results["StatusDetail"].partition(" : ")
    return code, text


def _bank(record: Record) -> dict[str, Any]:
    results = record.results
    shown: dict[str, Any] = {}
    if record.fields.get("settlementReferenceText"):
        shown["settlementReferenceText"] = record.fields["settlementReferenceText"]
    if results.get("DeclineCode"):
        shown["bankResponseCode"] = results["DeclineCode"]
    if results.get("BankAuthCode"):
        shown["bankAuthorisationCode"] = results["BankAuthCode"]
    if record.tx.tx_type in _CHECKED_TYPES and "AVSCV2" in results:
        shown["avsCvcCheck"] = {
            "status": PI_AVSCV2[results["AVSCV2"]],
            "address": PI_CHECK[results["AddressResult"]],
            "postalCode": PI_CHECK[results["PostCodeResult"]],
            "securityCode": PI_CHECK[results["CV2Result"]],
        }
    return shown


def _card(record: Record) -> dict[str, Any]:
    if not record.card:
        return {}
    card: dict[str, Any] = {
        "cardType": PI_CARD_TYPES[record.card["payment_system"]],
        "lastFourDigits": record.card["last_four"],
        "expiryDate": record.card["expiry"],
    }
    if "card_identifier" in record.pi:
        card["cardIdentifier"] = record.pi["card_identifier"]
        card["reusable"] = record.pi["reusable"]
    return {"paymentMethod": {"card": card}}


def _money(record: Record, told: Decimal) -> dict[str, Any]:
    minor = to_minor(told, record.tx.currency)
    amount = {"totalAmount": minor, "saleAmount": minor, "surchargeAmount": 0}
    return {"amount": amount, "currency": record.tx.currency}


def _proof(record: Record) -> dict[str, Any]:
    results = record.results
    if record.tx.tx_type is TxType.REFUND:
        return {}
    shown: dict[str, Any] = {
        "3DSecure": {"status": PI_THREE_D_SECURE[results.get("3DSecureStatus", "NOTCHECKED")]}
    }
    if "ACSTransID" in results:
        shown |= {"acsTransId": results["ACSTransID"], "dsTransId": results["DSTransID"]}
    if "fi_recipient" in record.pi:
        shown["fiRecipient"] = record.pi["fi_recipient"]
    return shown


def challenge(record: Record) -> dict[str, Any]:
    """What a merchant gets while the customer has to prove who they are (HTTP 202)."""
    waiting = record.pi["challenge"]
    return {
        "statusCode": "2021",
        "statusDetail": text_of("2021"),
        "transactionId": record.tx.vps_tx_id,
        "status": "3DAuth",
        "acsUrl": waiting["acs_url"],
        "cReq": waiting["creq"],
        "acsTransId": waiting["acs_trans_id"],
        "dsTransId": waiting["ds_trans_id"],
    }
