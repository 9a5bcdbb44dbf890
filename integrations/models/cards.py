"""Cards that customers have left with Opayo: its identifiers, never a number; and under which terms they are charged."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from integrations.models.pairs import Pair
from integrations.models.records import Customer, Payment


class MitType(models.TextChoices):
    """What the holder agreed to for charges without them (Opayo Server protocol 4.00, MITType)."""

    NONE = "", "Only with the holder present"
    UNSCHEDULED = "unscheduled", "When something is due"
    RECURRING = "recurring", "At fixed intervals"
    INSTALMENT = "instalment", "In a number of instalments"


class CardPolicy(models.Model):
    """Whether a pair's pay pages offer to keep the card, under which words, and how much may be charged to one.

    Limits are whole units of the currency charged, whichever it is (500 is 500.00 GBP or 500.00 EUR); empty: no limit.
    """

    pair = models.OneToOneField(Pair, on_delete=models.CASCADE, related_name="card_policy")
    offers_to_keep = models.BooleanField(default=False)
    consent_text = models.TextField(
        default=(
            "Keep my card safely at Opayo and charge it when something I have ordered is due. "
            "I can end this at any time."
        )
    )
    mit_type = models.CharField(
        max_length=12,
        choices=[(MitType.NONE, MitType.NONE.label), (MitType.UNSCHEDULED, MitType.UNSCHEDULED.label)],
        default=MitType.UNSCHEDULED,
        blank=True,
        help_text="Fixed intervals and instalments are agreed with the shop, which tells us of them.",
    )
    charge_limit = models.PositiveIntegerField(null=True, blank=True, default=1_000)
    customer_day_limit = models.PositiveIntegerField(null=True, blank=True, default=2_000)
    batch_limit = models.PositiveIntegerField(null=True, blank=True, default=10_000)
    second_person_above = models.PositiveIntegerField(null=True, blank=True, default=2_500)

    def __str__(self) -> str:
        return f"Saved cards of {self.pair}"


class SavedCard(models.Model):
    """A reusable card identifier (Pi) or token (Server), with what a person may see of the card.

    `token` is ciphertext. A card is charged without its holder only under the terms the holder agreed to
    (credential on file): `consent` says to what, how and when, `first_payment` is the one that set the card up, and
    every later charge is a repeat of it. Once deleted, the row stays as history, without the token.
    """

    class Kind(models.TextChoices):
        CARD_IDENTIFIER = "card_identifier", "Reusable card identifier (Pi)"
        TOKEN = "token", "Token (Server)"

    class State(models.TextChoices):
        USABLE = "usable", "Usable"
        DELETING = "deleting", "Being deleted"
        DELETED = "deleted", "Deleted"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="saved_cards")
    customer = models.ForeignKey(
        Customer,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="saved_cards",
        help_text="Empty until the order of the first payment is known.",
    )
    kind = models.CharField(max_length=16, choices=Kind)
    state = models.CharField(max_length=8, choices=State, default=State.USABLE)
    token = models.TextField(help_text="Ciphertext.")
    fingerprint = models.CharField(max_length=64, help_text="HMAC of the token: the same card is kept once.")
    scheme = models.CharField(max_length=20, blank=True, default="")
    last_four = models.CharField(max_length=4)
    expiry = models.CharField(max_length=4, help_text="MMYY.")
    expires_on = models.DateField(help_text="The last day of that month.")
    first_payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="saved_cards")
    scheme_trace_id = models.CharField(max_length=60, blank=True, default="")
    consent = models.JSONField(
        default=dict, blank=True, help_text="What the holder agreed to, when and where."
    )
    mit_type = models.CharField(
        max_length=12,
        choices=MitType,
        default=MitType.NONE,
        blank=True,
        help_text="May be charged without the holder.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField(
        null=True, blank=True, help_text="When Opayo last said that it still has it."
    )
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
            ),
            models.Index(
                fields=["first_payment"], name="saved_card_homeless", condition=Q(customer__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme or 'Card'} ending {self.last_four}"


class CardAccess(models.Model):
    """One use of a saved card's token, or one look at the card by a person; never changed, never deleted."""

    class What(models.TextChoices):
        KEPT = "kept", "Kept"
        SHOWN = "shown", "Shown to a person"
        CHARGED = "charged", "Charged"
        CHECKED = "checked", "Asked Opayo whether it still has it"
        SENT_FOR_DELETION = "sent_for_deletion", "Sent to Opayo to be deleted"
        DELETED = "deleted", "Deleted"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="+")
    card = models.ForeignKey(SavedCard, on_delete=models.PROTECT, related_name="accesses")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    what = models.CharField(max_length=20, choices=What)
    why = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["card", "-at"], name="card_access_newest")]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.card}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """The access log is append-only."""
        raise PermissionError("Entries of the access log are never deleted.")
