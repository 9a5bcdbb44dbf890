"""Registration with Opayo Server: what is asked, what is refused, what comes back."""

from __future__ import annotations

import re

import pytest

from sandbox.kernel.wire import Request
from tests.sandbox.opayo.rig import DECLINED, Opayo, make_opayo, registration

REGISTER = "/gateway/service/vspserver-register.vsp"


def test_a_registration_gives_a_page_an_id_and_a_secret(opayo: Opayo) -> None:
    reply = opayo.post(REGISTER, registration())
    assert reply["Status"] == "OK"
    assert reply["StatusDetail"].startswith("2014 : ")
    assert re.fullmatch(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", reply["VPSTxId"])
    assert re.fullmatch(r"[A-Z]{10}", reply["SecurityKey"])
    assert reply["NextURL"].startswith("http://127.0.0.1:8001/opayo/pay/")


@pytest.mark.parametrize("protocol", ["3.00", "4.00"])
def test_both_protocols_are_spoken(opayo: Opayo, protocol: str) -> None:
    assert opayo.register(VPSProtocol=protocol)["VPSProtocol"] == protocol


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("VPSProtocol", "3096"), ("TxType", "3039"), ("Vendor", "3034"), ("VendorTxCode", "3009"),
        ("Amount", "3031"), ("Currency", "3045"), ("Description", "3013"), ("NotificationURL", "3076"),
        ("BillingSurname", "3107"), ("BillingFirstnames", "3109"), ("BillingAddress1", "3111"),
        ("BillingCity", "3114"), ("BillingPostCode", "3090"), ("BillingCountry", "3117"),
        ("DeliverySurname", "3118"), ("DeliveryFirstnames", "3120"), ("DeliveryAddress1", "3122"),
        ("DeliveryCity", "3144"), ("DeliveryPostCode", "3094"), ("DeliveryCountry", "3128"),
    ],
)  # fmt: skip
def test_a_missing_field_is_named_by_its_code(opayo: Opayo, field: str, code: str) -> None:
    reply = opayo.register(**{field: ""})
    assert reply["Status"] == "MALFORMED"
    assert reply["StatusDetail"].startswith(f"{code} : ")
    assert "VPSTxId" not in reply


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("VPSProtocol", "2.22", "3095"), ("TxType", "REFUND", "3014"), ("Vendor", "somebodyelse", "4000"),
        ("Vendor", "not a vendor", "3008"), ("VendorTxCode", "x" * 41, "3080"), ("VendorTxCode", "a b", "3035"),
        ("Amount", "ten", "3032"), ("Amount", "0.00", "4009"), ("Amount", "100000.01", "4009"),
        ("Amount", "1.001", "3006"), ("Currency", "ZZZ", "3003"), ("Currency", "AUD", "4008"),
        ("Description", "x" * 101, "3082"), ("NotificationURL", "shop.example", "3011"),
        ("NotificationURL", "https://" + "x" * 250, "3037"), ("BillingSurname", "x" * 21, "3108"),
        ("BillingSurname", "<Moss>", "5040"), ("BillingFirstnames", "x" * 21, "3110"),
        ("BillingAddress1", "x" * 101, "3112"), ("BillingCity", "x" * 41, "3115"),
        ("BillingPostCode", "x" * 11, "3027"), ("BillingCountry", "XX", "3141"), ("DeliveryCountry", "UK", "3140"),
        ("CustomerEMail", "nobody", "3078"), ("ClientIPAddress", "1.2.3.400", "3079"),
        ("GiftAidPayment", "2", "3018"), ("ApplyAVSCV2", "4", "3019"), ("Apply3DSecure", "x", "3020"),
        ("AccountType", "EM", "3100"), ("CreateToken", "2", "3172"), ("Token", "{NONE}", "2018"),
        ("CustomerXML", "<open>", "3173"), ("SurchargeXML", "x" * 801, "3175"), ("VendorData", "x" * 201, "3178"),
        ("Basket", "2:Tea:1:1.00:0.00:1.00:1.00", "3021"), ("Basket", "x" * 7501, "3041"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_by_its_code(opayo: Opayo, field: str, value: str, code: str) -> None:
    reply = opayo.register(**{field: value})
    assert reply["StatusDetail"].startswith(f"{code} : ")
    assert reply["Status"] != "OK"


def test_the_united_states_need_a_state_and_ireland_no_post_code(opayo: Opayo) -> None:
    american = {"BillingCountry": "US", "BillingPostCode": "10001"}
    assert opayo.register("A-1", **american)["StatusDetail"].startswith("3147")
    assert opayo.register("A-1", **american, BillingState="NY")["Status"] == "OK"
    assert opayo.register("A-2", BillingCountry="IE", BillingPostCode="")["Status"] == "OK"


def test_currencies_without_pence_take_whole_amounts() -> None:
    opayo = make_opayo(currencies=("GBP", "JPY"))
    assert opayo.register("A-1", Currency="JPY", Amount="500")["Status"] == "OK"
    assert opayo.register("A-2", Currency="JPY", Amount="500.50")["StatusDetail"].startswith("3006")


def test_every_vendor_tx_code_works_once_even_after_a_failure(opayo: Opayo) -> None:
    opayo.sell("A-1", DECLINED)
    assert opayo.register("A-1")["StatusDetail"].startswith("4042")


def test_by_the_other_reading_a_failed_attempt_leaves_its_code_free() -> None:
    opayo = make_opayo(vendor_tx_code_burned_by="active")
    opayo.sell("A-1", DECLINED)
    assert opayo.register("A-1")["Status"] == "OK"
    assert opayo.register("A-1")["StatusDetail"].startswith("4042")


def basket_xml(total: str = "13.20", delivery: str = "") -> str:
    item = (
        "<item><description>Tea</description><quantity>2</quantity><unitNetAmount>5.50</unitNetAmount>"
        f"<unitTaxAmount>1.10</unitTaxAmount><unitGrossAmount>6.60</unitGrossAmount>"
        f"<totalGrossAmount>{total}</totalGrossAmount></item>"
    )
    return f"<basket>{item}{delivery}</basket>"


def test_a_basket_has_to_add_up_to_the_amount(opayo: Opayo) -> None:
    delivery = (
        "<deliveryNetAmount>2.50</deliveryNetAmount><deliveryTaxAmount>0.50</deliveryTaxAmount>"
        "<deliveryGrossAmount>3.00</deliveryGrossAmount>"
        "<discounts><discount><fixed>1.20</fixed><description>Welcome</description></discount></discounts>"
    )
    good = opayo.register("A-1", Amount="15.00", BasketXML=basket_xml(delivery=delivery))
    assert good["Status"] == "OK"
    for xml, amount in ((basket_xml("13.21"), "13.21"), (basket_xml(), "13.21")):
        assert opayo.register("A-2", Amount=amount, BasketXML=xml)["StatusDetail"].startswith("3195")


@pytest.mark.parametrize(
    "xml",
    [
        "<basket></basket>",
        "<basket><item></item></basket>",
        "<basket><item><quantity>1</quantity><description>Tea</description></item></basket>",
        '<!DOCTYPE b [<!ENTITY a "b">]><basket/>',
        "not xml",
    ],
)
def test_a_basket_out_of_shape_is_refused(opayo: Opayo, xml: str) -> None:
    assert opayo.register(BasketXML=xml)["StatusDetail"].startswith("3021")


def test_only_one_kind_of_basket(opayo: Opayo) -> None:
    basket = "1:Tea:1:1.00:0.00:1.00:1.00"
    assert opayo.register(Basket=basket, BasketXML=basket_xml())["StatusDetail"].startswith("3194")


def test_what_the_protocol_does_not_know_is_not_kept(opayo: Opayo) -> None:
    opayo.register(CardNumber="4929000000006")
    row = opayo.world.store.table("opayo.transactions").values()[0]
    assert "4929000000006" not in repr(row)


def test_latin_1_is_read_as_such(opayo: Opayo) -> None:
    fields = registration(BillingSurname="Strau@")
    body = "&".join(f"{name}={value}" for name, value in fields.items()).encode()
    reply = opayo.system.handle(Request("POST", REGISTER, body=body.replace(b"Strau@", b"Strau%DF")))
    assert b"Status=OK" in reply.body
    row = opayo.world.store.table("opayo.transactions").values()[0]
    assert row["fields"]["BillingSurname"] == "Strauß"


def test_only_post_is_served(opayo: Opayo) -> None:
    assert opayo.system.handle(Request("GET", REGISTER)).status == 405
    assert opayo.system.handle(Request("POST", "/gateway/service/nothing.vsp")).status == 404
