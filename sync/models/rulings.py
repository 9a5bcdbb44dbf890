"""Rulings: what flow and rules said of one order, payment or refund, where that was not simply to go on."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from integrations.models import Order, Pair, Payment, Refund

RecordKey = tuple[int, int | None, int | None]
"""Order, and payment or refund of it, by their ids."""


class Ruling(models.Model):
    """What became of a record by the pair's flow and rules; unique per order, per payment and per refund.

    Records that simply go, with no label, route or value set, have none. `hold` and `approve` wait for a person until
    they are settled; `off` and `shadow` wait for their flow to be switched on; `skip` and `go` wait for nothing.
    """

    class Outcome(models.TextChoices):
        GO = "go", "Goes on"
        HOLD = "hold", "Held"
        APPROVE = "approve", "Waits for approval"
        SKIP = "skip", "Not booked"
        OFF = "off", "Flow switched off"
        SHADOW = "shadow", "Shadow run"

    class Settlement(models.TextChoices):
        OPEN = "", "Open"
        RELEASED = "released", "Let go"
        REFUSED = "refused", "Refused"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="rulings")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="rulings")
    payment = models.ForeignKey(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="rulings"
    )
    refund = models.ForeignKey(
        Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="rulings"
    )
    outcome = models.CharField(max_length=8, choices=Outcome)
    role = models.CharField(max_length=16, blank=True, default="", help_text="Who may approve it.")
    reasons = models.JSONField(default=list, help_text="Each with rule and words.")
    tags = models.JSONField(default=list)
    handling = models.JSONField(default=dict, help_text="How it is mapped: uses, sets and enriched.")
    flow = models.CharField(max_length=64, help_text="The flow that ruled, by its id.")
    ruled_at = models.DateTimeField()
    settlement = models.CharField(max_length=8, choices=Settlement, blank=True, default=Settlement.OPEN)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(payment__isnull=True, refund__isnull=True),
                name="ruling_order_once",
            ),
            models.UniqueConstraint(
                fields=["payment"], condition=Q(payment__isnull=False), name="ruling_payment_once"
            ),
            models.UniqueConstraint(
                fields=["refund"], condition=Q(refund__isnull=False), name="ruling_refund_once"
            ),
        ]
        indexes = [
            models.Index(fields=["order"], name="ruling_order"),
            models.Index(
                fields=["pair", "outcome", "id"],
                name="ruling_open",
                condition=Q(settlement="", outcome__in=["hold", "approve", "off", "shadow"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.refund or self.payment or self.order}"

    @property
    def record(self) -> RecordKey:
        """The ids of the order and of the payment or refund of it that was ruled on."""
        return self.order_id, self.payment_id, self.refund_id

    @property
    def waits(self) -> bool:
        """Whether a person has to let the record go."""
        return self.outcome in (self.Outcome.HOLD, self.Outcome.APPROVE) and not self.settlement

    def words(self) -> str:
        """All reasons as one text."""
        return " ".join(str(reason.get("words", "")) for reason in self.reasons)
