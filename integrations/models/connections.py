"""Connections: the outside systems of a pair, their health, and their secrets."""

from __future__ import annotations

import secrets

from django.db import models

from integrations.models.pairs import Pair


def new_connection_key() -> str:
    """An unguessable name for the connection's inbound address."""
    return f"con_{secrets.token_urlsafe(18)}"


class XeroGrant(models.Model):
    """One Xero token set. One consent may cover several organisations, so connections share it.

    Tokens are ciphertext (integrations.secrets). `previous_refresh_token` stays usable for
    30 minutes at Xero if the answer to a refresh was lost (OAuth 2.0, token refresh).
    """

    class Kind(models.TextChoices):
        CODE = "code", "Authorisation code"
        CUSTOM = "custom", "Custom connection"

    kind = models.CharField(max_length=8, choices=Kind, default=Kind.CODE)
    client_id = models.CharField(max_length=100)
    client_secret = models.TextField(blank=True, default="")
    access_token = models.TextField(blank=True, default="")
    refresh_token = models.TextField(blank=True, default="")
    previous_refresh_token = models.TextField(blank=True, default="")
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField(null=True)
    refreshed_at = models.DateTimeField(null=True)
    is_dead = models.BooleanField(default=False, help_text="Xero refused the refresh: reconnect.")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Xero grant {self.pk}"


class Connection(models.Model):
    """Credentials and health for one system of a pair."""

    class System(models.TextChoices):
        XERO = "xero", "Xero"
        OPAYO = "opayo", "Opayo"
        SHOP = "shop", "Shop"
        CHAT = "chat", "Chat"

    class Status(models.TextChoices):
        INCOMPLETE = "incomplete", "Not finished"
        LIVE = "live", "Working"
        BROKEN = "broken", "Needs a person"
        OFF = "off", "Switched off"

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="connections")
    system = models.CharField(max_length=8, choices=System)
    key = models.CharField(max_length=40, unique=True, default=new_connection_key)
    name = models.CharField(max_length=80, blank=True, default="")
    status = models.CharField(max_length=12, choices=Status, default=Status.INCOMPLETE)
    config = models.JSONField(
        default=dict,
        blank=True,
        help_text="Nothing secret: vendor name, environment, tenant name, confirmation and return URLs.",
    )
    grant = models.ForeignKey(
        XeroGrant, null=True, blank=True, on_delete=models.SET_NULL, related_name="connections"
    )
    tenant_id = models.CharField(max_length=36, blank=True, default="")
    last_good_at = models.DateTimeField(null=True, blank=True)
    last_bad_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="")
    refused_count = models.PositiveIntegerField(default=0, help_text="Messages with a bad signature.")
    last_refused_at = models.DateTimeField(null=True, blank=True)
    cursors = models.JSONField(
        default=dict, blank=True, help_text="How far polling and sweeping have come, per subject."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["pair", "system"], name="connection_pair_system")]

    def __str__(self) -> str:
        return self.name or self.get_system_display()


class Secret(models.Model):
    """One secret of a connection, as ciphertext."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="secrets")
    name = models.CharField(max_length=40)
    ciphertext = models.TextField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "name"], name="secret_once")]

    def __str__(self) -> str:
        return f"{self.name} of connection {self.connection_id}"
