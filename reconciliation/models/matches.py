"""Matches: which settlements are which bank lines, who or what said so, and why."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from integrations.models import Pair
from reconciliation.models.banks import BankLine
from reconciliation.models.settlements import Settlement


class Match(models.Model):
    """One decision, or one suggestion, that these settlements and these bank lines are the same money.

    Decisions are only ever added: what is undone or rejected stays to be read and to be learned from. What was taken back
    was a slip of the hand: it stays to be read, and teaches nothing.
    """

    class State(models.TextChoices):
        AUTO = "auto", "Matched by itself"
        CONFIRMED = "confirmed", "Confirmed by a person"
        SUGGESTED = "suggested", "Suggested"
        REJECTED = "rejected", "Rejected"
        UNDONE = "undone", "Undone"
        TAKEN_BACK = "taken_back", "Taken back"
        SUPERSEDED = "superseded", "No longer suggested"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="matches")
    state = models.CharField(max_length=12, choices=State)
    method = models.CharField(max_length=40, help_text="exact, memory, rule, learned, group, person …")
    probability = models.DecimalField(max_digits=7, decimal_places=6)
    margin = models.DecimalField(max_digits=7, decimal_places=6, default=0, help_text="Over the runner-up.")
    reasons = models.JSONField(default=list, help_text="Each a code and words.")
    model_version = models.CharField(max_length=40, blank=True, default="")
    difference_minor = models.BigIntegerField(default=0, help_text="Bank lines less settlements.")
    difference_kind = models.CharField(
        max_length=20, blank=True, default="", help_text="fee, refund, rounding …"
    )
    difference_account = models.CharField(
        max_length=10, blank=True, default="", help_text="Xero's code, where a person chose another account."
    )
    currency = models.CharField(max_length=3)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField()
    undoes = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by"
    )

    class Meta:
        indexes = [models.Index(fields=["pair", "state", "-decided_at"], name="match_state")]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.method}"

    @property
    def stands(self) -> bool:
        """It says what is so, as far as anybody knows."""
        return self.state in {self.State.AUTO, self.State.CONFIRMED}


class MatchLink(models.Model):
    """One side of a match. `stands` follows the match, so that nothing can be in two standing matches."""

    match = models.ForeignKey(Match, on_delete=models.CASCADE, related_name="links")
    settlement = models.ForeignKey(
        Settlement, null=True, blank=True, on_delete=models.PROTECT, related_name="match_links"
    )
    bank_line = models.ForeignKey(
        BankLine, null=True, blank=True, on_delete=models.PROTECT, related_name="match_links"
    )
    stands = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="match_link_has_one_end",
                condition=Q(settlement__isnull=True, bank_line__isnull=False)
                | Q(settlement__isnull=False, bank_line__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["settlement"],
                name="settlement_matched_once",
                condition=Q(stands=True, settlement__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["bank_line"],
                name="bank_line_matched_once",
                condition=Q(stands=True, bank_line__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.settlement or self.bank_line)


class MatchRule(models.Model):
    """What a person says of bank lines before anything is guessed; the first rule that fits wins."""

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="match_rules")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    condition = models.TextField(help_text="In the language of the rules of the mapping studio.")
    action = models.JSONField(
        help_text="What is done: not ours, a fee of a kind, money of a merchant account."
    )
    is_on = models.BooleanField(default=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["pair", "name"], name="match_rule_once")]

    def __str__(self) -> str:
        return self.name
