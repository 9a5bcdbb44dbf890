from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.failures import (
    ConfigurationFailure,
    Failure,
    OutcomeUnknown,
    PermanentFailure,
    TransientFailure,
)
from integrations.core.money import Money
from integrations.opayo.core.protocol import Reply
from integrations.opayo.core.registration import (
    PaymentRequest,
    Registration,
    VendorTxCodeUsed,
    read_registration,
    registration_fields,
)
from tests.integrations.messages import order_document


def _fields(customer: dict[str, Any], **changes: Any) -> dict[str, str]:
    values: dict[str, Any] = {
        "vendor_tx_code": "HF-1-1", "amount": Money(3834, "GBP"), "description": "Order HF-1",
        "notification_url": "https://bridge.example/in/opayo/k/notify", "customer": customer,
    }  # fmt: skip
    return registration_fields(PaymentRequest(**{**values, **changes}), "tillbridge")


def test_an_order_becomes_a_registration() -> None:
    fields = _fields(order_document()["customer"])
    assert fields["Amount"] == "38.34"
    assert (fields["VPSProtocol"], fields["TxType"], fields["Vendor"]) == ("4.00", "PAYMENT", "tillbridge")
    assert (fields["BillingSurname"], fields["BillingFirstnames"]) == ("Moss", "Ada")
    assert (fields["DeliveryAddress1"], fields["DeliveryPostCode"]) == ("88 High Street", "LS1 4AB")
    assert fields["CustomerEMail"] == "ada@example.com"
    assert fields["BillingState"] == ""


def test_names_are_brought_to_the_letters_opayo_takes() -> None:
    customer = {
        "first_name": "Zoë",
        "last_name": "Łukasiewicz-Đorđević <x>",
        "billing_address": {"city": "Łódź"},
    }
    fields = _fields(customer)
    assert fields["BillingFirstnames"] == "Zoë"
    assert all(letter <= "ÿ" for name in fields for letter in fields[name])
    assert len(fields["BillingSurname"]) <= 20


def test_a_company_stands_in_for_the_surname_and_ireland_needs_no_post_code() -> None:
    fields = _fields({"company": "Moss Ltd", "billing_address": {"country": "ie"}})
    assert (fields["BillingSurname"], fields["BillingPostCode"], fields["BillingCountry"]) == (
        "Moss Ltd",
        "",
        "IE",
    )


def test_only_american_addresses_have_a_state() -> None:
    assert _fields({"billing_address": {"country": "US", "region": "ca"}})["BillingState"] == "CA"
    assert _fields({"billing_address": {"country": "GB", "region": "CA"}})["BillingState"] == ""


def test_an_odd_e_mail_address_is_left_out_rather_than_refused() -> None:
    assert _fields({"email": "ada at example"})["CustomerEMail"] == ""


LIMITS = {
    "Surname": 20,
    "Firstnames": 20,
    "Address1": 100,
    "City": 40,
    "PostCode": 10,
    "Country": 2,
    "Phone": 20,
}
text = st.text(max_size=150)


@given(st.fixed_dictionaries({}, optional={"first_name": text, "last_name": text, "email": text, "phone": text}),
       st.dictionaries(st.sampled_from(["line1", "city", "postcode", "country", "region"]), text))  # fmt: skip
def test_whatever_a_customer_is_called_every_field_fits(
    customer: dict[str, Any], address: dict[str, str]
) -> None:
    fields = _fields({**customer, "billing_address": address})
    for name, limit in LIMITS.items():
        assert len(fields[f"Billing{name}"]) <= limit
    for name in ("Surname", "Firstnames", "Address1", "City", "Country"):
        assert fields[f"Billing{name}"].strip()
        assert fields[f"Delivery{name}"].strip()


def _reply(**fields: str) -> Reply:
    return Reply(fields)


def test_a_registration_is_read() -> None:
    reply = _reply(Status="OK", VPSTxId="{abc}", SecurityKey="OUWLNYQTVT", NextURL="https://opayo.example/p")
    read = read_registration(reply)
    assert read == Registration("ABC", "OUWLNYQTVT", "https://opayo.example/p")
    assert "OUWLNYQTVT" not in repr(read)


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (_reply(Status="INVALID", StatusDetail="4042 : used"), VendorTxCodeUsed),
        (_reply(Status="INVALID", StatusDetail="4000 : vendor"), ConfigurationFailure),
        (_reply(Status="INVALID", StatusDetail="4020 : address"), ConfigurationFailure),
        (_reply(Status="INVALID", StatusDetail="4008 : currency"), ConfigurationFailure),
        (_reply(Status="MALFORMED", StatusDetail="3107 : surname"), PermanentFailure),
        (_reply(Status="ERROR", StatusDetail="5003 : internal"), TransientFailure),
        (_reply(Status="OK", VPSTxId="{abc}", SecurityKey="OUWLNYQTVT"), OutcomeUnknown),
        (_reply(Status="O"), OutcomeUnknown),
        (_reply(), OutcomeUnknown),
    ],
)
def test_every_other_reply_is_the_failure_it_stands_for(reply: Reply, failure: type[Failure]) -> None:
    with pytest.raises(failure) as raised:
        read_registration(reply)
    assert type(raised.value) is failure
    assert raised.value.message
