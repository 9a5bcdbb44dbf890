"""Connecting Opayo and shops. Stored secrets are never shown again; left empty they stay as they are."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import URLValidator

from dashboard.forms.base import PageForm
from integrations.models import Connection

_STORED = "Stored. Leave it empty to keep it."


def secret_field(label: str, help_text: str = "") -> forms.CharField:
    """A secret: typed, stored as ciphertext, never shown."""
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"})
    return forms.CharField(label=label, required=False, max_length=500, widget=widget, help_text=help_text)


class ConnectionForm(PageForm):
    """A form over a connection; `secret_names` are the fields that are secrets."""

    secret_names: tuple[str, ...] = ()

    def __init__(self, *args: Any, connection: Connection | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connection = connection
        stored = set(connection.secrets.values_list("name", flat=True)) if connection else set()
        for name in stored & set(self.secret_names):
            self.fields[name].help_text = _STORED
        if connection is not None:
            self.initial.update({**connection.config, "name": connection.name})


class OpayoForm(ConnectionForm):
    """An Opayo vendor account."""

    secret_names = ("integration_key", "integration_password", "reporting_password")

    environment = forms.ChoiceField(
        label="Environment",
        choices=[("test", "Test"), ("live", "Live")],
        help_text="Live takes real money. Use a pair of its own for tests.",
    )
    vendor = forms.CharField(
        label="Vendor name", max_length=15, help_text="As in MySagePay, at the top left after signing in."
    )
    integration_key = secret_field("Pi integration key")
    integration_password = secret_field("Pi integration password")
    reporting_user = forms.CharField(
        label="Reporting user",
        max_length=40,
        required=False,
        help_text="A MySagePay user allowed to view transactions: with it payments are found whose notification never came.",
    )
    reporting_password = secret_field("Reporting password")


class ShopForm(ConnectionForm):
    """A shop that sends signed orders."""

    secret_names = ("signing_secret",)

    name = forms.CharField(label="Name", max_length=80, help_text="As your people call the shop.")
    confirmation_url = forms.URLField(
        label="Confirmation address",
        required=False,
        assume_scheme="https",
        help_text="Where Tillbridge tells the shop that an order is paid.",
    )
    return_url = forms.URLField(
        label="Return address",
        required=False,
        assume_scheme="https",
        help_text="Where customers go after paying; the order's number and the outcome are added.",
    )
    signing_secret = secret_field("Signing secret", "Leave it empty and Tillbridge makes one, shown once.")
    renew = forms.BooleanField(label="Make a new signing secret now", required=False)


class ChatForm(ConnectionForm):
    """A chat that flows tell what happens."""

    secret_names = ("hook_url",)

    name = forms.CharField(label="Name", max_length=80, help_text="As the notify steps of flows name it.")
    hook_url = secret_field(
        "Incoming webhook",
        "The address the chat gave you: Slack, or any chat that takes the same messages. Whoever has it can write there.",
    )

    def clean_hook_url(self) -> str:
        """A web address, or empty to keep the one stored."""
        url = str(self.cleaned_data["hook_url"]).strip()
        if url:
            URLValidator(schemes=["https", "http"])(url)
        elif self.connection is None:
            raise forms.ValidationError("Enter the address the chat gave you.")
        return url
