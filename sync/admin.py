"""The pipeline under the microscope: postings, deliveries, problems, notices, leases."""

from __future__ import annotations

from django.contrib import admin

from integrations.microscope import Microscope
from sync.models import Delivery, Lease, Notice, Posting, Problem, Wake


@admin.register(Posting)
class PostingAdmin(Microscope):
    list_display = (
        "natural_key",
        "pair",
        "kind",
        "state",
        "currency",
        "amount_minor",
        "attempts",
        "posted_at",
    )
    list_filter = ("kind", "state", "error_class")
    list_select_related = ("pair",)
    search_fields = ("natural_key", "remote_id", "remote_number")


@admin.register(Delivery)
class DeliveryAdmin(Microscope):
    list_display = (
        "pk",
        "pair",
        "kind",
        "method",
        "path",
        "state",
        "attempts",
        "status_code",
        "first_sent_at",
    )
    list_filter = ("kind", "state")
    list_select_related = ("pair",)
    search_fields = ("idempotency_key",)


@admin.register(Problem)
class ProblemAdmin(Microscope):
    list_display = ("message", "pair", "code", "subject", "opened_at", "resolved_at")
    list_filter = ("code",)
    list_select_related = ("pair",)


@admin.register(Notice)
class NoticeAdmin(Microscope):
    list_display = ("public_id", "pair", "channel", "type", "state", "attempts", "sent_at")
    list_filter = ("channel", "type", "state")
    list_select_related = ("pair",)
    search_fields = ("public_id", "natural_key")


@admin.register(Lease)
class LeaseAdmin(Microscope):
    list_display = ("name", "holder", "until")


@admin.register(Wake)
class WakeAdmin(Microscope):
    list_display = ("name", "at")
