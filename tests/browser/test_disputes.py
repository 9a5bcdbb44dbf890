"""Disputes in a real browser: a file imported by keyboard, the board, moving on with a live preview, the evidence pack."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import FilePayload, expect

from integrations.disputes.core.reasons import family_of
from integrations.disputes.importing import today_of
from integrations.models import Dispute, DisputeChange, Payment
from mapping.services.versions import ensure_default_mappings
from sandbox.acquirer.core.layouts import ELAVON
from tests.browser.conftest import Visit
from tests.browser.soundness import unsound
from tests.dashboard.scene import Scene

pytestmark = pytest.mark.browser


@pytest.fixture
def disputes(scene: Scene) -> list[Dispute]:
    """Disputes in several states: overdue, near, with the bank, won, lost, and one whose sale nobody has found."""
    ensure_default_mappings(scene.pair)
    today = today_of(scene.pair)
    payments = list(
        Payment.objects.filter(pair=scene.pair, state="captured", order__isnull=False).order_by("pk")
    )
    made = []
    for number, (state, days, code) in enumerate(
        [("received", -2, "10.4"), ("evidence_due", 3, "13.1"), ("represented", 9, "4853"), ("won", -20, "C08"),
         ("lost", -9, "10.4"), ("received", 12, "13.3")]
    ):  # fmt: skip
        payment = payments[number]
        tied = number != 5
        dispute = Dispute.objects.create(
            pair=scene.pair, case_id=f"CB7000{number}", state=state, amount_minor=payment.amount_minor or 1, currency="GBP",
            fee_minor=1500, fee_currency="GBP", scheme="Visa", reason_code=code, raised_on=today - timedelta(days=10),
            respond_by=today + timedelta(days=days), payment=payment if tied else None, order=payment.order if tied else None,
            last_four=payment.last_four, acquirer="Elavon", family=family_of("Visa", code), retrieval_reference=payment.tx_auth_no,
            ties=[
                {"payment": other.vendor_tx_code, "order": "", "score": score, "reasons": ["the amount is the whole sale"],
                 "against": ["its authorisation code is 123456"] if score < 50 else []}
                for other, score in ((payment, 80), (payments[number + 1], 35))
            ],
        )  # fmt: skip
        DisputeChange.objects.create(
            dispute=dispute,
            state="received",
            happened_on=dispute.raised_on,
            amount_minor=dispute.amount_minor,
        )
        made.append(dispute)
    return made


def test_a_file_is_imported_by_keyboard_alone(visit: Visit, scene: Scene, disputes: list[Dispute]) -> None:
    today = today_of(scene.pair)
    usual = {
        "notice_id": "N1", "on": today, "case_id": "CB80001", "stage": "received", "merchant_number": "M", "scheme": "Visa",
        "last4": "0006", "sold_on": today, "sale_amount": Decimal("10.00"), "amount": Decimal("10.00"), "currency": "GBP",
        "fee": Decimal("15.00"), "reason_code": "10.4", "reason": "Fraud", "retrieval_reference": "1", "auth_code": "2",
        "raised_on": today, "respond_by": today,
    }  # fmt: skip
    rows = [
        usual,
        usual | {"case_id": "CB70002", "stage": "won"},
        usual | {"case_id": "CB80002", "currency": "GBX"},
    ]
    page = visit(f"/{scene.pair.slug}/disputes/import/")
    content = ELAVON.write(rows).encode()
    page.get_by_label("The acquirer's file").set_input_files(
        FilePayload(name="elavon.csv", mimeType="text/csv", buffer=content)
    )
    page.get_by_role("button", name="Look at it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What elavon.csv would do")).to_be_visible()
    expect(page.get_by_text("“GBX” is no currency")).to_be_visible()
    assert unsound(page, "preview") == {}
    page.get_by_label("Leave the bad rows out").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Import 2 rows").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Imported: 2 of 2 rows told something new.")).to_be_visible()


def test_the_board_leads_by_keys_to_a_dispute_and_its_evidence(
    visit: Visit, scene: Scene, disputes: list[Dispute]
) -> None:
    page = visit(f"/{scene.pair.slug}/disputes/")
    expect(page.get_by_role("region", name="Waiting for your answer")).to_contain_text("2 days overdue")
    assert unsound(page, "board") == {}
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Dispute CB70000", level=1)).to_be_visible()
    assert unsound(page, "page") == {}
    with page.expect_download() as download:
        page.get_by_role("link", name="Evidence pack").click()
    assert download.value.suggested_filename == "evidence-CB70000.pdf"
    page.goto(page.url.replace(f"/{disputes[0].pk}/", f"/{disputes[5].pk}/"))
    expect(page.get_by_role("button", name="It is this one")).to_have_count(2)
    assert unsound(page, "untied") == {}


def test_what_will_be_booked_is_shown_while_choosing(
    visit: Visit, scene: Scene, disputes: list[Dispute]
) -> None:
    page = visit(f"/{scene.pair.slug}/disputes/{disputes[1].pk}/move/")
    page.get_by_label("What happened").select_option("lost")
    preview = page.get_by_role("region", name="What will be booked", exact=True)
    expect(preview).to_contain_text("In Xero")
    assert unsound(page, "move") == {}
    page.get_by_label("On which day").fill("2001-01-01")
    expect(preview).to_contain_text("The case was raised on")
    for path in ("new/", f"{disputes[0].pk}/find/?q=HF"):
        page = visit(f"/{scene.pair.slug}/disputes/{path}")
        assert unsound(page, path.split("/")[-2]) == {}
