from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from integrations.cards.core.consent import Consent, ConsentError, read_consent
from integrations.cards.core.expiry import last_day
from integrations.cards.core.limits import Limits, check_charge, needs_second_person, over_batch_limit, totals
from integrations.cards.core.terms import CardFacts, CardNotChargeable, check_chargeable
from integrations.core.money import Money

_TODAY = date(2026, 11, 23)
_AGREED = Consent(
    "Charge my card when something is due.",
    datetime(2026, 1, 5, 9, tzinfo=UTC),
    "pay_link",
    "203.0.113.7",
    "unscheduled",
)
_CARD = CardFacts("VISA ending 0006", "usable", date(2026, 11, 30), _AGREED)
_MONTHLY = replace(_AGREED, mit_type="recurring", until=date(2027, 1, 5), frequency_days=30)
_SIX = replace(_AGREED, mit_type="instalment", until=date(2027, 1, 5), frequency_days=30, instalments=3)


def _gbp(minor: int) -> Money:
    return Money(minor, "GBP")


def test_a_card_whose_holder_agreed_may_be_charged_to_its_last_day() -> None:
    check_chargeable(_CARD, _TODAY)
    check_chargeable(_CARD, date(2026, 11, 30))
    check_chargeable(replace(_CARD, consent=_MONTHLY, charges=[_TODAY - timedelta(30)]), _TODAY)
    check_chargeable(replace(_CARD, consent=_SIX, charges=[_TODAY - timedelta(31)]), _TODAY)


@pytest.mark.parametrize(
    ("card", "words"),
    [
        (replace(_CARD, state="deleted"), "was deleted"),
        (replace(_CARD, state="deleting"), "was deleted"),
        (replace(_CARD, expires_on=date(2026, 10, 31)), "expired on 31 October 2026"),
        (replace(_CARD, is_known_to_opayo=False), "did not go through"),
        (replace(_CARD, first_went_through=False), "did not go through"),
        (replace(_CARD, consent=None), "Nobody has agreed"),
        (replace(_CARD, consent=replace(_AGREED, mit_type="")), "not to charges without them"),
        (replace(_CARD, consent=replace(_MONTHLY, until=date(2026, 11, 22))), "ended on 22 November"),
        (replace(_CARD, consent=_MONTHLY, charges=[_TODAY - timedelta(29)]), "the next from 24 November"),
        (replace(_CARD, consent=_SIX, charges=[date(2026, 8, 1), date(2026, 9, 1)]), "All 3 instalments"),
        (replace(_CARD, declines=[_TODAY]), "declined VISA ending 0006 today"),
        (replace(_CARD, declines=[_TODAY - timedelta(n) for n in range(1, 16)]), "15 times in 30 days"),
    ],
)
def test_no_card_is_charged_against_its_terms(card: CardFacts, words: str) -> None:
    with pytest.raises(CardNotChargeable, match=words):
        check_chargeable(card, _TODAY)


def test_declines_older_than_thirty_days_are_forgotten() -> None:
    check_chargeable(replace(_CARD, declines=[_TODAY - timedelta(30)] * 20), _TODAY)


def test_limits_hold_to_the_penny_and_in_each_currency() -> None:
    limits = Limits(per_charge=100, per_customer_day=150, per_batch=300, second_person=200)
    check_charge(_gbp(10_000), _gbp(5_000), limits)
    with pytest.raises(CardNotChargeable, match=r"100\.01 GBP is more than the 100\.00 GBP"):
        check_charge(_gbp(10_001), _gbp(0), limits)
    with pytest.raises(CardNotChargeable, match=r"after the 50\.01 GBP charged today"):
        check_charge(_gbp(10_000), _gbp(5_001), limits)
    sums = totals([_gbp(20_000), Money(20_000, "EUR"), _gbp(10_000)])
    assert sums == {"EUR": Money(20_000, "EUR"), "GBP": _gbp(30_000)}
    assert over_batch_limit(sums, limits) == ""
    assert "300.01 GBP is more" in over_batch_limit({"GBP": _gbp(30_001)}, limits)
    assert needs_second_person(sums, limits)
    assert not needs_second_person({"GBP": _gbp(20_000)}, limits)
    assert not needs_second_person(sums, Limits())


def test_a_consent_survives_being_kept() -> None:
    for consent in (_AGREED, _MONTHLY, _SIX):
        assert read_consent(consent.as_json()) == consent


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": " "}, "text that the holder agreed to"),
        ({"at": "yesterday"}, "moment it was given"),
        ({"at": "2026-11-22T10:15:00"}, "time zone"),
        ({"mit_type": "whenever"}, "unscheduled, recurring, instalment"),
        ({"ip": "home"}, "internet address"),
        ({"mit_type": "recurring"}, "needs until and frequency_days"),
        ({"mit_type": "instalment", "until": "2027-01-01", "frequency_days": "30"}, "their number"),
        ({"until": "soon"}, "day such as"),
        ({"frequency_days": True}, "whole number from 1 to 9999"),
        ({"instalments": "0"}, "whole number from 1 to 999"),
    ],
)
def test_half_a_consent_is_none(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ConsentError, match=words):
        read_consent({**_AGREED.as_json(), **changes})


def test_a_card_is_good_to_the_end_of_its_month() -> None:
    assert last_day("0228") == date(2028, 2, 29)
    for wrong in ("1326", "228", "", "02/28"):
        with pytest.raises(ValueError, match="MMYY"):
            last_day(wrong)
