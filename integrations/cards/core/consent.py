"""What a card's holder agreed to: in which words, when, where, and for which charges without them.

Card schemes let a merchant charge a stored card without its holder only when the holder agreed to that when the card was
stored (credential on file, Opayo Server protocol 4.00: COFUsage, InitiatedTYPE, MITType).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from ipaddress import ip_address
from typing import Any, Final

MIT_TYPES: Final = ("", "unscheduled", "recurring", "instalment")
_TEXT_MAX: Final = 2_000
_CHANNEL_MAX: Final = 40


class ConsentError(ValueError):
    """What was said of a consent is not enough to keep a card; the message says what is missing, for people."""


@dataclass(frozen=True, slots=True)
class Consent:
    """The holder's agreement. `channel` is where it was given: pay_link, shop, phone and the like; `at` is in UTC.

    `until` and `frequency_days` hold for recurring charges and instalments, `instalments` is how many of these there are.
    """

    text: str
    at: datetime
    channel: str
    ip: str = ""
    mit_type: str = ""
    until: date | None = None
    frequency_days: int | None = None
    instalments: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As kept beside the card; empty parts are left out."""
        told = {
            "text": self.text,
            "at": self.at.isoformat(),
            "channel": self.channel,
            "ip": self.ip,
            "mit_type": self.mit_type,
            "until": self.until.isoformat() if self.until else None,
            "frequency_days": self.frequency_days,
            "instalments": self.instalments,
        }
        return {name: value for name, value in told.items() if value not in (None, "")}


def read_consent(told: Mapping[str, Any], *, channel: str = "") -> Consent:
    """A consent as `as_json` wrote it, or as a shop tells it. Raises ConsentError."""
    text = _text(told, "text")
    if not text or len(text) > _TEXT_MAX:
        raise ConsentError("The consent needs the text that the holder agreed to.")
    mit_type = _text(told, "mit_type")
    if mit_type not in MIT_TYPES:
        raise ConsentError(f"mit_type is one of {', '.join(MIT_TYPES[1:])}, or left out.")
    consent = Consent(
        text=text,
        at=_moment(told.get("at")),
        channel=(_text(told, "channel") or channel)[:_CHANNEL_MAX],
        ip=_address(_text(told, "ip")),
        mit_type=mit_type,
        until=_day(told.get("until")),
        frequency_days=_count(told, "frequency_days", 9_999),
        instalments=_count(told, "instalments", 999),
    )
    _check_schedule(consent)
    return consent


def _check_schedule(consent: Consent) -> None:
    """Opayo asks for the end and the rhythm of recurring charges and instalments, and how many of these there are."""
    if consent.mit_type not in ("recurring", "instalment"):
        return
    if consent.until is None or consent.frequency_days is None:
        raise ConsentError(f"A consent to {consent.mit_type} charges needs until and frequency_days.")
    if consent.mit_type == "instalment" and (consent.instalments or 0) < 2:
        raise ConsentError("A consent to instalments needs their number, at least 2.")


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value.strip() if isinstance(value, str) else ""


def _moment(written: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
    except (TypeError, ValueError):
        raise ConsentError(
            "The consent needs the moment it was given, such as 2026-11-22T10:15:00Z."
        ) from None
    if moment.tzinfo is None:
        raise ConsentError("The moment of the consent needs a time zone: add Z or an offset.")
    return moment.astimezone(UTC)


def _day(written: Any) -> date | None:
    if written in (None, ""):
        return None
    try:
        return date.fromisoformat(written)
    except (TypeError, ValueError):
        raise ConsentError("until is a day such as 2027-12-31.") from None


def _address(written: str) -> str:
    if not written:
        return ""
    try:
        return str(ip_address(written))
    except ValueError:
        raise ConsentError("ip is the holder's internet address, such as 203.0.113.7.") from None


def _count(told: Mapping[str, Any], name: str, most: int) -> int | None:
    value = told.get(name)
    if value in (None, ""):
        return None
    written = str(value)
    if (
        isinstance(value, bool)
        or not (written.isascii() and written.isdigit())
        or not 1 <= int(written) <= most
    ):
        raise ConsentError(f"{name} is a whole number from 1 to {most}.")
    return int(written)
