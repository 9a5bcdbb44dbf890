"""Settlements: what an acquirer says, or Opayo's batches let expect, that it pays together."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from integrations.models import Dispute, Event, Pair, Payment, Refund
from reconciliation.models.merchants import MerchantAccount
from sync.models import Posting


class Settlement(models.Model):
    """One sum that a merchant account is paid (or, negative, owes): the sum of its lines.

    An Opayo batch lets expect it; the acquirer's statement, where there is one, says it exactly. Both tell of one
    settlement: `reference` is the batch id where the acquirer quotes it, else the acquirer's own.
    """

    class State(models.TextChoices):
        EXPECTED = "expected", "Expected"
        STATED = "stated", "Stated by the acquirer"
        BANKED = "banked", "In the bank"
        SHORT = "short", "Short or over"
        MISSING = "missing", "Missing"
        NOTHING = "nothing", "Nothing to pay"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="settlements")
    merchant_account = models.ForeignKey(
        MerchantAccount, on_delete=models.PROTECT, related_name="settlements"
    )
    reference = models.CharField(max_length=80)
    batch_id = models.CharField(max_length=40, blank=True, default="", help_text="Opayo's.")
    settled_on = models.DateField(help_text="The day of the batch, in the pair's zone.")
    due_on = models.DateField(help_text="When its money is expected at the bank.")
    currency = models.CharField(max_length=3)
    net_minor = models.BigIntegerField(default=0, help_text="What reaches the bank: the sum of the lines.")
    state = models.CharField(max_length=10, choices=State, default=State.EXPECTED)
    batch_event = models.ForeignKey(Event, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    statement_event = models.ForeignKey(
        Event, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_account", "reference"], name="settlement_once")
        ]
        indexes = [
            models.Index(fields=["pair", "state", "due_on"], name="settlement_due"),
            models.Index(fields=["pair", "batch_id"], name="settlement_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.merchant_account} {self.reference}"


class SettlementLine(models.Model):
    """One part of a settlement: a sale, a refund, a chargeback, a fee, a reserve. Signed as it moves the payout."""

    class Kind(models.TextChoices):
        SALE = "sale", "Sale"
        REFUND = "refund", "Refund"
        CHARGEBACK = "chargeback", "Chargeback"
        CHARGEBACK_RETURNED = "chargeback_returned", "Chargeback returned"
        FEE = "fee", "Fee"
        RESERVE_HELD = "reserve_held", "Reserve held"
        RESERVE_RELEASED = "reserve_released", "Reserve released"
        ADJUSTMENT = "adjustment", "Adjustment"

    settlement = models.ForeignKey(Settlement, on_delete=models.CASCADE, related_name="lines")
    identity = models.CharField(max_length=120, help_text="Tells lines apart within the settlement.")
    kind = models.CharField(max_length=20, choices=Kind)
    fee_kind = models.CharField(max_length=40, blank=True, default="", help_text="As the rate card names it.")
    amount_minor = models.BigIntegerField()
    vat_minor = models.BigIntegerField(default=0, help_text="Of a fee: the VAT within the amount.")
    scheme = models.CharField(max_length=20, blank=True, default="")
    happened_on = models.DateField(null=True, blank=True)
    vendor_tx_code = models.CharField(max_length=40, blank=True, default="")
    vps_tx_id = models.CharField(max_length=38, blank=True, default="")
    retrieval_reference = models.CharField(max_length=40, blank=True, default="")
    bank_auth_code = models.CharField(max_length=20, blank=True, default="")
    last_four = models.CharField(max_length=4, blank=True, default="")
    case_id = models.CharField(max_length=80, blank=True, default="")
    payment = models.ForeignKey(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="settlement_lines"
    )
    refund = models.ForeignKey(
        Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="settlement_lines"
    )
    dispute = models.ForeignKey(
        Dispute, null=True, blank=True, on_delete=models.PROTECT, related_name="settlement_lines"
    )
    tie = models.JSONField(
        default=dict, blank=True, help_text="How it was tied: method, probability, reasons."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["settlement", "identity"], name="settlement_line_once"),
            models.UniqueConstraint(
                fields=["payment"], name="sale_settles_once", condition=Q(kind="sale", payment__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["refund"],
                name="refund_settles_once",
                condition=Q(kind="refund", refund__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount_minor}"


class SettlementPosting(models.Model):
    """Which postings a settlement, and which bank line of it, called for."""

    settlement = models.ForeignKey(
        Settlement, null=True, blank=True, on_delete=models.PROTECT, related_name="postings"
    )
    bank_line = models.ForeignKey(
        "reconciliation.BankLine", null=True, blank=True, on_delete=models.PROTECT, related_name="postings"
    )
    posting = models.OneToOneField(Posting, on_delete=models.PROTECT, related_name="settlement_posting")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="settlement_posting_is_of_something",
                condition=Q(settlement__isnull=False) | Q(bank_line__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.posting)
