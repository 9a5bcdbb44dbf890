from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from mapping.core.difference import Change, Outcome, Summary, compare, summary_from_json, summary_to_json
from mapping.core.difference.outcome import Fate

PENCE = st.integers(min_value=-500_000, max_value=500_000).map(lambda pence: Decimal(pence).scaleb(-2))


def invoice(*lines: tuple[str, str, str, str], status: str = "AUTHORISED") -> dict[str, Any]:
    """Lines as (account, tax type, amount with VAT, VAT)."""
    return {
        "Type": "ACCREC",
        "Status": status,
        "LineAmountTypes": "Inclusive",
        "CurrencyCode": "GBP",
        "LineItems": [
            {"AccountCode": code, "TaxType": tax, "LineAmount": Decimal(amount), "TaxAmount": Decimal(vat)}
            for code, tax, amount, vat in lines
        ],
    }


def made(document: dict[str, Any], **changes: Any) -> Outcome:
    return Outcome("made", document, "xero:Invoice", "GBP", **changes)


def failed(document: dict[str, Any], reason: str = "TaxType is missing.") -> Outcome:
    return Outcome("failed", document, "xero:Invoice", "GBP", (reason,))


SALE = invoice(("200", "OUTPUT2", "24.00", "4.00"))


def test_the_same_documents_are_no_difference() -> None:
    assert compare(made(SALE), made(invoice(("200", "OUTPUT2", "24.00", "4.00")))) is None


def test_another_account_moves_the_net_amount_and_no_vat() -> None:
    difference = compare(made(SALE), made(invoice(("260", "OUTPUT2", "24.00", "4.00"))))

    assert difference is not None
    assert difference.effect == "changed"
    assert {key: change.by for key, change in difference.moves.accounts.items()} == {
        ("200", "GBP"): Decimal(20),
        ("260", "GBP"): Decimal(-20),
    }
    assert (difference.moves.tax, difference.moves.boxes) == ({}, {})


def test_another_tax_type_moves_vat_between_the_boxes() -> None:
    difference = compare(made(SALE), made(invoice(("200", "ZERORATEDOUTPUT", "24.00", "0.00"))))

    assert difference is not None
    assert difference.moves.boxes == {
        (1, "GBP"): Change(Decimal("4.00"), Decimal(0)),
        (3, "GBP"): Change(Decimal("4.00"), Decimal(0)),
        (5, "GBP"): Change(Decimal("4.00"), Decimal(0)),
        (6, "GBP"): Change(Decimal("20.00"), Decimal("24.00")),
    }


def test_a_changed_text_moves_nothing() -> None:
    difference = compare(made(SALE), made({**SALE, "Reference": "A-1"}))

    assert difference is not None
    assert difference.moves.is_nothing


def test_a_record_that_newly_fails_is_not_booked() -> None:
    difference = compare(made(SALE), failed(SALE))

    assert difference is not None
    assert difference.effect == "failing"
    assert difference.moves.accounts == {("200", "GBP"): Change(Decimal("-20.00"), Decimal(0))}


def test_a_record_that_fails_for_another_reason_is_told() -> None:
    difference = compare(failed(SALE), failed(SALE, "The total is negative."))

    assert difference is not None
    assert (difference.effect, difference.moves.is_nothing) == ("otherwise", True)


def test_fates_name_the_effect() -> None:
    held, skipped = Outcome("held", SALE, reasons=("Over 500.",)), Outcome("skipped")

    effects = [
        difference.effect
        for before, after in ((made(SALE), held), (made(SALE), skipped), (held, made(SALE)), (skipped, held))
        if (difference := compare(before, after))
    ]

    assert effects == ["held", "skipped", "passing", "held"]


def test_a_tag_alone_is_a_change_without_money() -> None:
    difference = compare(made(SALE), made(SALE, labels=("Large order",)))

    assert difference is not None
    assert (difference.effect, difference.fields, difference.moves.is_nothing) == ("changed", (), True)


def test_a_summary_says_what_is_no_longer_booked() -> None:
    summary = Summary()
    summary.add("invoice", compare(made(SALE), failed(SALE)))
    summary.add_same("invoice", 9)

    assert summary.money == {("invoice", "failing", "GBP"): Decimal("24.00")}
    assert (summary.total_compared, summary.total_different, summary.moves_money) == (10, 1, True)


@st.composite
def outcomes(draw: st.DrawFn) -> Outcome:
    """Invoices of a few lines in all fates, Decimals exact to the penny."""
    lines = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["200", "260", ""]),
                st.sampled_from(["OUTPUT2", "ZERORATEDOUTPUT", "NONE", "TAX001", "REVERSECHARGES"]),
                PENCE.map(str),
                PENCE.map(str),
            ),
            max_size=4,
        )
    )
    status = draw(st.sampled_from(["AUTHORISED", "DRAFT"]))
    fate = draw(st.sampled_from(get_args(Fate)))
    return Outcome(fate, invoice(*lines, status=status), "xero:Invoice", "GBP")


@given(outcomes())
def test_identical_outcomes_never_differ(outcome: Outcome) -> None:
    twin = Outcome(outcome.fate, dict(outcome.document), outcome.target, outcome.currency)

    assert compare(outcome, twin) is None


@given(st.lists(st.tuples(outcomes(), outcomes()), max_size=8), st.integers(min_value=0, max_value=8))
def test_the_moves_of_the_records_sum_to_the_total_however_they_are_shared_out(
    pairs: list[tuple[Outcome, Outcome]], cut: int
) -> None:
    differences = [compare(before, after) for before, after in pairs]
    parts = [Summary(), Summary()]
    for index, difference in enumerate(differences):
        parts[index >= cut].add("invoice", difference)
    total = Summary()
    for part in parts:
        # Through JSON, as parts are stored.
        total.merge(summary_from_json(json.loads(json.dumps(summary_to_json(part)))))

    for booked, sums in (("accounts", total.accounts), ("boxes", total.boxes)):
        for key, change in sums.items():
            by_record = [
                getattr(found.moves, booked)[key].by
                for found in differences
                if found and key in getattr(found.moves, booked)
            ]
            assert change.by == sum(by_record)
    for key in {
        key for before, after in pairs for key in {**before.bookings.accounts, **after.bookings.accounts}
    }:
        before_sum = sum((before.bookings.accounts.get(key, Decimal(0)) for before, _ in pairs), Decimal(0))
        after_sum = sum((after.bookings.accounts.get(key, Decimal(0)) for _, after in pairs), Decimal(0))
        assert total.accounts[key].by == after_sum - before_sum


@given(st.lists(st.tuples(outcomes(), outcomes()), max_size=6))
def test_what_is_undone_moves_back(pairs: list[tuple[Outcome, Outcome]]) -> None:
    there, back = Summary(), Summary()
    for before, after in pairs:
        there.add("invoice", compare(before, after))
        back.add("invoice", compare(after, before))

    assert {key: change.by for key, change in there.accounts.items()} == {
        key: -change.by for key, change in back.accounts.items()
    }
    assert there.total_different == back.total_different
