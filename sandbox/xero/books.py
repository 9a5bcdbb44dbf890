"""One organisation's books: its rows, its ledger, and what a call may do to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.kernel.store import Row
from sandbox.kernel.world import World
from sandbox.xero.collection import Collection, Key, Undo, field, folded, when
from sandbox.xero.core.currencies import rate_on
from sandbox.xero.core.ledger import Ledger, Line, reversal
from sandbox.xero.core.postings import Controls
from sandbox.xero.switches import Choices
from sandbox.xero.wire.replies import new_guid

LONDON = ZoneInfo("Europe/London")
_TICK = timedelta(microseconds=1)
_KEYED_BY_CODE = frozenset({"tax_rates", "currencies", "counters"})


@dataclass(frozen=True, slots=True)
class Event:
    """A change that webhooks tell of: `kind` is CREATE or UPDATE."""

    category: str
    resource: str
    resource_id: str
    kind: str
    data: dict[str, str] | None = None


def _live(row: Row) -> bool:
    return bool(row["Status"] != "DELETED")


def _allocated(row: Row) -> bool:
    return not row["IsDeleted"]


class Books:
    """The state of one organisation over the store's tables; every change goes through `put`."""

    def __init__(self, world: World, tenant_id: str) -> None:
        self.world = world
        self.tenant_id = tenant_id
        self.choices = Choices(world.switches)
        self.undo = Undo()
        self.ledger = Ledger()
        self.events: list[Event] = []
        self._last = datetime.min.replace(tzinfo=UTC)
        self._every: dict[str, Collection] = {}
        self._collect()

    def _collect(self) -> None:
        new = self._collection
        self.organisations = new("organisations", "OrganisationID")
        self.accounts = new(
            "accounts", "AccountID", code=field("Code"), name=folded("Name"), system=field("SystemAccount")
        )
        self.tax_rates = new("tax_rates", "TaxType", name=folded("Name"))
        self.currencies = new("currencies", "Code")
        self.counters = new("counters", "Name")
        self.contacts = new(
            "contacts",
            "ContactID",
            name=when(lambda row: row["ContactStatus"] == "ACTIVE", folded("Name")),
            number=field("ContactNumber"),
            email=folded("EmailAddress"),
        )
        self.invoices = new(
            "invoices",
            "InvoiceID",
            number=when(lambda row: row["Type"] == "ACCREC", field("InvoiceNumber")),
            any_number=field("InvoiceNumber"),
            reference=field("Reference"),
            contact=field("ContactID"),
        )
        self.credit_notes = new(
            "credit_notes",
            "CreditNoteID",
            number=field("CreditNoteNumber"),
            reference=field("Reference"),
            contact=field("ContactID"),
        )
        self.payments = new(
            "payments",
            "PaymentID",
            document=when(_live, field("DocumentID")),
            every_document=field("DocumentID"),
            batch=field("BatchPaymentID"),
            reference=field("Reference"),
        )
        self.batch_payments = new("batch_payments", "BatchPaymentID")
        self.bank_transactions = new(
            "bank_transactions", "BankTransactionID", reference=field("Reference"), contact=field("ContactID")
        )
        self.bank_transfers = new("bank_transfers", "BankTransferID")
        self.overpayments = new("overpayments", "OverpaymentID", contact=field("ContactID"))
        self.prepayments = new("prepayments", "PrepaymentID", contact=field("ContactID"))
        self.manual_journals = new("manual_journals", "ManualJournalID")
        self.allocations = new(
            "allocations",
            "AllocationID",
            credit=when(_allocated, field("CreditID")),
            invoice=when(_allocated, field("InvoiceID")),
        )
        self.history = new("history", "HistoryID", subject=field("SubjectID"))
        self.journals = _Journals(self)
        self._every["journals"] = self.journals

    def _collection(self, name: str, key: str, /, **indexes: Key) -> Collection:
        prefix = f"{self.tenant_id}:" if name in _KEYED_BY_CODE else ""
        table = self.world.store.table(f"xero.{name}")
        collection = Collection(table, key, self.undo, prefix, **indexes)
        self._every[name] = collection
        return collection

    def load(self, name: str, row: Row) -> None:
        """Take a row of this organisation that is already in the store."""
        self._every[name].load(row)
        self._last = max(self._last, row["Updated"])

    def collections(self) -> list[str]:
        """Names of its tables, without the `xero.` before them."""
        return list(self._every)

    def collection(self, name: str) -> Collection:
        return self._every[name]

    # -- time

    def stamp(self) -> datetime:
        """Now for `UpdatedDateUTC`, by the machine's clock: later than every stamp before, so that rows have one order."""
        now = datetime.fromtimestamp(self.world.clock.machine(), UTC)
        self._last = now if now > self._last else self._last + _TICK
        return self._last

    def today(self) -> date:
        """The organisation's calendar day, by the business clock."""
        return self.world.clock.business().astimezone(LONDON).date()

    # -- writing

    @contextmanager
    def transaction(self) -> Iterator[list[Event]]:
        """Keep what is done inside, or nothing of it if it raises; gives the events to tell of afterwards."""
        told: list[Event] = []
        try:
            yield told
        except BaseException:
            self.undo.rollback()
            self.events.clear()
            raise
        self.undo.commit()
        told += self.events
        self.events.clear()

    def put(self, collection: Collection, row: Row) -> Row:
        """Store a new or changed row; it is undone if the call fails."""
        row["org"] = self.tenant_id
        row["Updated"] = self.stamp()
        return collection.put(row)

    def post(self, on: date, source_type: str, source_id: str, lines: Sequence[Line]) -> str | None:
        """Post a journal and return its id; None where nothing moves."""
        if not lines:
            return None
        row = self.journals.entry(on, source_type, source_id, lines, undoes=None)
        return str(row["JournalID"])

    def unpost(self, journal_id: str | None) -> None:
        """Reverse a journal on its own date."""
        if journal_id is None:
            return
        row = self.journals[journal_id]
        lines = reversal(_lines(row))
        self.journals.entry(row["Date"], row["SourceType"], row["SourceID"], lines, undoes=journal_id)

    def next_number(self, name: str) -> int:
        """The next of a sequence such as invoice numbers."""
        row = self.counters.get(name)
        value = (row["Value"] if row else 0) + 1
        self.put(self.counters, {"Name": name, "Value": value})
        return int(value)

    def changed(self, event: Event) -> None:
        """Note a change for webhooks, told only when the call is kept."""
        self.events.append(event)

    # -- reading

    @property
    def organisation(self) -> Row:
        return self.organisations[self.tenant_id]

    def account(self, system: str) -> str:
        """AccountID of a system account."""
        row = self.accounts.first("system", system)
        if row is None:
            raise LookupError(f"the chart has no {system} account")
        return str(row["AccountID"])

    def controls(self) -> Controls:
        return Controls(
            self.account("DEBTORS"),
            self.account("CREDITORS"),
            self.account("GST"),
            self.account("REALISEDCURRENCYGAIN"),
            self.account("ROUNDING"),
        )

    @property
    def base_currency(self) -> str:
        return str(self.organisation["BaseCurrency"])

    def rate(self, currency: str, on: date, given: Decimal | None) -> Decimal:
        """The exchange rate of a document: as sent, or the day's; 1 in the base currency."""
        if currency == self.base_currency:
            return Decimal("1.000000")
        return (given or rate_on(currency, on)).quantize(Decimal("0.000001"))


def _lines(row: Row) -> tuple[Line, ...]:
    return tuple(Line(account, base, own) for account, base, own in row["Lines"])


class _Journals(Collection):
    """Journals: putting one posts it, undoing one unposts it."""

    def __init__(self, books: Books) -> None:
        super().__init__(books.world.store.table("xero.journals"), "JournalID", books.undo)
        self._books = books

    def entry(
        self, on: date, source_type: str, source_id: str, lines: Sequence[Line], undoes: str | None
    ) -> Row:
        """Write a journal of these lines, undoing another or not."""
        row: dict[str, Any] = {
            "org": self._books.tenant_id,
            "JournalID": new_guid(),
            "JournalNumber": len(self) + 1,
            "Date": on,
            "SourceType": source_type,
            "SourceID": source_id,
            "Lines": [[line.account, line.base, line.own] for line in lines],
            "Undoes": undoes,
            "Updated": self._books.stamp(),
        }
        self._books.ledger.post(on, lines, undoes=undoes is not None)
        return self.put(row)

    def load(self, row: Row) -> None:
        self._books.ledger.post(row["Date"], _lines(row), undoes=row["Undoes"] is not None)
        super().load(row)

    def restore(self, key: str, before: Row | None) -> None:
        row = self.rows[key]
        undoes_nothing = row["Undoes"] is None
        self._books.ledger.post(row["Date"], reversal(_lines(row)), undoes=undoes_nothing)
        super().restore(key, before)
