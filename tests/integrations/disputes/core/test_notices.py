"""What is told of a dispute, as it is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.disputes.core.notices import (
    LOSSES,
    STATES,
    DisputeNotice,
    NoticeError,
    Told,
    notice_from_json,
    told_from_json,
    told_to_json,
)
from integrations.disputes.core.reasons import REASONS, family_of, reason_of, scheme_called, usual_loss
from integrations.disputes.core.states import WORDS

DAY = date(2026, 12, 1)

notices = st.builds(
    DisputeNotice,
    case_id=st.from_regex(r"CB[0-9]{1,9}", fullmatch=True),
    happened_on=st.dates(),
    state=st.sampled_from(["", *sorted(STATES)]),
    amount_minor=st.integers(0, 10**9),
    currency=st.sampled_from(["GBP", "JPY"]),
    fee_minor=st.integers(0, 10_000),
    returns_fee=st.booleans(),
    respond_by=st.none() | st.dates(),
    last_four=st.sampled_from(["", "0006"]),
    note=st.text(max_size=40),
    loss=st.sampled_from(["", *sorted(LOSSES)]),
)


@given(notices, st.sampled_from(["file", "api", "person"]), st.none() | st.integers(1, 9))
def test_what_was_told_is_read_again_as_it_was(notice: DisputeNotice, via: Any, by: int | None) -> None:
    assert told_from_json(told_to_json(Told(notice, via, by))) == Told(notice, via, by)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"case_id": " "}, "no number"),
        ({"case_id": "4929000000006"}, "card number"),
        ({"retrieval_reference": "4929 0000 0000 6"}, "card number"),
        ({"last_four": "49290000"}, "last four"),
        ({"state": "finished"}, "is no state"),
        ({"amount_minor": -1, "currency": "GBP"}, "never below nothing"),
        ({"amount_minor": 5}, "no currency"),
        ({"amount_minor": 5, "currency": "XYZ"}, "no currency of ISO 4217"),
        ({"case_id": "9" * 81}, "longer than 80"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_reason(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(NoticeError, match=words):
        DisputeNotice(**{"case_id": "CB1", "happened_on": DAY, **fields})


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"notice": {}}', b'{"notice": {"case_id": "1"}, "via": "file"}',
             b'{"notice": {"case_id": "1", "happened_on": "x"}, "via": "file"}']
)  # fmt: skip
def test_what_is_no_notice_is_refused(body: bytes) -> None:
    with pytest.raises(NoticeError):
        told_from_json(body)


def test_a_part_nobody_knows_is_refused() -> None:
    with pytest.raises(NoticeError, match="no colour"):
        notice_from_json({"case_id": "CB1", "happened_on": "2026-12-01", "colour": "red"})


@pytest.mark.parametrize(
    ("scheme", "code", "family"),
    [
        ("VISA DEBIT", "10.4", "fraud"), ("Visa", "10.40", "fraud"), ("", "13.1", "consumer"), ("MC", "4837", "fraud"),
        ("Mastercard", "4834", "processing"), ("amex", "f29", "fraud"), ("American Express", "C08", "consumer"),
        ("American Express", "M01", "other"), ("Visa", "99", "other"),
    ],
)  # fmt: skip
def test_a_reason_code_says_its_family(scheme: str, code: str, family: str) -> None:
    assert family_of(scheme, code) == family


def test_what_was_told_counts_where_the_code_says_nothing() -> None:
    assert family_of("Visa", "99", "consumer") == "consumer"
    assert family_of("Visa", "10.4", "consumer") == "fraud"


def test_every_code_is_found_and_every_family_has_a_usual_loss() -> None:
    assert all(reason_of(reason.scheme, reason.code) == reason for reason in REASONS)
    assert {usual_loss(reason.family) for reason in REASONS} == LOSSES
    assert scheme_called("Diners Club") is None
    assert set(WORDS) == STATES
