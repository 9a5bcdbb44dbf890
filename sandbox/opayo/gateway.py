"""What all parts of the simulated gateway share: clocks, identifiers, records, switches."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from sandbox.credentials import OPAYO_VENDOR
from sandbox.kernel.world import World
from sandbox.opayo.agenda import Agenda
from sandbox.opayo.core.status_codes import Refusal
from sandbox.opayo.core.transaction import DEFERRED_TYPES, State, Transaction
from sandbox.opayo.records import Record, Records
from sandbox.opayo.switches import Switches
from sandbox.opayo.tokens import Tokens

MOUNT = "/opayo"
AMERICAN_EXPRESS = "American Express"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FAILED = frozenset(
    (State.FAILED_REGISTRATION, State.CANCELLED_INACTIVE, State.CANCELLED_BY_VENDOR_REPLY, State.REJECTED,
     State.ABORTED_BY_CUSTOMER, State.DECLINED, State.ERROR, State.TIMED_OUT_AT_AUTHORISATION,
     State.TIMED_OUT)
)  # fmt: skip


class Gateway:
    """One vendor's account at the gateway, over the world's store and clocks."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.vendor = OPAYO_VENDOR
        self.switches = Switches(world.switches)
        self.records = Records(world.store)
        self.tokens = Tokens(world.store)
        self.agenda = Agenda()

    def now(self) -> datetime:
        """The business clock, UTC."""
        return self.world.clock.business()

    def machine(self) -> float:
        """The machine clock, seconds since the epoch."""
        return self.world.clock.machine()

    @property
    def currencies(self) -> Collection[str]:
        """Currencies of the vendor's merchant accounts."""
        currencies: Collection[str] = self.switches["currencies"]
        return currencies

    def new_guid(self) -> str:
        """A GUID in upper case, without braces, that no transaction has."""
        while True:
            digits = f"{self.world.rng.getrandbits(128):032X}"
            guid = f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
            if self.records.get(guid) is None:
                return guid

    def new_security_key(self) -> str:
        """Ten letters the vendor keeps to check notifications with."""
        return "".join(self.world.rng.choices(_LETTERS, k=10))

    def new_authentication(self, payment_system: str) -> dict[str, str]:
        """Identifiers a finished 3-D Secure authentication leaves behind, and the scheme's trace."""
        rng = self.world.rng
        trace = f"MCC{rng.randrange(10**9):09d}" if payment_system.startswith("MC") else ""
        return {
            "CAVV": b64encode(rng.randbytes(20)).decode(),
            "ACSTransID": self.new_guid().lower(),
            "DSTransID": self.new_guid().lower(),
            "SchemeTraceID": trace or f"{rng.randrange(10**15):015d}",
        }

    def acquirer_of(self, payment_system: str) -> str:
        """Name of the authprocessor that settles a card: American Express does its own."""
        if payment_system == "AMEX":
            return AMERICAN_EXPRESS
        second = str(self.switches["second_authprocessor"])
        if second and payment_system in self.switches["second_authprocessor_cards"]:
            return second
        return str(self.switches["authprocessor"])

    @property
    def acquirers(self) -> list[str]:
        """Names of all authprocessors of the vendor."""
        return [
            str(self.switches["authprocessor"]),
            *filter(None, [str(self.switches["second_authprocessor"])]),
            AMERICAN_EXPRESS,
        ]

    def merchant_number(self, payment_system: str, currency: str) -> str:
        """The vendor's merchant number with an acquirer for a currency: one each."""
        return self._merchant_number(self.acquirer_of(payment_system), currency)

    def _merchant_number(self, acquirer: str, currency: str) -> str:
        place = sorted(self.currencies).index(currency) if currency in self.currencies else 9
        first = {AMERICAN_EXPRESS: 9, str(self.switches["second_authprocessor"]): 3}.get(acquirer, 2)
        return f"{first}10004{place:02d}"

    def merchant_accounts(self) -> list[dict[str, str]]:
        """Every merchant number: `mid`, `acquirer`, `currency`."""
        return [
            {"mid": self._merchant_number(acquirer, currency), "acquirer": acquirer, "currency": currency}
            for acquirer in self.acquirers
            for currency in sorted(self.currencies)
        ]

    def check_unused(self, vendor_tx_code: str) -> None:
        """Refuse (4042) a VendorTxCode that was used before."""
        earlier = self.records.by_code(vendor_tx_code)
        if self.switches["vendor_tx_code_burned_by"] == "active":
            earlier = [record for record in earlier if record.tx.state not in _FAILED]
        if earlier:
            raise Refusal("4042")

    def schedule_expiry(self, tx: Transaction, expires_at: datetime | None) -> None:
        """Note when a DEFERRED or AUTHENTICATE runs out."""
        if expires_at is not None:
            self.agenda.note(expires_at, "expiry", tx.vps_tx_id)

    def amount_told(self, tx: Transaction) -> Decimal:
        """The amount of a transaction as Opayo shows it: of a released DEFERRED, by the switch, what was released."""
        was_released = tx.tx_type in DEFERRED_TYPES and tx.captured_at is not None
        return tx.captured if was_released and self.switches["released_amount"] == "released" else tx.amount

    def mark_captured(self, record: Record) -> None:
        """Remember the real time at which the money was taken."""
        if record.tx.captured_at is not None:
            record.machine.setdefault("captured", self.machine())
