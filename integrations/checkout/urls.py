"""Pages for customers."""

from __future__ import annotations

from django.urls import path

from integrations.checkout import views

urlpatterns = [
    path("pay/<str:token>", views.pay, name="checkout-pay"),
    path("pay/done/<str:token>", views.done, name="checkout-done"),
]
