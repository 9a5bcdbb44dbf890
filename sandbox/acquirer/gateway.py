"""What the acquirers see of the gateway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class CardGateway(Protocol):
    """Hands batches of card transactions in."""

    def merchant_accounts(self) -> Sequence[Mapping[str, Any]]:
        """The vendor's merchant numbers: `mid`, `acquirer`, `currency`."""

    def batches(self) -> Sequence[Mapping[str, Any]]:
        """Every batch so far, oldest first: `batchid`, `authprocessor`, `completed` (UTC)."""

    def batch_items(self, batch_id: str) -> Sequence[Mapping[str, Any]]:
        """The transactions of a batch; `captured` in major units, positive for a refund too."""


class NoGateway:
    """Nobody hands anything in."""

    def merchant_accounts(self) -> Sequence[Mapping[str, Any]]:
        return ()

    def batches(self) -> Sequence[Mapping[str, Any]]:
        return ()

    def batch_items(self, batch_id: str) -> Sequence[Mapping[str, Any]]:
        return ()
