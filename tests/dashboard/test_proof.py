"""The pages of the proof and of the months: useful when empty, as at any day, two people, files, and later changes."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook

from integrations.models import AuditEntry, Pair, Role
from reconciliation.models import Period, Reading
from reconciliation.month_end.afterwards import is_as_signed
from reconciliation.month_end.periods import PeriodRefusedError, close
from reconciliation.proof.proving import refresh_lights
from sync.models import Posting
from tests.dashboard.conftest import member
from tests.dashboard.scene import Scene

PairClient = Callable[[Pair, str], Client]


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def test_the_proof_of_a_pair_without_trade_says_what_is_missing(pair: Pair, client_of: PairClient) -> None:
    page = text(client_of(pair, Role.VIEWER), f"/{pair.slug}/proof/")
    assert page.count("Not known yet") >= 2 and "Choose clearing accounts" in page
    assert "Not over yet" in text(client_of(pair, Role.VIEWER), f"/{pair.slug}/months/")


def test_each_figure_leads_to_its_rows_and_files_hold_the_same(scene: Scene, client_of: PairClient) -> None:
    client, slug = client_of(scene.pair, Role.VIEWER), scene.pair.slug
    page = text(client, f"/{slug}/proof/?at=2030-01-01")
    assert (
        "Account 095" in page
        and f"/{slug}/payments/?place=posted&amp;currency=GBP&amp;until=2030-01-01" in page
    )
    rows = text(client, f"/{slug}/proof/accounts/095/GBP/?at=2030-01-01&place=unsettled")
    assert "Payment " in rows
    assert client.get(f"/{slug}/proof/accounts/000/GBP/").status_code == 404
    sheet = load_workbook(io.BytesIO(client.get(f"/{slug}/proof/export.xlsx").content)).active
    assert sheet is not None and sheet["A1"].value == "Equality"
    csv = client.get(f"/{slug}/proof/accounts/095/GBP/?format=csv").content.decode()
    assert csv.splitlines()[0].startswith("What,Day,Place")
    assert client.get(f"/{slug}/proof/export.doc").status_code == 404


def test_home_shows_four_lights_that_lead_to_the_proof(scene: Scene, client_of: PairClient) -> None:
    client = client_of(scene.pair, Role.VIEWER)
    assert "four lights" not in text(client, f"/{scene.pair.slug}/")
    refresh_lights(scene.pair)
    page = text(client, f"/{scene.pair.slug}/")
    assert page.count('class="dot dot--') >= 4 and f"/{scene.pair.slug}/proof/#bank" in page


def test_a_difference_is_accepted_by_an_administrator_with_a_reason(
    scene: Scene, client_of: PairClient
) -> None:
    posting = Posting.objects.filter(pair=scene.pair, kind="payment", state="posted").first()
    assert posting is not None
    found = {
        "what": "changed", "collection": "Payments", "id": "p-1", "words": "Payment X", "why": "Its amount is another.",
        "minor": -100, "currency": "GBP", "account": "095", "on": "2026-03-01", "posting": posting.pk,
        "seen": {"status": "AUTHORISED"}, "fixes": ["accept", "roll_back"],
    }  # fmt: skip
    Reading.objects.create(
        pair=scene.pair, account_code="095", currency="GBP", as_at=date(2026, 3, 1), read_on=date(2026, 3, 1),
        read_at="2026-03-01T10:00Z", xero_minor=0, ours_minor=100, findings=[found],
    )  # fmt: skip
    path = f"/{scene.pair.slug}/proof/"
    client = client_of(scene.pair, Role.ADMINISTRATOR)
    assert "Accept it as it is in Xero" in text(client, path)
    data = {"account": "095", "currency": "GBP", "collection": "Payments", "document": "p-1"}
    assert "Say why" in client.post(f"{path}accept/", data, follow=True).content.decode()
    page = client.post(f"{path}accept/", {**data, "reason": "Agreed"}, follow=True).content.decode()
    assert "Payment X is accepted" in page and "Its amount is another." not in page
    assert client_of(scene.pair, Role.OPERATOR).post(f"{path}accept/", data).status_code == 403


@pytest.fixture
def after(scene: Scene) -> Any:
    """The first of the month after the scene's trade."""
    taken = scene.orders[0].placed_at
    following = date(taken.year + taken.month // 12, taken.month % 12 + 1, 3)
    with time_machine.travel(f"{following.isoformat()}T10:00:00Z", tick=False):
        yield date(taken.year, taken.month, 1)


def test_a_month_takes_two_people_and_what_changes_afterwards_is_shown(
    scene: Scene, client_of: PairClient, after: date
) -> None:
    pair, month = scene.pair, f"/{scene.pair.slug}/months/{after.year}-{after.month}/"
    preparer = Client()
    preparer.force_login(member(pair, Role.ADMINISTRATOR))
    page = text(preparer, month)
    assert "Sign as preparer" in page
    assert "Say something about" in preparer.post(f"{month}prepare/", follow=True).content.decode()
    names = [part.split('"')[0] for part in page.split('name="note-')[1:]]
    notes = {f"note-{name}": "Known." for name in names}
    assert "Prepared. Somebody else" in preparer.post(f"{month}prepare/", notes, follow=True).content.decode()
    assert "cannot review it" in preparer.post(f"{month}close/", follow=True).content.decode()
    reviewer = client_of(pair, Role.ADMINISTRATOR)
    assert "The month is closed" in reviewer.post(f"{month}close/", follow=True).content.decode()
    period = Period.objects.get()
    assert (
        period.state == "closed"
        and is_as_signed(period)
        and period.pack["checklist"][0]["code"] == "light_opayo"
    )
    pdf = reviewer.get(f"{month}pack.pdf").content
    assert pdf.startswith(b"%PDF") and len(pdf) > 5_000
    book = load_workbook(io.BytesIO(reviewer.get(f"{month}pack.xlsx").content))
    assert [row[1].value for row in book["Signatures"].iter_rows() if row[0].value == "Proof hash (SHA-256)"] == [period.proof_hash]  # fmt: skip
    assert "Changed since it was closed" not in text(reviewer, month)
    payment = Posting.objects.filter(pair=pair, kind="payment", state="posted").first()
    assert payment is not None and payment.payment is not None
    payment.payment.amount_minor = 1
    with time_machine.travel("2031-01-01T10:00:00Z", tick=False):
        payment.payment.save()
    page = text(reviewer, month)
    assert "Changed since it was closed" in page and f"Payment {payment.payment}" in page
    assert "the reason stays on record" in reviewer.post(f"{month}reopen/", follow=True).content.decode()
    assert (
        "open again"
        in reviewer.post(f"{month}reopen/", {"reason": "Late refund"}, follow=True).content.decode()
    )
    entry = AuditEntry.objects.get(action="month.reopened")
    assert entry.reason == "Late refund" and entry.data["signed"]["format"] == "tillbridge-month-1"


def test_a_month_that_changed_while_it_was_reviewed_is_prepared_again(scene: Scene, after: date) -> None:
    from reconciliation.month_end.periods import checklist_of, month_of, prepare

    pair = scene.pair
    points, _ = checklist_of(month_of(pair, after))
    prepare(pair, after, member(pair, Role.OPERATOR), {point.code: "Known." for point in points})
    posting = Posting.objects.filter(pair=pair, state="posted", kind="payment").first()
    assert posting is not None and posting.payment is not None
    posting.payment.amount_minor = 1
    posting.payment.save()
    with pytest.raises(PeriodRefusedError, match="prepared again"):
        close(pair, after, member(pair, Role.ADMINISTRATOR))
    with pytest.raises(PeriodRefusedError, match="role of administrator"):
        close(pair, after, member(pair, Role.OPERATOR))
