"""What other apps may wait for: problems with a connection end when it works again."""

from __future__ import annotations

from django.dispatch import Signal

connection_restored = Signal()
"""Sent with `connection`, after commit, when a person connected or reconnected it."""

accounts_changed = Signal()
"""Sent with `pair`, after commit, when the accounts of its books were changed."""
