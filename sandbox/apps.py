"""Registers the sandbox with Django, for its management command only: it has no models."""

from __future__ import annotations

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """Simulated Opayo, Xero, bank and shop; a process of its own that shares no code with the product."""

    name = "sandbox"
    verbose_name = "Sandbox"
