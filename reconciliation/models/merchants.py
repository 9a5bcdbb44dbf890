"""Merchant numbers (MIDs): what an acquirer pays, when, and what it keeps."""

from __future__ import annotations

from django.db import models

from integrations.models import Pair
from reconciliation.models.banks import BankAccount


class MerchantAccount(models.Model):
    """One merchant number of one acquirer and currency, and how its money is paid out.

    `auth_processor` is Opayo's name of the acquirer on its batches. Amex, where it is paid apart, is a merchant
    account of its own with `schemes` ["AMEX"].
    """

    class Funding(models.TextChoices):
        GROSS = "gross", "Gross: fees are billed apart"
        NET = "net", "Net of fees"
        NET_RESERVE = "net_reserve", "Net of fees and of a reserve"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="merchant_accounts")
    mid = models.CharField(max_length=40, help_text="The acquirer's merchant number.")
    acquirer = models.CharField(max_length=80)
    auth_processor = models.CharField(max_length=80, blank=True, default="")
    currency = models.CharField(max_length=3)
    schemes = models.JSONField(
        default=list, blank=True, help_text="Opayo's names; empty: all not paid apart."
    )
    funding = models.CharField(max_length=12, choices=Funding, default=Funding.GROSS)
    bank_account = models.ForeignKey(
        BankAccount, null=True, blank=True, on_delete=models.PROTECT, related_name="merchant_accounts"
    )
    usual_lag_days = models.PositiveSmallIntegerField(
        default=2,
        help_text="Banking days from settlement to the bank, until enough has been seen to learn it.",
    )
    rate_card = models.JSONField(
        default=dict,
        blank=True,
        help_text="What the contract charges: per scheme, percentage in basis points and pence per item; VAT.",
    )
    reserve_basis_points = models.PositiveIntegerField(default=0)
    reserve_days = models.PositiveIntegerField(default=0)
    statement_columns = models.JSONField(
        default=dict, blank=True, help_text="Which column of this acquirer's statement says what."
    )
    lag_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Banking days to the bank as learned from confirmed matches."
    )
    is_complete = models.BooleanField(
        default=True,
        help_text="No: made by itself from a batch; its number and terms are still to be entered.",
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "mid", "currency"], name="merchant_account_once")
        ]

    def __str__(self) -> str:
        return f"{self.acquirer} {self.mid} {self.currency}"
