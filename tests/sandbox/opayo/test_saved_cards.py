"""Cards saved by Server: used up or kept, expired, deleted, and charged again without their holder."""

from __future__ import annotations

import pytest

from tests.sandbox.opayo.rig import Opayo
from tests.sandbox.opayo.test_shared_operations import Vendor, code_of


def _remove(opayo: Opayo, token: str) -> dict[str, str]:
    fields = {"VPSProtocol": "4.00", "TxType": "REMOVETOKEN", "Vendor": "tillbridge", "Token": token}
    return opayo.post("/gateway/service/removetoken.vsp", fields)


def _token(opayo: Opayo, code: str = "A-1") -> str:
    opayo.sell(code, CreateToken="1", COFUsage="FIRST", InitiatedTYPE="CIT")
    return opayo.notification()["Token"]


def test_a_token_is_created_only_for_who_asks_and_pays(opayo: Opayo) -> None:
    opayo.sell("A-1")
    assert "Token" not in opayo.notification()
    assert len(opayo.system.gateway.tokens) == 0


@pytest.mark.parametrize(("store", "is_left"), [("1", True), ("", False)])
def test_a_token_is_used_up_unless_it_is_stored_again(opayo: Opayo, store: str, is_left: bool) -> None:
    token = _token(opayo)
    reply = opayo.register("A-2", Token=token, **({"StoreToken": store} if store else {}))
    opayo.system.customer_pays(reply["NextURL"], card_number="")
    assert (opayo.system.gateway.tokens.card(token) is not None) is is_left


def test_a_removed_token_is_gone_and_cannot_be_removed_twice(opayo: Opayo) -> None:
    token = _token(opayo)
    assert code_of(_remove(opayo, token)) == "2017"
    assert code_of(_remove(opayo, token)) == "2018"
    assert code_of(opayo.register("A-2", Token=token)) == "2018"


def test_a_saved_card_is_not_saved_again_nor_used_once_it_has_expired(opayo: Opayo) -> None:
    token = _token(opayo)
    assert code_of(opayo.register("A-2", Token=token, CreateToken="1")) == "3193"
    row = opayo.system.gateway.tokens.row(token)
    assert row is not None
    row["card"]["expiry"] = "0120"
    assert code_of(opayo.register("A-3", Token=token)) == "5013"


def test_a_repeat_keeps_its_terms_and_is_declined_once_the_card_has_expired(opayo: Opayo) -> None:
    vendor = Vendor(opayo)
    terms = {"COFUsage": "SUBSEQUENT", "InitiatedTYPE": "MIT", "MITType": "UNSCHEDULED"}
    paid = vendor.new("REPEAT", "S-1", "5.00", **terms)
    record = opayo.system.gateway.records.get(paid["VPSTxId"].strip("{}"))
    assert record is not None
    assert terms.items() <= record.fields.items()
    original = opayo.system.gateway.records.get(vendor.vps_tx_id.strip("{}"))
    assert original is not None
    original.card["expiry"] = "0120"
    opayo.system.gateway.records.save(original)
    declined = vendor.new("REPEAT", "S-2", "5.00", **terms)
    assert (declined["Status"], declined["DeclineCode"]) == ("NOTAUTHED", "54")
