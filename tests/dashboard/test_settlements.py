"""Settlements on the pages: import, the list, one settlement and what people decide, merchant accounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from integrations.models import AuditEntry, Pair, Role
from reconciliation.matching.deciding import group
from reconciliation.models import (
    AcquirerFile,
    BankAccount,
    BankLine,
    FeeBill,
    Match,
    MerchantAccount,
    Settlement,
    StatementFile,
)
from tests.dashboard.conftest import member
from tests.factories import OrderFactory, PairFactory, PaymentFactory, UserFactory
from tests.factories.pairs import usual_accounts
from tests.reconciliation.settlements.core.test_bills import BILL
from tests.reconciliation.settlements.core.test_reading import ELAVON, WORLDPAY

Look = Callable[..., Any]


@pytest.fixture
def pair(db: None) -> Pair:
    made = PairFactory(slug="harbour-finch")
    usual_accounts(made)
    PaymentFactory(
        pair=made, order=OrderFactory(pair=made, number="HF-1"), vendor_tx_code="HF-1-1", amount_minor=120_000,
        currency="GBP", taken_at=datetime(2026, 3, 9, 12, tzinfo=UTC), tx_auth_no="9493946", last_four="0006",
    )  # fmt: skip
    return made


def signed_in(pair: Pair, role: str) -> Client:
    client = Client()
    client.force_login(member(pair, role))
    return client


def to(pair: Pair, name: str, *args: object) -> str:
    return reverse(name, args=[pair.slug, *args])


def upload(client: Client, pair: Pair, text: str, kind: str = "statement") -> Any:
    file = SimpleUploadedFile("file.csv", text.encode())
    return client.post(to(pair, "settlements-import"), {"kind": kind, "file": file}, follow=True)


def test_a_statement_is_looked_at_and_then_imported_whole(pair: Pair) -> None:
    client = signed_in(pair, Role.OPERATOR)
    looked = upload(client, pair, ELAVON)
    assert "400001, 400002" in looked.content.decode()
    assert not Settlement.objects.exists()
    done = client.post(looked.redirect_chain[-1][0], {"import": "1"}, follow=True)
    assert "2 settlements imported or changed." in done.content.decode()
    assert Settlement.objects.count() == 2
    assert not bytes(AcquirerFile.objects.get().content)
    page = client.get(
        to(pair, "settlements-page", Settlement.objects.get(reference="400001").pk)
    ).content.decode()
    assert "HF-1-1" in page and "No bank line has been found" in page


def test_no_card_number_is_kept_of_a_file_and_no_file_for_long(pair: Pair) -> None:
    client = signed_in(pair, Role.OPERATOR)
    upload(client, pair, ELAVON.replace("************0006", "4929000000006"))
    kept = AcquirerFile.objects.get()
    assert b"4929000000006" not in bytes(kept.content) and b"400001" in bytes(kept.content)
    AcquirerFile.objects.update(created_at=datetime(2026, 3, 1, tzinfo=UTC))
    upload(client, pair, ELAVON)
    kept.refresh_from_db()
    assert (kept.is_done, bytes(kept.content)) == (True, b"")


def test_bad_rows_are_named_and_nothing_can_be_imported(pair: Pair) -> None:
    client = signed_in(pair, Role.OPERATOR)
    looked = upload(client, pair, ELAVON.replace('"1,190.13"', '"1,190.12"'))
    text = looked.content.decode()
    assert "Row 2 400001" in text and 'name="import"' not in text


def test_columns_nobody_knows_are_said_once_and_remembered(pair: Pair) -> None:
    text = WORLDPAY.replace("settlementReference", "Payout ref").replace("eventType", "What")
    client = signed_in(pair, Role.OPERATOR)
    looked = upload(client, pair, text)
    assert "What its columns mean" in looked.content.decode()
    form = looked.context["form"]
    values = {name: field.initial or "" for name, field in form.fields.items()}
    values |= {"acquirer": "Worldpay", "head_reference": "Payout ref", "head_kind": "What"}
    for place, (_, kind) in enumerate([("SETTLED", "sale"), ("REFUNDED", "refund"), ("CHARGE", "fee")]):
        values[f"word_{place}"] = kind
    address = looked.redirect_chain[-1][0]
    again = client.post(address, values)
    assert 'name="import"' in again.content.decode()
    client.post(address, {**values, "import": "1"})
    assert Settlement.objects.get().net_minor == 9_995 - 4_005 - 97
    assert MerchantAccount.objects.get().statement_columns["heads"]["reference"] == "Payout ref"


def test_a_bill_shows_what_it_charges_too_much(pair: Pair) -> None:
    card = {"rates": [{"name": "Visa debit", "percent": "0.49", "per_item": "3"}]}
    MerchantAccount.objects.create(
        pair=pair, mid="2100001", acquirer="Elavon", currency="GBP", rate_card=card
    )
    client = signed_in(pair, Role.OPERATOR)
    looked = upload(client, pair, BILL, "bill")
    assert "12.35" in looked.content.decode()
    client.post(looked.redirect_chain[-1][0])
    assert FeeBill.objects.get().over_minor == 1_235
    assert "12.35" in client.get(to(pair, "settlements-bills")).content.decode()


def test_people_decide_on_the_settlements_page_by_their_role(pair: Pair) -> None:
    operator = signed_in(pair, Role.OPERATOR)
    operator.post(upload(operator, pair, ELAVON).redirect_chain[-1][0], {"import": "1"})
    settlement = Settlement.objects.get(reference="400001")
    account = BankAccount.objects.create(
        pair=pair, name="Business", slug="b", currency="GBP", account_code="090"
    )
    statement = StatementFile.objects.create(
        pair=pair, bank_account=account, filename="b.csv", format="csv", via="upload", sha256="1"
    )
    line = BankLine.objects.create(
        pair=pair, bank_account=account, statement=statement, identity="1", booked_on=date(2026, 3, 11),
        amount_minor=settlement.net_minor - 100, currency="GBP",
    )  # fmt: skip
    match = group(pair, [settlement.pk], [line.pk], UserFactory())
    page = to(pair, "settlements-page", settlement.pk)
    explain = to(pair, "settlements-explain", settlement.pk, match.pk)
    assert signed_in(pair, Role.VIEWER).post(explain, {"kind": "fee"}).status_code == 403
    assert explain not in signed_in(pair, Role.VIEWER).get(page).content.decode()
    assert explain in operator.get(page).content.decode()
    operator.post(explain, {"kind": "fee", "reason": "Their letter"})
    match.refresh_from_db()
    assert match.difference_kind == "fee"
    operator.post(to(pair, "settlements-undo", settlement.pk, match.pk), {"reason": "Wrong"})
    assert Match.objects.get().state == Match.State.UNDONE
    assert AuditEntry.objects.filter(action="match.undone", reason="Wrong").exists()


def test_a_merchant_account_is_completed_by_an_administrator_only(pair: Pair) -> None:
    account = MerchantAccount.objects.create(
        pair=pair, mid="? Elavon", acquirer="Elavon", currency="GBP", is_complete=False
    )
    change = to(pair, "settings-merchants-change", account.pk)
    values = {
        "mid": "2100001", "acquirer": "Elavon", "auth_processor": "Elavon", "currency": "gbp", "funding": "net",
        "usual_lag_days": "1", "reserve_basis_points": "0", "reserve_days": "0", "is_active": "on",
        "schemes_text": "amex", "rate_card_text": "Visa debit | 0.49 % | 3p",
    }  # fmt: skip
    assert signed_in(pair, Role.OPERATOR).get(change).status_code == 403
    client = signed_in(pair, Role.ADMINISTRATOR)
    assert "To be completed" in client.get(to(pair, "settings-merchants")).content.decode()
    assert client.post(change, {**values, "rate_card_text": "Visa debit | much"}).status_code == 422
    client.post(change, values)
    account.refresh_from_db()
    assert (account.mid, account.is_complete, account.schemes) == ("2100001", True, ["AMEX"])
    assert account.rate_card["rates"][0]["percent"] == "0.49"


def test_lists_are_shown_exported_and_narrowed(pair: Pair) -> None:
    client = signed_in(pair, Role.OPERATOR)
    client.post(upload(client, pair, ELAVON).redirect_chain[-1][0], {"import": "1"})
    account = MerchantAccount.objects.get()
    listed = client.get(to(pair, "settlements"), {"q": "400002", "state": "open", "account": str(account.pk)})
    assert b"400002" in listed.content and b">400001<" not in listed.content
    exported = b"".join(client.get(to(pair, "settlements-export", "csv")))
    assert b"1130.10" in exported
    assert b"Nothing to click" in client.get(to(pair, "reconcile-ready")).content
