"""Roll-backs: undoing what was posted as a unit, step by step, with who asked, who approved, and the proof."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from integrations.models import Order, Pair
from sync.models.postings import Posting


class Rollback(models.Model):
    """The undoing of one document, order, delivery, day or settlement.

    State: `draft` (the plan is being made, or waits for an administrator) → `awaiting_approval` (by a second person) →
    `running` → `done`, with the proof read; `blocked` while a step waits for a person; `cancelled` before its end: what
    was undone by then stays undone. A row is all there is to it: any worker goes on where another was killed.
    """

    class Scope(models.TextChoices):
        DOCUMENT = "document", "Document"
        ORDER = "order", "Order"
        DELIVERY = "delivery", "Delivery"
        DAY = "day", "Day"
        SETTLEMENT = "settlement", "Settlement"

    class State(models.TextChoices):
        DRAFT = "draft", "Plan"
        AWAITING_APPROVAL = "awaiting_approval", "Waits for approval"
        RUNNING = "running", "Running"
        BLOCKED = "blocked", "Needs a person"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Stopped"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="rollbacks")
    scope = models.CharField(max_length=10, choices=Scope)
    subject = models.CharField(max_length=120, help_text="What it is of, in words: an order number, a day.")
    root_ids = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        help_text="Postings that were asked for; empty for a day, whose postings are found by it.",
    )
    day = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=18, choices=State, default=State.DRAFT)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="planned_rollbacks"
    )
    planned_at = models.DateTimeField(null=True, blank=True, help_text="Empty while Xero is being read.")
    reason = models.CharField(max_length=500, blank=True, default="")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    leaves_out_blocked = models.BooleanField(
        default=False, help_text="What is blocked stays as it is, with all of its order."
    )
    documents = models.PositiveIntegerField(default=0)
    groups = models.PositiveIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0, help_text="Calls to Xero the plan takes.")
    money = models.JSONField(default=dict, help_text="Minor units that move, by currency.")
    effects = models.JSONField(
        default=list, help_text="Per account: code, currency, minor units the roll-back adds."
    )
    locked_until = models.DateField(null=True, blank=True)
    digest = models.CharField(
        max_length=64,
        blank=True,
        default="",
        help_text="Digest of the postings as planned: the plan holds while it is the same.",
    )
    balances_at = models.DateTimeField(null=True, blank=True, help_text="When the balances before were read.")
    balances = models.JSONField(
        default=dict, help_text="Xero's balance of each account before, in its base currency."
    )
    proof = models.JSONField(
        default=dict, help_text="What was read back, account by account and document by document."
    )
    is_proved = models.BooleanField(null=True, help_text="Whether what was read back is what it had to be.")
    error = models.TextField(blank=True, default="", help_text="Why it does not go on, in words.")
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["pair", "-id"], name="rollback_newest"),
            models.Index(
                fields=["pair", "state"],
                name="rollback_open",
                condition=Q(state__in=["draft", "awaiting_approval", "running", "blocked"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_display()} {self.subject}"

    @property
    def is_planned(self) -> bool:
        """Whether Xero has been read and the plan can be looked at."""
        return self.planned_at is not None

    @property
    def is_over(self) -> bool:
        """Whether nothing more is done by it."""
        return self.state in {self.State.DONE, self.State.CANCELLED}


class RollbackStep(models.Model):
    """What becomes of one document: undone, reversed by an entry on an open day, gone already, or dropped unsent.

    State: `planned` → `under_way` (its undoing is a posting of its own) → `undone`; `stuck` while that posting needs a
    person; `left` where its order stays as it is.
    """

    class Action(models.TextChoices):
        UNDO = "undo", "Undo in Xero"
        REVERSE = "reverse", "Reverse on the first open day"
        GONE = "gone", "Already gone in Xero"
        FOLLOWS = "follows", "Goes with its invoice"
        DROP = "drop", "Not sent any more"

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        UNDER_WAY = "under_way", "Under way"
        UNDONE = "undone", "Done"
        STUCK = "stuck", "Needs a person"
        LEFT = "left", "Left as it is"

    rollback = models.ForeignKey(Rollback, on_delete=models.CASCADE, related_name="steps")
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="rollback_steps")
    undo = models.OneToOneField(
        Posting, null=True, blank=True, on_delete=models.PROTECT, related_name="undoes_step"
    )
    group = models.CharField(max_length=40, help_text="Documents with the same are undone or left together.")
    action = models.CharField(max_length=8, choices=Action)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    by = models.CharField(
        max_length=24, blank=True, default="", help_text="The kind of posting that does it."
    )
    phase = models.SmallIntegerField(default=0)
    position = models.PositiveIntegerField()
    pulled_in_by = models.ForeignKey(
        Posting, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    blockers = models.JSONField(default=list, help_text="Code, what, and fix of each.")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["rollback", "posting"], name="rollback_step_once"),
        ]
        indexes = [models.Index(fields=["rollback", "state", "phase"], name="rollback_step_next")]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.posting}"


class RolledBackOrder(models.Model):
    """An order whose books stand still since a roll-back, until a person has it posted again."""

    rollback = models.ForeignKey(Rollback, on_delete=models.PROTECT, related_name="orders")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="rolled_back")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(lifted_at=None), name="order_rolled_back_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.order} by {self.rollback}"
