from __future__ import annotations

from typing import Any

import pytest

from sandbox.opayo.core.signature import digest, reporting_signature, signed_text, vps_signature

FIELDS = {
    "VPSTxId": "{F955C22E-F67B-4DA3-8EA3-6DAC68FA59D2}",
    "VendorTxCode": "438791",
    "Status": "OK",
    "TxAuthNo": "4255",
    "AVSCV2": "ALL MATCH",
    "AddressResult": "MATCHED",
    "PostCodeResult": "MATCHED",
    "CV2Result": "MATCHED",
    "GiftAid": "0",
    "3DSecureStatus": "OK",
    "CAVV": "AAABARR5kwAAAAAAAAAAAAAAAAA=",
    "CardType": "VISA",
    "Last4Digits": "0006",
    "DeclineCode": "00",
    "ExpiryDate": "1230",
    "BankAuthCode": "999777",
}
IN_4 = {
    "ACSTransID": "43b04fd1-692c-4b76-ac20-a75527ad0a25",
    "DSTransID": "7980e36f-907b-4530-84fd-ccc1f40bf9ae",
    "SchemeTraceID": "MCC000000355",
}


def test_the_digest_of_a_published_signed_text() -> None:
    text = "{F955C22E-F67B-4DA3-8EA3-6DAC68FA59D2}438791OK4255cJEUPDN1N7Edefghijkl1234000722999777"
    assert digest(text).upper() == "285765407193FAA9B8E432E6B55F5849"


def test_a_notification_of_protocol_3() -> None:
    fields = {**FIELDS, **IN_4, "VPSProtocol": "3.00"}
    assert vps_signature(fields, "MyVendor", "JEUPDN1N7E") == "F905F12D9AF39FCAD4D147AB3B016CD9"


def test_a_notification_of_protocol_4_also_signs_the_authentication() -> None:
    fields = {**FIELDS, **IN_4, "VPSProtocol": "4.00"}
    assert vps_signature(fields, "myvendor", "JEUPDN1N7E") == "EC4B931336896EB8236C78C1C85B900F"


def test_what_is_not_signed_may_change() -> None:
    plain = signed_text(FIELDS, "myvendor", "KEY")
    assert (
        signed_text(FIELDS | {"StatusDetail": "x", "TxType": "y", "Surcharge": "1"}, "myvendor", "KEY")
        == plain
    )


@pytest.mark.parametrize(
    ("signed", "password", "signature"),
    [
        (
            "<command>getTransactionDetail</command><vendor></vendor><user></user><vpstxid>12345</vpstxid>",
            "",
            "4a0787ba97d65455d24be4d1768133ac",
        ),
        (
            "<command>getTokenCount</command><vendor></vendor><user></user>",
            "",
            "eca0a57c18e960a6cba53f685597b6c2",
        ),
        (
            "<command>getFraudScreenDetail</command><vendor></vendor><user></user><vpstxid>12345</vpstxid>",
            "",
            "85bd7f80aad73ecd5740bd6b58142071",
        ),
        (
            "<command>getBatchList</command><vendor>sandbox</vendor><user>api</user>"
            "<startdate>01/06/2024 00:00:00</startdate><enddate>02/06/2024 23:59:59</enddate>",
            "secret",
            "1482e21fbd8cf0117c1b47000ae9b90c",
        ),
    ],
)
def test_signatures_of_reporting_commands(signed: Any, password: str, signature: str) -> None:
    assert reporting_signature(signed, password) == signature
