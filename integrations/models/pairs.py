"""Pairs: the tenant boundary, and the accounts their books use."""

from __future__ import annotations

from django.db import models


def default_tax_types() -> dict[str, str]:
    """Xero's UK tax types for sales by VAT rate in per cent, and for the two kinds without a rate."""
    return {
        "20": "OUTPUT2",
        "5": "RROUTPUT",
        "0": "ZERORATEDOUTPUT",
        "exempt": "EXEMPTOUTPUT",
        "outside_scope": "NONE",
    }


def default_alert_days() -> list[int]:
    """How many days before a dispute's deadline people are told."""
    return [7, 3, 1]


class Pair(models.Model):
    """One Opayo vendor account bridged to one Xero organisation, and the shops that feed it.

    Every row belongs to a pair and every query goes through it.
    """

    class Rounding(models.TextChoices):
        HALF_UP = "half_up", "Half a penny rounds up"
        HALF_EVEN = "half_even", "Half a penny rounds to even"

    class DateInLockedPeriod(models.TextChoices):
        STOP = "stop", "Stop and ask"
        FIRST_OPEN_DAY = "first_open_day", "Post on the first open day, true date in the reference"

    class InvoiceOfVoid(models.TextChoices):
        STAYS_DUE = "stays_due", "Stays due for another attempt, as after a failed payment"
        CLOSED = "closed", "Is closed at once"

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80, unique=True)
    base_currency = models.CharField(max_length=3, default="GBP")
    currencies_kept = models.JSONField(
        default=list, blank=True, help_text="Currencies the books keep beside the base currency."
    )
    tax_types = models.JSONField(default=default_tax_types, help_text="Xero TaxType by VAT rate or tax_code.")
    zone = models.CharField(max_length=64, default="Europe/London")
    invoice_prefix = models.CharField(max_length=20, blank=True, default="")
    order_code_pattern = models.CharField(
        max_length=120,
        default=r"^(?P<order>.+?)(?:[-_.]\d{1,3})?$",
        help_text="How an order number is found in a VendorTxCode when the shop did not say.",
    )
    failed_grace_hours = models.PositiveIntegerField(
        default=24, help_text="How long an unpaid invoice stays open for another attempt."
    )
    invoice_of_void = models.CharField(
        max_length=10,
        choices=InvoiceOfVoid,
        default=InvoiceOfVoid.STAYS_DUE,
        help_text="What becomes of an invoice whose payment was voided at Opayo.",
    )
    sweep_minutes = models.PositiveIntegerField(
        default=5, help_text="How often Opayo's own list is searched for payments we were not told of."
    )
    days_due = models.PositiveIntegerField(default=0)
    rounding = models.CharField(max_length=10, choices=Rounding, default=Rounding.HALF_UP)
    rounding_cap_minor = models.PositiveIntegerField(
        default=5, help_text="Largest difference one Rounding line may close, in minor units."
    )
    locked_period = models.CharField(
        max_length=16, choices=DateInLockedPeriod, default=DateInLockedPeriod.STOP
    )
    emails_customers = models.BooleanField(default=True)
    dispute_alert_days = models.JSONField(
        default=default_alert_days,
        blank=True,
        help_text="Days before a dispute's deadline on which people are told.",
    )
    mapping_needs_second_person = models.BooleanField(
        default=False, help_text="Mappings are published by somebody who has not worked on them."
    )
    rollback_approval_minor = models.PositiveBigIntegerField(
        null=True,
        blank=True,
        help_text="Roll-backs that move more than this, in minor units of any one currency, need a second person.",
    )
    keep_calls_days = models.PositiveIntegerField(default=90)
    keep_events_days = models.PositiveIntegerField(default=2555)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class AccountRole(models.Model):
    """Which Xero account plays a role in the pair's books (accounts of a pair, docs/accounting.md)."""

    class Role(models.TextChoices):
        CLEARING = "clearing", "Clearing"
        BANK = "bank", "Bank"
        SALES = "sales", "Sales"
        DELIVERY = "delivery", "Delivery"
        FEES = "fees", "Merchant fees"
        ROUNDING = "rounding", "Rounding"
        DISPUTED = "disputed", "Disputed receivables"
        LOSSES = "losses", "Chargeback losses"
        DISPUTE_FEES = "dispute_fees", "Dispute fees"
        RESERVE = "reserve", "Reserve"
        REVERSALS = "reversals", "Reversals"

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="account_roles")
    role = models.CharField(max_length=16, choices=Role)
    currency = models.CharField(max_length=3, blank=True, default="", help_text="Empty: any.")
    scheme = models.CharField(max_length=16, blank=True, default="", help_text="AMEX, or empty: any.")
    category = models.CharField(max_length=80, blank=True, default="", help_text="Product category.")
    account_code = models.CharField(max_length=10)
    tax_type = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pair", "role", "currency", "scheme", "category"], name="account_role_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.currency} {self.account_code}".replace("  ", " ")
