"""Forms for connecting Xero."""

from __future__ import annotations

from typing import Any

from django import forms

from integrations.models import XeroGrant


class XeroAppForm(forms.Form):
    """The Xero app's id and secret, and how it connects."""

    kind = forms.ChoiceField(
        label="Kind of Xero app",
        choices=[
            (XeroGrant.Kind.CODE, "Web app: you give consent on Xero's page"),
            (XeroGrant.Kind.CUSTOM, "Custom connection: consent was given in Xero"),
        ],
        widget=forms.RadioSelect,
        initial=XeroGrant.Kind.CODE,
    )
    client_id = forms.CharField(label="Client id", max_length=100)
    client_secret = forms.CharField(
        label="Client secret",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Leave empty to keep the one that is stored.",
    )

    def __init__(self, *args: Any, stored: XeroGrant | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stored = stored
        if stored is None:
            self.fields["client_secret"].required = True
            self.fields["client_secret"].help_text = ""
        else:
            self.initial.update({"kind": stored.kind, "client_id": stored.client_id})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        stored = self._stored
        if stored is not None and not data.get("client_secret") and data.get("client_id") != stored.client_id:
            self.add_error("client_secret", "Enter the secret that belongs to this client id.")
        return data


class XeroWebhookForm(forms.Form):
    """The key with which Xero signs its webhooks."""

    webhook_key = forms.CharField(
        label="Webhook key",
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="From the Webhooks page of your app at developer.xero.com, as it stands there.",
    )
