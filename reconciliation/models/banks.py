"""Bank accounts, the statements that were imported for them, and their lines."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from integrations.models import Event, Pair


class BankAccount(models.Model):
    """One account at the bank that an acquirer pays into, and the Xero account that stands for it."""

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="bank_accounts")
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80)
    currency = models.CharField(max_length=3)
    account_code = models.CharField(max_length=10, help_text="Xero's code of the bank account.")
    xero_account_id = models.CharField(
        max_length=36, blank=True, default="", help_text="Xero's id of it, as read back with its transfers."
    )
    sort_code = models.CharField(max_length=8, blank=True, default="")
    number_ending = models.CharField(max_length=4, blank=True, default="", help_text="Its last four digits.")
    iban_ending = models.CharField(max_length=4, blank=True, default="")
    csv_columns = models.JSONField(
        default=dict, blank=True, help_text="Which column of this bank's CSV says what, as last confirmed."
    )
    watched_folder = models.CharField(
        max_length=80,
        blank=True,
        default="",
        help_text="Its name under the pair's folder in STATEMENT_INBOX.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "slug"], name="bank_account_once")]

    def __str__(self) -> str:
        return self.name


class StatementFile(models.Model):
    """One statement that was handed in: all its lines are imported, or none."""

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        OFX = "ofx", "OFX"
        MT940 = "mt940", "MT940"
        CAMT053 = "camt053", "CAMT.053"

    class Via(models.TextChoices):
        UPLOAD = "upload", "Uploaded"
        FOLDER = "folder", "Watched folder"
        API = "api", "API"
        COMMAND = "command", "Command"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="statement_files")
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="statements")
    event = models.ForeignKey(Event, null=True, on_delete=models.SET_NULL, related_name="+")
    filename = models.CharField(max_length=255)
    format = models.CharField(max_length=8, choices=Format)
    layout = models.CharField(
        max_length=60, blank=True, default="", help_text="The bank, or the version of the format."
    )
    via = models.CharField(max_length=8, choices=Via)
    sha256 = models.CharField(
        max_length=64, help_text="Of the file as it is kept: in UTF-8, card numbers masked."
    )
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    opening_minor = models.BigIntegerField(null=True)
    closing_minor = models.BigIntegerField(null=True)
    lines_new = models.PositiveIntegerField(default=0)
    lines_known = models.PositiveIntegerField(default=0, help_text="Already there from an overlapping file.")
    notes = models.JSONField(
        default=list, blank=True, help_text="What was passed over or looked odd, in words."
    )
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    imported_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bank_account", "sha256"], name="statement_file_once")]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.filename


class StatementUpload(models.Model):
    """A statement chosen on a page: kept while a person looks at it, its content no longer."""

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="statement_uploads")
    bank_account = models.ForeignKey(BankAccount, on_delete=models.CASCADE, related_name="uploads")
    name = models.CharField(max_length=255)
    content = models.BinaryField(help_text="Card numbers are masked.")
    is_done = models.BooleanField(default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name


class BankLine(models.Model):
    """One line of a bank statement: money in (positive) or out (negative).

    `identity` tells lines apart within the account, so that an overlapping file adds nothing twice: see
    reconciliation/statements/core/identity.py.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        SUGGESTED = "suggested", "Suggested"
        MATCHED = "matched", "Matched"
        NOT_OURS = "not_ours", "Not ours"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="bank_lines")
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="lines")
    statement = models.ForeignKey(StatementFile, on_delete=models.PROTECT, related_name="lines")
    identity = models.CharField(max_length=120)
    row = models.PositiveIntegerField(default=0, help_text="Where it stands in its file.")
    booked_on = models.DateField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=255, blank=True, default="")
    description = models.TextField(blank=True, default="")
    counterparty = models.CharField(max_length=255, blank=True, default="")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    is_reconciled_in_xero = models.BooleanField(
        null=True, help_text="Read back from the Xero object that stands for it; empty: not asked yet."
    )
    remarks = models.JSONField(
        default=list, blank=True, help_text="Why nothing is suggested for it: each a code and words."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bank_account", "identity"], name="bank_line_once"),
            models.CheckConstraint(name="bank_line_is_money", condition=~Q(amount_minor=0)),
        ]
        indexes = [
            models.Index(fields=["pair", "state", "-booked_on"], name="bank_line_open"),
            models.Index(fields=["bank_account", "booked_on"], name="bank_line_day"),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.amount_minor} {self.currency} {self.reference}"
