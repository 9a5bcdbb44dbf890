"""Notices: confirmations to the shop, e-mails to customers, and what flows tell, by the same outbox discipline."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from integrations.models import Connection, Order, Pair, Payment


class Notice(models.Model):
    """One confirmation: unique by (pair, channel, type, natural key), sent at least once.

    The receiver can tell a repeat by `public_id`. State: `ready` → `sending` → `sent`;
    `retrying`, `dead`, `cancelled`.
    """

    class Channel(models.TextChoices):
        SHOP = "shop", "Shop"
        EMAIL = "email", "E-mail"
        CHAT = "chat", "Chat"
        STAFF = "staff", "E-mail to staff"

    class Type(models.TextChoices):
        CONFIRMED = "payment.confirmed", "Payment confirmed"
        FAILED = "payment.failed", "Payment failed"
        REVERSED = "payment.reversed", "Payment reversed"
        REFUND_CONFIRMED = "refund.confirmed", "Refund confirmed"
        REFUND_REFUSED = "refund.refused", "Refund refused"
        FLOW = "flow.message", "Message of a flow"
        DISPUTE_DUE = "dispute.due", "Deadline of a dispute"

    class State(models.TextChoices):
        READY = "ready", "Ready"
        SENDING = "sending", "Sending"
        RETRYING = "retrying", "Retrying"
        SENT = "sent", "Sent"
        DEAD = "dead", "Needs a person"
        CANCELLED = "cancelled", "Cancelled"

    public_id = models.CharField(max_length=40, unique=True)
    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="notices")
    connection = models.ForeignKey(
        Connection, null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )
    channel = models.CharField(max_length=8, choices=Channel)
    type = models.CharField(max_length=24, choices=Type)
    natural_key = models.CharField(max_length=120)
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="notices")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="notices")
    recipient = models.CharField(max_length=255, blank=True, default="")
    content = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.READY)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "channel", "type", "natural_key"], name="notice_once")
        ]
        indexes = [
            models.Index(
                fields=["pair", "channel", "id"],
                name="notice_outbox",
                condition=Q(state__in=["ready", "retrying", "sending"]),
            ),
            models.Index(fields=["order"], name="notice_order"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.natural_key}"
