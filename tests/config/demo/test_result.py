"""When a headless run counts as a success."""

from __future__ import annotations

import pytest

from config.demo.headless import is_well

_WELL = {
    "missing": 0, "duplicates": 0, "wrong_amount": 0, "card_data_found": 0, "proof_ok": True, "dead_letters": 3,
}  # fmt: skip


def test_nothing_missing_doubled_or_wrong_and_the_books_balance() -> None:
    assert is_well(_WELL)


@pytest.mark.parametrize(
    "broken",
    [{"missing": 1}, {"duplicates": 1}, {"wrong_amount": 1}, {"proof_ok": False}, {"card_data_found": 1}],
)
def test_any_one_of_them_fails_the_run(broken: dict[str, object]) -> None:
    assert not is_well({**_WELL, **broken})


def test_a_result_without_the_counts_is_no_success() -> None:
    with pytest.raises(KeyError):
        is_well({"proof_ok": True})
