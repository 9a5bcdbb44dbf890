"""Chargebacks: money that a cardholder's bank wants back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from integrations.models.events import Event
from integrations.models.pairs import Pair
from integrations.models.records import Order, Payment


class Dispute(models.Model):
    """One dispute over a payment, as the acquirer's notices tell it.

    State: `received` → `accepted`, or `evidence_due` → `evidence_submitted` → `represented` → `won` or `lost` →
    `pre_arbitration` → `won` or `lost`; also `reversed` and `expired`. Opayo tells nothing of disputes: they come by the
    acquirer's file, by the API, or by hand.
    """

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        ACCEPTED = "accepted", "Accepted"
        EVIDENCE_DUE = "evidence_due", "Evidence due"
        EVIDENCE_SUBMITTED = "evidence_submitted", "Evidence submitted"
        REPRESENTED = "represented", "Represented"
        PRE_ARBITRATION = "pre_arbitration", "Pre-arbitration"
        WON = "won", "Won"
        LOST = "lost", "Lost"
        REVERSED = "reversed", "Reversed"
        EXPIRED = "expired", "Expired"

    class Family(models.TextChoices):
        FRAUD = "fraud", "Fraud"
        AUTHORISATION = "authorisation", "Authorisation"
        PROCESSING = "processing", "Processing error"
        CONSUMER = "consumer", "Consumer dispute"
        OTHER = "other", "Not told"

    class Loss(models.TextChoices):
        SALE_UNDONE = "sale_undone", "The sale is undone: credit note"
        BAD_DEBT = "bad_debt", "Bad debt or fraud: a loss"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="disputes")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="disputes")
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="disputes")
    case_id = models.CharField(max_length=80, help_text="The acquirer's.")
    acquirer = models.CharField(max_length=80, blank=True, default="")
    state = models.CharField(max_length=20, choices=State, default=State.RECEIVED)
    loss = models.CharField(max_length=12, choices=Loss, blank=True, default="")
    amount_minor = models.BigIntegerField(help_text="May be a part of the sale.")
    currency = models.CharField(max_length=3)
    fee_minor = models.BigIntegerField(default=0)
    fee_currency = models.CharField(max_length=3, blank=True, default="")
    fee_returned = models.BooleanField(default=False, help_text="The acquirer gave the fee back.")
    scheme = models.CharField(max_length=20, blank=True, default="")
    reason_code = models.CharField(max_length=20, blank=True, default="")
    family = models.CharField(max_length=14, choices=Family, default=Family.OTHER)
    raised_on = models.DateField()
    respond_by = models.DateField(null=True, blank=True, help_text="As the notice says; never assumed.")
    retrieval_reference = models.CharField(max_length=40, blank=True, default="")
    bank_auth_code = models.CharField(max_length=20, blank=True, default="")
    last_four = models.CharField(max_length=4, blank=True, default="")
    sold_on = models.DateField(null=True, blank=True, help_text="The day of the sale, as the notice says.")
    ties = models.JSONField(default=list, blank=True, help_text="Likeliest payments with reasons.")
    tie_count = models.PositiveIntegerField(default=0, help_text="How often it was tied to another payment.")
    is_tied_by_person = models.BooleanField(default=False, help_text="Notices do not change it any more.")
    note = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "case_id"], name="dispute_once"),
            models.CheckConstraint(
                name="dispute_is_money", condition=Q(amount_minor__gt=0, fee_minor__gte=0)
            ),
        ]
        indexes = [
            models.Index(fields=["pair", "state", "respond_by"], name="dispute_board"),
            models.Index(fields=["pair", "-raised_on"], name="dispute_newest"),
        ]

    def __str__(self) -> str:
        return self.case_id


class DisputeChange(models.Model):
    """One step of a dispute, with what told it; steps are only ever added."""

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="changes")
    event = models.ForeignKey(Event, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(
        max_length=20,
        choices=Dispute.State,
        blank=True,
        default="",
        help_text="Empty: something else was told.",
    )
    happened_on = models.DateField()
    amount_minor = models.BigIntegerField(default=0, help_text="As told; 0 where it was not.")
    fee_minor = models.BigIntegerField(
        default=0, help_text="Charged so far, in all, as told; 0 where it was not."
    )
    returns_fee = models.BooleanField(default=False)
    told = models.JSONField(default=dict, blank=True, help_text="The whole notice.")
    note = models.TextField(blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "event"], name="dispute_change_once"),
        ]

    def __str__(self) -> str:
        return f"{self.dispute}: {self.get_state_display()}"
