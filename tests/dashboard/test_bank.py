"""The bank on the pages: accounts, a statement looked at and imported, its columns said, lines listed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from integrations.models import AuditEntry, Pair, Role
from reconciliation.models import BankAccount, BankLine, StatementFile, StatementUpload
from tests.factories import PairFactory, XeroConnectionFactory
from tests.reconciliation.statements.conftest import Row, account_of, written

PairClient = Callable[[Pair, str], Client]
ROWS: list[Row] = [
    (0, "120.00", "PATEL & DAUGHTERS", "INV 4711"),
    (1, "2310.44", "ELAVON MERCHANT SE", "21000401 400123"),
    (5, "-36.00", "ELAVON MERCHANT SE", "FEES 0226"),
]
UNKNOWN = b"Day,Narrative,Worth\n11/03/2026,PATEL,120.00\n12/03/2026,ELAVON,-36.00\n"


@pytest.fixture
def account(db: None) -> BankAccount:
    return account_of(PairFactory(slug="harbour-finch"))


@pytest.fixture
def operator(account: BankAccount, client_of: PairClient) -> Client:
    return client_of(account.pair, Role.OPERATOR)


def to(pair: Pair, name: str, *args: object) -> str:
    return reverse(name, args=[pair.slug, *args])


def upload(client: Client, account: BankAccount, content: bytes, name: str = "march.sta") -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(to(account.pair, "bank-import"), {"account": account.pk, "file": file}, follow=True)


def test_a_statement_is_looked_at_then_imported_and_shown(account: BankAccount, operator: Client) -> None:
    page = upload(operator, account, written("mt940", ROWS))
    assert "3 new lines" in page.content.decode() and BankLine.objects.count() == 0
    shown = operator.post(page.request["PATH_INFO"], {"import": "1"}, follow=True).content.decode()
    assert "march.sta is imported: 3 new lines." in shown
    assert "PATEL . DAUGHTERS INV 4711" in shown and "£10,608.81" in shown
    made = StatementFile.objects.get()
    assert (made.via, made.imported_by) == (
        "upload",
        AuditEntry.objects.get(action="bank.statement_imported").actor,
    )
    kept = StatementUpload.objects.get()
    assert (kept.is_done, bytes(kept.content)) == (True, b"")
    assert operator.get(page.request["PATH_INFO"]).status_code == 404


def test_a_known_file_says_so(account: BankAccount, operator: Client) -> None:
    for _ in range(2):
        page = upload(operator, account, written("ofx", ROWS))
        operator.post(page.request["PATH_INFO"], {"import": "1"})
    assert "importing it again changes nothing" in page.content.decode()
    assert BankLine.objects.count() == 3


def test_unknown_columns_are_said_with_a_live_preview_and_remembered(
    account: BankAccount, operator: Client
) -> None:
    page = upload(operator, account, UNKNOWN, "new-bank.csv")
    assert "No column holds the amount." in page.content.decode()
    said = {"head_date": "Day", "head_amount": "Worth", "head_description": "Narrative", "bank": "New Bank"}
    address = page.request["PATH_INFO"]
    live = operator.post(address, said, headers={"HX-Request": "true"}).content.decode()
    assert live.strip().startswith('<div id="look"') and "Import 2 new lines" in live
    assert BankLine.objects.count() == 0
    operator.post(address, {**said, "import": "1"})
    account.refresh_from_db()
    assert (account.csv_columns["bank"], BankLine.objects.count()) == ("New Bank", 2)
    again = upload(operator, account, UNKNOWN.replace(b"PATEL", b"SINGH"), "next.csv")
    assert "As New Bank writes them" in again.content.decode()


def test_bad_lines_are_listed_and_cannot_be_imported(account: BankAccount, operator: Client) -> None:
    spoiled = written("csv lloyds", ROWS).replace(b"/11/2026", b"/13/2026")
    page = upload(operator, account, spoiled, "bad.csv")
    assert "Lines that are wrong" in page.content.decode()
    filled = {field.html_name: field.value() for field in page.context["form"].head_fields}
    answer = operator.post(page.request["PATH_INFO"], {**filled, "import": "1"})
    assert answer.status_code == 200 and "Nothing was imported" in answer.content.decode()
    assert StatementFile.objects.count() == 0


def test_what_waits_on_the_page_holds_no_card_numbers(account: BankAccount, operator: Client) -> None:
    upload(operator, account, UNKNOWN.replace(b"PATEL", b"CARD 4929000000006"), "cards.csv")
    assert b"4929000000006" not in bytes(StatementUpload.objects.get().content)


def test_a_file_beyond_the_limit_is_cut_off_while_it_comes_in(
    account: BankAccount, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = upload(operator, account, b"x" * 32_000_001)
    assert answer.status_code == 422
    assert "larger than 32 MB" in answer.content.decode()
    assert StatementUpload.objects.count() == 0


def test_the_upload_is_guarded_by_its_token(account: BankAccount, client_of: PairClient) -> None:
    plain = client_of(account.pair, Role.OPERATOR)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = plain.cookies
    assert strict.post(to(account.pair, "bank-import"), {"account": account.pk}).status_code == 403


def test_accounts_of_other_pairs_cannot_be_chosen(account: BankAccount, operator: Client) -> None:
    other = account_of(PairFactory())
    file = SimpleUploadedFile("m.sta", written("mt940", ROWS))
    answer = operator.post(to(account.pair, "bank-import"), {"account": other.pk, "file": file})
    assert answer.status_code == 422 and StatementUpload.objects.count() == 0


def test_an_account_is_entered_with_a_xero_account_of_the_chart(
    db: None, client_of: PairClient, settings: LazySettings
) -> None:
    chart = [
        {"code": "090", "name": "Business", "status": "ACTIVE", "type": "BANK"},
        {"code": "200", "name": "Sales", "status": "ACTIVE", "type": "REVENUE"},
    ]
    pair = PairFactory()
    XeroConnectionFactory(pair=pair, config={"chart": chart})
    client = client_of(pair, Role.ADMINISTRATOR)
    address = to(pair, "bank-accounts-add")
    form = client.get(address).content.decode()
    assert "090 · Business" in form and "200 · Sales" not in form
    said = {"name": "Business Euro", "currency": "eur", "account_code": "090", "watched_folder": "euro"}
    assert client.post(address, said).status_code == 302
    made = BankAccount.objects.get()
    assert (made.slug, made.currency, made.watched_folder) == ("business-euro", "EUR", "euro")
    assert AuditEntry.objects.filter(action="bank_account.kept", subject="Business Euro").exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"currency": "XXQ"}, "no ISO 4217 currency"),
        ({"number_ending": "12"}, "last four digits"),
        ({"watched_folder": "../other"}, "leads out of the folder"),
        ({"watched_folder": "taken"}, "Another account watches"),
    ],
)
def test_what_an_account_cannot_be_is_said(
    account: BankAccount, client_of: PairClient, wrong: dict[str, str], words: str
) -> None:
    account_of(account.pair, slug="second", watched_folder="taken")
    said = {"name": "Business", "currency": "GBP", "account_code": "090"} | wrong
    answer = client_of(account.pair, Role.ADMINISTRATOR).post(
        to(account.pair, "bank-accounts-change", account.pk), said
    )
    assert answer.status_code == 422 and words in answer.content.decode()


def test_the_currency_stays_once_there_are_lines(
    account: BankAccount, operator: Client, client_of: PairClient
) -> None:
    page = upload(operator, account, written("ofx", ROWS))
    operator.post(page.request["PATH_INFO"], {"import": "1"})
    said = {"name": "Business", "currency": "EUR", "account_code": "090"}
    answer = client_of(account.pair, Role.ADMINISTRATOR).post(
        to(account.pair, "bank-accounts-change", account.pk), said
    )
    assert "It has lines in GBP" in answer.content.decode()


def test_accounts_show_how_far_they_are_known_and_what_is_missing(
    account: BankAccount, operator: Client
) -> None:
    for start, end in ((0, 0), (5, 5)):
        page = upload(operator, account, written("camt053 08", ROWS, start, end))
        operator.post(page.request["PATH_INFO"], {"import": "1"})
    shown = operator.get(to(account.pair, "bank")).content.decode()
    assert "2,310.44 GBP moved that no line tells of" in shown
    assert "7 Nov 2026" in shown and "1 gap" in shown


def test_lines_are_filtered_and_exported(account: BankAccount, operator: Client) -> None:
    page = upload(operator, account, written("ofx", ROWS))
    operator.post(page.request["PATH_INFO"], {"import": "1"})
    address = to(account.pair, "bank-lines")
    found = operator.get(
        address, {"direction": "in", "since": "2026-11-03", "state": "unmatched", "account": "business"}
    )
    assert [row.label for row in found.context["listing"].rows] == ["ELAVON MERCHANT SE"]
    exported = operator.get(to(account.pair, "bank-lines-export", "csv"), {"q": "INV"})
    content = b"".join(exported.streaming_content).decode()  # type: ignore[attr-defined]  # a streaming response
    assert "120.00" in content and "2310.44" not in content


def test_viewers_see_the_bank_and_import_nothing(account: BankAccount, client_of: PairClient) -> None:
    viewer = client_of(account.pair, Role.VIEWER)
    page = viewer.get(to(account.pair, "bank"))
    assert page.status_code == 200 and to(account.pair, "bank-import") not in page.content.decode()
    assert viewer.get(to(account.pair, "bank-import")).status_code == 403
