"""What we ask Opayo to do with a payment, written down before it is asked."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from integrations.models.pairs import Pair
from integrations.models.records import Payment


class Instruction(models.Model):
    """One thing Opayo is to do with a payment, asked at most once.

    State: `asked` (written down) → `sending` → `done` or `refused`; `unknown` when the answer was lost, until Opayo's
    reports have told what became of it. A new transaction (refund, authorise, repeat) carries a VendorTxCode of its own,
    by which it is looked up.
    """

    class Kind(models.TextChoices):
        REFUND = "refund", "Refund"
        VOID = "void", "Void"
        RELEASE = "release", "Release"
        ABORT = "abort", "Abort"
        AUTHORISE = "authorise", "Authorise"
        CANCEL = "cancel", "Cancel"
        REPEAT = "repeat", "Charge a saved card"
        DELETE_TOKEN = "delete_token", "Delete a saved card"

    class State(models.TextChoices):
        ASKED = "asked", "Asked for"
        SENDING = "sending", "Being sent"
        UNKNOWN = "unknown", "Answer lost, being looked up"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"

    class Via(models.TextChoices):
        PERSON = "person", "A person here"
        SHOP = "shop", "The shop"
        API = "api", "A partner"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="instructions")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="instructions")
    kind = models.CharField(max_length=12, choices=Kind)
    card = models.ForeignKey(
        "integrations.SavedCard",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="instructions",
        help_text="Which saved card is charged or deleted; its first payment is `payment`.",
    )
    terms = models.JSONField(
        default=dict, blank=True, help_text="Under which terms of the card's holder it is charged."
    )
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    amount_minor = models.BigIntegerField(null=True, help_text="Empty where the kind takes no amount.")
    currency = models.CharField(max_length=3, blank=True, default="")
    vendor_tx_code = models.CharField(
        max_length=40, help_text="Of the new transaction, or of this instruction."
    )
    request_key = models.CharField(
        max_length=220, help_text="Who asks the same again gets the same instruction."
    )
    via = models.CharField(max_length=6, choices=Via)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.TextField(blank=True, default="")
    lines = models.JSONField(
        default=list, blank=True, help_text="What of the order goes back; empty: in proportion."
    )
    vps_tx_id = models.CharField(
        max_length=38, blank=True, default="", help_text="Opayo's id of what was done."
    )
    status_detail = models.CharField(max_length=255, blank=True, default="")
    error = models.TextField(blank=True, default="", help_text="In the accountant's words.")
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was last sent, on the machine's clock."
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "vendor_tx_code"], name="instruction_code_once"),
            models.UniqueConstraint(fields=["pair", "request_key"], name="instruction_asked_once"),
            models.CheckConstraint(
                name="instruction_amount_has_currency",
                condition=Q(amount_minor__isnull=True) | ~Q(currency=""),
            ),
            models.CheckConstraint(
                name="deleted_card_is_named", condition=~Q(kind="delete_token") | Q(card__isnull=False)
            ),
        ]
        indexes = [
            models.Index(
                fields=["pair", "not_before"],
                name="instruction_open",
                condition=Q(state__in=["asked", "sending", "unknown"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.vendor_tx_code}"
