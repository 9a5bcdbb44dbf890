"""Telling the worker that Opayo is to be asked something.

As `integrations.inbound.wakeup`: what stands above adds a function when the application starts. A call that gets lost costs
nothing but time, for the sweeper looks for open instructions anyway.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.db import transaction

on_asked: Final[list[Callable[[int], None]]] = []
"""Called with the pair's id after an instruction was committed. Must be quick."""


def wake_when_committed(pair_id: int) -> None:
    """An instruction of the pair will be on disk when the transaction under way is committed."""

    def tell() -> None:
        for each in on_asked:
            each(pair_id)

    transaction.on_commit(tell)
