"""Addresses that outside systems and their consent pages use."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("integrations.inbound.urls")),
    path("", include("integrations.checkout.urls")),
    path("", include("integrations.xero.urls")),
]
