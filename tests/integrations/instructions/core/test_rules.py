from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.money import Money
from integrations.instructions.core.codes import follow_up_code
from integrations.instructions.core.rules import NotAllowedError, PaymentFacts, checked
from integrations.opayo.core.follow_ups import Kind

_NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_YESTERDAY = _NOW - timedelta(days=1)


def _gbp(minor: int) -> Money:
    return Money(minor, "GBP")


_PAID = PaymentFacts(
    code="HF-1-1", state="captured", tx_type="PAYMENT", currency="GBP", captured=_gbp(3834), refunded=_gbp(0),
    under_way=_gbp(0), taken_at=_YESTERDAY,
)  # fmt: skip
_DEFERRED = replace(
    _PAID, state="waiting", tx_type="DEFERRED", captured=None, agreed=_gbp(3834), taken_at=None
)
_AUTHENTICATED = replace(_DEFERRED, tx_type="AUTHENTICATE", agreed=_gbp(10000))


def test_part_of_a_payment_is_refunded() -> None:
    assert checked("refund", _PAID, _gbp(1000), _NOW) == "refund"


def test_a_whole_payment_of_the_same_day_is_voided() -> None:
    today = replace(_PAID, taken_at=_NOW - timedelta(hours=3))
    assert checked("refund", today, _gbp(3834), _NOW) == "void"
    assert checked("refund", today, _gbp(3833), _NOW) == "refund"


@pytest.mark.parametrize(
    "facts",
    [
        replace(_PAID, taken_at=_NOW, refunded=_gbp(34)),
        replace(_PAID, taken_at=_NOW, is_paypal=True),
        replace(_PAID, taken_at=_NOW, is_busy=True),
    ],
)
def test_what_cannot_be_voided_is_refunded(facts: PaymentFacts) -> None:
    assert checked("refund", facts, facts.left, _NOW) == "refund"


def test_the_day_ends_at_midnight_in_london_not_in_utc() -> None:
    taken = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)  # 23:30 in London, in summer
    facts = replace(_PAID, taken_at=taken)
    assert checked("refund", facts, _gbp(3834), taken + timedelta(minutes=20)) == "void"
    assert checked("refund", facts, _gbp(3834), taken + timedelta(minutes=40)) == "refund"


def test_a_void_that_comes_too_late_says_so() -> None:
    with pytest.raises(NotAllowedError, match="only on the day"):
        checked("void", _PAID, None, _NOW)


@pytest.mark.parametrize(
    ("facts", "amount", "words"),
    [
        (_PAID, _gbp(3835), "more than the 38.34 GBP left"),
        (replace(_PAID, refunded=_gbp(3000), under_way=_gbp(500)), _gbp(335), "5.00 GBP is on its way"),
        (replace(_PAID, refunded=_gbp(3834)), _gbp(1), "has gone back already"),
        (replace(_PAID, under_way=_gbp(3834)), _gbp(1), "on its way back already"),
        (replace(_PAID, tx_type="REFUND"), _gbp(1), "refund cannot be refunded"),
        (_PAID, Money(100, "EUR"), "The payment is in GBP"),
        (_PAID, _gbp(0), "more than nothing"),
        (_PAID, None, "more than nothing"),
        (replace(_PAID, is_disputed=True), _gbp(1), "pay the customer twice"),
        (replace(_PAID, state="reversed"), _gbp(1), "taken this payment back already"),
        (replace(_PAID, state="failed", captured=None), _gbp(1), "No money was taken"),
        (_DEFERRED, _gbp(1), "No money was taken yet"),
        (replace(_PAID, taken_at=_NOW - timedelta(days=731)), _gbp(1), "last two years"),
        (replace(_PAID, is_known_to_opayo=False), _gbp(1), "Try again in a few minutes"),
    ],
)  # fmt: skip
def test_a_refund_is_refused_with_the_reason(facts: PaymentFacts, amount: Money | None, words: str) -> None:
    with pytest.raises(NotAllowedError, match=words):
        checked("refund", facts, amount, _NOW)


@pytest.mark.parametrize(
    ("kind", "facts", "amount", "words"),
    [
        ("release", _DEFERRED, _gbp(3835), "more than the 38.34 GBP the bank has approved"),
        ("release", _PAID, _gbp(1), "not deferred"),
        ("abort", replace(_DEFERRED, state="captured", captured=_gbp(1)), None, "released already"),
        ("abort", replace(_DEFERRED, state="failed"), None, "does not wait"),
        ("abort", replace(_DEFERRED, is_busy=True), None, "Wait for its answer"),
        ("authorise", _AUTHENTICATED, _gbp(11501), "more than the 115.00 GBP"),
        ("authorise", replace(_AUTHENTICATED, authorised=_gbp(5000)), _gbp(6501), "more than the 65.00 GBP"),
        ("authorise", _DEFERRED, _gbp(1), "authenticated first"),
        ("cancel", _PAID, None, "authenticated first"),
        ("repeat", _PAID, _gbp(99), "terms its holder agreed to"),
    ],
)
def test_other_instructions_are_refused_with_the_reason(
    kind: Kind, facts: PaymentFacts, amount: Money | None, words: str
) -> None:
    with pytest.raises(NotAllowedError, match=words):
        checked(kind, facts, amount, _NOW)


@pytest.mark.parametrize(
    ("kind", "facts", "amount"),
    [
        ("release", _DEFERRED, _gbp(3834)),
        ("abort", _DEFERRED, None),
        ("authorise", _AUTHENTICATED, _gbp(11500)),
        ("cancel", _AUTHENTICATED, None),
    ],
)
def test_what_opayo_would_do_may_be_asked(kind: Kind, facts: PaymentFacts, amount: Money | None) -> None:
    assert checked(kind, facts, amount, _NOW) == kind


_MINOR = st.integers(min_value=0, max_value=10**9)


@given(captured=_MINOR, refunded=_MINOR, under_way=_MINOR, asked=_MINOR, hours=st.integers(0, 48))
def test_what_may_be_asked_never_comes_to_more_than_was_taken(
    captured: int, refunded: int, under_way: int, asked: int, hours: int
) -> None:
    facts = replace(
        _PAID, captured=_gbp(captured), refunded=_gbp(refunded), under_way=_gbp(under_way), is_busy=bool(under_way),
        taken_at=_NOW - timedelta(hours=hours),
    )  # fmt: skip
    try:
        kind = checked("refund", facts, _gbp(asked), _NOW)
    except NotAllowedError:
        assert asked == 0 or refunded + under_way + asked > captured
    else:
        assert refunded + under_way + asked <= captured
        assert kind == "refund" or (asked, refunded, under_way) == (captured, 0, 0)


@given(original=st.text("ABCdef0129-_.{}", min_size=1, max_size=40), number=st.integers(1, 999))
def test_new_codes_fit_opayo_and_differ_from_the_payments_and_each_other(original: str, number: int) -> None:
    kinds: list[Kind] = ["refund", "release", "abort", "authorise", "cancel", "repeat"]
    codes = {follow_up_code(original, kind, n) for kind in kinds for n in (number, number + 1)}
    assert len(codes) == 2 * len(kinds)
    assert original not in codes
    assert all(len(code) <= 40 for code in codes)


def test_a_void_has_the_code_of_the_refund_it_may_become() -> None:
    assert follow_up_code("HF-1-1", "void", 1) == follow_up_code("HF-1-1", "refund", 1) == "HF-1-1-R1"
