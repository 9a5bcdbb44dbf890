"""From Opayo's batch, the acquirer's statement and the bank's to postings, and back again."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from integrations.models import AccountRole, AuditEntry, Pair
from reconciliation.matching.deciding import (
    DecisionRefusedError,
    confirm,
    explain_adjustment,
    explain_difference,
    group,
    mark_not_ours,
    mark_ours,
    reject,
    split,
    undo,
)
from reconciliation.models import BankLine, Match, MatchRule, Settlement, SettlementLine
from reconciliation.reconciling import reconcile
from sync.models import Posting, Problem
from tests.factories import AccountRoleFactory, UserFactory

Take = Callable[..., Any]
S, L, M, K = Settlement.State, BankLine.State, Match.State, Posting.Kind


@pytest.fixture(autouse=True)
def march() -> Any:
    with time_machine.travel("2026-03-16T10:00:00Z", tick=False):
        yield


@pytest.fixture
def banked(pair: Pair, sell: Take, batch: Take, state: Take, bank: Take) -> BankLine:
    """Two sales in a batch, stated net of fees as 400001, and their money at the bank."""
    batch("1001", sell(1), sell(2))
    state("400001", ("Sale", "7001", "24.00"), ("Sale", "7002", "24.00"), fee="0.40")
    line: BankLine = bank(4720, 11, "2100001 400001")
    reconcile(pair)
    return line


def postings(pair: Pair) -> list[tuple[str, str, int]]:
    rows = Posting.objects.filter(pair=pair).order_by("kind", "amount_minor")
    return [(row.kind, row.state, row.amount_minor) for row in rows]


def post_all(pair: Pair) -> None:
    for posting in Posting.objects.filter(pair=pair, state="ready"):
        posting.state, posting.remote_id = "posted", f"x{posting.pk}"
        posting.save()


def problems(pair: Pair) -> list[tuple[str, str]]:
    return list(Problem.objects.filter(pair=pair, resolved_at=None).values_list("code", "message"))


def test_money_that_names_its_settlement_is_matched_and_booked_by_itself(
    pair: Pair, banked: BankLine
) -> None:
    match = Match.objects.get()
    assert (match.state, match.difference_minor) == (M.AUTO, 0)
    assert match.reasons
    settlement = Settlement.objects.get()
    banked.refresh_from_db()
    assert (settlement.state, banked.state) == (S.BANKED, L.MATCHED)
    assert postings(pair) == [(K.BANK_TRANSFER, "ready", 4720), (K.SPEND, "ready", 80)]
    transfer = Posting.objects.get(kind=K.BANK_TRANSFER)
    assert transfer.document["FromBankAccount"] == {"Code": "095"}
    assert transfer.document["ToBankAccount"] == {"Code": "090"}
    assert (transfer.document["Amount"], transfer.document["Date"]) == (Decimal("47.20"), "2026-03-11")
    fee = Posting.objects.get(kind=K.SPEND).document
    assert fee["BankAccount"] == {"Code": "095"} and fee["LineItems"][0]["AccountCode"] == "404"
    assert problems(pair) == []


def test_reconciling_again_changes_nothing(pair: Pair, banked: BankLine) -> None:
    before = (list(Match.objects.values_list("pk", "state")), postings(pair))
    done = reconcile(pair)
    assert (done.found.auto, done.booked.made, done.booked.taken_back) == (0, 0, 0)
    assert (list(Match.objects.values_list("pk", "state")), postings(pair)) == before


def test_undoing_a_match_takes_its_transfer_back_and_it_is_not_matched_again(
    pair: Pair, banked: BankLine
) -> None:
    post_all(pair)
    undo(Match.objects.get(), UserFactory(), reason="Wrong day")
    reconcile(pair)
    banked.refresh_from_db()
    assert banked.state in {L.OPEN, L.SUGGESTED}
    assert not Match.objects.filter(state__in=[M.AUTO, M.CONFIRMED]).exists()
    undoing = Posting.objects.get(kind=K.BANK_TRANSFER_DELETE)
    assert undoing.changes == Posting.objects.get(kind=K.BANK_TRANSFER)
    assert (undoing.state, undoing.settlement_posting.bank_line) == ("ready", banked)
    assert not Posting.objects.filter(
        kind=K.BANK_TRANSACTION_DELETE
    ).exists()  # the fee was kept all the same
    assert AuditEntry.objects.filter(action="match.undone", reason="Wrong day").exists()


def test_a_person_may_match_again_what_was_undone_and_a_new_transfer_is_made(
    pair: Pair, banked: BankLine
) -> None:
    post_all(pair)
    undo(Match.objects.get(), UserFactory())
    reconcile(pair)
    Posting.objects.filter(kind=K.BANK_TRANSFER).update(state="reversed")
    group(pair, [Settlement.objects.get().pk], [banked.pk], UserFactory())
    reconcile(pair)
    states = Posting.objects.filter(kind=K.BANK_TRANSFER).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["reversed", "ready"]


def test_unsent_postings_of_an_undone_match_are_never_sent(pair: Pair, banked: BankLine) -> None:
    undo(Match.objects.get(), UserFactory())
    reconcile(pair)
    assert (K.BANK_TRANSFER, "cancelled", 4720) in postings(pair)
    assert not Posting.objects.filter(kind=K.BANK_TRANSFER_DELETE).exists()


def test_nothing_is_in_two_standing_matches(pair: Pair, banked: BankLine, bank: Take) -> None:
    settlement = Settlement.objects.get()
    with pytest.raises(DecisionRefusedError, match="matched already"):
        group(pair, [settlement.pk], [bank(4720, 12).pk], UserFactory())
    assert Match.objects.count() == 1


def test_a_short_payment_is_told_and_is_whole_when_the_rest_has_come(
    pair: Pair, sell: Take, state: Take, bank: Take
) -> None:
    sell(1)
    state("400001", ("Sale", "7001", "24.00"))
    first = bank(2000, 11, "2100001 400001")
    reconcile(pair)
    settlement = Settlement.objects.get()
    assert settlement.state != S.BANKED
    assert not Posting.objects.exists()
    rest = bank(400, 13, "2100001 500007")
    made = group(pair, [settlement.pk], [first.pk, rest.pk], UserFactory())
    assert made.difference_minor == 0
    reconcile(pair)
    settlement.refresh_from_db()
    assert settlement.state == S.BANKED
    assert postings(pair) == [(K.BANK_TRANSFER, "ready", 400), (K.BANK_TRANSFER, "ready", 2000)]
    assert problems(pair) == []


def test_a_difference_is_booked_only_when_a_person_says_why(
    pair: Pair, sell: Take, state: Take, bank: Take
) -> None:
    sell(1)
    state("400001", ("Sale", "7001", "24.00"))
    line, person = bank(2350, 11), UserFactory()
    match = group(pair, [Settlement.objects.get().pk], [line.pk], person)
    reconcile(pair)
    assert Settlement.objects.get().state == S.SHORT
    assert postings(pair) == [(K.BANK_TRANSFER, "ready", 2350)]
    assert [code for code, _ in problems(pair)] == ["settlement_short"]
    explain_difference(match, "fee", person, reason="Their letter of Monday")
    reconcile(pair)
    assert Settlement.objects.get().state == S.BANKED
    assert postings(pair) == [(K.BANK_TRANSFER, "ready", 2350), (K.SPEND, "ready", 50)]
    assert problems(pair) == []


def test_money_that_does_not_come_is_an_alert_that_closes_by_itself(
    pair: Pair, sell: Take, state: Take, bank: Take
) -> None:
    sell(1)
    state("400001", ("Sale", "7001", "24.00"))
    bank(-900, 9, "COFFEE", seen_to=12)
    reconcile(pair)
    ((code, message),) = problems(pair)
    assert code == "settlement_missing"
    assert "24.00 GBP of Elavon (settlement 400001, 1 payments and refunds: HF-1-1)" in message
    assert "11 March 2026. It is late." in message
    assert Settlement.objects.get().state == S.MISSING
    bank(2400, 13, "2100001 400001")
    reconcile(pair)
    assert (Settlement.objects.get().state, problems(pair)) == (S.BANKED, [])


def test_a_rejected_suggestion_is_not_offered_again(pair: Pair, sell: Take, state: Take, bank: Take) -> None:
    sell(1)
    state("400001", ("Sale", "7001", "24.00"))
    bank(2000, 11, "2100001 400001")
    reconcile(pair)
    suggestion = Match.objects.get(state=M.SUGGESTED)
    reject(suggestion, UserFactory())
    reconcile(pair)
    assert list(Match.objects.values_list("state", flat=True)) == [M.REJECTED]


def test_a_match_is_taken_apart_in_one_act(pair: Pair, sell: Take, state: Take, bank: Take) -> None:
    sell(1), sell(2)
    state("400001", ("Sale", "7001", "24.00"))
    state("400002", ("Sale", "7002", "24.00"))
    lines, person = [bank(2400, 11), bank(2400, 11)], UserFactory()
    first, second = Settlement.objects.order_by("pk")
    whole = group(pair, [first.pk, second.pk], [line.pk for line in lines], person)
    part = split(whole, [first.pk], [lines[0].pk], person)
    whole.refresh_from_db()
    second.refresh_from_db()
    assert (whole.state, part.undoes, second.state) == (M.UNDONE, whole, S.STATED)


def test_what_is_not_ours_is_left_alone_until_somebody_takes_it_back(
    pair: Pair, sell: Take, state: Take, bank: Take
) -> None:
    line, person = bank(2400, 11, "2100001 400001"), UserFactory()
    mark_not_ours(pair, [line.pk], person)
    sell(1)
    state("400001", ("Sale", "7001", "24.00"))
    reconcile(pair)
    assert not Match.objects.exists()
    mark_ours(pair, [line.pk], person)
    reconcile(pair)
    assert Match.objects.get().state == M.AUTO


def test_a_rule_of_people_is_asked_before_anything_is_guessed(
    pair: Pair, sell: Take, state: Take, bank: Take
) -> None:
    MatchRule.objects.create(
        pair=pair, position=1, name="Rent", condition='"RENT" in text', action={"kind": "not_ours"}
    )
    line = bank(2400, 11, "RENT 400001")
    sell(1)
    state("400001", ("Sale", "7001", "24.00"))
    reconcile(pair)
    line.refresh_from_db()
    assert line.state == L.NOT_OURS
    assert AuditEntry.objects.filter(action="bank_line.not_ours", reason__contains="“Rent”").exists()


def test_a_missing_account_is_one_problem_and_flows_on_when_it_is_chosen(
    pair: Pair, sell: Take, state: Take, bank: Take
) -> None:
    AccountRole.objects.filter(pair=pair, role="fees").delete()
    sell(1)
    state("400001", ("Sale", "7001", "24.00"), fee="0.40")
    reconcile(pair)
    assert [code for code, _ in problems(pair)] == ["settlement_account_missing"]
    assert not Posting.objects.exists()
    AccountRoleFactory(pair=pair, role="fees", account_code="404")
    reconcile(pair)
    assert postings(pair) == [(K.SPEND, "ready", 40)]
    assert problems(pair) == []


def test_a_chargeback_nobody_told_of_is_an_alert_and_is_not_booked(pair: Pair, state: Take) -> None:
    state("400002", ("Chargeback", "7001", "-24.00"), case="CB1")
    reconcile(pair)
    assert [code for code, _ in problems(pair)] == ["chargeback_untold"]
    assert not Posting.objects.exists()


def test_a_statement_that_came_before_its_records_is_placed_when_they_come(
    pair: Pair, sell: Take, batch: Take, state: Take
) -> None:
    state("400001", ("Sale", "7001", "24.00"), ("Sale", "7002", "24.00"))
    reconcile(pair)
    assert not SettlementLine.objects.exclude(payment=None).exists()
    batch("1001", sell(1, tx_auth_no=""), sell(2))
    Settlement.objects.get(reference="400001").save()  # whatever else touches it meanwhile
    reconcile(pair)
    assert list(Settlement.objects.values_list("reference", "batch_id")) == [("400001", "1001")]
    assert SettlementLine.objects.exclude(payment=None).count() == 2
    assert reconcile(pair).retaken == 0


def test_an_adjustment_is_booked_as_a_person_says_and_stays_said(pair: Pair, sell: Take, state: Take) -> None:
    sell(1)
    rows = [("Sale", "7001", "24.00"), ("Adjustment", "", "-1.00")]
    state("400001", *rows)
    reconcile(pair)
    assert [code for code, _ in problems(pair)] == ["settlement_adjustment"]
    explain_adjustment(SettlementLine.objects.get(kind="adjustment"), "fee", UserFactory())
    reconcile(pair)
    assert (postings(pair), problems(pair)) == ([(K.SPEND, "ready", 100)], [])
    state("400001", *rows, ("Fee", "", "-0.50"))
    reconcile(pair)
    assert (postings(pair), problems(pair)) == ([(K.SPEND, "ready", 50), (K.SPEND, "ready", 100)], [])


def test_confirming_tells_who_and_when(pair: Pair, sell: Take, state: Take, bank: Take) -> None:
    sell(1)
    state("400001", ("Sale", "7001", "24.00"))
    bank(2000, 11, "2100001 400001")
    reconcile(pair)
    person = UserFactory()
    match = confirm(Match.objects.get(state=M.SUGGESTED), person, difference_kind="date")
    assert (match.state, match.decided_by, match.difference_minor) == (M.CONFIRMED, person, -400)
    reconcile(pair)
    assert postings(pair) == [(K.BANK_TRANSFER, "ready", 2000)]
