"""How requests and replies look on the wire."""

from __future__ import annotations

import re
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from tests.sandbox.xero.rig import Answer, Xero, contact, invoice, line, payment

XML = {"accept": "application/xml"}


def parsed(reply: Answer) -> ET.Element:
    """A reply read by an XML parser that is not the sandbox's."""
    return ET.fromstring(reply.text)  # noqa: S314 - the sandbox's own reply


def test_json_is_laid_out_as_xeros(xero: Xero) -> None:
    made = xero.put("Invoices", invoice())
    text = made.text
    assert text.startswith('{\r\n  "Id": "')
    assert '"DateTimeUTC": "\\/Date(1781524800000)\\/"' in text
    assert '"Date": "\\/Date(1781481600000+0000)\\/"' in text
    assert '"DateString": "2026-06-15T00:00:00"' in text
    assert '"UnitAmount": 12.00,' in text
    assert '"Quantity": 2.0000,' in text
    assert '"CurrencyRate": 1.000000,' in text
    assert '"UpdatedDateUTCString": "2026-06-15T12:00:00Z"' in text
    assert made.headers["Content-Type"] == "application/json; charset=utf-8"


def test_every_reply_tells_what_is_left_and_its_correlation_id(xero: Xero) -> None:
    reply = xero.get("Currencies")
    assert reply.headers["X-MinLimit-Remaining"] == "59"
    assert reply.headers["X-DayLimit-Remaining"] == "4999"
    assert reply.headers["X-AppMinLimit-Remaining"] == "9999"
    assert reply.headers["Xero-Correlation-Id"] == reply.json()["Id"]
    assert reply.json()["ProviderName"] == "Tillbridge"


def test_the_answer_is_xml_unless_json_is_asked_for(xero: Xero) -> None:
    xero.paid_invoice()
    reply = xero.get("Invoices", XML, page="1")
    assert reply.headers["Content-Type"].startswith("text/xml")
    root = parsed(reply)
    assert root.tag == "Response"
    assert root.findtext("Status") == "OK"
    assert root.findtext("Invoices/Invoice/Total") == "24.00"
    assert root.findtext("Invoices/Invoice/Date") == "2026-06-15T00:00:00"
    assert root.find("Invoices/Invoice/DateString") is None
    assert root.findtext("Invoices/Invoice/LineItems/LineItem/AccountCode") == "200"
    assert root.findtext("Invoices/Invoice/Payments/Payment/Amount") == "24.00"


def test_a_refusal_in_xml_names_the_kind_of_element(xero: Xero) -> None:
    reply = xero.put("Invoices", invoice(LineItems=[]), headers=XML)
    root = parsed(reply)
    assert (reply.status, root.tag, root.findtext("ErrorNumber")) == (400, "ApiException", "10")
    element = root.find("Elements/DataContractBase")
    assert element is not None
    assert element.get("{http://www.w3.org/2001/XMLSchema-instance}type") == "Invoice"
    assert (
        element.findtext("ValidationErrors/ValidationError/Message")
        == "One or more line items must be specified"
    )


def test_single_errors_in_xml_stand_in_the_elements_status(xero: Xero) -> None:
    reply = xero.put("Contacts", contact(), contact(""), query={"summarizeErrors": "false"}, headers=XML)
    statuses = [each.get("status") for each in parsed(reply).findall("Contacts/Contact")]
    assert statuses == ["OK", "ERROR"]


def test_a_body_may_be_xml_and_the_answer_json(xero: Xero) -> None:
    body = b"""<?xml version="1.0"?><Invoices><Invoice><Type>ACCREC</Type><Contact><Name>Tom &amp; Co</Name></Contact>
      <Date>2026-06-15T00:00:00</Date><DueDate>2026-07-15</DueDate><LineAmountTypes>Inclusive</LineAmountTypes>
      <Status>AUTHORISED</Status><LineItems><LineItem><Description>Mug</Description><Quantity>2</Quantity>
      <UnitAmount>12.00</UnitAmount><AccountCode>200</AccountCode></LineItem></LineItems></Invoice></Invoices>"""
    made = xero.call("PUT", "Invoices", body, headers={"content-type": "application/xml"}).rows("Invoices")[0]
    assert (made["Total"], made["Contact"]["Name"]) == (Decimal("24.00"), "Tom & Co")
    deletion = b"<Payment><Status>DELETED</Status></Payment>"
    paid = xero.made("Payments", payment(made))
    gone = xero.call("POST", f"Payments/{paid['PaymentID']}", deletion, headers={"content-type": "text/xml"})
    assert gone.rows("Payments")[0]["Status"] == "DELETED"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b"NaN",
        b'{"Contacts": 5}',
        b'{"Contacts": ["x"]}',
        b"<Contacts><Contact>",
        b"[1]",
        b"\xff\xfe",
    ],
)
def test_a_body_that_cannot_be_read_is_refused(xero: Xero, body: bytes) -> None:
    refused = xero.call("PUT", "Contacts", body)
    assert (refused.status, refused.json()["ErrorNumber"]) == (400, 17)
    assert refused.json()["Type"] == "PostDataInvalidException"


def test_entities_in_xml_are_never_expanded(xero: Xero) -> None:
    body = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><Contacts><Contact><Name>&a;</Name></Contact></Contacts>'
    refused = xero.call("PUT", "Contacts", body, headers={"content-type": "text/xml"})
    assert refused.json()["ErrorNumber"] == 17


def test_bodies_may_be_bare_and_their_names_in_any_case(xero: Xero) -> None:
    assert xero.call("PUT", "Contacts", {"name": "Bare"}).rows("Contacts")[0]["Name"] == "Bare"
    assert xero.call("PUT", "Contacts", [{"NAME": "Listed"}]).rows("Contacts")[0]["Name"] == "Listed"


@pytest.mark.parametrize(
    "day", ["2026-02-28", "2026-02-28T00:00:00", "/Date(1772236800000)/", "/Date(1772236800000+0000)/"]
)
def test_dates_are_read_in_every_form_clients_send(xero: Xero, day: str) -> None:
    assert xero.made("Invoices", invoice(Date=day))["DateString"] == "2026-02-28T00:00:00"


def test_unit_amounts_keep_four_places_only_when_asked(xero: Xero) -> None:
    plain = xero.made("Invoices", invoice("A", line("1.2345")))
    assert plain["LineItems"][0]["UnitAmount"] == Decimal("1.23")
    fine = xero.made("Invoices", invoice("B", line("1.2345", "100")), query={"unitdp": "4"})
    assert fine["LineItems"][0]["UnitAmount"] == Decimal("1.2345")
    assert fine["Total"] == Decimal("123.45")
    read = xero.get("Invoices/B")
    assert '"UnitAmount": 1.23,' in read.text
    assert '"UnitAmount": 1.2345,' in xero.get("Invoices/B", unitdp="4").text
    assert '"UnitAmount": 1.2300,' in xero.get("Invoices/A", unitdp="4").text


def test_money_is_never_written_in_another_form(xero: Xero) -> None:
    xero.made("Invoices", invoice("A", line("0.00")))
    xero.made("Invoices", invoice("B", line("9999999.99", "100")))
    for amount in re.findall(
        r'"(?:Total|SubTotal|TotalTax|AmountDue)": ([^,\r]+)', xero.get("Invoices").text
    ):
        assert re.fullmatch(r"-?\d+\.\d\d", amount)


def test_a_request_of_more_than_ten_megabytes_is_refused(xero: Xero) -> None:
    assert xero.call("PUT", "Contacts", b" " * (10 * 1024 * 1024 + 1)).status == 413
