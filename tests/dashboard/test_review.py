"""The review of matches on the pages: lists, what a line may be, decisions and taking them back, rules and memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from integrations.models import AuditEntry, Pair, Role
from reconciliation.books.booking import book
from reconciliation.matching.deciding import confirm
from reconciliation.models import BankLine, Match, MatchRule, Settlement
from reconciliation.reconciling import business_today, reconcile
from sync.models import Posting
from tests.dashboard.conftest import member
from tests.factories import PairFactory, UserFactory
from tests.factories.pairs import usual_accounts
from tests.reconciliation.review_scene import AMBIGUOUS, EXACT, FIRST, ReviewScene, review_scene

S, M = BankLine.State, Match.State
Decide = Callable[..., Any]


@pytest.fixture
def desk(db: None) -> ReviewScene:
    pair = PairFactory(slug="harbour-finch")
    usual_accounts(pair)
    return review_scene(pair)


@pytest.fixture
def pair(desk: ReviewScene) -> Pair:
    return desk.pair


@pytest.fixture
def operator(pair: Pair) -> Client:
    return signed_in(pair, Role.OPERATOR)


@pytest.fixture
def decide(pair: Pair, operator: Client) -> Decide:
    """A decision as the page's script asks for it."""

    def ask(act: str, **values: Any) -> Any:
        answer = operator.post(
            to(pair, "reconcile-decide"), {"act": act, **values}, headers={"Accept": "application/json"}
        )
        assert answer.status_code == 200
        return answer.json()

    return ask


def signed_in(pair: Pair, role: str) -> Client:
    client = Client()
    client.force_login(member(pair, role))
    return client


def to(pair: Pair, name: str, *args: object) -> str:
    return reverse(name, args=[pair.slug, *args])


def state(row: BankLine | Match | Settlement) -> str:
    row.refresh_from_db()
    return row.state


# Lists


def test_the_list_is_narrowed_by_everything_a_line_says(
    pair: Pair, desk: ReviewScene, operator: Client
) -> None:
    desk.pairs(2)
    sure = desk.lines[0]
    lone = desk.line(-2_500, days=9, counterparty="COFFEE HOUSE")
    aside = desk.line(700, days=10)
    BankLine.objects.filter(pk=aside.pk).update(state=S.NOT_OURS)

    def shown(**query: str) -> list[int]:
        answer = operator.get(to(pair, "reconcile-rows"), query)
        return [each["line"] for each in answer.json()["rows"]]

    assert aside.pk not in shown() and len(shown()) == 3
    assert shown(q="coffee") == [lone.pk] == shown(state="open")
    assert shown(state="not_ours") == [aside.pk]
    assert (
        shown(amount="25.00")
        == [lone.pk]
        == shown(amount="> 20")
        == shown(amount="20 to 30")
        == shown(amount="-25")
    )
    assert shown(amount="+25") == []
    assert shown(until=(FIRST + timedelta(days=0)).isoformat()) == [sure.pk]
    assert shown(sort="-sure")[-1] == lone.pk
    assert shown(sort="amount")[0] == lone.pk


def test_long_lists_are_handed_out_in_windows_and_begin_at_the_line_in_hand(
    pair: Pair, desk: ReviewScene, operator: Client
) -> None:
    desk.line(100)
    first = BankLine.objects.get()
    BankLine.objects.bulk_create(
        BankLine(
            pair=pair, bank_account=desk.account, statement=desk.statement, identity=f"x{at}", currency="GBP",
            booked_on=FIRST + timedelta(days=at), amount_minor=100 + at,
        )
        for at in range(1, 250)
    )  # fmt: skip
    page = operator.get(to(pair, "reconcile"))
    assert len(page.context["rows"]) == 100
    following = operator.get(to(pair, "reconcile-rows"), {"after": page.context["page"].after}).json()
    assert (len(following["rows"]), following["rows"][0]["line"]) == (100, first.pk + 100)
    deep = operator.get(to(pair, "reconcile"), {"line": first.pk + 200})
    assert deep.context["current"].pk == first.pk + 200
    assert first.pk + 200 in [row.line.pk for row in deep.context["rows"]]


def test_the_panel_says_what_speaks_for_it_what_against_and_what_would_make_it_certain(
    pair: Pair, desk: ReviewScene, operator: Client
) -> None:
    match = desk.suggest([desk.settlement(5_000)], [desk.line(4_940, days=1)], reasons=[*EXACT, AMBIGUOUS])
    desk.settlement(4_940, days=2)
    page = operator.get(to(pair, "reconcile-line", desk.lines[0].pk))
    (suggestion,) = page.context["panel"].suggestions
    assert suggestion.offer.match == match
    assert suggestion.pros == [EXACT[0]["words"]]
    assert suggestion.cons == [EXACT[1]["words"], AMBIGUOUS["words"]]
    assert suggestion.needs == [EXACT[2]["words"]]
    assert [each.kind for each in suggestion.gap] == ["fee", "date"]
    (other,) = page.context["panel"].candidates
    assert (other.gap_minor, other.said[0]) == (0, "The amount is exact.")
    found = operator.get(to(pair, "reconcile-line", desk.lines[0].pk), {"eq": "49.40"})
    assert b"400002" in found.content
    assert (
        b"No awaited settlement fits"
        in operator.get(to(pair, "reconcile-line", desk.lines[0].pk), {"eq": "xyz"}).content
    )


# Decisions


def test_accepting_stores_who_and_counts_and_the_next_knows_of_it(
    pair: Pair, desk: ReviewScene, decide: Decide, django_assert_max_num_queries: Any
) -> None:
    (match,) = desk.pairs(1)
    with django_assert_max_num_queries(60):
        done = decide("accept", match=match.pk, query="q=elavon")
    assert (done["refused"], done["undo"], done["said"]) == (
        "",
        f"match:{match.pk}",
        "Accepted: £10.00 and settlement 400001.",
    )
    assert [(row["line"], row["state"]) for row in done["rows"]] == [(desk.lines[0].pk, S.MATCHED)]
    assert "<b>1</b> decided today" in done["progress"]
    match.refresh_from_db()
    assert (match.state, match.model_version) == (M.CONFIRMED, "made-up-worlds-1")
    assert match.decided_by is not None
    history = Client()
    history.force_login(match.decided_by)
    past = history.get(to(pair, "reconcile-history", desk.lines[0].pk)).content.decode()
    assert str(match.decided_by) in past and EXACT[0]["words"] in past and "95 %" in past
    assert b"q=elavon" in history.get(to(pair, "reconcile")).content


def test_a_slip_is_taken_back_and_the_same_is_suggested_again(
    pair: Pair, desk: ReviewScene, decide: Decide
) -> None:
    (match,) = desk.pairs(1)
    decide("accept", match=match.pk)
    book(pair, business_today(pair))
    assert Posting.objects.get().state == "ready"
    back = decide("take_back", match=match.pk)
    assert (back["refused"], [row["state"] for row in back["rows"]]) == ("", [S.SUGGESTED])
    assert "<b>0</b> decided today" in back["progress"]
    assert state(match) == M.TAKEN_BACK
    again = Match.objects.get(state=M.SUGGESTED)
    assert (again.undoes, again.reasons, again.probability) == (match, match.reasons, match.probability)
    book(pair, business_today(pair))
    assert Posting.objects.get().state == "cancelled"
    decide("accept", match=Match.objects.get(state=M.SUGGESTED).pk)
    book(pair, business_today(pair))
    assert list(Posting.objects.order_by("pk").values_list("state", flat=True)) == ["cancelled", "ready"]


def test_a_rejection_can_be_taken_back_too(desk: ReviewScene, decide: Decide) -> None:
    (match,) = desk.pairs(1)
    assert decide("reject", match=match.pk)["undo"] == f"match:{match.pk}"
    assert state(desk.lines[0]) == S.OPEN
    decide("take_back", match=match.pk)
    assert state(desk.lines[0]) == S.SUGGESTED


def test_what_somebody_else_decided_is_told_with_how_it_stands(desk: ReviewScene, decide: Decide) -> None:
    (match,) = desk.pairs(1)
    other = UserFactory(email="ben@tillbridge.example")
    confirm(match, other)
    refused = decide("accept", match=match.pk)
    assert refused["rows"][0]["state"] == S.MATCHED
    assert "confirmed by ben@tillbridge.example" in refused["refused"]
    assert decide("not_ours", line=desk.lines[0].pk)["refused"]
    assert decide("group", line=desk.lines[0].pk, settlement=Settlement.objects.get().pk)["refused"]
    assert state(desk.lines[0]) == S.MATCHED


def test_not_ours_is_taken_back_and_keeps_its_suggestion_possible(
    desk: ReviewScene, decide: Decide, pair: Pair
) -> None:
    (match,) = desk.pairs(1)
    line = desk.lines[0]
    assert decide("not_ours", line=line.pk)["undo"] == f"line:{line.pk}"
    assert (state(line), state(match)) == (S.NOT_OURS, M.SUPERSEDED)
    decide("take_back", line=line.pk)
    assert state(line) == S.OPEN
    assert AuditEntry.objects.filter(action="bank_line.ours").exists()


def test_a_difference_is_closed_only_with_a_reason_that_can_be(
    pair: Pair, desk: ReviewScene, decide: Decide
) -> None:
    settlement, line = desk.settlement(5_000), desk.line(4_940, days=1)
    match = desk.suggest([settlement], [line], "0.70")
    assert "say where the difference went" in decide("accept", match=match.pk)["refused"]
    assert "Rounding closes at most" in decide("accept", match=match.pk, kind="rounding")["refused"]
    assert "Enter the code" in decide("accept", match=match.pk, kind="other")["refused"]
    assert "bank or clearing" in decide("accept", match=match.pk, kind="other", account="095")["refused"]
    assert "are missing" in decide("group", line=line.pk, settlement=settlement.pk)["refused"]
    assert not decide("accept", match=match.pk, kind="other", account="478", reason="Letter")["refused"]
    reconcile(pair)
    spend = Posting.objects.get(kind=Posting.Kind.SPEND)
    assert (spend.amount_minor, spend.document["LineItems"][0]["AccountCode"]) == (60, "478")
    assert Posting.objects.get(kind=Posting.Kind.BANK_TRANSFER).amount_minor == 4_940
    assert state(settlement) == Settlement.State.BANKED


def test_what_would_be_booked_is_shown_before_it_is_decided(
    pair: Pair, desk: ReviewScene, operator: Client
) -> None:
    first, second, line = desk.settlement(3_000), desk.settlement(2_000), desk.line(4_940, days=1)
    chosen: dict[str, Any] = {"line": [line.pk], "settlement": [first.pk, second.pk], "chosen": "1"}

    def outlook(**said: str) -> Any:
        return operator.get(to(pair, "reconcile-together"), {**chosen, **said}).context["outlook"]

    unsaid = outlook()
    assert (unsaid.gap_minor, "are missing" in unsaid.refused) == (-60, True)
    fee = outlook(kind="fee")
    assert fee.refused == ""
    assert [(each.label, each.minor, each.source, each.target) for each in fee.booked] == [
        ("Transfer", 4_940, "095", "090"), ("Adjustment", 60, "095", "404"),
    ]  # fmt: skip
    pair.account_roles.filter(role="fees").delete()
    assert "No account is chosen" in outlook(kind="fee").booked[-1].trouble
    assert [each.label for each in outlook(kind="date").booked] == ["Transfer"]


def test_many_settlements_are_one_line_and_are_taken_apart_again(desk: ReviewScene, decide: Decide) -> None:
    first, second, line = desk.settlement(3_000), desk.settlement(2_000), desk.line(5_000, days=1)
    made = decide("group", line=line.pk, settlement=[first.pk, second.pk])
    assert (made["refused"], made["said"]) == ("", "Put together: £50.00 and 2 settlements.")
    match = Match.objects.get(state=M.CONFIRMED)
    apart = decide("split", match=match.pk, line=line.pk, settlement=first.pk, kind="date")
    assert "only money that is missing" in apart["refused"]
    assert not decide("split", match=match.pk, line=line.pk, settlement=first.pk, kind="fx")["refused"]
    assert (state(match), state(first), state(second)) == (
        M.UNDONE,
        Settlement.State.BANKED,
        Settlement.State.EXPECTED,
    )


def test_a_suggestion_is_split_by_putting_only_a_part_of_it_together(
    desk: ReviewScene, decide: Decide
) -> None:
    lines = [desk.line(1_000), desk.line(2_000, days=1)]
    settlements = [desk.settlement(1_000), desk.settlement(2_000)]
    match = desk.suggest(settlements, lines)
    assert not decide("split", match=match.pk, line=lines[0].pk, settlement=settlements[0].pk)["refused"]
    assert (state(match), state(lines[0]), state(lines[1])) == (M.SUPERSEDED, S.MATCHED, S.OPEN)


def test_forms_without_scripts_go_back_to_the_page(pair: Pair, desk: ReviewScene, operator: Client) -> None:
    (match,) = desk.pairs(1)
    answer = operator.post(to(pair, "reconcile-decide"), {"act": "accept", "match": match.pk}, follow=True)
    assert "Accepted: £10.00" in answer.content.decode()


def test_ids_of_another_pair_are_not_decided(desk: ReviewScene) -> None:
    (match,) = desk.pairs(1)
    other = PairFactory()
    client = signed_in(other, Role.OPERATOR)
    json = {"Accept": "application/json"}
    assert (
        client.post(
            to(other, "reconcile-decide"), {"act": "accept", "match": match.pk}, headers=json
        ).status_code
        == 404
    )
    sides = {"act": "group", "line": desk.lines[0].pk, "settlement": Settlement.objects.get().pk}
    refused = client.post(to(other, "reconcile-decide"), sides, headers=json).json()
    assert (refused["rows"], state(match)) == ([], M.SUGGESTED)


# All sure ones at once


def test_only_exact_and_unambiguous_suggestions_are_confirmed_together(
    pair: Pair, desk: ReviewScene, operator: Client
) -> None:
    sure, unsure = desk.pairs(3), desk.pairs(1, "0.80")
    twin = desk.suggest([desk.settlement(9_000)], [desk.line(9_000)], "0.99", reasons=[*EXACT, AMBIGUOUS])
    short = desk.suggest([desk.settlement(8_000)], [desk.line(7_990)], "0.99")
    taken = Settlement.objects.get(match_links__match=sure[0])
    rival = desk.suggest([taken], [desk.line(1_000)], "0.96")
    page = operator.get(to(pair, "reconcile-bulk"), {"least": 95})
    preview = page.context["preview"]
    assert len(preview.ids) == 3 and rival.pk in preview.ids and sure[0].pk not in preview.ids
    assert [(each.count, each.minor) for each in preview.totals] == [(3, 1_000 + 1_001 + 1_002)]
    assert preview.least[0].percent == 95
    stale = {"least": 95, "shown": ",".join(map(str, preview.ids[:-1]))}
    assert (
        "have changed since they were shown"
        in operator.post(to(pair, "reconcile-bulk"), stale).content.decode()
    )
    assert not Match.objects.filter(state=M.CONFIRMED).exists()
    shown = {"least": 95, "shown": ",".join(map(str, preview.ids))}
    assert operator.post(to(pair, "reconcile-bulk"), shown).status_code == 302
    assert {state(each) for each in (unsure[0], twin, short)} == {M.SUGGESTED}
    assert state(sure[0]) == M.SUPERSEDED
    assert Match.objects.filter(state=M.CONFIRMED).count() == 3
    assert (
        AuditEntry.objects.filter(action="match.confirmed", reason="Together with all from 95%.").count() == 3
    )
    assert "Take back the 3" in operator.get(to(pair, "reconcile")).content.decode()
    operator.post(to(pair, "reconcile-bulk-undo"))
    assert not Match.objects.filter(state=M.CONFIRMED).exists()


# Rules and memory


def test_a_rule_is_tried_before_it_is_kept_and_takes_effect(pair: Pair, desk: ReviewScene) -> None:
    boss = signed_in(pair, Role.ADMINISTRATOR)
    rent, other = desk.line(-90_000, counterparty="CITY RENT"), desk.line(1_200)
    said = {"name": "Rent", "when": '"RENT" in text', "action": "not_ours"}
    tried = boss.post(to(pair, "reconcile-rules-try"), said).context["trial"]
    assert [line.pk for line, _ in tried.new] == [rent.pk]
    assert not MatchRule.objects.exists()
    wrong = boss.post(to(pair, "reconcile-rules-add"), {**said, "when": '"RENT" in txt'})
    assert wrong.status_code == 422 and "did you mean text" in wrong.content.decode()
    assert boss.post(to(pair, "reconcile-rules-add"), said).status_code == 302
    rule = MatchRule.objects.get()
    reconcile(pair)
    assert (state(rent), state(other)) == (S.NOT_OURS, S.OPEN)
    assert (
        "When All texts in capitals contains “RENT”" in boss.get(to(pair, "reconcile-rules")).content.decode()
    )
    changed = {**said, "when": "amount > 0"}
    trial = boss.post(to(pair, "reconcile-rules-try"), {**changed, "rule": rule.pk}).context["trial"]
    assert ([line.pk for line, _ in trial.lost], [line.pk for line, _ in trial.new]) == (
        [rent.pk],
        [other.pk],
    )
    boss.post(to(pair, "reconcile-rules-off", rule.pk))
    reconcile(pair)
    assert state(rent) == S.OPEN
    assert set(AuditEntry.objects.filter(action__startswith="match_rule").values_list("action", flat=True)) == {
        "match_rule.added", "match_rule.switched",
    }  # fmt: skip


def test_a_person_outweighs_a_rule(pair: Pair, desk: ReviewScene, decide: Decide) -> None:
    line = desk.line(-90_000, counterparty="CITY RENT")
    MatchRule.objects.create(
        pair=pair, position=1, name="Rent", condition='"RENT" in text', action={"kind": "not_ours"}
    )
    reconcile(pair)
    assert state(line) == S.NOT_OURS
    decide("ours", line=line.pk)
    reconcile(pair)
    assert state(line) == S.OPEN


def test_a_rule_says_whose_money_a_line_is(pair: Pair, desk: ReviewScene) -> None:
    MatchRule.objects.create(
        pair=pair,
        position=1,
        name="EMS",
        condition='"EMS" in text',
        action={"kind": "match", "value": "Elavon"},
    )
    desk.settlement(123_456, days=1)
    line = desk.line(123_456, days=1, counterparty="EMS MRCHNT", reference="", description="")
    reconcile(pair)
    match = Match.objects.get(links__bank_line=line)
    assert "The names fit." in [each["words"] for each in match.reasons]


def test_rules_are_put_in_order_and_the_first_that_fits_decides(pair: Pair, desk: ReviewScene) -> None:
    boss = signed_in(pair, Role.ADMINISTRATOR)
    for name in ("First", "Second"):
        boss.post(to(pair, "reconcile-rules-add"), {"name": name, "when": "amount > 0", "action": "not_ours"})
    first, second = MatchRule.objects.order_by("position")
    boss.post(to(pair, "reconcile-rules-up", second.pk))
    assert [rule.name for rule in MatchRule.objects.all()] == ["Second", "First"]
    boss.post(to(pair, "reconcile-rules-remove", first.pk))
    assert [rule.name for rule in MatchRule.objects.all()] == ["Second"]


def test_the_builder_is_answered_about_the_newest_line(pair: Pair, desk: ReviewScene) -> None:
    desk.line(4_900)
    boss = signed_in(pair, Role.ADMINISTRATOR)
    url = to(pair, "reconcile-rules-conditions")
    met = boss.post(url, {"text": "amount > 48"}, content_type="application/json").json()
    assert (met["holds"], met["error"]) == (True, None)
    tree = {"all": [{"field": "amount", "operator": "less", "value": "48", "type": "number"}]}
    unmet = boss.post(url, {"tree": tree}, content_type="application/json").json()
    assert (unmet["holds"], unmet["text"]) == (False, "amount < 48")


def test_what_decisions_taught_is_shown_and_forgotten(pair: Pair, desk: ReviewScene, decide: Decide) -> None:
    line = desk.line(1_000, counterparty="EMS MRCHNT")
    match = desk.suggest([desk.settlement(1_000)], [line])
    decide("accept", match=match.pk)
    boss = signed_in(pair, Role.ADMINISTRATOR)
    (name,) = boss.get(to(pair, "reconcile-memory")).context["names"]
    assert (name.expected, name.observed, name.is_same) == ("ELAVON", "EMS MRCHNT", True)
    boss.post(to(pair, "reconcile-memory-forget"), {"expected": name.expected, "observed": name.observed})
    assert boss.get(to(pair, "reconcile-memory")).context["names"] == []


def test_rejecting_one_line_of_a_payer_does_not_teach_that_it_is_another(
    pair: Pair, desk: ReviewScene, decide: Decide
) -> None:
    (match,) = desk.pairs(1)
    decide("reject", match=match.pk)
    assert signed_in(pair, Role.VIEWER).get(to(pair, "reconcile-memory")).context["names"] == []


def test_what_is_ready_in_xero_leads_there(pair: Pair, desk: ReviewScene, decide: Decide) -> None:
    first, second = desk.pairs(2)
    decide("accept", match=first.pk)
    decide("accept", match=second.pk)
    reconcile(pair)
    for posting in Posting.objects.all():
        posting.state, posting.remote_id = "posted", f"t{posting.pk}"
        posting.save()
    BankLine.objects.filter(pk=desk.lines[0].pk).update(is_reconciled_in_xero=True)
    page = signed_in(pair, Role.VIEWER).get(to(pair, "reconcile-ready")).content.decode()
    posting = Posting.objects.get(settlement_posting__bank_line=desk.lines[1])
    assert "1 of 2 reconciled in Xero" in page
    assert f"/Bank/ViewTransfer.aspx?bankTransferID={posting.remote_id}" in page
