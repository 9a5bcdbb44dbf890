"""Messages about payments that nobody has told of yet."""

from __future__ import annotations

from integrations.models import Event
from sync.services.batch import Batch
from sync.services.intake.outcomes import Outcome, UnreadableError, Wait

_LOOK_UP_AFTER = 2
_MOST_ATTEMPTS = 300
"""With waits of at most five minutes: about a day."""


def ask_opayo(batch: Batch, event: Event, code: str, gone_by: str) -> Outcome:
    """Wait for the payment of this code, and ask Opayo's reports for it; nothing is booked before.

    Raises UnreadableError with `gone_by` when a day has not told of it.
    """
    if event.attempts >= _MOST_ATTEMPTS:
        raise UnreadableError(gone_by)
    if event.attempts >= _LOOK_UP_AFTER and code:
        batch.look_up.add(code)
    return Wait(
        min(0.5 * 2.0 ** min(event.attempts, 10), 300.0), f"waiting to learn about {code or 'its payment'}"
    )
