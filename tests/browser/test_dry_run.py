"""A dry run in a real browser: chosen, watched, read down to one record, by mouse and by keyboard."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from mapping.models import DryRun, MappingVersion
from mapping.selectors import published_blueprint
from mapping.services.dry_run.working import compare_parts
from mapping.services.versions import create_draft, ensure_default_mappings
from tests.browser.conftest import Visit
from tests.browser.soundness import unsound
from tests.dashboard.scene import Scene
from tests.mapping.dry_run.scene import with_constant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def draft(scene: Scene) -> MappingVersion:
    """A draft that books every line to another account and outside the scope of VAT."""
    ensure_default_mappings(None)
    ensure_default_mappings(scene.pair)
    blueprint = published_blueprint(scene.pair.pk)
    for target, value in (("LineItems[].AccountCode", "260"), ("LineItems[].TaxType", "NONE")):
        blueprint = type(blueprint)(
            with_constant(blueprint, target, value), blueprint.tables, blueprint.rules, blueprint.flows
        )
    return create_draft(scene.pair, blueprint, name="Everything to Other Revenue")


def address(name: str, draft: MappingVersion, *more: object) -> str:
    assert draft.pair is not None
    return reverse(name, args=[draft.pair.slug, draft.number, *more])


def test_a_dry_run_is_begun_watched_and_read_down_to_a_record(visit: Visit, draft: MappingVersion) -> None:
    page = visit(address("mapping-dry-run", draft))
    expect(page.get_by_role("heading", name="Run it over past trade")).to_be_visible()
    assert unsound(page, "start") == {}

    page.get_by_label("From").fill("2020-01-01")
    page.get_by_label("From").blur()
    expect(page.get_by_text("in this period")).to_contain_text("14 invoices")
    page.get_by_role("button", name="Start the dry run").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert unsound(page, "progress") == {}

    run = DryRun.objects.get()
    while compare_parts(run.pk, seconds=60):
        pass
    # The page hears of it by itself.
    expect(page.get_by_role("heading", name=f"What version {draft.number} would change")).to_be_visible()
    expect(page.locator("#headline")).to_contain_text("invoices change")
    expect(page.locator("#headline")).to_contain_text("account 200 to 260")
    assert unsound(page, "result") == {}

    page.get_by_role("link", name="260, GBP", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="that move account 260")).to_be_visible()
    assert unsound(page, "records") == {}

    page.locator("tbody a.row-link").first.click()
    expect(page.get_by_role("heading", name="The document, before and after")).to_be_visible()
    expect(page.locator("tr.is-changed th").first).to_be_visible()
    expect(page.locator("td.now").filter(has_text=re.compile("^260$")).first).to_be_visible()
    assert unsound(page, "record") == {}


def test_the_list_is_filtered_while_typing_and_by_keyboard_alone(visit: Visit, draft: MappingVersion) -> None:
    page = visit(address("mapping-dry-run", draft))
    page.get_by_role("button", name="Start the dry run").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("progressbar")).to_be_visible()
    run = DryRun.objects.get()
    compare_parts(run.pk, seconds=60)
    row = run.differences.order_by("-size", "pk").first()
    assert row is not None
    expect(page.locator("#headline")).to_be_visible()

    visit(address("mapping-dry-run-records", draft, run.pk))
    page.keyboard.press("/")
    page.keyboard.type(row.number)
    expect(page.get_by_role("status").filter(has_text="1 record")).to_be_visible()
    page.get_by_role("link", name=row.number).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile(row.number))).to_be_visible()


def test_a_run_is_stopped(visit: Visit, draft: MappingVersion) -> None:
    page = visit(address("mapping-dry-run", draft))
    page.get_by_role("button", name="Start the dry run").click()
    page.get_by_role("button", name="Stop the dry run").click()

    expect(page.get_by_role("heading", name="The dry run was stopped")).to_be_visible()
    assert unsound(page, "stopped") == {}
