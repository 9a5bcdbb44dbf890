from __future__ import annotations

import pytest

from dashboard.core.numbers import row_id


def test_an_id_is_read() -> None:
    assert row_id("42") == 42


@pytest.mark.parametrize("written", ["", " 4", "-1", "4.0", "²", "٤", "9" * 19, "9" * 5000])
def test_anything_else_is_none_and_never_breaks(written: str) -> None:
    assert row_id(written) is None
