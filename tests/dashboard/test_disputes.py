"""Disputes on the pages: import, board, one dispute, by hand, the evidence pack."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from dashboard.selectors.disputes import board
from integrations.clock import business_now
from integrations.disputes.importing import today_of
from integrations.models import (
    AuditEntry,
    Dispute,
    DisputeColumns,
    DisputeFile,
    Event,
    Order,
    Pair,
    Payment,
    Role,
)
from mapping.services.versions import ensure_default_mappings
from sandbox.acquirer.core.layouts import ELAVON
from sync.models import Notice, Posting
from tests.dashboard.conftest import member
from tests.factories import (
    AccountRoleFactory,
    OpayoConnectionFactory,
    PairFactory,
    ShopConnectionFactory,
    XeroConnectionFactory,
)
from tests.sync.messages import notification_event, shop_event
from tests.sync.test_refund_requests import process

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(db: None) -> Pair:
    """A pair with one order of 38.34 GBP, paid a month ago and booked."""
    pair = PairFactory(slug="harbour-finch")
    roles = {
        "clearing": "095",
        "sales": "200",
        "rounding": "860",
        "disputed": "630",
        "losses": "431",
        "dispute_fees": "432",
    }
    for role, code in roles.items():
        AccountRoleFactory(pair=pair, role=role, account_code=code)
    ensure_default_mappings(pair)
    XeroConnectionFactory(pair=pair)
    opayo = OpayoConnectionFactory(pair=pair)
    shop_event(ShopConnectionFactory(pair=pair))
    notification_event(opayo)
    process(pair)
    Payment.objects.update(
        taken_at=business_now() - timedelta(days=30), card_type="VISA", last_four="0006", tx_auth_no="4218077",
        bank_auth_code="999777", checks={"3DSecureStatus": "OK", "AVSCV2": "ALL MATCH", "clientip": "203.0.113.9"},
    )  # fmt: skip
    return pair


@pytest.fixture
def operator(pair: Pair) -> Client:
    client = Client()
    client.force_login(member(pair, Role.OPERATOR))
    return client


def notice(pair: Pair, **told: Any) -> dict[str, Any]:
    """One notice as the simulated Elavon writes it, of today."""
    today = today_of(pair)
    usual = {
        "notice_id": "N1", "on": today, "case_id": "CB70001", "stage": "received", "merchant_number": "M1", "scheme": "Visa",
        "last4": "0006", "sold_on": today - timedelta(days=30), "sale_amount": Decimal("38.34"), "amount": Decimal("38.34"),
        "currency": "GBP", "fee": Decimal("15.00"), "reason_code": "10.4", "reason": "Other fraud",
        "retrieval_reference": "4218077", "auth_code": "999777", "raised_on": today, "respond_by": today + timedelta(days=5),
    }  # fmt: skip
    return usual | told


def upload(client: Client, content: bytes, name: str = "elavon.csv") -> str:
    """Choose a file; where the browser is sent to."""
    answer = client.post(
        reverse("disputes-import", args=["harbour-finch"]),
        {"file": SimpleUploadedFile(name, content, "text/csv")},
    )
    return str(answer.headers.get("Location", answer.content.decode()))


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def dispute(pair: Pair, operator: Client) -> Dispute:
    """A dispute of 38.34 GBP over the order, imported and read."""
    where = upload(operator, ELAVON.write([notice(pair)]).encode())
    operator.post(where)
    process(pair)
    return Dispute.objects.get()


def page_of(dispute: Dispute, name: str = "disputes-page") -> str:
    return reverse(name, args=["harbour-finch", dispute.pk])


def test_a_file_is_looked_at_before_it_is_imported_and_twice_changes_nothing(
    pair: Pair, operator: Client
) -> None:
    content = ELAVON.write([notice(pair), notice(pair, case_id="CB2", amount=Decimal("5.00"))]).encode()
    where = upload(operator, content)
    page = text(operator.get(where))
    assert "Read as Elavon writes, 2 rows" in page
    assert "<dt>New disputes</dt><dd>2</dd>" in page
    assert "£38.34" in page
    assert not Event.objects.filter(kind="dispute").exists()
    assert operator.post(where)["Location"] == reverse("disputes", args=["harbour-finch"])
    process(pair)
    assert Dispute.objects.count() == 2
    kept = DisputeFile.objects.get()
    assert (kept.state, bytes(kept.content), kept.told_count) == ("imported", b"", 2)
    page = text(operator.get(upload(operator, content)))
    assert "Everything in this file is known already." in page
    moved = ELAVON.write([notice(pair), notice(pair, stage="represented")]).encode()
    page = text(operator.get(upload(operator, moved)))
    assert "<dt>Moved on</dt><dd>1</dd>" in page
    assert "<dt>Known already</dt><dd>1</dd>" in page


def test_nothing_of_a_bad_file_is_imported_unless_the_good_rows_are_accepted(
    pair: Pair, operator: Client
) -> None:
    rows = [
        notice(pair),
        notice(pair, case_id="CB2", currency="GBX"),
        notice(pair, case_id="4111111111111111"),
    ]
    where = upload(operator, ELAVON.write(rows).encode())
    page = text(operator.get(where))
    assert "Row 3" in page
    assert "“GBX” is no currency" in page
    assert "looks like a whole card number" in page
    operator.post(where)
    assert not Event.objects.filter(kind="dispute").exists()
    operator.post(where, {"without_bad": "1"})
    assert Event.objects.filter(kind="dispute").count() == 1
    entry = AuditEntry.objects.get(action="disputes.imported")
    assert (entry.data["new"], entry.data["bad_rows"]) == (1, [3, 4])


def test_columns_of_an_unknown_acquirer_are_explained_once_and_remembered(
    pair: Pair, operator: Client
) -> None:
    content = b"Ref;Stage;Betrag;Waehrung;Tag\nH1;offen;1.234,50;EUR;09.03.2026\n"
    where = operator.get(upload(operator, content, "bank.csv"))["Location"]
    assert where.endswith("/columns/")
    values = {
        "acquirer": "Hansebank", "comma": "1", "head_case_id": "Ref", "head_state": "Stage", "head_amount": "Betrag",
        "head_currency": "Waehrung", "head_happened_on": "Tag",
    }  # fmt: skip
    assert "“offen” means" in text(operator.post(where, {**values, "step": "words"}))
    assert "Currency: no column" in text(
        operator.post(where, {**values, "head_currency": "", "word_0": "received"})
    )
    file = operator.post(where, {**values, "word_0": "received"})["Location"]
    assert "€1,234.50" in text(operator.get(file))
    assert DisputeColumns.objects.get().words == {"offen": "received"}
    assert "€1,234.50" in text(operator.get(upload(operator, content, "again.csv")))


def test_what_is_no_file_of_disputes_is_said_at_the_field(pair: Pair, operator: Client) -> None:
    assert "Excel workbook" in upload(operator, b"PK\x03\x04")


def test_the_board_shows_money_by_state_and_what_is_most_urgent_first(pair: Pair, operator: Client) -> None:
    today = today_of(pair)
    for case, state, days, minor in (
        ("A", "received", 9, 100),
        ("B", "received", -2, 250),
        ("C", "won", -9, 70),
    ):
        Dispute.objects.create(
            pair=pair, case_id=case, state=state, amount_minor=minor, currency="GBP", raised_on=today - timedelta(days=10),
            respond_by=today + timedelta(days=days),
        )  # fmt: skip
    column = board(pair)[0]
    assert [(price.minor, price.currency) for price in column.prices] == [(350, "GBP")]
    assert column.tiles[0].left is not None
    assert column.tiles[0].left.words == "2 days overdue"
    page = text(operator.get(reverse("disputes", args=["harbour-finch"])))
    assert page.index(">B<") < page.index(">A<") < page.index(">C<")
    only = text(operator.get(reverse("disputes", args=["harbour-finch"]), {"state": "well"}))
    assert ">C<" in only
    assert ">A<" not in only
    export = operator.get(reverse("disputes-export", args=["harbour-finch", "csv"]))
    lines = b"".join(export.streaming_content).decode().splitlines()  # type: ignore[attr-defined]  # it streams
    assert lines[1].startswith("B,Received,2 days overdue")


def test_a_dispute_is_tied_to_its_sale_and_told_on_its_pages(dispute: Dispute, operator: Client) -> None:
    assert dispute.order == Order.objects.get()
    page = text(operator.get(page_of(dispute)))
    assert "5 days left" in page
    assert "10.4 · Other fraud, card absent" in page
    assert "From the acquirer" in page
    assert dispute.order is not None
    order = text(operator.get(reverse("orders-page", args=["harbour-finch", dispute.order.pk])))
    assert page_of(dispute) in order
    assert "Dispute CB70001" in order


def test_a_dispute_is_moved_on_by_hand_with_what_will_be_booked_shown_before(
    dispute: Dispute, operator: Client, pair: Pair
) -> None:
    where = page_of(dispute, "disputes-move")
    assert 'value="represented"' in text(operator.get(where))
    values = {"state": "won", "happened_on": today_of(pair).isoformat(), "note": ""}
    before = Event.objects.count()
    page = text(operator.post(where, {**values, "step": "check"}))
    assert "In Xero: money received" in page
    assert Event.objects.count() == before
    assert operator.post(where, {**values, "step": "do"}).status_code == 422
    operator.post(where, {**values, "note": "Letter of today", "step": "do"})
    process(pair)
    dispute.refresh_from_db()
    assert dispute.state == "won"
    entry = AuditEntry.objects.get(action="dispute.moved_on")
    assert (entry.reason, entry.subject) == ("Letter of today", "CB70001")
    page = text(operator.get(where))
    assert 'value="represented"' not in page
    assert 'value="pre_arbitration"' in page


def test_how_a_loss_is_booked_is_chosen_with_a_preview(
    dispute: Dispute, operator: Client, pair: Pair
) -> None:
    operator.post(
        page_of(dispute, "disputes-move"),
        {"state": "lost", "happened_on": today_of(pair).isoformat(), "note": "Lost", "step": "do"},
    )
    process(pair)
    where = page_of(dispute, "disputes-loss")
    assert "In Xero: credit note" in text(operator.post(where, {"loss": "sale_undone", "step": "check"}))
    operator.post(where, {"loss": "sale_undone", "note": "Goods came back", "step": "do"})
    process(pair)
    dispute.refresh_from_db()
    assert dispute.loss == "sale_undone"


def test_a_dispute_by_hand_finds_its_sale_or_a_person_chooses_it(pair: Pair, operator: Client) -> None:
    today = today_of(pair)
    values = {
        "case_id": "HAND-1", "amount": "10.00", "currency": "gbp", "raised_on": today.isoformat(), "scheme": "Visa",
        "reason_code": "13.1", "note": "Letter", "last_four": "************0006",
    }  # fmt: skip
    new = reverse("disputes-new", args=["harbour-finch"])
    assert operator.post(new, {**values, "amount": "ten"}).status_code == 422
    operator.post(new, values)
    process(pair)
    dispute = Dispute.objects.get()
    assert (dispute.payment, dispute.last_four, dispute.family) == (None, "0006", "consumer")
    assert "It is this one" in text(operator.get(page_of(dispute)))
    payment = Payment.objects.get()
    found = text(operator.get(page_of(dispute, "disputes-find"), {"q": "0006"}))
    assert payment.vendor_tx_code in found
    operator.post(
        page_of(dispute, "disputes-tie"), {"payment": payment.vendor_tx_code, "reason": "Only one it can be"}
    )
    process(pair)
    dispute.refresh_from_db()
    assert dispute.payment == payment
    assert "already" in text(operator.post(new, values))


def test_a_dispute_is_taken_off_a_wrong_sale_and_what_was_booked_is_undone(
    dispute: Dispute, operator: Client, pair: Pair
) -> None:
    assert Posting.objects.filter(dispute=dispute).exclude(state="cancelled").exists()
    where = page_of(dispute, "disputes-tie")
    operator.post(where, {"untie": "1", "reason": " "})
    operator.post(where, {"untie": "1", "reason": "Another shop's sale"})
    process(pair)
    dispute.refresh_from_db()
    assert (dispute.payment, dispute.order) == (None, None)
    assert not Posting.objects.filter(dispute=dispute).exclude(state="cancelled").exists()
    assert AuditEntry.objects.get(action="dispute.untied").reason == "Another shop's sale"
    assert "It is this one" in text(operator.get(page_of(dispute)))
    operator.post(where, {"payment": Payment.objects.get().vendor_tx_code})
    process(pair)
    dispute.refresh_from_db()
    assert dispute.payment is not None
    assert Posting.objects.filter(dispute=dispute).exclude(state="cancelled").exists()


def test_the_evidence_pack_holds_what_we_hold_and_no_card_number(
    dispute: Dispute, operator: Client, pair: Pair
) -> None:
    order = Order.objects.get()
    order.document["lines"][0]["name"] = "Teapot for 4111 1111 1111 1111 & <b>Łukasz</b>"
    order.save()
    Notice.objects.create(
        public_id="n1", pair=pair, channel="email", type="payment.confirmed", natural_key="x", order=order, state="sent",
        recipient="priya@example.com", sent_at=business_now(),
        content={"order_number": order.number, "amount": {"amount": "38.34", "currency": "GBP"}},
    )  # fmt: skip
    answer = operator.get(page_of(dispute, "disputes-pack"))
    paper = PdfReader(io.BytesIO(answer.content))
    told = " ".join(" ".join(page.extract_text() for page in paper.pages).split())
    assert paper.metadata is not None
    assert paper.metadata.title == "Evidence for dispute CB70001"
    chapters = [str(entry["/Title"]) for entry in paper.outline if isinstance(entry, dict)]
    assert chapters[:3] == ["Summary", "The acquirer's notice", "The order"]
    assert f"Page 1 of {len(paper.pages)}" in told
    assert order.number in told
    assert "OK: the cardholder was authenticated" in told
    assert "203.0.113.9" in told
    assert "999777" in told
    assert "4218077" in told
    assert "Thank you: we have received 38.34 GBP" in told
    assert "What usually helps" in told
    assert "& <b>Łukasz</b>" in told
    assert "4111 1111" not in told
    assert AuditEntry.objects.get(action="dispute.pack_downloaded").subject == "CB70001"


def test_viewers_read_and_do_not_act(dispute: Dispute, pair: Pair) -> None:
    viewer = Client()
    viewer.force_login(member(pair, Role.VIEWER))
    page = text(viewer.get(page_of(dispute)))
    for name in ("disputes-move", "disputes-loss", "disputes-find", "disputes-tie"):
        assert page_of(dispute, name) not in page
        assert viewer.post(page_of(dispute, name)).status_code in (403, 405)
    assert "Import a file" not in text(viewer.get(reverse("disputes", args=["harbour-finch"]), {"q": "CB"}))
