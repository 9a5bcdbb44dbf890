"""MyOpayo: looking at transactions and batches, and refunding by hand."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlencode

import pytest

from sandbox.kernel.wire import Reply, Request
from tests.sandbox.opayo.rig import Opayo


def get(opayo: Opayo, path: str, **query: str) -> str:
    reply = opayo.system.handle(Request("GET", path, query))
    assert reply.status == 200
    return reply.body.decode()


def do(opayo: Opayo, vps_tx_id: str, action: str, **form: str) -> Reply:
    path = f"/transactions/{vps_tx_id.strip('{}')}"
    return opayo.system.handle(Request("POST", path, body=urlencode({"action": action, **form}).encode()))


def test_the_list_shows_the_newest_fifty_first(opayo: Opayo) -> None:
    for number in range(1, 53):
        opayo.sell(f"A-{number}")
    text = get(opayo, "/")
    assert text.index("A-52<") < text.index("A-51<")
    assert ">A-2<" not in text
    assert ">A-2<" in get(opayo, "/", page="2")
    assert ">A-7<" in get(opayo, "/", q="A-7")
    assert ">A-8<" not in get(opayo, "/", q="A-7")


def test_an_empty_account_says_what_will_appear(opayo: Opayo) -> None:
    assert "as soon as it is registered" in get(opayo, "/")
    assert "No batch yet" in get(opayo, "/batches")


def test_a_merchant_refunds_by_hand(opayo: Opayo) -> None:
    sale = opayo.sell("HF-1-1")
    opayo.pass_time(days=1)
    page = get(opayo, f"/transactions/{sale}")
    assert 'value="HF-1-1-R1"' in page
    assert 'value="38.34"' in page
    assert do(opayo, sale, "refund", amount="8.34", vendor_tx_code="HF-1-1-R1").status == 303
    assert opayo.truth_of(sale)["refunded"] == Decimal("8.34")
    assert 'value="30.00"' in get(opayo, f"/transactions/{sale}")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"amount": "99.00", "vendor_tx_code": "R-1"}, "4035"),
        ({"amount": "ten", "vendor_tx_code": "R-1"}, "3032"),
        ({"amount": "1.00", "vendor_tx_code": ""}, "3009"),
    ],
)
def test_what_cannot_be_refunded_is_explained(opayo: Opayo, form: dict[str, str], code: str) -> None:
    sale = opayo.sell()
    opayo.pass_time(days=1)
    reply = do(opayo, sale, "refund", **form)
    assert reply.status == 422
    assert f"({code})" in reply.body.decode()


@pytest.mark.parametrize(
    ("tx_type", "action", "form", "state"),
    [
        ("PAYMENT", "void", {}, 18),
        ("DEFERRED", "abort", {}, 19),
        ("DEFERRED", "release", {"amount": "1.00"}, 16),
        ("AUTHENTICATE", "cancel", {}, 22),
    ],
)
def test_only_what_is_possible_is_offered_and_it_works(
    opayo: Opayo, tx_type: str, action: str, form: dict[str, str], state: int
) -> None:
    key = opayo.sell(TxType=tx_type)
    assert f'value="{action}"' in get(opayo, f"/transactions/{key}")
    assert do(opayo, key, action, **form).status == 303
    assert opayo.truth_of(key)["state"] == state
    assert f'value="{action}"' not in get(opayo, f"/transactions/{key}")


def test_an_authenticate_is_authorised_as_often_as_it_lasts(opayo: Opayo) -> None:
    key = opayo.sell(TxType="AUTHENTICATE", Amount="10.00")
    for place, amount in enumerate(("5.00", "6.50")):
        assert do(opayo, key, "authorise", amount=amount, vendor_tx_code=f"A-{place}").status == 303
    assert 'value="authorise"' not in get(opayo, f"/transactions/{key}")
    assert do(opayo, key, "authorise", amount="0.01", vendor_tx_code="A-3").status == 422


def test_batches_are_listed_with_their_net(opayo: Opayo) -> None:
    opayo.sell(Amount="10.00")
    opayo.pass_time(days=1)
    text = get(opayo, "/batches")
    assert "Elavon" in text
    assert "10.00 GBP" in text


def test_unknown_pages_and_actions(opayo: Opayo) -> None:
    assert opayo.system.handle(Request("GET", "/transactions/unknown")).status == 404
    assert opayo.system.handle(Request("GET", "/elsewhere")).status == 404
    assert do(opayo, opayo.sell(), "explode").status == 422
