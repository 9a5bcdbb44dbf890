"""The likeliest orders of a payment that fits none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sync.core.candidates import OpenOrder, Stray, likeliest

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def stray(code: str = "HF-1O042-1", amount: int = 3834, surname: str = "Moss") -> Stray:
    return Stray(code, amount, "GBP", NOON, surname)


def an_order(
    number: str, total: int = 3834, *, minutes: int = 10, currency: str = "GBP", customer: str = ""
) -> OpenOrder:
    return OpenOrder(
        hash(number), number, total, total, currency, NOON - timedelta(minutes=minutes), customer
    )


def test_a_mistyped_code_with_the_right_amount_comes_first_with_its_reasons() -> None:
    best, *rest = likeliest(
        stray(), [an_order("HF-10077", minutes=5), an_order("HF-10042", customer="Ada Moss")]
    )
    assert best.number == "HF-10042"
    assert best.score > max((other.score for other in rest), default=0)
    assert "the amount is exactly what is due" in best.reasons
    assert any("differs from HF-10042 in 1 character" in reason for reason in best.reasons)
    assert any("surname" in reason for reason in best.reasons)


def test_another_currency_is_never_offered() -> None:
    assert likeliest(stray(), [an_order("HF-10042", currency="EUR")]) == ()


def test_orders_with_nothing_in_common_are_not_offered() -> None:
    assert likeliest(stray(surname=""), [an_order("ZZ-99999", 100, minutes=-60)]) == ()


def test_only_the_best_few_are_offered() -> None:
    assert len(likeliest(stray(), [an_order(f"HF-100{n}") for n in range(10, 40)])) == 5
