"""What an acquirer bills for its services, and what its contract says they cost."""

from __future__ import annotations

from django.db import models

from integrations.models import Event, Pair
from reconciliation.models.merchants import MerchantAccount
from reconciliation.models.settlements import Settlement
from sync.models import Posting


class FeeBill(models.Model):
    """One bill of an acquirer, each line checked against the rate card in force when it was read."""

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="fee_bills")
    merchant_account = models.ForeignKey(MerchantAccount, on_delete=models.PROTECT, related_name="fee_bills")
    event = models.ForeignKey(Event, null=True, on_delete=models.SET_NULL, related_name="+")
    reference = models.CharField(max_length=80)
    billed_on = models.DateField()
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField(help_text="With its VAT.")
    vat_minor = models.BigIntegerField(default=0)
    over_minor = models.BigIntegerField(
        default=0, help_text="Charged above the rate card, without VAT; negative: below."
    )
    lines = models.JSONField(
        default=list, help_text="Each with what was charged and what the rate card says."
    )
    settlement = models.OneToOneField(
        Settlement,
        null=True,
        on_delete=models.PROTECT,
        related_name="fee_bill",
        help_text="Its collection by the acquirer, as money that is expected at the bank.",
    )
    posting = models.OneToOneField(
        Posting, null=True, blank=True, on_delete=models.PROTECT, related_name="fee_bill"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_account", "reference"], name="fee_bill_once")
        ]
        ordering = ["-billed_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.merchant_account} {self.reference}"
