"""What is read back of Xero's bank transfers: which are reconciled, and what their accounts are called there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from integrations.models import Pair
from reconciliation.books import reading_back
from reconciliation.matching.deciding import group
from reconciliation.models import BankLine
from reconciliation.reconciling import reconcile
from sync.models import Posting
from tests.factories import PairFactory, UserFactory, XeroConnectionFactory
from tests.factories.pairs import usual_accounts
from tests.reconciliation.review_scene import ReviewScene, review_scene


@pytest.fixture
def desk(db: None) -> ReviewScene:
    pair = PairFactory()
    usual_accounts(pair)
    return review_scene(pair)


def in_xero(pair: Pair) -> list[Posting]:
    reconcile(pair)
    for posting in Posting.objects.filter(pair=pair):
        posting.state, posting.remote_id = "posted", f"t{posting.pk}"
        posting.save()
    return list(Posting.objects.filter(pair=pair).order_by("pk"))


def test_only_the_side_of_the_bank_says_whether_a_line_is_reconciled(
    desk: ReviewScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid_in, paid_back = desk.line(1_234), desk.line(-567)
    for line in (paid_in, paid_back):
        group(desk.pair, [desk.settlement(line.amount_minor).pk], [line.pk], UserFactory())
    first, second = in_xero(desk.pair)
    transfers: list[dict[str, Any]] = [
        {"BankTransferID": first.remote_id, "ToIsReconciled": True, "FromIsReconciled": False,
         "ToBankAccount": {"Code": "090", "AccountID": "acc-90"}, "FromBankAccount": {"Code": "095", "AccountID": "acc-95"}},
        {"BankTransferID": second.remote_id, "ToIsReconciled": True, "FromIsReconciled": False},
    ]  # fmt: skip
    reply = SimpleNamespace(status=200, body={"BankTransfers": transfers})
    monkeypatch.setattr(
        reading_back, "XeroClient", lambda connection: SimpleNamespace(call=lambda *args, **kwargs: reply)
    )
    assert reading_back.read_back(XeroConnectionFactory(pair=desk.pair)) == 1
    flags = dict(BankLine.objects.values_list("pk", "is_reconciled_in_xero"))
    assert flags == {paid_in.pk: True, paid_back.pk: False}
    desk.account.refresh_from_db()
    assert desk.account.xero_account_id == "acc-90"
    assert [tie.bank_line for tie in reading_back.ready_to_match(desk.pair.pk)] == [paid_back]
