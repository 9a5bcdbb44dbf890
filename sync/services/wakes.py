"""Waking all that may have work for a pair."""

from __future__ import annotations

from integrations.models import Connection, Pair
from sync.services.leases import wake


def wake_pair(pair: Pair) -> None:
    """Its dispatcher, for each Xero organisation that answers."""
    live = Connection.objects.filter(pair=pair, system=Connection.System.XERO, status=Connection.Status.LIVE)
    for connection in live:
        wake("deliver", connection.pk)
