"""Charges of saved cards: one or many invoices at a time, none of them twice."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from integrations.models.cards import SavedCard
from integrations.models.instructions import Instruction
from integrations.models.pairs import Pair
from integrations.models.records import Order, Payment


class ChargeBatch(models.Model):
    """Invoices chosen together to be charged; a single one is a batch of one.

    State: `held` (a second person has to agree) → `going` → `ended`; `withdrawn` when nobody agreed.
    """

    class State(models.TextChoices):
        HELD = "held", "Waits for a second person"
        GOING = "going", "Under way"
        ENDED = "ended", "Ended"
        WITHDRAWN = "withdrawn", "Withdrawn"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="charge_batches")
    state = models.CharField(max_length=9, choices=State, default=State.GOING)
    request_key = models.CharField(max_length=220, help_text="Who asks the same again gets the same batch.")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(blank=True, default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "request_key"], name="charge_batch_asked_once")
        ]
        indexes = [models.Index(fields=["pair", "-created_at"], name="charge_batch_newest")]

    def __str__(self) -> str:
        return f"Charges {self.pk}"


class CardCharge(models.Model):
    """One invoice charged to one saved card, at most once at a time.

    State: `held` → `asked` (Opayo is asked by its instruction) → `taken` or `refused`; `unfit` when our own rules refused
    it and Opayo was never asked, `withdrawn` when a person took it back. `payment` is the attempt to pay that it became.
    """

    class State(models.TextChoices):
        HELD = "held", "Waits for a second person"
        ASKED = "asked", "Under way"
        TAKEN = "taken", "Charged"
        REFUSED = "refused", "Declined"
        UNFIT = "unfit", "Not charged"
        WITHDRAWN = "withdrawn", "Withdrawn"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="card_charges")
    batch = models.ForeignKey(ChargeBatch, on_delete=models.PROTECT, related_name="charges")
    card = models.ForeignKey(SavedCard, on_delete=models.PROTECT, related_name="charges")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="card_charges")
    payment = models.OneToOneField(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="card_charge"
    )
    instruction = models.OneToOneField(
        Instruction, null=True, blank=True, on_delete=models.PROTECT, related_name="card_charge"
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=9, choices=State)
    error = models.TextField(blank=True, default="", help_text="In the accountant's words.")
    created_at = models.DateTimeField(auto_now_add=True)
    charged_on = models.DateField(null=True, blank=True, help_text="Opayo's day on which it was asked.")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                name="invoice_charged_once_at_a_time",
                condition=Q(state__in=["held", "asked"]),
            ),
            models.UniqueConstraint(fields=["batch", "order"], name="invoice_once_in_a_batch"),
            models.CheckConstraint(
                name="charge_is_money", condition=Q(amount_minor__gt=0) | Q(state="unfit")
            ),
            models.CheckConstraint(
                name="asked_charge_is_written_down",
                condition=~Q(state__in=["asked", "taken", "refused"])
                | Q(payment__isnull=False, instruction__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["card", "-created_at"], name="card_charge_newest")]

    def __str__(self) -> str:
        return f"{self.order} to {self.card}"
