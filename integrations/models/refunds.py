"""Money that went back to a customer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from integrations.models.instructions import Instruction
from integrations.models.pairs import Pair
from integrations.models.records import Order, Payment


class Refund(models.Model):
    """One refund as Opayo made it, whole or in part; a payment can have several.

    Only what Opayo has really done is here; what was asked and refused stays with its Instruction.
    """

    class Channel(models.TextChoices):
        MYOPAYO = "myopayo", "Made in MyOpayo"
        SHOP = "shop", "Asked for by the shop"
        PERSON = "person", "Asked for by a person here"
        API = "api", "Asked for by a partner"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="refunds")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="refunds")
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="refunds")
    instruction = models.OneToOneField(
        Instruction, null=True, blank=True, on_delete=models.PROTECT, related_name="refund"
    )
    vendor_tx_code = models.CharField(max_length=40)
    vps_tx_id = models.CharField(max_length=38, blank=True, default="", help_text="GUID, no braces.")
    related_vps_tx_id = models.CharField(max_length=38, blank=True, default="", help_text="Of the payment.")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    happened_at = models.DateTimeField()
    is_voided = models.BooleanField(default=False, help_text="Taken back before the day's batch.")
    channel = models.CharField(max_length=8, choices=Channel)
    reason = models.TextField(blank=True, default="")
    lines = models.JSONField(
        default=list, blank=True, help_text="What of the order goes back; empty: in proportion."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "vendor_tx_code"], name="refund_once"),
            models.CheckConstraint(name="refund_is_money", condition=Q(amount_minor__gt=0)),
        ]
        indexes = [
            models.Index(fields=["pair", "-happened_at"], name="refund_newest"),
            models.Index(fields=["pair", "related_vps_tx_id"], name="refund_related"),
        ]

    def __str__(self) -> str:
        return self.vendor_tx_code
