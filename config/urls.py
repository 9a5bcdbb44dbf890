"""Every address of the web application."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("integrations.urls")),
    path("", include("dashboard.urls")),
    path("", include("mapping.urls")),
    path("account/", include("allauth.urls")),
    path("support/", admin.site.urls),
]
