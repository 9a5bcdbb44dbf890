"""Whether a saved card may be charged without its holder, and why not: in sentences for the person who asked.

Scheme rules behind it: credential on file (a charge without the holder needs the consent given when the card was stored),
and at most 15 further attempts in 30 days on a card that its bank has declined (Opayo Pi, additionalDeclineDetail).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from integrations.cards.core.consent import Consent

DECLINES_ALLOWED: Final = 15
DECLINES_WITHIN: Final = timedelta(days=30)


class CardNotChargeable(ValueError):
    """The card may not be charged; the message says why and what to do instead, for people."""


@dataclass(frozen=True, slots=True)
class CardFacts:
    """A saved card as the rules see it. Days are days in London, as Opayo counts them.

    `name` is for people ("VISA ending 0006"). `charges` are days of charges without the holder that went through,
    `declines` those of charges that the bank declined.
    """

    name: str
    state: str
    expires_on: date
    consent: Consent | None
    is_known_to_opayo: bool = True
    first_went_through: bool = True
    charges: Sequence[date] = ()
    declines: Sequence[date] = ()


def check_chargeable(card: CardFacts, today: date) -> None:
    """Nothing, or CardNotChargeable with the reason."""
    _check_card(card, today)
    _check_consent(card, today)
    _check_declines(card, today)


def _check_card(card: CardFacts, today: date) -> None:
    if card.state != "usable":
        raise CardNotChargeable(f"{card.name} was deleted. Send a pay link, and ask to keep the new card.")
    if card.expires_on < today:
        raise CardNotChargeable(
            f"{card.name} expired on {_day(card.expires_on)}. Send a pay link, and ask to keep the new card."
        )
    if not card.is_known_to_opayo or not card.first_went_through:
        raise CardNotChargeable(
            f"{card.name} was set up by a payment that did not go through, so Opayo cannot charge it again. Send a pay link."
        )


def _check_consent(card: CardFacts, today: date) -> None:
    consent = card.consent
    if consent is None:
        raise CardNotChargeable(f"Nobody has agreed to {card.name} being charged again. Send a pay link.")
    if not consent.mit_type:
        raise CardNotChargeable(
            f"The holder of {card.name} agreed to it being kept, but not to charges without them. Send a pay link."
        )
    if consent.mit_type != "unscheduled":
        _check_schedule(card, consent, today)


def _check_schedule(card: CardFacts, consent: Consent, today: date) -> None:
    if consent.until is not None and consent.until < today:
        raise CardNotChargeable(
            f"The consent to charge {card.name} ended on {_day(consent.until)}. Send a pay link."
        )
    if consent.mit_type == "instalment" and len(card.charges) >= (consent.instalments or 0) - 1:
        raise CardNotChargeable(
            f"All {consent.instalments} instalments that the holder of {card.name} agreed to are paid. Send a pay link."
        )
    last = max(card.charges, default=consent.at.date())
    next_on = last + timedelta(days=consent.frequency_days or 0)
    if next_on > today:
        raise CardNotChargeable(
            f"The holder of {card.name} agreed to a charge every {consent.frequency_days} days: the next from {_day(next_on)}."
        )


def _check_declines(card: CardFacts, today: date) -> None:
    if today in card.declines:
        raise CardNotChargeable(
            f"The bank has declined {card.name} today. Try again tomorrow, or send a pay link."
        )
    if sum(today - day < DECLINES_WITHIN for day in card.declines) >= DECLINES_ALLOWED:
        raise CardNotChargeable(
            f"The bank has declined {card.name} {DECLINES_ALLOWED} times in 30 days, and the card schemes allow no more. "
            "Send a pay link."
        )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
