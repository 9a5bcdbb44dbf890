"""Lists: pages, filters, order, what changed since."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.xero.rig import Xero, credit_note, invoice, payment


def numbers(xero: Xero, headers: dict[str, str] | None = None, /, **query: str) -> list[str]:
    return [row["InvoiceNumber"] for row in xero.get("Invoices", headers, **query).rows("Invoices")]


@pytest.fixture
def three(xero: Xero) -> Xero:
    """Three invoices a minute apart, the first of them paid after the last."""
    made = []
    for place in range(3):
        made.append(
            xero.made("Invoices", invoice(f"ORD-{place}", Date=f"2026-06-1{place}", Reference=f"tx-{place}"))
        )
        xero.world.clock.advance(60, machine=True)
    xero.made("Payments", payment(made[0]))
    return xero


def test_lists_are_in_order_of_change(three: Xero) -> None:
    assert numbers(three) == ["ORD-1", "ORD-2", "ORD-0"]


def test_a_list_without_pages_has_no_lines_and_one_with_pages_has(three: Xero) -> None:
    plain = three.get("Invoices").json()
    paged = three.get("Invoices", page="1").json()
    assert "pagination" not in plain
    assert all(row["LineItems"] == [] for row in plain["Invoices"])
    assert all(row["LineItems"] for row in paged["Invoices"])
    assert list(paged)[4:] == ["pagination", "Invoices"]


@pytest.mark.parametrize(
    ("page", "size", "shown", "pagination"),
    [
        ("1", "2", 2, (1, 2, 2, 3)),
        ("2", "2", 1, (2, 2, 2, 3)),
        ("3", "2", 0, (3, 2, 2, 3)),
        ("0", "5000", 3, (1, 1000, 1, 3)),
        ("x", "0", 1, (1, 1, 3, 3)),
    ],
)
def test_pages(three: Xero, page: str, size: str, shown: int, pagination: tuple[int, ...]) -> None:
    body = three.get("Invoices", page=page, pageSize=size).json()
    assert len(body["Invoices"]) == shown
    assert tuple(body["pagination"].values()) == pagination


def test_a_page_of_nothing(xero: Xero) -> None:
    body = xero.get("Invoices", page="1").json()
    assert body["pagination"] == {"page": 1, "pageSize": 100, "pageCount": 0, "itemCount": 0}


@pytest.mark.parametrize(
    "since",
    [
        "2026-06-15T12:02:00",
        "2026-06-15T12:02:00.000Z",
        "2026-06-15T12:02:00+00:00",
        "2026-06-15T14:02:00+02:00",
        "Mon, 15 Jun 2026 12:02:00 GMT",
    ],
)
def test_what_changed_since_in_every_form_clients_send(three: Xero, since: str) -> None:
    assert numbers(three, {"if-modified-since": since}) == ["ORD-2", "ORD-0"]


def test_nothing_changed_is_an_empty_list(three: Xero) -> None:
    assert numbers(three, {"if-modified-since": "2026-06-15T13:00:00"}) == []
    assert three.get("Invoices", {"if-modified-since": "lately"}).json()["ErrorNumber"] == 16


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"Statuses": "PAID,VOIDED"}, {"ORD-0"}),
        ({"InvoiceNumbers": "ORD-1,ORD-2,ORD-9"}, {"ORD-1", "ORD-2"}),
        ({"searchTerm": "TX-1"}, {"ORD-1"}),
        ({"where": 'Status=="AUTHORISED" AND Date>=DateTime(2026,6,12)'}, {"ORD-2"}),
        ({"where": 'Reference=="tx-1"'}, {"ORD-1"}),
        ({"where": 'InvoiceNumber=="ORD-1" OR InvoiceNumber=="ORD-2"'}, {"ORD-1", "ORD-2"}),
        ({"where": 'Contact.Name=="ada brown" AND AmountPaid>0'}, {"ORD-0"}),
        ({"where": 'Type=="ACCPAY"'}, set()),
        ({"createdByMyApp": "True"}, {"ORD-0", "ORD-1", "ORD-2"}),
    ],
)
def test_filters(three: Xero, query: dict[str, str], found: set[str]) -> None:
    assert set(numbers(three, **query)) == found


def test_ids_may_lack_their_dashes(three: Xero) -> None:
    row = three.get("Invoices/ORD-1").rows("Invoices")[0]
    plain = row["InvoiceID"].replace("-", "")
    assert numbers(three, IDs=plain) == ["ORD-1"]
    assert numbers(three, where=f'InvoiceID==guid("{plain}")') == ["ORD-1"]
    assert len(numbers(three, ContactIDs=row["Contact"]["ContactID"])) == 3


def test_a_bad_filter_is_a_query_that_does_not_parse(three: Xero) -> None:
    for query in ({"where": "Status=="}, {"where": 'Colour=="red"'}, {"order": "Colour"}):
        refused = three.get("Invoices", **query)
        assert (refused.status, refused.json()["ErrorNumber"], refused.json()["Type"]) == (
            400,
            16,
            "QueryParseException",
        )


def test_order_is_as_asked(three: Xero) -> None:
    assert numbers(three, order="InvoiceNumber DESC") == ["ORD-2", "ORD-1", "ORD-0"]
    assert numbers(three, order="AmountDue ASC, Date DESC") == ["ORD-0", "ORD-2", "ORD-1"]
    assert numbers(three, order="FullyPaidOnDate") == ["ORD-1", "ORD-2", "ORD-0"]


def test_a_summary_leaves_out_the_heavy_parts(three: Xero) -> None:
    [row] = three.get("Invoices", summaryOnly="true", where='Status=="PAID"').rows("Invoices")
    assert not {"Payments", "LineItems", "HasAttachments", "CreditNotes"} & set(row)


def test_a_person_s_invoice_was_not_made_by_the_app(xero: Xero) -> None:
    xero.system.person_edits("PUT", "Invoices", invoice("MANUAL"))
    assert numbers(xero, createdByMyApp="true") == []
    assert numbers(xero) == ["MANUAL"]


@pytest.mark.parametrize(
    ("endpoint", "where"),
    [
        ("Payments", 'Status=="AUTHORISED" AND Invoice.InvoiceID==guid("{InvoiceID}")'),
        ("Payments", 'PaymentType=="ACCRECPAYMENT" && Reference=="tx-1"'),
        ("Payments", 'Invoice.InvoiceNumber=="ORD-1" && Account.Code=="095"'),
        ("CreditNotes", 'Type=="ACCRECCREDIT" && Reference=="r-1" && Date==DateTime(2026,6,16)'),
        ("Accounts", 'Type=="BANK" AND Code=="095"'),
        ("TaxRates", 'TaxType=="OUTPUT2"'),
        ("Currencies", 'Code=="EUR"'),
    ],
)
def test_other_endpoints_filter_too(xero: Xero, endpoint: str, where: str) -> None:
    made, _ = xero.paid_invoice()
    xero.made("CreditNotes", credit_note(Reference="r-1"))
    rows: list[Any] = xero.get(endpoint, where=where.format(**made)).rows(endpoint)
    assert len(rows) == 1


def test_deleted_payments_stay_in_the_list(xero: Xero) -> None:
    _, paid = xero.paid_invoice()
    xero.call("POST", f"Payments/{paid['PaymentID']}", {"Status": "DELETED"})
    assert [row["Status"] for row in xero.get("Payments", page="1").rows("Payments")] == ["DELETED"]


def test_a_refused_batch_does_not_disturb_the_order(three: Xero) -> None:
    first = three.get("Invoices/ORD-1").rows("Invoices")[0]
    three.post("Invoices", {"InvoiceID": first["InvoiceID"], "Reference": "x"}, invoice("BAD", LineItems=[]))
    assert numbers(three) == ["ORD-1", "ORD-2", "ORD-0"]
    assert numbers(three, {"if-modified-since": "2026-06-15T12:02:00"}) == ["ORD-2", "ORD-0"]
