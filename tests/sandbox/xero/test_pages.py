"""What a person sees of the books."""

from __future__ import annotations

from sandbox.kernel.wire import Request
from sandbox.xero.apps import DEMO_TENANT
from tests.sandbox.xero.rig import Answer, Xero, invoice


def look(xero: Xero, path: str) -> Answer:
    return xero.send(Request("GET", path))


def test_the_books_can_be_looked_into(xero: Xero) -> None:
    made, _ = xero.paid_invoice(Contact={"Name": "<Ada & Co>".strip("<>")})
    assert "Harbour &amp; Finch Ltd" in look(xero, "/").text
    organisation = look(xero, f"/organisation/{DEMO_TENANT}")
    assert "Ada &amp; Co" in organisation.text
    assert "24.00 GBP" in organisation.text
    detail = look(xero, f"/organisation/{DEMO_TENANT}/invoices/{made['InvoiceID']}")
    assert "PAID" in detail.text
    assert "tx-1" in detail.text


def test_an_empty_organisation_says_so(xero: Xero) -> None:
    assert "No invoices yet" in look(xero, f"/organisation/{DEMO_TENANT}").text


def test_an_invoice_without_payments_says_so(xero: Xero) -> None:
    made = xero.made("Invoices", invoice())
    assert "No payments yet" in look(xero, f"/organisation/{DEMO_TENANT}/invoices/{made['InvoiceID']}").text


def test_other_pages_are_not_there(xero: Xero) -> None:
    for path in ("/organisation/none", f"/organisation/{DEMO_TENANT}/invoices/none", "/elsewhere"):
        assert look(xero, path).status == 404


def test_calls_have_names(xero: Xero) -> None:
    api = "/api.xro/2.0"
    names = {
        ("POST", "/connect/token"): "xero.auth",
        ("GET", "/connections"): "xero.auth",
        ("GET", "/"): "xero.pages",
        ("GET", f"{api}/Organisation"): "xero.organisation",
        ("PUT", f"{api}/Invoices"): "xero.invoices.write",
        ("GET", f"{api}/invoices/1"): "xero.invoices.read",
        ("PUT", f"{api}/CreditNotes/1/Allocations"): "xero.credit_notes.write",
        ("POST", f"{api}/BatchPayments"): "xero.payments.write",
        ("PUT", f"{api}/BankTransfers"): "xero.bank.write",
        ("GET", f"{api}/Reports/BankSummary"): "xero.reports",
        ("PUT", f"{api}/Invoices/1/History"): "xero.history",
        ("GET", f"{api}/Nonsense"): "xero.unknown",
    }
    for (method, path), name in names.items():
        assert xero.system.route_of(Request(method, path)) == name
