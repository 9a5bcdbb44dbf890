"""The edge under the microscope: people, pairs, connections, events, records, calls."""

from __future__ import annotations

from django.contrib import admin

from integrations.microscope import Microscope
from integrations.models import (
    AccountRole,
    ApiCall,
    AuditEntry,
    CallBudget,
    Connection,
    Customer,
    Event,
    KnownContact,
    Membership,
    Order,
    Pair,
    Payment,
    Secret,
    User,
    XeroGrant,
)


@admin.register(User)
class UserAdmin(Microscope):
    list_display = ("email", "is_active", "is_superuser", "last_login")
    search_fields = ("email",)
    hidden = ("password",)


@admin.register(Membership)
class MembershipAdmin(Microscope):
    list_display = ("user", "pair", "role")
    list_filter = ("role",)
    list_select_related = ("user", "pair")


@admin.register(Pair)
class PairAdmin(Microscope):
    list_display = ("name", "slug", "base_currency", "zone", "is_active")
    search_fields = ("name", "slug")


@admin.register(AccountRole)
class AccountRoleAdmin(Microscope):
    list_display = ("pair", "role", "currency", "scheme", "category", "account_code", "tax_type")
    list_filter = ("role",)
    list_select_related = ("pair",)


@admin.register(XeroGrant)
class XeroGrantAdmin(Microscope):
    list_display = ("pk", "kind", "expires_at", "refreshed_at", "is_dead")
    hidden = ("client_secret", "access_token", "refresh_token", "previous_refresh_token")


@admin.register(Connection)
class ConnectionAdmin(Microscope):
    list_display = ("pair", "system", "name", "status", "last_good_at", "last_bad_at", "refused_count")
    list_filter = ("system", "status")
    list_select_related = ("pair",)


@admin.register(Secret)
class SecretAdmin(Microscope):
    list_display = ("connection", "name", "changed_at")
    list_select_related = ("connection",)
    hidden = ("ciphertext",)


@admin.register(Event)
class EventAdmin(Microscope):
    list_display = ("pk", "pair", "source", "kind", "state", "received_at", "attempts", "sequence")
    list_filter = ("source", "state")
    list_select_related = ("pair",)
    search_fields = ("dedupe_key",)
    hidden = ("body",)


@admin.register(Customer)
class CustomerAdmin(Microscope):
    list_display = ("name", "pair", "contact_number", "email", "xero_contact_id")
    list_select_related = ("pair",)
    search_fields = ("name", "email", "contact_number")


@admin.register(KnownContact)
class KnownContactAdmin(Microscope):
    list_display = ("name", "pair", "contact_number", "email", "is_archived")
    list_select_related = ("pair",)
    search_fields = ("name", "email", "contact_number")


@admin.register(Order)
class OrderAdmin(Microscope):
    list_display = ("number", "pair", "state", "currency", "total_minor", "captured_minor", "placed_at")
    list_filter = ("state",)
    list_select_related = ("pair",)
    search_fields = ("number",)


@admin.register(Payment)
class PaymentAdmin(Microscope):
    list_display = ("vendor_tx_code", "pair", "state", "status", "currency", "amount_minor", "taken_at")
    list_filter = ("state", "channel", "is_unmatched")
    list_select_related = ("pair",)
    search_fields = ("vendor_tx_code", "vps_tx_id")
    hidden = ("security_key",)


@admin.register(ApiCall)
class ApiCallAdmin(Microscope):
    list_display = (
        "started_at",
        "pair",
        "system",
        "purpose",
        "method",
        "path",
        "status_code",
        "outcome",
        "milliseconds",
    )
    list_filter = ("system", "outcome")
    list_select_related = ("pair",)


@admin.register(CallBudget)
class CallBudgetAdmin(Microscope):
    list_display = ("connection", "day_limit", "day_remaining", "minute_remaining", "seen_at", "parked_until")
    list_select_related = ("connection",)


@admin.register(AuditEntry)
class AuditEntryAdmin(Microscope):
    list_display = ("at", "pair", "actor", "action", "subject", "reason")
    list_select_related = ("pair", "actor")
    search_fields = ("action", "subject")
