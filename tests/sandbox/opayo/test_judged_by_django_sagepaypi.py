"""The Pi interface, driven over a socket by a client nobody here wrote: django-sagepaypi's gateway."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import LazySettings

from sandbox.credentials import OPAYO_INTEGRATION_KEY, OPAYO_INTEGRATION_PASSWORD, OPAYO_VENDOR
from tests.sandbox.opayo.conftest import Served
from tests.sandbox.opayo.rig import DECLINED, VISA


@pytest.fixture
def judge(served: Served, settings: LazySettings) -> Any:
    """The client's gateway, sent to our socket with our credentials."""
    settings.SAGEPAYPI_VENDOR_NAME = OPAYO_VENDOR
    settings.SAGEPAYPI_INTEGRATION_KEY = OPAYO_INTEGRATION_KEY
    settings.SAGEPAYPI_INTEGRATION_PASSWORD = OPAYO_INTEGRATION_PASSWORD
    settings.SAGEPAYPI_TEST_MODE = True
    from sagepaypi.gateway import SagepayGateway

    class Gateway(SagepayGateway):  # type: ignore[misc]  # the package has no types
        @classmethod
        def api_url(cls) -> str:
            return f"{served.url}/api/v1"

    return Gateway()


def card(number: str = VISA, **changes: str) -> dict[str, Any]:
    details = {
        "cardholderName": "SAM JONES",
        "cardNumber": number,
        "expiryDate": "0330",
        "securityCode": "123",
    }
    return {"cardDetails": details | changes}


def payment(judge: Any, number: str = VISA, **changes: Any) -> dict[str, Any]:
    reply, key = judge.create_card_identifier(card(number))
    method = {"merchantSessionKey": key, "cardIdentifier": reply.json()["cardIdentifier"]}
    body = {
        "transactionType": "Payment",
        "paymentMethod": {"card": {**method, "reusable": False, "save": False}},
        "vendorTxCode": "order-10042-1",
        "amount": 1000,
        "currency": "GBP",
        "description": "Demo Payment",
        "customerFirstName": "Sam",
        "customerLastName": "Jones",
        "billingAddress": {"address1": "88", "city": "London", "postalCode": "412", "country": "GB"},
        "entryMethod": "Ecommerce",
    }
    return body | changes


def test_the_session_key_expires_in_400_seconds(judge: Any, served: Served) -> None:
    key, expiry = judge.get_merchant_session_key()
    assert len(key) == 36
    now = datetime.fromtimestamp(served.opayo.world.clock.machine(), UTC)
    assert (expiry - now).total_seconds() == 400


def test_a_card_becomes_an_identifier_of_its_type(judge: Any) -> None:
    reply, _ = judge.create_card_identifier(card())
    assert reply.status_code == 201
    assert reply.json()["cardType"] == "Visa"


def test_a_payment_is_authorised_and_can_be_looked_up(judge: Any) -> None:
    made = judge.submit_transaction(payment(judge))
    assert made.status_code == 201
    shown = made.json()
    assert (shown["status"], shown["statusCode"], shown["bankResponseCode"]) == ("Ok", "0000", "00")
    assert shown["avsCvcCheck"]["status"] == "AllMatched"
    assert shown["amount"] == {"totalAmount": 1000, "saleAmount": 1000, "surchargeAmount": 0}
    assert shown["3DSecure"] == {"status": "NotChecked"}
    found = judge.get_transaction_outcome(shown["transactionId"])
    assert found.status_code == 200
    assert found.json() == shown


def test_a_declined_card_is_a_made_transaction_not_an_error(judge: Any) -> None:
    made = judge.submit_transaction(payment(judge, DECLINED))
    assert made.status_code == 201
    assert made.json()["status"] == "NotAuthed"
    assert made.json()["bankResponseCode"] == "05"
    assert "retrievalReference" not in made.json()


def test_a_void_shows_in_the_outcome(judge: Any) -> None:
    key = judge.submit_transaction(payment(judge)).json()["transactionId"]
    done = judge.submit_transaction_instruction(key, {"instructionType": "void"})
    assert done.status_code == 201
    assert done.json()["instructionType"] == "void"
    shown = judge.get_transaction_outcome(key).json()
    assert (shown["status"], shown["statusCode"], shown["retrievalReference"]) == ("Ok", "2005", 0)


def test_a_deferred_payment_is_released_once(judge: Any) -> None:
    key = judge.submit_transaction(payment(judge, transactionType="Deferred")).json()["transactionId"]
    release = {"instructionType": "release", "amount": 567}
    assert judge.submit_transaction_instruction(key, release).status_code == 201
    again = judge.submit_transaction_instruction(key, release)
    assert again.status_code == 403
    assert again.json()["code"] == 1017


def test_an_aborted_deferred_payment_says_so(judge: Any) -> None:
    key = judge.submit_transaction(payment(judge, transactionType="Deferred")).json()["transactionId"]
    assert judge.submit_transaction_instruction(key, {"instructionType": "abort"}).status_code == 201
    assert judge.get_transaction_outcome(key).json()["statusCode"] == "2006"


def test_a_settled_payment_is_refunded_in_parts_but_not_beyond(judge: Any, served: Served) -> None:
    key = judge.submit_transaction(payment(judge)).json()["transactionId"]
    served.opayo.pass_time(days=1)
    refund = {
        "transactionType": "Refund",
        "referenceTransactionId": key,
        "vendorTxCode": "refund-1",
        "amount": 400,
        "description": "Returned item",
    }
    made = judge.submit_transaction(refund)
    assert made.status_code == 201
    assert made.json()["transactionType"] == "Refund"
    beyond = judge.submit_transaction(refund | {"vendorTxCode": "refund-2", "amount": 601})
    assert (beyond.status_code, beyond.json()["code"]) == (403, 1018)


def test_a_used_vendor_tx_code_is_refused_in_the_protocols_words(judge: Any) -> None:
    judge.submit_transaction(payment(judge))
    again = judge.submit_transaction(payment(judge))
    assert again.status_code == 422
    assert again.json()["statusCode"] == "4042"


def test_wrong_credentials_are_refused(judge: Any, settings: LazySettings) -> None:
    settings.SAGEPAYPI_INTEGRATION_PASSWORD = "wrong"
    assert judge.get_merchant_session_key() is None
    reply = judge.get_transaction_outcome("DB79BA2D-05DA-5B85-D188-1293D16BBAC7")
    assert (reply.status_code, reply.json()["code"]) == (401, 1002)


def test_faults_in_the_body_come_as_a_list(judge: Any) -> None:
    reply = judge.submit_transaction(payment(judge, amount="10.00", vendorTxCode=""))
    assert reply.status_code == 422
    faults = {fault["property"]: fault["code"] for fault in reply.json()["errors"]}
    assert faults == {"vendorTxCode": 1003, "amount": 1016}
