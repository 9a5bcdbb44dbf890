"""Postings: the outbox of intended Xero objects."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from integrations.models import Customer, Dispute, Event, Order, Pair, Payment, Refund
from mapping.models import MappingVersion
from sync.models.deliveries import Delivery
from sync.models.exact import ExactDecoder, ExactEncoder
from sync.models.problems import Problem


class Posting(models.Model):
    """One intended Xero object, or one intended change of it; unique by (pair, kind, natural key).

    State: `waiting` (for another posting or record) → `ready` → `sending` → `posted`; `retrying`
    (not before a time), `held` (by a problem, rule or person), `dead` (a person decides),
    `cancelled` (no longer wanted, never sent), `reversed` (undone in Xero).
    """

    class Kind(models.TextChoices):
        CONTACT = "contact", "Contact"
        CONTACT_UPDATE = "contact_update", "Correct contact"
        INVOICE = "invoice", "Invoice"
        INVOICE_AUTHORISE = "invoice_authorise", "Approve invoice"
        INVOICE_UPDATE = "invoice_update", "Correct invoice"
        INVOICE_CLOSE = "invoice_close", "Delete or void invoice"
        PAYMENT = "payment", "Payment"
        PAYMENT_DELETE = "payment_delete", "Delete payment"
        OVERPAYMENT = "overpayment", "Overpayment"
        OVERPAYMENT_DELETE = "overpayment_delete", "Delete overpayment"
        CREDIT_NOTE = "credit_note", "Credit note"
        CREDIT_NOTE_ALLOCATION = "credit_note_allocation", "Set credit note against invoice"
        REFUND = "refund", "Cash refund"
        SPEND = "spend", "Money spent"
        RECEIVE = "receive", "Money received"
        BANK_TRANSFER = "bank_transfer", "Bank transfer"
        BILL = "bill", "Bill"
        JOURNAL = "journal", "Manual journal"
        REFUND_DELETE = "refund_delete", "Delete cash refund"
        ALLOCATION_DELETE = "allocation_delete", "Take credit note off invoice"
        CREDIT_NOTE_VOID = "credit_note_void", "Void credit note"
        INVOICE_VOID = "invoice_void", "Void invoice"
        BANK_TRANSACTION_DELETE = "bank_transaction_delete", "Delete bank transaction"
        BANK_TRANSFER_DELETE = "bank_transfer_delete", "Delete bank transfer"
        JOURNAL_VOID = "journal_void", "Void manual journal"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        READY = "ready", "Ready"
        SENDING = "sending", "Sending"
        POSTED = "posted", "Posted"
        RETRYING = "retrying", "Retrying"
        HELD = "held", "Held"
        DEAD = "dead", "Needs a person"
        CANCELLED = "cancelled", "Cancelled"
        REVERSED = "reversed", "Reversed"

    class ErrorClass(models.TextChoices):
        TRANSIENT = "transient", "Will be tried again"
        CONFIGURATION = "configuration", "Set-up to put right"
        PERMANENT = "permanent", "A person decides"
        RULE = "rule", "A person lets it go"
        SHADOW = "shadow", "Shadow run"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="postings")
    kind = models.CharField(max_length=24, choices=Kind)
    natural_key = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    waits_for = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="waiters"
    )
    changes = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="changed_by",
        db_index=False,
        help_text="Whose Xero object it changes or pays, where that is not what it waits for.",
    )
    order = models.ForeignKey(Order, null=True, blank=True, on_delete=models.PROTECT, related_name="postings")
    payment = models.ForeignKey(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="postings"
    )
    refund = models.ForeignKey(
        Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="postings"
    )
    dispute = models.ForeignKey(
        Dispute, null=True, blank=True, on_delete=models.PROTECT, related_name="postings"
    )
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="postings"
    )
    event = models.ForeignKey(Event, null=True, blank=True, on_delete=models.SET_NULL)
    mapping_version = models.ForeignKey(MappingVersion, null=True, blank=True, on_delete=models.PROTECT)
    document = models.JSONField(
        encoder=ExactEncoder,
        decoder=ExactDecoder,
        help_text="The Xero object as mapped; ids are added when sent.",
    )
    amount_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True, default="")
    delivery = models.ForeignKey(
        Delivery, null=True, blank=True, on_delete=models.SET_NULL, related_name="postings"
    )
    remote_id = models.CharField(max_length=36, blank=True, default="", help_text="Xero's id.")
    remote_part_id = models.CharField(
        max_length=36,
        blank=True,
        default="",
        help_text="Xero's id of the overpayment a bank transaction made.",
    )
    remote_number = models.CharField(max_length=255, blank=True, default="")
    remote_status = models.CharField(max_length=20, blank=True, default="")
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    error_class = models.CharField(max_length=14, choices=ErrorClass, blank=True, default="")
    error = models.TextField(blank=True, default="", help_text="In the accountant's words.")
    problem = models.ForeignKey(
        Problem, null=True, blank=True, on_delete=models.SET_NULL, related_name="postings"
    )
    is_retired = models.BooleanField(
        default=False, help_text="Rolled back, and posted again since: the books are planned without it."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "kind", "natural_key"], name="posting_once"),
            models.CheckConstraint(
                name="posted_has_remote_id", condition=~Q(state="posted") | ~Q(remote_id="")
            ),
        ]
        indexes = [
            models.Index(
                fields=["pair", "kind", "id"],
                name="posting_outbox",
                condition=Q(state__in=["ready", "retrying"]),
            ),
            models.Index(fields=["waits_for"], name="posting_waiters", condition=Q(state="waiting")),
            models.Index(fields=["changes"], name="posting_changes", condition=Q(changes__isnull=False)),
            models.Index(
                fields=["pair", "state"],
                name="posting_open",
                condition=Q(state__in=["waiting", "sending", "held", "dead"]),
            ),
            models.Index(fields=["pair", "-posted_at"], name="posting_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.natural_key}"

    @property
    def target(self) -> Posting | None:
        """The posting whose Xero object this one changes, pays or builds on."""
        return self.changes if self.changes_id else self.waits_for
