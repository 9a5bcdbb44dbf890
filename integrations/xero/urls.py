"""Addresses for connecting Xero; the callback has no pair, because Xero compares it byte for byte."""

from __future__ import annotations

from django.urls import path

from integrations.xero import views

urlpatterns = [
    path("xero/callback", views.callback, name="xero-callback"),
    path("<slug:pair_slug>/connections/xero", views.connect, name="xero-connect"),
    path("<slug:pair_slug>/connections/xero/webhook", views.webhook, name="xero-webhook"),
    path("<slug:pair_slug>/connections/xero/choose", views.choose, name="xero-choose"),
    path(
        "<slug:pair_slug>/connections/xero/<int:connection_id>/disconnect", views.end, name="xero-disconnect"
    ),
]
