"""One thing told of a dispute, as the event log keeps it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final, Literal

from integrations.core.card_numbers import is_card_number
from integrations.core.currencies import EXPONENTS

Via = Literal["file", "api", "person"]
LOSSES: Final = frozenset({"sale_undone", "bad_debt"})
FAMILIES: Final = frozenset({"fraud", "authorisation", "processing", "consumer", "other"})
STATES: Final = frozenset({
    "received", "accepted", "evidence_due", "evidence_submitted", "represented", "pre_arbitration", "won", "lost",
    "reversed", "expired",
})  # fmt: skip

_DAYS: Final = ("happened_on", "raised_on", "respond_by", "sold_on")
_NAMES: Final = ("case_id", "retrieval_reference", "bank_auth_code")
_LONGEST: Final = {"case_id": 80, "acquirer": 80, "scheme": 20, "reason_code": 20, "retrieval_reference": 40,
                   "bank_auth_code": 20, "payment": 40}  # fmt: skip


class NoticeError(ValueError):
    """The notice cannot be what it says it is; the message says why and what to do, for people."""


@dataclass(frozen=True, slots=True)
class DisputeNotice:
    """One notice about one case: what is empty or 0 is not told, and stays as it was known before.

    The first notice of a case has to tell `amount_minor` and `currency`. `state` empty: nothing moved on, something else
    is told (a tie, how the loss is booked, a deadline).
    """

    case_id: str
    """The acquirer's own number of the dispute."""
    happened_on: date
    """The day on which the case came into this state, as the acquirer says. Where a file does not say: the file's day."""
    state: str = ""
    acquirer: str = ""
    amount_minor: int = 0
    """What is disputed, in minor units; may be a part of the sale."""
    currency: str = ""
    fee_minor: int = 0
    """What the acquirer has charged for the case so far, in all; in minor units of `fee_currency`."""
    fee_currency: str = ""
    """Empty: as `currency`."""
    returns_fee: bool = False
    """The acquirer gives the whole fee back with this."""
    scheme: str = ""
    reason_code: str = ""
    family: str = ""
    """Where the reason code does not say it: one of `FAMILIES`."""
    raised_on: date | None = None
    respond_by: date | None = None
    retrieval_reference: str = ""
    bank_auth_code: str = ""
    last_four: str = ""
    sold_on: date | None = None
    note: str = ""
    loss: str = ""
    """How a loss is booked, chosen by a person: "sale_undone" (credit note) or "bad_debt" (journal)."""
    payment: str = ""
    """VendorTxCode of the sale, chosen by a person."""
    unties: bool = False
    """A person says that it is not about the sale it was tied to, and does not know about which it is."""

    def __post_init__(self) -> None:
        for check in (_check_names, _check_words, _check_money):
            check(self)


def notice_to_json(notice: DisputeNotice) -> dict[str, Any]:
    """What is told, by name; days in ISO 8601. Empty parts are left out."""
    told = {each.name: getattr(notice, each.name) for each in fields(notice)}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in told.items()
        if value not in ("", None, 0, False)
    }


def notice_from_json(document: Mapping[str, Any]) -> DisputeNotice:
    """What `notice_to_json` wrote. Raises NoticeError for anything else."""
    names = {each.name for each in fields(DisputeNotice)}
    if unknown := sorted(set(document) - names):
        raise NoticeError(f"A notice of a dispute has no {', '.join(unknown)}.")
    try:
        days = {name: date.fromisoformat(str(document[name])) for name in _DAYS if document.get(name)}
        return DisputeNotice(**{**document, **days})
    except (TypeError, ValueError) as error:
        raise (
            error
            if isinstance(error, NoticeError)
            else NoticeError(f"The notice of a dispute is not readable: {error}.")
        ) from error


@dataclass(frozen=True, slots=True)
class Told:
    """A notice, how it came, and the user (by id) who told it, if one did."""

    notice: DisputeNotice
    via: Via
    by: int | None = None


def told_to_json(told: Told) -> bytes:
    """The body of the event of kind "dispute"."""
    document = {"notice": notice_to_json(told.notice), "via": told.via, "by": told.by}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def told_from_json(body: bytes) -> Told:
    """What `told_to_json` wrote. Raises NoticeError for anything else."""
    try:
        document = json.loads(body, parse_float=str)
    except ValueError as error:
        raise NoticeError("The event does not hold a notice of a dispute.") from error
    if not isinstance(document, dict) or not isinstance(document.get("notice"), dict):
        raise NoticeError("The event does not hold a notice of a dispute.")
    if document.get("via") not in ("file", "api", "person"):
        raise NoticeError("The notice of a dispute does not say how it came.")
    by = document.get("by")
    return Told(notice_from_json(document["notice"]), document["via"], int(by) if by is not None else None)


def _check_names(notice: DisputeNotice) -> None:
    if not notice.case_id.strip():
        raise NoticeError("The case has no number: the acquirer's own number of the dispute is needed.")
    for name in _NAMES:
        if is_card_number(re.sub(r"[ -]", "", str(getattr(notice, name)))):
            raise NoticeError(
                f"The {name.replace('_', ' ')} looks like a whole card number, and those are never kept. Check which "
                "column it was read from."
            )
    if notice.unties and notice.payment:
        raise NoticeError("A dispute is either taken off its sale or tied to another, not both at once.")
    for name, longest in _LONGEST.items():
        if len(getattr(notice, name)) > longest:
            raise NoticeError(f"The {name.replace('_', ' ')} is longer than {longest} signs.")
    if notice.last_four and not re.fullmatch(r"[0-9]{4}", notice.last_four):
        raise NoticeError(
            "Of the card number only the last four digits are kept: “last four” has to be four digits."
        )


def _check_words(notice: DisputeNotice) -> None:
    for name, known in (("state", STATES), ("loss", LOSSES), ("family", FAMILIES)):
        word = getattr(notice, name)
        if word and word not in known:
            raise NoticeError(f"“{word}” is no {name} of a dispute: it is one of {', '.join(sorted(known))}.")


def _check_money(notice: DisputeNotice) -> None:
    for name in ("amount_minor", "fee_minor"):
        if type(getattr(notice, name)) is not int or getattr(notice, name) < 0:
            raise NoticeError("Amounts of a dispute are whole minor units, and never below nothing.")
    if notice.amount_minor and not notice.currency:
        raise NoticeError("The disputed amount has no currency.")
    for currency in (notice.currency, notice.fee_currency):
        if currency and currency not in EXPONENTS:
            raise NoticeError(f"{currency} is no currency of ISO 4217.")
