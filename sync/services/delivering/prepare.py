"""Writing a call down before it is made: claimed postings, exact body, Idempotency-Key."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrations.models import Connection
from integrations.xero.core.wire import dumps
from sync.models import Delivery, Posting
from sync.services.delivering.kinds import KINDS, Kind, path_of

_READ = (
    "pair_id", "kind", "natural_key", "document", "currency", "amount_minor", "customer__xero_contact_id",
    "changes_id", "changes__remote_id", "changes__remote_part_id", "changes__remote_status", "changes__kind",
    "waits_for__remote_id", "waits_for__remote_part_id", "waits_for__remote_status", "waits_for__kind",
)  # fmt: skip
"""What a call is written from; making whole rows would take longer than writing it."""
_READ_BENEATH = ("changes__waits_for__remote_id", "waits_for__waits_for__remote_id")


@transaction.atomic
def prepare(connection: Connection, kind_name: str) -> tuple[Delivery, list[Posting]] | None:
    """Claim up to a batch of ready postings and store their call with them; None when there are none.

    From here on body and key stay the same until Xero's answer is known.
    """
    kind = KINDS[kind_name]
    postings = _claim(connection.pair_id, kind_name, kind)
    if not postings:
        return None
    elements = [kind.element(posting) for posting in postings]
    body = elements[0] if kind.size == 1 else {kind.collection: elements}
    now = timezone.now()
    delivery = Delivery.objects.create(
        pair_id=connection.pair_id,
        connection=connection,
        kind=kind_name,
        purpose=kind.purpose,
        method=kind.method,
        path=path_of(kind, postings[0]),
        body=dumps(body) if kind.has_body else "",
        idempotency_key=f"tillbridge-{uuid.uuid4()}",
        posting_ids=[posting.pk for posting in postings],
        state=Delivery.State.SENDING,
        first_sent_at=now,
        last_sent_at=now,
        attempts=1,
    )
    Posting.objects.filter(pk__in=delivery.posting_ids).update(
        state=Posting.State.SENDING, delivery=delivery, not_before=None
    )
    return delivery, postings


def _claim(pair_id: int, kind_name: str, kind: Kind) -> list[Posting]:
    now = timezone.now()
    due = Q(state=Posting.State.READY) | Q(state=Posting.State.RETRYING, not_before__lte=now)
    rows = (
        Posting.objects.filter(due, pair_id=pair_id, kind=kind_name)
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
        .order_by("pk")
    )
    if kind.reads_beneath:
        rows = rows.select_related("customer", "waits_for__waits_for", "changes__waits_for")
        rows = rows.only(*_READ, *_READ_BENEATH)
    else:
        rows = rows.select_related("customer", "waits_for", "changes").only(*_READ)
    return list(rows[: kind.size])
