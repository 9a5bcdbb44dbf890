"""Xero's own Python client drives the sandbox over a socket: order to cash, and what goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from xero_python.accounting import (
    Account,
    AccountingApi,
    Allocation,
    Allocations,
    BankTransaction,
    BankTransactions,
    BankTransfer,
    BankTransfers,
    BatchPayment,
    BatchPaymentDelete,
    BatchPayments,
    Contact,
    Contacts,
    CreditNote,
    CreditNotes,
    HistoryRecord,
    HistoryRecords,
    Invoice,
    Invoices,
    LineAmountTypes,
    LineItem,
    ManualJournal,
    ManualJournalLine,
    ManualJournals,
    Payment,
    PaymentDelete,
    Payments,
)
from xero_python.api_client import ApiClient, Configuration
from xero_python.api_client.oauth2 import OAuth2Token, TokenApi
from xero_python.exceptions import (
    AccountingBadRequestException,
    HTTPStatusException,
    NotFoundException,
    RateLimitException,
)
from xero_python.identity import IdentityApi

from sandbox.credentials import XERO_CLIENT_ID, XERO_CLIENT_SECRET
from tests.sandbox.xero.conftest import Served

TODAY = date(2026, 6, 15)


class Judge:
    """The official client, pointed at the sandbox."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.token: dict[str, Any] = dict(served.xero.token)
        self.client = client_for(XERO_CLIENT_ID, lambda: self.token, self.save)
        self.accounting = AccountingApi(self.client, base_url=f"{served.url}/api.xro/2.0")
        self.identity = IdentityApi(self.client, base_url=served.url)
        self.tenant = self.identity.get_connections()[0].tenant_id

    def save(self, token: dict[str, Any]) -> None:
        self.token = token

    def invoice(self, number: str = "ORD-1", **changes: Any) -> Any:
        """An approved invoice, created."""
        sent = Invoices(invoices=[an_invoice(number, **changes)])
        return self.accounting.create_invoices(self.tenant, sent).invoices[0]

    def pay(self, made: Any, amount: Decimal) -> Any:
        sent = Payments(payments=[a_payment(made, amount)])
        return self.accounting.create_payments(self.tenant, sent).payments[0]

    def read(self, made: Any) -> Any:
        return self.accounting.get_invoice(self.tenant, made.invoice_id).invoices[0]


def client_for(client_id: str, getter: Callable[[], Any], saver: Callable[[Any], None]) -> Any:
    """The client's own class for one app. Its retries would wait for a limit to pass; a test must not."""
    configuration = Configuration()
    configuration.oauth2_token = OAuth2Token(client_id, XERO_CLIENT_SECRET)
    client = ApiClient(configuration, oauth2_token_getter=getter, oauth2_token_saver=saver)
    client.rest_client.pool_manager.connection_pool_kw["retries"] = False
    return client


def an_invoice(number: str = "ORD-1", **changes: Any) -> Invoice:
    fields: dict[str, Any] = {
        "type": "ACCREC",
        "contact": Contact(name="Ada Brown"),
        "date": TODAY,
        "due_date": date(2026, 7, 15),
        "invoice_number": number,
        "reference": "order 1",
        "line_amount_types": LineAmountTypes.INCLUSIVE,
        "status": "AUTHORISED",
        "line_items": [a_line()],
    }
    return Invoice(**{**fields, **changes})


def a_line(unit_amount: str = "12.00", quantity: str = "2", **changes: Any) -> LineItem:
    fields: dict[str, Any] = {
        "description": "Mug",
        "quantity": Decimal(quantity),
        "unit_amount": Decimal(unit_amount),
        "account_code": "200",
        "tax_type": "OUTPUT2",
    }
    return LineItem(**{**fields, **changes})


def a_payment(made: Any, amount: Decimal) -> Payment:
    return Payment(
        invoice=Invoice(invoice_id=made.invoice_id),
        account=Account(code="095"),
        date=TODAY,
        amount=amount,
        reference="tx-1",
    )


@pytest.fixture
def judge(served: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Judge]:
    monkeypatch.setattr(TokenApi, "refresh_token_url", f"{served.url}/connect/token")
    monkeypatch.setattr(TokenApi, "client_credentials_token_url", f"{served.url}/connect/token")
    monkeypatch.setattr(TokenApi, "revoke_token_url", f"{served.url}/connect/revocation")
    judge = Judge(served)
    yield judge
    judge.client.rest_client.pool_manager.clear()


def test_it_lists_the_connected_organisation(judge: Judge) -> None:
    [connection] = judge.identity.get_connections()
    assert connection.tenant_name == "Harbour & Finch Ltd"
    assert connection.tenant_type == "ORGANISATION"


def test_it_refreshes_its_token_and_goes_on(judge: Judge) -> None:
    before = judge.token["access_token"]
    judge.client.refresh_oauth2_token()
    assert judge.token["access_token"] != before
    assert judge.accounting.get_organisations(judge.tenant).organisations[0].base_currency.value == "GBP"


def test_it_gets_a_custom_connections_token(judge: Judge) -> None:
    saved: list[dict[str, Any]] = [{}]
    client = client_for(f"{XERO_CLIENT_ID}-custom", lambda: saved[-1], saved.append)
    client.get_client_credentials_token()
    api = AccountingApi(client, base_url=f"{judge.served.url}/api.xro/2.0")
    assert api.get_organisations("").organisations[0].name == "Harbour & Finch Ltd"
    client.rest_client.pool_manager.clear()


def test_revoking_ends_access(judge: Judge) -> None:
    judge.client.revoke_oauth2_token()
    judge.token = dict(judge.served.xero.token)
    with pytest.raises(HTTPStatusException) as refusal:
        judge.accounting.get_organisations(judge.tenant)
    assert refusal.value.status == 401


def test_it_reads_the_chart_and_the_tax_rates(judge: Judge) -> None:
    codes = {account.code: account for account in judge.accounting.get_accounts(judge.tenant).accounts}
    assert codes["095"].currency_code.value == "GBP"
    assert codes["610"].system_account == "DEBTORS"
    rates = {rate.tax_type: rate for rate in judge.accounting.get_tax_rates(judge.tenant).tax_rates}
    assert rates["OUTPUT2"].effective_rate == 20
    assert rates["OUTPUT2"].can_apply_to_expenses is False


def test_an_order_becomes_a_paid_invoice(judge: Judge) -> None:
    contacts = Contacts(contacts=[Contact(name="Ada Brown", email_address="ada@example.com")])
    [contact] = judge.accounting.create_contacts(judge.tenant, contacts).contacts
    made = judge.invoice(contact=Contact(contact_id=contact.contact_id), status="DRAFT")
    assert made.status == "DRAFT"
    approval = Invoices(invoices=[Invoice(status="AUTHORISED")])
    [approved] = judge.accounting.update_invoice(judge.tenant, made.invoice_id, approval).invoices
    assert (approved.status, approved.amount_due) == ("AUTHORISED", Decimal("24.00"))
    paid = judge.pay(made, Decimal("24.00"))
    assert paid.payment_type == "ACCRECPAYMENT"
    assert paid.invoice.amount_due == 0
    found = judge.read(made)
    assert (found.status, found.amount_paid, found.fully_paid_on_date) == ("PAID", Decimal("24.00"), TODAY)
    assert (found.sub_total, found.total_tax) == (Decimal("20.00"), Decimal("4.00"))


def test_a_deleted_payment_reopens_the_invoice(judge: Judge) -> None:
    made = judge.invoice()
    paid = judge.pay(made, Decimal("24.00"))
    [deleted] = judge.accounting.delete_payment(
        judge.tenant, paid.payment_id, PaymentDelete(status="DELETED")
    ).payments
    assert deleted.status == "DELETED"
    found = judge.read(made)
    assert (found.status, found.amount_due, found.fully_paid_on_date) == (
        "AUTHORISED",
        Decimal("24.00"),
        None,
    )


def test_a_credit_note_is_allocated_and_taken_back(judge: Judge) -> None:
    made = judge.invoice()
    note = CreditNote(
        type="ACCRECCREDIT",
        contact=Contact(contact_id=made.contact.contact_id),
        date=TODAY,
        status="AUTHORISED",
        line_amount_types=LineAmountTypes.INCLUSIVE,
        line_items=[a_line(quantity="1")],
    )
    [noted] = judge.accounting.create_credit_notes(
        judge.tenant, CreditNotes(credit_notes=[note])
    ).credit_notes
    allocation = Allocation(amount=Decimal("12.00"), invoice=Invoice(invoice_id=made.invoice_id), date=TODAY)
    [allocated] = judge.accounting.create_credit_note_allocation(
        judge.tenant, noted.credit_note_id, Allocations(allocations=[allocation])
    ).allocations
    assert judge.read(made).amount_credited == Decimal("12.00")
    [read] = judge.accounting.get_credit_note(judge.tenant, noted.credit_note_id).credit_notes
    assert (read.status, read.remaining_credit) == ("PAID", 0)
    judge.accounting.delete_credit_note_allocations(
        judge.tenant, noted.credit_note_id, allocated.allocation_id
    )
    assert judge.read(made).amount_due == Decimal("24.00")


def test_a_refund_is_a_payment_on_a_credit_note(judge: Judge) -> None:
    note = CreditNote(
        type="ACCRECCREDIT",
        contact=Contact(name="Ada Brown"),
        date=TODAY,
        status="AUTHORISED",
        line_amount_types=LineAmountTypes.INCLUSIVE,
        line_items=[a_line(quantity="1")],
    )
    [noted] = judge.accounting.create_credit_notes(
        judge.tenant, CreditNotes(credit_notes=[note])
    ).credit_notes
    refund = Payment(
        credit_note=CreditNote(credit_note_id=noted.credit_note_id),
        account=Account(code="095"),
        date=TODAY,
        amount=Decimal("12.00"),
    )
    [refunded] = judge.accounting.create_payments(judge.tenant, Payments(payments=[refund])).payments
    assert refunded.payment_type == "ARCREDITPAYMENT"
    assert judge.served.xero.balance("095") == Decimal("-12.00")


def test_bank_transactions_and_transfers_move_money(judge: Judge) -> None:
    fee = BankTransaction(
        type="SPEND",
        contact=Contact(name="The Acquirer"),
        bank_account=Account(code="095"),
        date=TODAY,
        line_items=[a_line("1.50", "1", account_code="404", tax_type="EXEMPTINPUT")],
    )
    sent = BankTransactions(bank_transactions=[fee])
    [spent] = judge.accounting.create_bank_transactions(judge.tenant, sent).bank_transactions
    assert spent.total == Decimal("1.50")
    payout = BankTransfer(
        from_bank_account=Account(code="095"),
        to_bank_account=Account(code="090"),
        amount=Decimal("10.00"),
        date=TODAY,
    )
    [moved] = judge.accounting.create_bank_transfer(
        judge.tenant, BankTransfers(bank_transfers=[payout])
    ).bank_transfers
    assert moved.from_bank_account.code == "095"
    assert judge.served.xero.balance("095") == Decimal("-11.50")
    assert judge.served.xero.balance("090") == Decimal("10.00")


def test_an_overpayment_is_made_and_allocated(judge: Judge) -> None:
    made = judge.invoice()
    over = BankTransaction(
        type="RECEIVE-OVERPAYMENT",
        contact=Contact(contact_id=made.contact.contact_id),
        bank_account=Account(code="095"),
        date=TODAY,
        line_items=[LineItem(description="paid twice", line_amount=Decimal("5.00"))],
    )
    sent = BankTransactions(bank_transactions=[over])
    [received] = judge.accounting.create_bank_transactions(judge.tenant, sent).bank_transactions
    allocation = Allocation(amount=Decimal("5.00"), invoice=Invoice(invoice_id=made.invoice_id), date=TODAY)
    judge.accounting.create_overpayment_allocations(
        judge.tenant, received.overpayment_id, Allocations(allocations=[allocation])
    )
    [overpayment] = judge.accounting.get_overpayment(judge.tenant, received.overpayment_id).overpayments
    assert (overpayment.status, overpayment.remaining_credit) == ("PAID", 0)
    assert judge.read(made).amount_due == Decimal("19.00")


def test_a_batch_of_payments_is_deleted_whole(judge: Judge) -> None:
    made = [judge.invoice(f"ORD-{number}") for number in (1, 2)]
    parts = [Payment(invoice=Invoice(invoice_id=each.invoice_id), amount=Decimal("24.00")) for each in made]
    account = next(a for a in judge.accounting.get_accounts(judge.tenant).accounts if a.code == "095")
    batch = BatchPayment(account=Account(account_id=account.account_id), date=TODAY, payments=parts)
    [saved] = judge.accounting.create_batch_payment(
        judge.tenant, BatchPayments(batch_payments=[batch])
    ).batch_payments
    assert (saved.type, saved.total_amount) == ("RECBATCH", 48)
    assert judge.read(made[0]).status == "PAID"
    deletion = BatchPaymentDelete(batch_payment_id=saved.batch_payment_id, status="DELETED")
    judge.accounting.delete_batch_payment(judge.tenant, deletion)
    assert judge.read(made[1]).status == "AUTHORISED"


def test_a_manual_journal_is_posted(judge: Judge) -> None:
    lines = [
        ManualJournalLine(line_amount=Decimal(36), account_code="405"),
        ManualJournalLine(line_amount=Decimal(-36), account_code="615"),
    ]
    journal = ManualJournal(narration="Dispute lost", date=TODAY, status="POSTED", journal_lines=lines)
    sent = ManualJournals(manual_journals=[journal])
    [posted] = judge.accounting.create_manual_journals(judge.tenant, sent).manual_journals
    assert posted.status == "POSTED"
    assert judge.served.xero.balance("405") == 36


def test_reports_and_history_can_be_read(judge: Judge) -> None:
    made = judge.invoice()
    judge.pay(made, Decimal("24.00"))
    note = HistoryRecords(history_records=[HistoryRecord(details="Paid by card")])
    judge.accounting.create_invoice_history(judge.tenant, made.invoice_id, note)
    [record] = judge.accounting.get_invoice_history(judge.tenant, made.invoice_id).history_records
    assert record.details == "Paid by card"
    [summary] = judge.accounting.get_report_bank_summary(
        judge.tenant, from_date=date(2026, 6, 1), to_date=date(2026, 6, 30)
    ).reports
    rows = {row.cells[0].value: [cell.value for cell in row.cells] for row in summary.rows[1].rows}
    assert rows["Opayo clearing GBP"] == ["Opayo clearing GBP", "0.00", "24.00", "0.00", "24.00"]
    assert (
        judge.accounting.get_report_trial_balance(judge.tenant, date=TODAY).reports[0].report_name
        == "Trial Balance"
    )


def test_it_pages_filters_and_asks_what_changed(judge: Judge) -> None:
    made = [judge.invoice(f"ORD-{number}") for number in range(3)]
    judge.pay(made[0], Decimal("24.00"))
    where = f'Status=="PAID" AND Contact.ContactID==Guid("{made[0].contact.contact_id}")'
    assert [i.invoice_id for i in judge.accounting.get_invoices(judge.tenant, where=where).invoices] == [
        made[0].invoice_id
    ]
    page = judge.accounting.get_invoices(judge.tenant, page=2, page_size=2, order="InvoiceNumber ASC")
    assert [each.invoice_number for each in page.invoices] == ["ORD-2"]
    assert page.pagination.item_count == 3
    by_number = judge.accounting.get_invoices(judge.tenant, invoice_numbers=["ORD-1", "ORD-9"])
    assert [each.invoice_number for each in by_number.invoices] == ["ORD-1"]
    judge.served.xero.world.clock.advance(60, machine=True)
    later = judge.invoice("ORD-4")
    since = later.updated_date_utc
    changed = judge.accounting.get_invoices(judge.tenant, if_modified_since=since)
    assert [each.invoice_number for each in changed.invoices] == ["ORD-4"]


def test_a_bad_element_spoils_the_batch_unless_errors_are_asked_for_singly(judge: Judge) -> None:
    batch = Invoices(invoices=[an_invoice("ORD-1"), an_invoice("ORD-2", line_items=[])])
    with pytest.raises(AccountingBadRequestException) as refusal:
        judge.accounting.create_invoices(judge.tenant, batch, summarize_errors=True)
    assert refusal.value.error_data["ErrorNumber"] == 10
    assert not judge.accounting.get_invoices(judge.tenant).invoices
    saved = judge.accounting.create_invoices(judge.tenant, batch, summarize_errors=False).invoices
    assert [each.status_attribute_string for each in saved] == ["OK", "ERROR"]
    assert saved[1].validation_errors[0].message == "One or more line items must be specified"
    assert saved[1].invoice_id == "00000000-0000-0000-0000-000000000000"


def test_paying_too_much_says_so(judge: Judge) -> None:
    made = judge.invoice()
    with pytest.raises(AccountingBadRequestException) as refusal:
        judge.pay(made, Decimal("24.01"))
    [element] = refusal.value.error_data["Elements"]
    assert [error["Message"] for error in element["ValidationErrors"]] == [
        "Payment amount exceeds the amount outstanding on this document"
    ]


def test_an_unknown_invoice_is_not_found(judge: Judge) -> None:
    with pytest.raises(NotFoundException):
        judge.accounting.get_invoice(judge.tenant, "11111111-2222-3333-4444-555555555555")


def test_the_sixty_first_call_of_a_minute_is_refused(judge: Judge) -> None:
    for _ in range(60):
        judge.accounting.get_currencies(judge.tenant)
    with pytest.raises(RateLimitException) as refusal:
        judge.accounting.get_currencies(judge.tenant)
    assert refusal.value.rate_limit == "minute"


def test_a_repeated_key_gives_the_first_reply_and_makes_nothing_new(judge: Judge) -> None:
    batch = Invoices(invoices=[an_invoice("ORD-1")])
    first = judge.accounting.create_invoices(judge.tenant, batch, idempotency_key="k-1").invoices[0]
    again = judge.accounting.create_invoices(judge.tenant, batch, idempotency_key="k-1").invoices[0]
    assert again.invoice_id == first.invoice_id
    assert len(judge.accounting.get_invoices(judge.tenant).invoices) == 1


def test_another_organisation_is_forbidden(judge: Judge) -> None:
    with pytest.raises(HTTPStatusException) as refusal:
        judge.accounting.get_organisations("0b8d7c52-94a6-4c9b-8a1d-7e34c1d2f602")
    assert refusal.value.status == 403
