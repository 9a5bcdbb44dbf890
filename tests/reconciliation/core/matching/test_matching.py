"""What is matched without a person, what is asked, what stays open, and why."""

from __future__ import annotations

import pytest

from reconciliation.core.matching.lines import Line, MatchingInputError, Memory
from reconciliation.core.matching.matching import match
from reconciliation.core.matching.outcome import explain
from tests.reconciliation.core.matching.lines import codes, line, only


@pytest.mark.parametrize(
    ("reference", "description"),
    [
        ("INV-10234", ""),
        ("", "BGC JANE SMITH INV-10234"),
        ("inv 10234", "fpi"),
        ("INV10234", "CARD"),
        ("", "FPIJANESMITHINV10234BGC"),
        ("REF 10234", "J SMITH"),
        ("", "thanks for inv/10234!"),
    ],
)
def test_a_reference_is_found_however_the_bank_writes_it(reference: str, description: str) -> None:
    expected = [line("e1", 4999, reference="INV-10234", counterparty="Jane Smith")]
    observed = [line("o1", 4999, day=2, reference=reference, description=description)]
    found = only(match(expected, observed))
    assert found.decision == "auto"
    assert "money_equal" in codes(found)


def test_equal_references_with_unequal_money_are_never_confirmed_alone() -> None:
    expected = [line("e1", 10000, reference="INV-10234")]
    observed = [line("o1", 9830, day=1, reference="INV-10234")]
    found = only(match(expected, observed))
    assert (found.decision, found.difference) == ("review", -170)
    assert "£1.70 (1.7 %) less. A fee kept back" in " ".join(reason.words for reason in found.reasons)


@pytest.mark.parametrize("name", ["", "Jane Smith"])
def test_twins_that_nothing_tells_apart_are_never_confirmed(name: str) -> None:
    expected = [line(f"e{at}", 2500, reference=f"INV-1000{at}", counterparty=name) for at in (1, 2)]
    observed = [line(f"o{at}", 2500, day=2, description=f"BGC {name.upper()}") for at in (1, 2)]
    outcome = match(expected, observed)
    assert all(each.decision == "review" and "ambiguous" in codes(each) for each in outcome.matches)
    assert all(each.probability < 0.9 for each in outcome.matches)


def test_one_line_for_two_equal_expectations_is_ambiguous_and_says_which() -> None:
    expected = [line("e1", 2500, counterparty="Jane Smith"), line("e2", 2500, counterparty="Jane Smith")]
    outcome = match(expected, [line("o1", 2500, day=1, description="JANE SMITH")])
    assert not [each for each in outcome.matches if each.decision == "auto"]


def test_references_tell_twins_apart() -> None:
    expected = [line(f"e{at}", 2500, reference=f"INV-1000{at}") for at in (1, 2)]
    observed = [line(f"o{at}", 2500, day=1, reference=f"INV1000{at}") for at in (2, 1)]
    outcome = match(expected, observed)
    assert {(each.expected, each.observed) for each in outcome.matches} == {
        (("e1",), ("o1",)),
        (("e2",), ("o2",)),
    }
    assert {each.decision for each in outcome.matches} == {"auto"}


def test_a_reference_cut_to_fit_two_is_not_confirmed() -> None:
    expected = [line(f"e{at}", 2500, reference=f"INV-10023{at}") for at in (1, 2)]
    outcome = match(expected, [line("o1", 2500, day=1, reference="INV-10023")])
    assert not [each for each in outcome.matches if each.decision == "auto"]


def test_a_line_that_the_bank_shows_twice_is_not_confirmed() -> None:
    expected = [line("e1", 2500, reference="INV-10001")]
    observed = [line(name, 2500, day=1, reference="INV-10001") for name in ("o1", "o2")]
    outcome = match(expected, observed)
    assert not [each for each in outcome.matches if each.decision == "auto"]
    assert len(outcome.open_observed) == 1


def test_a_refund_under_the_number_of_its_sale_finds_its_own_line() -> None:
    expected = [line("sale", 2500, reference="INV-10001"), line("back", -2500, day=3, reference="INV-10001")]
    observed = [
        line("out", -2500, day=5, reference="INV-10001"),
        line("in", 2500, day=1, reference="INV-10001"),
    ]
    pairs = {each.expected: each.observed for each in match(expected, observed).matches}
    assert pairs == {("sale",): ("in",), ("back",): ("out",)}


def test_a_payment_of_several_documents_that_it_lists_is_confirmed() -> None:
    expected = [line(f"e{at}", 1000 * at, reference=f"INV-1000{at}") for at in (1, 2, 3)]
    found = only(match(expected, [line("o1", 6000, day=2, description="INV-10001 INV-10002, INV-10003")]))
    assert (found.expected, found.decision, found.method) == (("e1", "e2", "e3"), "auto", "list")


def test_a_document_paid_in_parts_that_name_it_is_confirmed() -> None:
    observed = [line("o1", 600, reference="INV-10001"), line("o2", 400, day=5, reference="INV-10001")]
    found = only(match([line("e1", 1000, reference="INV-10001")], observed))
    assert (found.observed, found.decision) == (("o1", "o2"), "auto")


def test_a_batch_is_found_by_its_number_and_short_of_items_asks() -> None:
    expected = [
        line(f"e{at}", 1000 + 7**at, reference=f"TX{at}9", description="Batch 771204") for at in range(6)
    ]
    total = sum(each.minor for each in expected)
    found = only(match(expected, [line("o1", total, day=2, description="ACQUIRER 771204")]))
    assert (len(found.expected), found.decision, found.method) == (6, "auto", "batch")
    held = match(expected, [line("o1", total - expected[4].minor, day=2, description="ACQUIRER 771204")])
    (asked,) = held.matches
    assert (asked.decision, asked.method, len(asked.expected)) == ("review", "exceptions", 5)
    assert "without e4 it is exact" in asked.reasons[0].words


def _weekend() -> list[Line]:
    """Three days that an acquirer pays together on Monday, and one that it pays on Tuesday."""
    together = [
        line(str(number), minor, reference=str(number), batch="M Monday")
        for number, minor in ((400003, 1348), (400008, 54802), (400012, 72843))
    ]
    return [*together, line("400014", 33355, reference="400014", batch="M Tuesday")]


def test_a_batch_is_found_by_the_number_of_one_of_its_lines() -> None:
    paid = line("o", 128993, description="WORLDPAY (UK) LTD 31000401 400012 BGC")
    found = only(match(_weekend(), [paid]))
    assert (found.expected, found.decision) == (("400003", "400008", "400012"), "auto")
    assert "sum_member" in codes(found)


def test_a_batch_that_two_lines_name_or_that_does_not_come_out_even_is_not_confirmed() -> None:
    paid = line("o", 128993, description="WORLDPAY (UK) LTD 31000401 400012 BGC")
    other = line("p", 500, description="WORLDPAY (UK) LTD 31000401 400008 BGC")
    short = line("o", 128892, description="WORLDPAY (UK) LTD 31000401 400012 BGC")
    both = line("o", 128993, description="WORLDPAY (UK) LTD 400012 400014 BGC")
    for observed in ([paid, other], [short], [both]):
        assert all(each.decision == "review" for each in match(_weekend(), observed).matches)


def test_two_choices_that_make_the_same_sum_are_asked_and_not_chosen() -> None:
    expected = [
        line(f"e{at}", minor, counterparty="Thistlethwaite")
        for at, minor in enumerate((1000, 1500, 700, 1800))
    ]
    outcome = match(expected, [line("o1", 2500, day=1, description="BGC THISTLETHWAITE")])
    assert outcome.matches == ()
    (asked,) = [each for each in outcome.open_observed if each.id == "o1"]
    assert asked.reasons[0].code == "several_fit"


def test_currencies_are_never_mixed() -> None:
    outcome = match(
        [line("e1", 2500, reference="INV-10001")], [line("o1", 2500, reference="INV-10001", currency="EUR")]
    )
    assert outcome.matches == ()


def test_a_side_with_the_other_sign_is_read_the_other_way_round_and_says_so() -> None:
    expected = [line(f"e{at}", 1000 + at, reference=f"INV-1000{at}") for at in range(8)]
    observed = [line(f"o{at}", -1000 - at, day=1, reference=f"INV-1000{at}") for at in range(8)]
    outcome = match(expected, observed)
    assert {each.decision for each in outcome.matches} == {"auto"}
    assert all("signs_reversed" in codes(each) for each in outcome.matches)


def test_one_payment_out_is_not_taken_for_money_in() -> None:
    assert (
        match([line("e1", 2500, reference="INV-10001")], [line("o1", -2500, reference="INV-10001")]).matches
        == ()
    )


def test_a_payer_people_confirmed_is_known_and_a_pair_they_refused_is_not_offered_again() -> None:
    expected = [line("e1", 123456, counterparty="Acme Trading")]
    observed = [line("o1", 123456, day=2, description="ZZTOP HOLDING")]
    assert only(match(expected, observed)).decision == "review"
    known = Memory(accepted=frozenset({("ACME TRADING", "HOLDING ZZTOP")}))
    assert only(match(expected, observed, memory=known)).decision == "auto"
    refused = Memory(refused=frozenset({("e1", "o1")}))
    assert match(expected, observed, memory=refused).matches == ()


def test_a_known_key_ties_lines_whose_texts_say_nothing() -> None:
    expected = [line("e1", 2500, keys=("RRN-554433221100",)), line("e2", 2500, keys=("RRN-554433221199",))]
    observed = [line("o1", 2500, day=1, keys=("RRN554433221199",))]
    assert (only(match(expected, observed)).expected, only(match(expected, observed)).decision) == (
        ("e2",),
        "auto",
    )


def test_what_stays_open_says_what_is_nearest() -> None:
    outcome = match(
        [line("e1", 2500, counterparty="Featherstone")],
        [line("o1", 2400, day=1, description="FEATHERSTONE X")],
    )
    said = explain(outcome, "e1")
    assert said
    assert {"£24.00", "£25.00"} <= set(" ".join(reason.words for reason in said).replace(":", "").split())


def test_an_id_that_comes_twice_is_refused() -> None:
    with pytest.raises(MatchingInputError, match="“e1” comes twice among the expected lines"):
        match([line("e1", 1), line("e1", 2)], [])


def test_nothing_against_nothing_is_nothing() -> None:
    empty: list[Line] = []
    assert match(empty, empty).matches == ()
    assert [each.id for each in match([line("e1", 1)], empty).open_expected] == ["e1"]
