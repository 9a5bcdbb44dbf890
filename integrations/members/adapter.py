"""How people get in: by invitation only."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth publishes no types for its adapters
    """Nobody signs up by himself: administrators invite (see `integrations.members.services`)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False
