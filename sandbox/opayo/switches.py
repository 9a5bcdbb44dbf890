"""Choices where Opayo's public documents are silent or contradict each other.

Each is a guess, set in `World.switches` by its dotted name; this module is the one place that lists
them with what they may be and why the default is what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Switch:
    """One open question about the real gateway and the answers the sandbox can give."""

    name: str
    default: Any
    allowed: str
    question: str


SWITCHES = (
    Switch(
        "opayo.currencies",
        ("GBP", "EUR", "USD"),
        "a tuple of ISO 4217 codes",
        "Currencies of the vendor's merchant accounts; a setting of the account, not of Opayo.",
    ),
    Switch(
        "opayo.authprocessor",
        "Elavon",
        "a name",
        "Elavon's exact name as authprocessor is not published; guessed from the name on batches.",
    ),
    Switch(
        "opayo.second_authprocessor",
        "",
        "a name, such as Worldpay, or nothing",
        "A second acquirer beside the first, with merchant numbers of its own; a setting of the account.",
    ),
    Switch(
        "opayo.second_authprocessor_cards",
        ("MC", "MCDEBIT", "MAESTRO"),
        "a tuple of Opayo's names of card types",
        "Which cards go to the second acquirer; a setting of the account.",
    ),
    Switch(
        "opayo.empty_batches",
        "no",
        "no | yes",
        "Whether a batch is listed for an acquirer that was sent nothing on a day is not published.",
    ),
    Switch(
        "opayo.vendor_tx_code_burned_by",
        "any",
        "any | active",
        "Whether a failed attempt uses up its VendorTxCode is disputed; the guess is the strict reading.",
    ),
    Switch(
        "opayo.notification_resends",
        (60, 300),
        "a tuple of seconds after the first sending, business clock",
        "Opayo says it does not cancel after a single notification, not how often it sends; a guess.",
    ),
    Switch(
        "opayo.card_attempts",
        1,
        "1, 2, 3 …",
        "How many declined cards a customer may try before the vendor is notified; a guess.",
    ),
    Switch(
        "opayo.cardholder_names",
        "published",
        "published | any",
        "Published: a cardholder name that is not a magic one fails 3-D Secure. `any` lets it pass, for "
        "realistic trade.",
    ),
    Switch(
        "opayo.unpublished_cards",
        "declined",
        "declined | approved",
        "Published: a valid number that is not a test card is declined. `approved` is for realistic trade.",
    ),
    Switch(
        "opayo.avs",
        "published",
        "published | plausible",
        "Published: only address 88, post code 412 match. `plausible` lets one in twelve fail.",
    ),
    Switch(
        "opayo.avscv2_rules",
        "off",
        "off | strict",
        "Whether the account's rules reject a mismatch of address or security code; an account setting.",
    ),
    Switch(
        "opayo.refund_before_settlement",
        "refused",
        "refused | allowed",
        "For which acquirers 4050 applies is not published; the guess is the strict reading.",
    ),
    Switch(
        "opayo.refunded_value",
        "YES",
        "any text other than NO",
        "What `refunded`, `repeated`, `released` and `aborted` say when they are not NO; a guess.",
    ),
    Switch(
        "opayo.reporting_active",
        "detail",
        "hidden | detail | all",
        "Active transactions are not visible in MyOpayo; whether getTransactionDetail shows them is a guess.",
    ),
    Switch(
        "opayo.list_amounts",
        "yes",
        "yes | no",
        "Whether rows of getTransactionList carry the amount: seen in one client, not documented.",
    ),
    Switch(
        "opayo.batch_detail_amounts",
        "yes",
        "yes | no",
        "Whether rows of getBatchDetail carry amount, currency and type: not documented.",
    ),
    Switch(
        "opayo.reporting_commands_per_minute",
        0,
        "0 (no limit) or a number",
        "When 2213 (too many commands) is answered is not published.",
    ),
    Switch(
        "opayo.lockout_after",
        6,
        "a number of wrong signatures",
        "After how many failures a user is locked out (0008), for half an hour, is a guess.",
    ),
    Switch(
        "opayo.fraud_delay_seconds",
        60,
        "seconds, business clock",
        "How long after the authorisation the fraud score arrives is not published.",
    ),
    Switch(
        "opayo.pi_get_lag_seconds",
        0,
        "seconds, machine clock",
        "A GET right after a challenge may answer 404 for about a second; 0 leaves that out.",
    ),
    Switch(
        "opayo.pi_released_code",
        "2004",
        "2004 | 0000",
        "Which statusCode a GET shows for a Deferred after its release is not published.",
    ),
    Switch(
        "opayo.released_amount",
        "released",
        "released | original",
        "Whether reports and Pi show what was released of a Deferred, or what it was made for, is not published.",
    ),
    Switch(
        "opayo.settlement_rejection_probability",
        Decimal(0),
        "0 to 1",
        "How often an acquirer rejects a single transaction afterwards (state 23).",
    ),
    Switch(
        "opayo.transmission_failure_probability",
        Decimal(0),
        "0 to 1",
        "How often one attempt to send a settlement file fails; nine more follow, ten minutes apart.",
    ),
)
DEFAULTS = {switch.name: switch.default for switch in SWITCHES}


class Switches:
    """The values in force: what `World.switches` says, else the default."""

    def __init__(self, chosen: Mapping[str, Any]) -> None:
        self._chosen = chosen

    def __getitem__(self, name: str) -> Any:
        full = f"opayo.{name}"
        return self._chosen.get(full, DEFAULTS[full])
