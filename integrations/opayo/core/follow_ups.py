"""What can be done with a transaction that Opayo has already: refund, void, release, abort, authorise, cancel, repeat.

The same seven by either interface: Opayo Pi (`/transactions` and `/transactions/{id}/instructions`) and the requests that
Server and Direct share (Server and Direct Shared Protocol Guidelines, 2.1 to 2.8).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from integrations.core.failures import PermanentFailure
from integrations.core.money import Money
from integrations.opayo.core.credentials import StoredCredential

Kind = Literal["refund", "void", "release", "abort", "authorise", "cancel", "repeat"]

MAKES_A_TRANSACTION: Final[frozenset[str]] = frozenset(("refund", "authorise", "repeat"))
"""Kinds that become a transaction of their own, with a VendorTxCode of its own; the others change the one there is."""


class RefusedByOpayo(PermanentFailure):
    """Opayo will not do it. `code` is its own number for the reason, of the protocol (4035) or of Pi (1018)."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Original:
    """The transaction that something is done with. Pi needs its id only, the shared requests all of it."""

    vendor_tx_code: str
    vps_tx_id: str
    """GUID in capitals, without braces."""
    security_key: str = field(default="", repr=False)
    tx_auth_no: str = ""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One thing to do. `amount` is None where the kind takes none (void, abort, cancel)."""

    kind: Kind
    original: Original
    vendor_tx_code: str
    """Of the new transaction; unused where there will be none."""
    amount: Money | None = None
    description: str = ""
    credential: StoredCredential | None = None
    """Of a repeat: the terms on which the card's holder let it be charged."""

    @property
    def terms(self) -> StoredCredential:
        """The terms of a repeat. Raises ValueError where they were left out: no card is charged without."""
        if self.credential is None or not self.credential.mit_type:
            raise ValueError("A stored card is charged under the terms of its holder only.")
        return self.credential

    @property
    def money(self) -> Money:
        """The amount of a kind that has one. Raises ValueError where it was left out."""
        if self.amount is None:
            raise ValueError(f"A {self.kind} needs an amount.")
        return self.amount


@dataclass(frozen=True, slots=True)
class Done:
    """Opayo has done it. Ids are those of the new transaction; empty where none was made."""

    detail: str
    vps_tx_id: str = ""
    tx_auth_no: str = ""
    security_key: str = field(default="", repr=False)
