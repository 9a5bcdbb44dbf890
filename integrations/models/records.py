"""Records: what happened, in our words. Money is whole minor units with its currency beside it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from integrations.models.connections import Connection
from integrations.models.pairs import Pair


class Customer(models.Model):
    """A customer of a pair; `contact_number` is Xero's key for outside systems (Contacts).

    `name`, `email` and `details` with what is `held` over it are what counts; which side's word that is, field by
    field, is settled by docs/customers.md. One that was merged forwards to the customer it was merged into.
    """

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="customers")
    contact_number = models.CharField(max_length=50)
    email = models.CharField(max_length=255, blank=True, default="")
    name = models.CharField(max_length=255)
    details = models.JSONField(default=dict, help_text="The shop's customer object, newest.")
    xero_contact_id = models.CharField(max_length=36, blank=True, default="")
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_customers"
    )
    held = models.JSONField(
        default=dict,
        blank=True,
        help_text="Field → value, and whose word it is, where that is not the shop's.",
    )
    pushed = models.JSONField(
        default=dict,
        blank=True,
        help_text="Field → what Xero was last told of it, and whether Xero answered.",
    )
    match_keys = ArrayField(models.TextField(), default=list, blank=True)
    compared_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was last compared with the others; empty: not yet as it is."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "contact_number"], name="customer_once")]
        indexes = [
            models.Index(fields=["pair", "email"], name="customer_email"),
            models.Index(fields=["pair", "name"], name="customer_name"),
            models.Index(
                fields=["pair", "id"], name="customer_to_compare", condition=Q(compared_at__isnull=True)
            ),
            GinIndex(fields=["match_keys"], name="customer_match_keys", fastupdate=False),
        ]

    def __str__(self) -> str:
        return self.name


class KnownContact(models.Model):
    """A contact that polling has seen in Xero, so that customers are found by e-mail without a call.

    A look-up table only: nothing is learned from it (Xero's developer terms forbid training on its data).
    """

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="known_contacts")
    contact_id = models.CharField(max_length=36)
    contact_number = models.CharField(max_length=50, blank=True, default="")
    email = models.CharField(max_length=255, blank=True, default="", help_text="Lower case.")
    name = models.CharField(max_length=255)
    is_archived = models.BooleanField(default=False)
    details = models.JSONField(
        default=dict, blank=True, help_text="What Xero last told of the fields that shop and Xero both keep."
    )
    match_keys = ArrayField(models.TextField(), default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "contact_id"], name="known_contact_once")]
        indexes = [
            GinIndex(fields=["match_keys"], name="known_contact_match_keys", fastupdate=False),
            models.Index(fields=["pair", "email"], name="known_contact_email"),
            models.Index(fields=["pair", "contact_number"], name="known_contact_number"),
        ]

    def __str__(self) -> str:
        return self.name


class Order(models.Model):
    """An order of a shop. `document` is the order as the shop last told it."""

    class State(models.TextChoices):
        OPEN = "open", "Waiting for payment"
        PAID = "paid", "Paid"
        PART_PAID = "part_paid", "Part paid"
        OVERPAID = "overpaid", "Paid too much"
        FAILED = "failed", "Payment failed"
        CANCELLED = "cancelled", "Cancelled"
        INVALID = "invalid", "Does not add up"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="orders")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="orders")
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="orders")
    number = models.CharField(max_length=100)
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    captured_minor = models.BigIntegerField(default=0, help_text="Captured and not reversed.")
    placed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    problems = models.JSONField(default=list, blank=True, help_text="Why it cannot be posted.")
    document = models.JSONField()
    conversion = models.JSONField(
        null=True, blank=True, help_text="Rate, source and date, when the books do not keep its currency."
    )
    close_unpaid_at = models.DateTimeField(
        null=True, blank=True, help_text="When the grace after a failed payment ends."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "number"], name="order_once")]
        indexes = [
            models.Index(fields=["pair", "-placed_at"], name="order_newest"),
            models.Index(
                fields=["close_unpaid_at"], name="order_closing", condition=Q(close_unpaid_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Payment(models.Model):
    """One attempt to pay: one VendorTxCode, from registration to its end.

    State: `registered` → `waiting` (deferred, authenticated, pending) → `captured` → `reversed`
    (ABORT after OK, void), or `failed`. `order` is empty until the code is tied to one.
    """

    class State(models.TextChoices):
        REGISTERED = "registered", "Registered"
        WAITING = "waiting", "Waiting for release"
        CAPTURED = "captured", "Captured"
        FAILED = "failed", "Failed"
        REVERSED = "reversed", "Reversed"

    class Channel(models.TextChoices):
        BRIDGE = "bridge", "Our checkout"
        SHOP = "shop", "The shop's own checkout"
        SWEEP = "sweep", "Found in Opayo"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="payments")
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="payments")
    vendor_tx_code = models.CharField(max_length=40)
    vps_tx_id = models.CharField(max_length=38, blank=True, default="", help_text="GUID, no braces.")
    security_key = models.TextField(blank=True, default="", help_text="Ciphertext.")
    channel = models.CharField(max_length=8, choices=Channel)
    state = models.CharField(max_length=10, choices=State, default=State.REGISTERED)
    status = models.CharField(max_length=20, blank=True, default="", help_text="Opayo's own word.")
    status_detail = models.CharField(max_length=255, blank=True, default="")
    tx_type = models.CharField(max_length=20, blank=True, default="PAYMENT")
    amount_minor = models.BigIntegerField(null=True, help_text="Empty until Opayo or the shop has told.")
    currency = models.CharField(max_length=3, blank=True, default="")
    taken_at = models.DateTimeField(null=True, help_text="When Opayo authorised it.")
    card_type = models.CharField(max_length=20, blank=True, default="")
    last_four = models.CharField(max_length=4, blank=True, default="")
    expiry = models.CharField(max_length=4, blank=True, default="", help_text="MMYY.")
    authorised_minor = models.BigIntegerField(
        null=True,
        help_text="Deferred or authenticated: what may be taken at most; `amount_minor` is what was taken.",
    )
    related_vps_tx_id = models.CharField(
        max_length=38, blank=True, default="", help_text="Authorise and repeat: the payment it builds on."
    )
    retrieval_reference = models.CharField(max_length=40, blank=True, default="")
    tx_auth_no = models.CharField(max_length=40, blank=True, default="")
    bank_auth_code = models.CharField(max_length=20, blank=True, default="")
    checks = models.JSONField(default=dict, blank=True, help_text="AVS, CV2, 3-D Secure, fraud answers.")
    next_url = models.TextField(blank=True, default="", help_text="Opayo's payment page.")
    request_key = models.CharField(
        max_length=220, blank=True, default="", help_text="What asked for the page: the same asks once."
    )
    order_number = models.CharField(
        max_length=100,
        blank=True,
        default="",
        help_text="As named at registration; the order may come later.",
    )
    return_url = models.TextField(blank=True, default="", help_text="Where the customer goes afterwards.")
    keep_card = models.JSONField(
        default=dict, blank=True, help_text="The holder's consent to keep the card, when it was asked for."
    )
    candidates = models.JSONField(
        default=list, blank=True, help_text="Likeliest orders with reasons, while it fits none."
    )
    is_unmatched = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "vendor_tx_code"], name="payment_once"),
            models.CheckConstraint(
                name="captured_has_amount",
                condition=~Q(state="captured") | Q(amount_minor__isnull=False) & ~Q(currency=""),
            ),
        ]
        indexes = [
            models.Index(fields=["pair", "vps_tx_id"], name="payment_vps"),
            models.Index(
                fields=["pair", "request_key"], name="payment_request", condition=~Q(request_key="")
            ),
            models.Index(
                fields=["pair", "order_number"], name="payment_orderless", condition=Q(order__isnull=True)
            ),
            models.Index(fields=["pair", "-taken_at"], name="payment_newest"),
            models.Index(fields=["pair"], name="payment_unmatched", condition=Q(is_unmatched=True)),
        ]

    def __str__(self) -> str:
        return self.vendor_tx_code
