"""Whatever arrives is answered: no input makes the gateway fall over."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.kernel.wire import Request
from tests.sandbox.opayo.rig import BASIC, BROWSER, VISA, make_opayo, registration

OPAYO = make_opayo()
SERVICES = (
    "vspserver-register",
    "release",
    "abort",
    "void",
    "cancel",
    "refund",
    "repeat",
    "authorise",
    "removetoken",
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=30), st.floats())
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
)
SALE: dict[str, Any] = {
    "transactionType": "Payment", "vendorTxCode": "X", "amount": 1, "currency": "GBP", "description": "x",
    "customerFirstName": "a", "customerLastName": "b", "paymentMethod": {"card": {}}, "apply3DSecure": "Force",
    "billingAddress": {"address1": "1", "city": "x", "country": "GB", "postalCode": "1"},
    "strongCustomerAuthentication": BROWSER, "credentialType": {"cofUsage": "First"},
    "referenceTransactionId": "x",
}  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(body=st.binary(max_size=200))
def test_bytes_anywhere(body: bytes) -> None:
    for path in ("/gateway/service/vspserver-register.vsp", "/access/access.htm", "/acs/x", "/pay/x"):
        assert OPAYO.system.handle(Request("POST", path, body=b"XML=" + body)).status < 500
        assert OPAYO.system.handle(Request("POST", path, body=body)).status < 500
    headers = {"authorization": BASIC}
    reply = OPAYO.system.handle(Request("POST", "/api/v1/transactions", headers=headers, body=body))
    assert reply.status in (400, 422)


@settings(max_examples=150, deadline=None)
@given(
    service=st.sampled_from(SERVICES),
    changes=st.dictionaries(st.sampled_from(sorted(registration())), st.text(max_size=60)),
)
def test_fields_of_the_protocol(service: str, changes: dict[str, str]) -> None:
    body = urlencode(registration() | changes, errors="replace").encode()
    reply = OPAYO.system.handle(Request("POST", f"/gateway/service/{service}.vsp", body=body))
    assert b"StatusDetail=" in reply.body


@settings(max_examples=200, deadline=None)
@given(
    kind=st.sampled_from(["Payment", "Authenticate", "Refund", "Repeat", "Authorise"]),
    changes=st.dictionaries(st.sampled_from(sorted(SALE)), VALUES, max_size=4),
)
def test_json_for_pi(kind: str, changes: dict[str, Any]) -> None:
    body = json.dumps(SALE | {"transactionType": kind} | changes).encode()
    headers = {"authorization": BASIC}
    reply = OPAYO.system.handle(Request("POST", "/api/v1/transactions", headers=headers, body=body))
    assert 400 <= reply.status < 500


@settings(max_examples=60, deadline=None)
@given(holder=st.text(max_size=20), expiry=st.text(max_size=6), cvv=st.text(max_size=5))
def test_what_a_customer_types(holder: str, expiry: str, cvv: str) -> None:
    page = OPAYO.register(f"T-{len(OPAYO.system.gateway.records)}")["NextURL"].split("/opayo", 1)[1]
    form = {"action": "pay", "card_number": VISA, "cardholder": holder, "expiry": expiry, "cvv": cvv}
    reply = OPAYO.system.handle(Request("POST", page, body=urlencode(form, errors="replace").encode()))
    assert reply.status in (303, 422)
