"""What other apps may wait for."""

from __future__ import annotations

from django.dispatch import Signal

version_published = Signal()
"""Sent with `version`, after commit, when it came into use; `version.pair` is None for what the product ships with."""
