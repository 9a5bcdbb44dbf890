"""The page of look-up tables: a grid for keys and mouse, pasted cells looked at first, sound for everybody."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from integrations.models import Membership, Role, User
from mapping.models import MappingVersion
from mapping.services import editing
from mapping.services.versions import draft_from_published
from tests.browser.conftest import Visit
from tests.browser.soundness import unsound
from tests.dashboard.scene import Scene

pytestmark = pytest.mark.browser

ACCOUNTS: dict[str, Any] = {
    "id": "accounts",
    "title": "Accounts by category",
    "columns": ["category", "account"],
    "rows": [["food", "201"], ["homeware", "200"]],
    "note": "",
}
COPY = """(text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def draft(scene: Scene, administrator: User) -> MappingVersion:
    return draft_from_published(scene.pair, by=administrator)


def keep(draft: MappingVersion, by: User, table: dict[str, Any]) -> None:
    change = {"op": "put", "item": "table", "id": table["id"], "value": table}
    editing.change(draft, draft.revision, "Write a table", [change], by=by)


def open_tables(visit: Visit, draft: MappingVersion) -> Page:
    assert draft.pair is not None
    page = visit(f"/{draft.pair.slug}/mapping/versions/{draft.number}/tables/")
    page.wait_for_selector(".sheet.is-ready")
    return page


def saved(page: Page, draft: MappingVersion) -> dict[str, Any]:
    """The tables as the server has them."""
    expect(page.locator(".standing")).to_have_text("Saved")
    draft.refresh_from_db()
    tables: dict[str, Any] = draft.blueprint["tables"]
    return tables


def cell(page: Page, row: int, column: int) -> Locator:
    """A cell by its place; row -1 holds the names of the columns."""
    return page.locator(f'[data-place="{row}"][data-column="{column}"]')


def test_a_table_is_made_and_filled_with_keys_alone(visit: Visit, draft: MappingVersion) -> None:
    page = open_tables(visit, draft)
    name = page.get_by_label("Name of a new table")
    name.fill("Countries")
    name.press("Enter")
    expect(cell(page, 0, 0)).to_be_focused()
    for keys in ("Germany", "Tab", "DE", "Enter"):
        page.keyboard.press(keys) if keys in ("Tab", "Enter") else page.keyboard.type(keys)
    page.get_by_role("button", name="Row", exact=True).press("Enter")
    page.keyboard.type("France")
    page.keyboard.press("Tab")
    page.keyboard.type("FR")
    page.keyboard.press("Enter")
    assert saved(page, draft)["countries"]["rows"] == [["Germany", "DE"], ["France", "FR"]]


def test_arrow_keys_move_and_escape_gives_an_edit_up(
    visit: Visit, draft: MappingVersion, administrator: User
) -> None:
    keep(draft, administrator, ACCOUNTS)
    page = open_tables(visit, draft)
    cell(page, 0, 0).click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(cell(page, 1, 1)).to_be_focused()
    page.keyboard.press("F2")
    page.keyboard.type("999")
    page.keyboard.press("Escape")
    expect(cell(page, 1, 1)).to_have_text("200")
    expect(cell(page, 1, 1)).to_be_focused()
    page.keyboard.press("Delete")
    assert saved(page, draft)["accounts"]["rows"] == [["food", "201"], ["homeware", ""]]
    page.keyboard.press("Control+z")
    expect(cell(page, 1, 1)).to_have_text("200")


def test_columns_are_named_added_and_removed(
    visit: Visit, draft: MappingVersion, administrator: User
) -> None:
    keep(draft, administrator, ACCOUNTS)
    page = open_tables(visit, draft)
    page.get_by_role("button", name="Column", exact=True).click()
    page.keyboard.press("Control+a")
    page.keyboard.type("tax type")
    page.keyboard.press("Enter")
    table = saved(page, draft)["accounts"]
    assert (table["columns"], table["rows"][0]) == (["category", "account", "tax type"], ["food", "201", ""])
    cell(page, 0, 2).click()
    page.get_by_role("button", name="Remove column").click()
    assert saved(page, draft)["accounts"]["columns"] == ["category", "account"]


def test_cells_of_a_spreadsheet_are_looked_at_before_they_are_taken(
    visit: Visit, draft: MappingVersion, administrator: User
) -> None:
    keep(draft, administrator, ACCOUNTS)
    page = open_tables(visit, draft)
    cell(page, 0, 0).click()
    page.evaluate(COPY, "category\taccount\nfood\t210\nbooks\t202\nbooks\t203")
    dialog = page.get_by_role("dialog", name="Paste cells")
    expect(dialog.get_by_text("3 rows in 2 columns")).to_be_visible()
    expect(dialog.get_by_text("“books” of row 2 again")).to_be_visible()
    dialog.get_by_label("Cells copied").fill("category\taccount\nfood\t210\nbooks\t202")
    expect(dialog.get_by_text("2 rows in 2 columns")).to_be_visible()
    assert saved(page, draft)["accounts"]["rows"] == ACCOUNTS["rows"]
    dialog.get_by_role("button", name="Add to the rows").click()
    assert saved(page, draft)["accounts"]["rows"] == [["homeware", "200"], ["food", "210"], ["books", "202"]]


def test_repeated_keys_are_marked_and_rows_are_searched(
    visit: Visit, draft: MappingVersion, administrator: User
) -> None:
    keep(draft, administrator, {**ACCOUNTS, "rows": [*ACCOUNTS["rows"], ["Food", "210"]]})
    page = open_tables(visit, draft)
    expect(page.get_by_text("Row 3 has “Food” of row 1 again")).to_be_visible()
    expect(cell(page, 2, 0)).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Search the rows").fill("home")
    expect(page.locator(".grid__body .grid__row")).to_have_count(1)
    expect(page.get_by_text("1 of 3 rows")).to_be_visible()


def test_where_a_table_is_read_is_said_and_linked(
    visit: Visit, draft: MappingVersion, administrator: User
) -> None:
    keep(draft, administrator, ACCOUNTS)
    rule = {"id": "r", "name": "Odd food", "when": "context:tables.accounts.food == null", "effects": []}
    change = {"op": "put", "item": "rule", "id": "r", "value": rule}
    draft.refresh_from_db()
    editing.change(draft, draft.revision, "Write a rule", [change], by=administrator)
    page = open_tables(visit, draft)
    page.get_by_role("link", name="the rule “Odd food”").click()
    page.wait_for_url("**/rules/#r")


def test_a_viewer_reads_tables_without_changing_them(
    visit: Visit, draft: MappingVersion, administrator: User
) -> None:
    keep(draft, administrator, ACCOUNTS)
    Membership.objects.filter(user=administrator).update(role=Role.VIEWER)
    page = open_tables(visit, draft)
    cell(page, 0, 0).click()
    page.keyboard.type("x")
    expect(page.locator(".grid__input")).to_have_count(0)
    expect(page.get_by_role("button", name="Paste cells")).to_be_hidden()


def test_many_rows_are_scrolled_with_few_of_them_in_the_page(
    visit: Visit, draft: MappingVersion, administrator: User
) -> None:
    keep(draft, administrator, {**ACCOUNTS, "rows": [[f"category {n}", str(n)] for n in range(3000)]})
    page = open_tables(visit, draft)
    cell(page, 0, 0).click()
    page.keyboard.press("Control+End")
    expect(cell(page, 2999, 1)).to_be_focused()
    assert page.locator(".grid__body .grid__row").count() < 60


def test_the_page_is_sound(visit: Visit, draft: MappingVersion, administrator: User) -> None:
    keep(draft, administrator, {**ACCOUNTS, "rows": [*ACCOUNTS["rows"], ["Food", "210"]]})
    page = open_tables(visit, draft)
    assert unsound(page) == {}
    page.get_by_role("button", name="Paste cells").click()
    page.get_by_label("Cells copied").fill("a\tb\nx\t1")
    expect(page.get_by_text("1 row in 2 columns")).to_be_visible()
    assert unsound(page) == {}
