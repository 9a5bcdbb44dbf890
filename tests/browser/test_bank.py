"""The bank in a real browser: a statement of an unknown bank, its columns said with a live preview, imported by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, expect

from reconciliation.models import BankAccount, BankLine
from reconciliation.statements.importing import import_statement
from tests.browser.conftest import Visit
from tests.browser.soundness import unsound
from tests.dashboard.scene import Scene
from tests.reconciliation.statements.conftest import Row, account_of, written

pytestmark = pytest.mark.browser

UNKNOWN = (
    b"Booked,What,Worth,Left\n11/03/2026,PATEL AND SONS INV 4711,120.00,1120.00\n"
    b"11/03/2026,ELAVON MERCHANT SE 21000401 400123,2310.44,3430.44\n12/03/2026,ELAVON FEES 0226,-36.00,3394.44\n"
)
ROWS: list[Row] = [
    (0, "120.00", "PATEL & DAUGHTERS", "INV 4711"),
    (1, "2310.44", "ELAVON MERCHANT SE", "21000401 400123"),
    (9, "-36.00", "ELAVON MERCHANT SE", "FEES 0226"),
]


@pytest.fixture
def account(scene: Scene) -> BankAccount:
    return account_of(scene.pair)


def test_an_unknown_banks_file_is_explained_looked_at_and_imported(
    visit: Visit, scene: Scene, account: BankAccount
) -> None:
    page = visit(f"/{scene.pair.slug}/bank/")
    page.get_by_role("link", name="Import", exact=True).click()
    page.get_by_label("The bank's statement").set_input_files(
        FilePayload(name="march.csv", mimeType="text/csv", buffer=UNKNOWN)
    )
    page.get_by_role("button", name="Look at it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("No column holds the amount.")).to_be_visible()
    page.get_by_label("Day", exact=False).first.select_option("Booked")
    page.get_by_label("Amount with its sign").select_option("Worth")
    page.get_by_label("Balance after the line").select_option("Left")
    page.locator("#columns_head_description").select_option("What")
    expect(page.get_by_role("button", name="Import 3 new lines")).to_be_visible()
    expect(page.get_by_text("Closes with")).to_be_visible()
    assert unsound(page, "bank-look") == {}
    page.get_by_role("button", name="Import 3 new lines").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("march.csv is imported: 3 new lines.")).to_be_visible()
    assert BankLine.objects.count() == 3


def test_a_gap_between_statements_stands_out_and_lines_are_found(
    visit: Visit, scene: Scene, account: BankAccount
) -> None:
    for start, end in ((0, 0), (9, 9)):
        content = written("camt053 08", ROWS, start, end)
        import_statement(account, content, filename=f"{start}.xml", via="upload")
    page = visit(f"/{scene.pair.slug}/bank/")
    expect(page.get_by_text("2,310.44 GBP moved that no line tells of")).to_be_visible()
    assert unsound(page, "bank-accounts") == {}
    page.get_by_role("link", name="2", exact=True).click()
    expect(page.get_by_role("link", name="ELAVON MERCHANT SE")).to_be_visible()
    assert unsound(page, "bank-lines") == {}
