"""Behaviours of Xero that nobody outside has confirmed, each with the choice the sandbox makes.

A test or the control page sets `world.switches["xero.<name>"]`; anything not set has the default
given here. Every entry below is a guess unless its note says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Switch:
    """One choice: its name, what it may be, what it is unless set, and what is not known."""

    name: str
    values: tuple[object, ...]
    default: object
    note: str


def _either(name: str, note: str, *, default: bool = True) -> Switch:
    return Switch(name, (True, False), default, note)


SWITCHES = {
    switch.name: switch
    for switch in (
        Switch(
            "xero.limits",
            ("xero", "starter", "off"),
            "xero",
            "Documented: 60 calls a minute, 5 at once and 5,000 a day for each app and organisation (1,000 a day on "
            "the Starter tier), 10,000 a minute for each app. `off` counts but never refuses.",
        ),
        Switch(
            "xero.rounding",
            ("half_up", "half_even"),
            "half_up",
            "How tax of exactly half a penny is rounded.",
        ),
        _either(
            "xero.redirect_127",
            "Known: Xero refuses http://127.0.0.1 as a redirect host. On by default here so that the demo needs no "
            "name resolution; switch it off to be strict.",
        ),
        Switch(
            "xero.client_auth_status", (400, 401), 400, "Status of `invalid_client` from the token endpoint."
        ),
        Switch(
            "xero.invalid_scope",
            ("page", "redirect"),
            "page",
            "Whether a scope the app may not ask for shows an error page or goes back to the app.",
        ),
        Switch(
            "xero.concurrent_refresh",
            ("mint", "same"),
            "mint",
            "Whether the previous refresh token, used again within its 30 minutes, gives another new token or the "
            "one already given.",
        ),
        _either(
            "xero.retry_after_appminute",
            "Whether the app's minute limit says Retry-After.",
        ),
        Switch(
            "xero.unknown_id",
            (400, 404),
            400,
            "Status of a POST that names an invoice, credit note or contact that does not exist.",
        ),
        _either(
            "xero.allocation_id_in_reply",
            "Whether the reply to a new allocation carries its AllocationID.",
        ),
        _either(
            "xero.reuse_voided_number",
            default=False,
            note="Whether the number of a voided or deleted invoice may be used again; reports disagree.",
        ),
        Switch(
            "xero.edited_tax_tolerance",
            ("any", "0.05"),
            "any",
            "How far a TaxAmount sent with an invoice line may be from the computed one.",
        ),
        Switch(
            "xero.reconciled_delete",
            ("refuse", "allow"),
            "refuse",
            "Whether a reconciled payment or bank transaction can be deleted.",
        ),
        _either(
            "xero.payment_date_required",
            "Documented as mandatory; some integrators say today is assumed.",
        ),
        Switch(
            "xero.third_currency_bank",
            ("refuse", "allow"),
            "refuse",
            "Whether a document can be paid through a bank account of a third currency.",
        ),
        Switch(
            "xero.due_date_default",
            ("date", "required"),
            "date",
            "Whether an approved invoice without DueDate is given its own date or refused.",
        ),
        _either(
            "xero.zero_total_paid",
            "Whether an approved invoice of nothing is PAID at once.",
        ),
        _either("xero.own_events", "Whether an app gets webhook events of its own changes."),
        _either("xero.payment_events", "Whether a payment makes an INVOICE event."),
        _either(
            "xero.echo_good_elements",
            default=False,
            note="Whether a refused batch lists its good elements beside the bad ones.",
        ),
        Switch(
            "xero.bank_summary_currency",
            ("base", "own"),
            "base",
            "Whether the bank summary gives foreign accounts in the base currency or in their own.",
        ),
        _either("xero.unarchive_contact", "Whether ContactStatus ACTIVE restores a contact."),
    )
}


class Choices:
    """Reads switches, so that each default is written once."""

    def __init__(self, switches: Mapping[str, Any]) -> None:
        self._switches = switches

    def __call__(self, name: str) -> Any:
        """The value of `xero.<name>` now."""
        full = f"xero.{name}"
        return self._switches.get(full, SWITCHES[full].default)
