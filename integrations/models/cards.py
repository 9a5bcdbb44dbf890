"""Cards that customers have left with Opayo: its identifiers, never a number."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from integrations.models.pairs import Pair
from integrations.models.records import Customer, Payment


class SavedCard(models.Model):
    """A reusable card identifier (Pi) or token (Server), with what a person may see of the card.

    `token` is ciphertext. A card is charged without its holder only under the terms the holder agreed to
    (credential on file): `consent` says how and when, `first_payment` is the one that set the card up.
    """

    class Kind(models.TextChoices):
        CARD_IDENTIFIER = "card_identifier", "Reusable card identifier (Pi)"
        TOKEN = "token", "Token (Server)"

    class State(models.TextChoices):
        USABLE = "usable", "Usable"
        DELETING = "deleting", "Being deleted"
        DELETED = "deleted", "Deleted"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="saved_cards")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="saved_cards")
    kind = models.CharField(max_length=16, choices=Kind)
    state = models.CharField(max_length=8, choices=State, default=State.USABLE)
    token = models.TextField(help_text="Ciphertext.")
    fingerprint = models.CharField(max_length=64, help_text="HMAC of the token: the same card is kept once.")
    scheme = models.CharField(max_length=20, blank=True, default="")
    last_four = models.CharField(max_length=4)
    expiry = models.CharField(max_length=4, help_text="MMYY.")
    expires_on = models.DateField(help_text="The last day of that month.")
    first_payment = models.ForeignKey(
        Payment, null=True, blank=True, on_delete=models.SET_NULL, related_name="saved_card"
    )
    scheme_trace_id = models.CharField(max_length=60, blank=True, default="")
    consent = models.JSONField(
        default=dict, blank=True, help_text="What the holder agreed to, when and where."
    )
    allows_unscheduled = models.BooleanField(
        default=False, help_text="May be charged without the holder (MIT)."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "fingerprint"], name="saved_card_once"),
            models.CheckConstraint(
                name="deleted_card_keeps_no_token", condition=~Q(state="deleted") | Q(token="")
            ),
        ]
        indexes = [
            models.Index(
                fields=["pair", "expires_on"], name="saved_card_expiring", condition=Q(state="usable")
            )
        ]

    def __str__(self) -> str:
        return f"{self.scheme} ending {self.last_four}"
