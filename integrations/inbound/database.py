"""Statements of the hot path, on a connection that may have died since it was last used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from django.db import InterfaceError, OperationalError, connection

Result = TypeVar("Result")

# django-stubs does not know this attribute of BaseDatabaseWrapper.
_HEALTH_CHECK_DONE: Final = "health_check_done"


def on_live_connection(work: Callable[[], Result]) -> Result:
    """Do `work`, and once more on a new connection when the old one turns out to be dead.

    Stands in for Django's health check, which would cost every request a round trip. `work` must do no harm when it
    is done twice; our inserts ignore what is there already.
    """
    setattr(connection, _HEALTH_CHECK_DONE, True)
    try:
        return work()
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        connection.close()
        return work()
