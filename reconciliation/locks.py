"""One hand at a time on what a pair's settlements and bank lines mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection, transaction

LOCK_SPACE: Final = 0x7112
"""Apart from the pipeline's: messages are processed while settlements are matched."""


@contextmanager
def pair_in_hand(pair_id: int) -> Iterator[None]:
    """A transaction that holds the pair's settlements, bank lines and matches; others wait for its end."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, pair_id])
        yield
