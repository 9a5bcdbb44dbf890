"""Acquirers' files that wait for a person's look: kept without card numbers, and not for long."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils import timezone

from integrations.core.files.tables import Table, UnreadableFileError, read_table
from integrations.core.pci import mask
from integrations.models import Pair, User
from reconciliation.models import AcquirerFile
from reconciliation.settlements.importing import known_columns

_LEFT_AFTER: Final = timedelta(days=7)
_NUMBERS: Final = ("reference", "vendor_tx_code", "vps_tx_id", "retrieval_reference", "case_id", "mid")
"""Columns of numbers that may look like a card's and are none."""


def keep_file(pair: Pair, kind: str, name: str, content: bytes, *, by: User) -> AcquirerFile:
    """Keep a file until it is imported, card numbers masked; the content of those nobody imported for a week is dropped."""
    stale = AcquirerFile.objects.filter(pair=pair, is_done=False, created_at__lt=timezone.now() - _LEFT_AFTER)
    stale.update(is_done=True, content=b"")
    masked, _ = mask(content, _numbers(pair, content))
    return AcquirerFile.objects.create(pair=pair, kind=kind, name=name[:255], content=masked, by=by)


def _numbers(pair: Pair, content: bytes) -> set[bytes]:
    try:
        table: Table = read_table(content)
    except UnreadableFileError:
        return set()  # said to the person by the look at it
    columns = known_columns(pair, table)
    heads = [columns.heads.get(name, "") for name in _NUMBERS] if columns else []
    return {value.encode() for head in heads if head for value in table.values(head)}
