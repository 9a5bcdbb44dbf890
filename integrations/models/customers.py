"""Who is who among the customers: identities, suggestions, merges and splits, and what each side told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from integrations.models.pairs import Pair
from integrations.models.records import Customer, KnownContact


class CustomerIdentity(models.Model):
    """A name by which one system knows a customer. Merging and splitting move identities; none is ever deleted.

    A number or id leads to one customer; an e-mail address may be shared by several.
    """

    class System(models.TextChoices):
        SHOP = "shop", "Shop"
        OPAYO = "opayo", "Opayo"
        XERO = "xero", "Xero"

    class Kind(models.TextChoices):
        EXTERNAL_ID = "external_id", "Customer number"
        CONTACT_NUMBER = "contact_number", "Contact number"
        CONTACT_ID = "contact_id", "ContactID"
        EMAIL = "email", "E-mail address"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="customer_identities")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="identities")
    system = models.CharField(max_length=8, choices=System)
    kind = models.CharField(max_length=16, choices=Kind)
    value = models.CharField(max_length=255, help_text="E-mail addresses in lower case.")
    first_seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pair", "system", "kind", "value"],
                name="identity_leads_to_one",
                condition=~Q(kind="email"),
            )
        ]
        indexes = [
            models.Index(fields=["pair", "value"], name="identity_email", condition=Q(kind="email")),
        ]

    def __str__(self) -> str:
        return f"{self.get_system_display()} {self.get_kind_display().lower()} {self.value}"


class CustomerSuggestion(models.Model):
    """Two customers, or a customer and a contact in Xero, that may be one. A person decides; a "no" is remembered."""

    class State(models.TextChoices):
        OPEN = "open", "To be looked at"
        CONFIRMED = "confirmed", "One customer"
        REJECTED = "rejected", "Two customers"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="customer_suggestions")
    first = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="suggested_first")
    second = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="suggested_second"
    )
    contact = models.ForeignKey(
        KnownContact, null=True, blank=True, on_delete=models.PROTECT, related_name="suggested"
    )
    score = models.PositiveSmallIntegerField(help_text="0 to 100; no probability.")
    reasons = models.JSONField(default=list, help_text="What speaks for it and against it, with points.")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_reason = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"], name="suggested_once", condition=Q(second__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["first", "contact"], name="contact_suggested_once", condition=Q(contact__isnull=False)
            ),
            models.CheckConstraint(
                name="suggests_one_other", condition=Q(second__isnull=True) ^ Q(contact__isnull=True)
            ),
            models.CheckConstraint(
                name="suggestion_in_order", condition=Q(second__isnull=True) | Q(first__lt=F("second"))
            ),
        ]
        indexes = [
            models.Index(fields=["pair", "-score", "id"], name="suggestion_open", condition=Q(state="open"))
        ]

    def __str__(self) -> str:
        return f"{self.first} and {self.other_side}"

    @property
    def other_side(self) -> Customer | KnownContact | None:
        """Whom the first may be one with."""
        return self.second or self.contact


class CustomerMerge(models.Model):
    """One merge or split: `moved` and `before` are what undoing it needs to bring back exactly what was.

    Merging moves all of `other` to `survivor`; splitting moves something of `survivor` to `other`.
    """

    class Kind(models.TextChoices):
        MERGE = "merge", "Merged"
        SPLIT = "split", "Split"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="customer_merges")
    kind = models.CharField(max_length=5, choices=Kind)
    survivor = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="acts_as_survivor")
    other = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="acts_as_other")
    suggestion = models.ForeignKey(
        CustomerSuggestion, null=True, blank=True, on_delete=models.PROTECT, related_name="acts"
    )
    moved = models.JSONField(default=dict, help_text="Ids of what moved, by kind of record.")
    before = models.JSONField(default=dict, help_text="Both customers and the unsent postings as they were.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_reason = models.TextField(blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["survivor", "-id"], name="merge_of_survivor"),
            models.Index(fields=["other", "-id"], name="merge_of_other"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.survivor} and {self.other}"


class CustomerChange(models.Model):
    """One side told a new value of a field; append-only. `counted`: it replaced what was held."""

    class Source(models.TextChoices):
        SHOP = "shop", "Shop"
        XERO = "xero", "Xero"
        PERSON = "person", "A person"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="changes")
    field = models.CharField(max_length=20)
    source = models.CharField(max_length=6, choices=Source)
    before = models.JSONField(null=True, help_text="What that side had told before.")
    told = models.JSONField()
    counted = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    reason = models.TextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["customer", "field", "-id"], name="change_of_field")]

    def __str__(self) -> str:
        return f"{self.field} by {self.source}"


class CustomerOwnership(models.Model):
    """Whose word counts for each field of a pair's customers; a field that is not named is owned as shipped."""

    pair = models.OneToOneField(Pair, on_delete=models.CASCADE, related_name="customer_ownership")
    owners = models.JSONField(default=dict, help_text="Field → shop, xero, latest or person.")
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Owners of {self.pair}'s customers' fields"
