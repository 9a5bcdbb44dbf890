"""Pi beyond what its independent client covers: session keys, stored cards, challenges, follow-ups."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from decimal import Decimal
from typing import Any

import pytest

from sandbox.kernel.wire import Reply, Request
from sandbox.opayo.core import emv
from tests.sandbox.opayo.rig import AMEX, BASIC, BROWSER, DECLINED, VISA, Opayo, make_opayo


class Client:
    """Calls Pi and remembers nothing."""

    def __init__(self, opayo: Opayo) -> None:
        self.opayo = opayo

    def call(self, method: str, resource: str, body: Any = None, auth: str = BASIC) -> tuple[int, Any]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        headers = {"authorization": auth} if auth else {}
        reply = self.opayo.system.handle(Request(method, f"/api/v1/{resource}", headers=headers, body=data))
        return reply.status, json.loads(reply.body, parse_float=Decimal) if reply.body else None

    def post(self, resource: str, body: Any, auth: str = BASIC) -> tuple[int, Any]:
        return self.call("POST", resource, body, auth)

    def key(self) -> str:
        status, shown = self.post("merchant-session-keys", {"vendorName": "tillbridge"})
        assert status == 201
        return str(shown["merchantSessionKey"])

    def card(self, key: str, number: str = VISA, **changes: str) -> tuple[int, Any]:
        amex = number == AMEX
        details = {
            "cardholderName": "SUCCESSFUL", "cardNumber": number, "expiryDate": "1230",
            "securityCode": "1234" if amex else "123",
        }  # fmt: skip
        return self.post("card-identifiers", {"cardDetails": details | changes}, f"Bearer {key}")

    def method(self, number: str = VISA, **changes: str) -> dict[str, Any]:
        key = self.key()
        status, shown = self.card(key, number, **changes)
        assert status == 201, shown
        return {"merchantSessionKey": key, "cardIdentifier": shown["cardIdentifier"]}

    def sale(self, code: str = "P-1", card: dict[str, Any] | None = None, **changes: Any) -> tuple[int, Any]:
        body = {
            "transactionType": "Payment",
            "paymentMethod": {"card": card or self.method()},
            "vendorTxCode": code,
            "amount": 1000,
            "currency": "GBP",
            "description": "Demo Payment",
            "customerFirstName": "Sam",
            "customerLastName": "Jones",
            "billingAddress": {"address1": "88", "city": "London", "postalCode": "412", "country": "GB"},
        }
        body |= changes
        return self.post("transactions", {name: value for name, value in body.items() if value is not None})


@pytest.fixture
def pi(opayo: Opayo) -> Client:
    return Client(opayo)


def faults(shown: Any) -> dict[str, int]:
    return {fault["property"]: fault["code"] for fault in shown["errors"]}


# Session keys and cards


def test_a_session_key_makes_one_card_and_no_second(pi: Client) -> None:
    key = pi.key()
    assert pi.card(key)[0] == 201
    assert pi.card(key) == (401, {"code": 1002, "description": "Authentication failed"})


def test_a_session_key_is_gone_after_three_failures(pi: Client) -> None:
    key = pi.key()
    for _ in range(3):
        assert pi.card(key, "4929000000007")[0] == 422
    assert pi.call("GET", f"merchant-session-keys/{key}")[0] == 404
    assert pi.card(key)[0] == 401


def test_session_keys_and_card_identifiers_live_400_seconds(pi: Client) -> None:
    key, method = pi.key(), pi.method()
    pi.opayo.pass_time(machine=True, seconds=399)
    assert pi.call("GET", f"merchant-session-keys/{key}")[0] == 200
    pi.opayo.pass_time(machine=True, seconds=2)
    assert pi.call("GET", f"merchant-session-keys/{key}") == (
        404, {"code": 1006, "description": "Merchant Session Keys not found"},
    )  # fmt: skip
    assert faults(pi.sale(card=method)[1]) == {"paymentMethod.card.cardIdentifier": 1011}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"cardNumber": "4929000000007"}, {"cardDetails.cardNumber": 1007}),
        ({"cardNumber": "0000000000000"}, {"cardDetails.cardNumber": 1008}),
        ({"cardNumber": "4929-0000"}, {"cardDetails.cardNumber": 1005}),
        ({"cardNumber": "1" * 17}, {"cardDetails.cardNumber": 1004}),
        ({"cardNumber": ""}, {"cardDetails.cardNumber": 1003}),
        ({"expiryDate": "0120"}, {"cardDetails.expiryDate": 1009}),
        ({"expiryDate": "1330"}, {"cardDetails.expiryDate": 1005}),
        ({"securityCode": "1234"}, {"cardDetails.securityCode": 1004}),
        ({"cardholderName": "x" * 46}, {"cardDetails.cardholderName": 1004}),
    ],
)
def test_card_details_that_are_refused(pi: Client, changes: dict[str, str], fault: dict[str, int]) -> None:
    status, shown = pi.card(pi.key(), **changes)
    assert (status, faults(shown)) == (422, fault)
    assert "clientMessage" in shown["errors"][0]


def test_a_card_identifier_pays_once(pi: Client) -> None:
    method = pi.method()
    assert pi.sale("P-1", method)[0] == 201
    assert faults(pi.sale("P-2", method)[1]) == {"paymentMethod.card.cardIdentifier": 1011}


FIRST = {"cofUsage": "First", "initiatedType": "CIT"}
SUBSEQUENT = {"cofUsage": "Subsequent", "initiatedType": "CIT"}


def saved_card(pi: Client) -> str:
    status, shown = pi.sale(
        card=pi.method() | {"save": True}, credentialType=FIRST, apply3DSecure="Force",
        strongCustomerAuthentication=BROWSER,
    )  # fmt: skip
    card = shown["paymentMethod"]["card"]
    assert (status, card["reusable"]) == (201, True)
    return str(card["cardIdentifier"])


def test_a_saved_card_pays_again_until_it_is_deleted(pi: Client) -> None:
    card = {"cardIdentifier": saved_card(pi), "reusable": True}
    status, shown = pi.sale("P-2", card, credentialType=SUBSEQUENT)
    assert (status, shown["avsCvcCheck"]["securityCode"]) == (201, "NotProvided")
    assert pi.call("DELETE", f"card-identifiers/{card['cardIdentifier']}")[0] == 200
    assert pi.sale("P-3", card, credentialType=SUBSEQUENT)[0] == 422
    assert pi.call("DELETE", f"card-identifiers/{card['cardIdentifier']}")[0] == 404


def test_a_security_code_can_be_linked_to_a_saved_card(pi: Client) -> None:
    identifier, key = saved_card(pi), pi.key()
    linked = pi.post(f"card-identifiers/{identifier}/security-code", {"securityCode": "123"}, f"Bearer {key}")
    assert linked[0] == 204
    card = {"cardIdentifier": identifier, "reusable": True, "merchantSessionKey": key}
    assert pi.sale("P-2", card, credentialType=SUBSEQUENT)[1]["avsCvcCheck"]["securityCode"] == "Matched"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"card": {"save": True}}, "credentialType"),
        (
            {"card": {"save": True}, "credentialType": FIRST, "apply3DSecure": "Force"},
            "strongCustomerAuthentication",
        ),
        (
            {"card": {"save": True}, "credentialType": FIRST, "strongCustomerAuthentication": BROWSER},
            "apply3DSecure",
        ),
        ({"credentialType": {"cofUsage": "Subsequent", "initiatedType": "MIT"}}, "credentialType.mitType"),
        (
            {"credentialType": {"cofUsage": "Subsequent", "initiatedType": "MIT", "mitType": "Recurring"}},
            "credentialType.recurringExpiry",
        ),
        ({"card": {"save": True, "reusable": True}, "credentialType": SUBSEQUENT}, "paymentMethod.card.save"),
    ],
)
def test_stored_credentials_have_to_be_declared(pi: Client, changes: dict[str, Any], fault: str) -> None:
    card = pi.method() | changes.pop("card", {})
    status, shown = pi.sale(card=card, **changes)
    assert status == 422
    assert fault in faults(shown)


# Sales


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"vendorTxCode": None}, {"vendorTxCode": 1003}), ({"vendorTxCode": "x" * 41}, {"vendorTxCode": 1004}),
        ({"vendorTxCode": "a b"}, {"vendorTxCode": 1005}), ({"amount": "1000"}, {"amount": 1016}),
        ({"amount": True}, {"amount": 1016}), ({"currency": "ZZZ"}, {"currency": 1010}),
        ({"transactionType": "Invent"}, {"transactionType": 1009}),
        ({"transactionType": None}, {"transactionType": 1003}), ({"entryMethod": "Fax"}, {"entryMethod": 1009}),
        ({"paymentMethod": {"applepay": {}}}, {"paymentMethod": 1009}),
        ({"apply3DSecure": "Force"}, {"strongCustomerAuthentication": 1003}),
        (
            {"billingAddress": {"address1": "88", "country": "US"}},
            {"billingAddress.city": 1003, "billingAddress.postalCode": 1003, "billingAddress.state": 1003},
        ),
        (
            {"strongCustomerAuthentication": BROWSER | {"browserTZ": None, "challengeWindowSize": "Huge"}},
            {
                "strongCustomerAuthentication.challengeWindowSize": 1009,
                "strongCustomerAuthentication.browserTZ": 1003,
            },
        ),
    ],
)  # fmt: skip
def test_faults_in_a_sale(pi: Client, changes: dict[str, Any], fault: dict[str, int]) -> None:
    status, shown = pi.sale(**changes)
    assert (status, faults(shown)) == (422, fault)


@pytest.mark.parametrize(
    ("changes", "code"), [({"currency": "AUD"}, "4008"), ({"amount": 0}, "4009"), ({"amount": 10**8}, "4009")]
)
def test_refusals_in_the_protocols_words(pi: Client, changes: dict[str, Any], code: str) -> None:
    status, shown = pi.sale(**changes)
    assert (status, shown["statusCode"]) == (422, code)


def test_a_zero_value_authenticate_is_allowed(pi: Client) -> None:
    status, shown = pi.sale(transactionType="Authenticate", amount=0)
    assert (status, shown["status"], shown["statusCode"]) == (201, "Registered", "2011")


def test_amounts_without_minor_units() -> None:
    pi = Client(make_opayo(currencies=("JPY",)))
    assert pi.sale(amount=500, currency="JPY")[1]["amount"]["totalAmount"] == 500
    rows: Any = pi.opayo.system.truth()["transactions"]
    assert rows[0]["captured"] == Decimal(500)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, 1000),
        (b"[]", 400, 1000),
        (b'{"transactionType": "Payment", "description": "\\ud800"}', 400, 1000),
        (b'{"transactionType": ["Payment"]}', 422, 1009),
        (b"", 422, 1015),
    ],
)
def test_bodies_that_are_no_object(pi: Client, body: bytes, status: int, code: int) -> None:
    answered, shown = pi.post("transactions", body)
    assert answered == status
    assert (shown.get("errors") or [shown])[0]["code"] == code


@pytest.mark.parametrize(
    ("auth", "code"), [("", 1001), ("Basic !!", 1002), ("Basic " + b64encode(b"a:b").decode(), 1002)]
)
def test_only_the_right_key_and_password_get_in(pi: Client, auth: str, code: int) -> None:
    assert pi.post("merchant-session-keys", {"vendorName": "tillbridge"}, auth)[1]["code"] == code


def test_unknown_resources_and_methods(pi: Client) -> None:
    assert pi.call("GET", "nothing")[0] == 404
    assert pi.call("PUT", "transactions")[0] == 405
    assert pi.call("GET", "transactions/UNKNOWN")[1]["code"] == 1012
    assert pi.sale()[0] == 201


# 3-D Secure


def challenged(pi: Client) -> dict[str, Any]:
    method = pi.method(cardholderName="CHALLENGE")
    status, shown = pi.sale(card=method, strongCustomerAuthentication=BROWSER)
    assert (status, shown["status"], shown["statusCode"]) == (202, "3DAuth", "2021")
    return dict(shown)


def browser_posts(pi: Client, url: str, **form: str) -> Reply:
    path = url.split("/opayo", 1)[1]
    body = "&".join(f"{name}={value}" for name, value in form.items()).encode()
    return pi.opayo.system.handle(Request("POST", path, body=body))


@pytest.mark.parametrize(
    ("name", "status", "proof"),
    [("SUCCESSFUL", "Ok", "Authenticated"), ("NOTAUTH", "Rejected", "NotAuthenticated"),
     ("PROOFATTEMPT", "Ok", "AttemptOnly"), ("NOTENROLLED", "Ok", "CardNotEnrolled")],
)  # fmt: skip
def test_frictionless_authentication(pi: Client, name: str, status: str, proof: str) -> None:
    shown = pi.sale(card=pi.method(cardholderName=name), strongCustomerAuthentication=BROWSER)[1]
    assert (shown["status"], shown["3DSecure"]["status"]) == (status, proof)


@pytest.mark.parametrize(("outcome", "status"), [("pass", "Ok"), ("fail", "Rejected")])
def test_a_challenge_goes_through_the_banks_page(pi: Client, outcome: str, status: str) -> None:
    shown = challenged(pi)
    page = browser_posts(pi, shown["acsUrl"], creq=shown["cReq"], threeDSSessionData="abc")
    assert b"Confirm it is you" in page.body
    back = browser_posts(
        pi, shown["acsUrl"], creq=shown["cReq"], threeDSSessionData="abc", outcome=outcome
    ).body.decode()
    assert 'action="https://shop.example/3ds-return"' in back
    assert 'name="threeDSSessionData" value="abc"' in back
    cres = re.search('name="cres" value="([^"]+)"', back)
    assert cres is not None
    path = f"transactions/{shown['transactionId']}"
    assert pi.call("GET", path)[1]["status"] == "3DAuth"
    answered, final = pi.post(f"{path}/3d-secure-challenge", {"cRes": cres.group(1)})
    assert (answered, final["status"]) == (201, status)
    assert pi.call("GET", path)[1] == final
    assert pi.post(f"{path}/3d-secure-challenge", {"cRes": cres.group(1)})[1]["code"] == 1017


def test_a_made_up_cres_is_refused(pi: Client) -> None:
    shown = challenged(pi)
    forged = emv.challenge_response("x", shown["acsTransId"], passed=True)
    status, refused = pi.post(f"transactions/{shown['transactionId']}/3d-secure-challenge", {"cRes": forged})
    assert (status, faults(refused)) == (422, {"cRes": 1009})


def test_an_abandoned_challenge_times_out_after_twenty_minutes(pi: Client) -> None:
    shown = challenged(pi)
    pi.opayo.pass_time(machine=True, minutes=21)
    found = pi.call("GET", f"transactions/{shown['transactionId']}")[1]
    assert (found["status"], found["statusCode"]) == ("NotAuthed", "2008")
    assert pi.opayo.captured(shown["transactionId"]) == Decimal(0)


def test_a_get_may_lag_behind_a_challenge() -> None:
    pi = Client(make_opayo(pi_get_lag_seconds=1))
    shown = challenged(pi)
    final = pi.opayo.system.pi_passes_challenge(shown["transactionId"])
    assert final["status"] == "Ok"
    assert pi.call("GET", f"transactions/{shown['transactionId']}")[0] == 404
    pi.opayo.pass_time(machine=True, seconds=1)
    assert pi.call("GET", f"transactions/{shown['transactionId']}")[0] == 200


def test_the_banks_page_wants_a_request_of_its_own(pi: Client) -> None:
    shown = challenged(pi)
    assert browser_posts(pi, shown["acsUrl"], creq="nonsense").status == 400
    assert browser_posts(pi, "/opayo/acs/unknown", creq=shown["cReq"]).status == 400


# Follow-ups


def test_a_repeat_is_a_merchant_initiated_use_of_the_card(pi: Client) -> None:
    key = pi.sale()[1]["transactionId"]
    body = {
        "transactionType": "Repeat", "referenceTransactionId": key, "vendorTxCode": "P-2", "amount": 700,
        "currency": "EUR", "description": "Second month",
        "credentialType": {"cofUsage": "Subsequent", "initiatedType": "MIT", "mitType": "Unscheduled"},
    }  # fmt: skip
    status, shown = pi.post("transactions", body)
    assert (status, shown["transactionType"], shown["amount"]["totalAmount"]) == (201, "Repeat", 700)
    customer = body | {"vendorTxCode": "P-3", "credentialType": SUBSEQUENT}
    assert faults(pi.post("transactions", customer)[1]) == {"credentialType.initiatedType": 1009}


def test_a_refund_waits_for_settlement(pi: Client) -> None:
    key = pi.sale()[1]["transactionId"]
    body = {
        "transactionType": "Refund", "referenceTransactionId": key, "vendorTxCode": "R-1", "amount": 400,
        "description": "Returned",
    }  # fmt: skip
    status, shown = pi.post("transactions", body)
    assert (status, shown["statusCode"]) == (422, "4050")
    pi.opayo.pass_time(days=1)
    assert pi.post("transactions", body)[0] == 201
    assert pi.post("transactions", body | {"referenceTransactionId": "UNKNOWN"})[1]["code"] == 1012


def test_an_authorise_takes_money_on_an_authenticate(pi: Client) -> None:
    key = pi.sale(transactionType="Authenticate")[1]["transactionId"]
    body = {
        "transactionType": "Authorise", "referenceTransactionId": key, "vendorTxCode": "U-1", "amount": 1150,
        "description": "Shipped",
    }  # fmt: skip
    status, shown = pi.post("transactions", body)
    assert (status, shown["status"]) == (201, "Ok")
    assert pi.opayo.captured(shown["transactionId"]) == Decimal("11.50")
    cancel = pi.post(f"transactions/{key}/instructions", {"instructionType": "cancel"})
    assert cancel[1]["code"] == 1017


def test_instructions_are_remembered(pi: Client) -> None:
    key = pi.sale(transactionType="Deferred")[1]["transactionId"]
    path = f"transactions/{key}/instructions"
    assert pi.call("GET", path)[1]["code"] == 1019
    assert pi.post(path, {"instructionType": "void"})[1]["code"] == 1017
    assert pi.post(path, {"instructionType": "release", "amount": 1001})[1]["code"] == 1021
    assert faults(pi.post(path, {"instructionType": "release"})[1]) == {"amount": 1003}
    assert pi.post(path, {"instructionType": "release", "amount": 900})[0] == 201
    done = pi.call("GET", path)[1]["instructions"]
    assert [each["instructionType"] for each in done] == ["release"]
    assert pi.call("GET", f"transactions/{key}")[1]["statusCode"] == "2004"


def test_a_void_after_midnight_is_not_allowed(pi: Client) -> None:
    key = pi.sale()[1]["transactionId"]
    pi.opayo.pass_time(hours=12)
    status, shown = pi.post(f"transactions/{key}/instructions", {"instructionType": "void"})
    assert (status, shown["code"]) == (403, 1017)


def test_a_server_payment_can_be_looked_up_once_it_is_finished(pi: Client) -> None:
    vps_tx_id = pi.opayo.pay()
    assert pi.call("GET", f"transactions/{vps_tx_id.strip('{}')}")[0] == 404
    pi.opayo.answer()
    assert pi.call("GET", f"transactions/{vps_tx_id.strip('{}')}")[1]["status"] == "Ok"


def test_payments_without_a_browser_for_the_trade(opayo: Opayo) -> None:
    sale = {"vendor_tx_code": "P-1", "amount_minor": 1234, "currency": "GBP", "card_number": AMEX}
    made = opayo.system.pi_payment(**sale)
    assert (made["status"], made["amount"]["totalAmount"]) == ("Ok", 1234)
    declined = opayo.system.pi_payment(**sale | {"vendor_tx_code": "P-2", "card_number": DECLINED})
    assert declined["status"] == "NotAuthed"
    refused = opayo.system.pi_payment(**sale | {"vendor_tx_code": "P-3", "card_number": "1234"})
    assert "errors" in refused
