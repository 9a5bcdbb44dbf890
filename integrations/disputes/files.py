"""Chosen files between the look at them and the import."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Final

from django.utils import timezone

from integrations.core.files.tables import Table, read_table
from integrations.core.pci import mask
from integrations.disputes.core.columns import Columns
from integrations.disputes.importing import Look, carry_in
from integrations.disputes.layouts import columns_for
from integrations.models import DisputeFile, Pair, User

_LEFT_AFTER: Final = timedelta(days=7)
_NUMBERS: Final = ("case_id", "retrieval_reference", "bank_auth_code")


def keep_file(pair: Pair, name: str, content: bytes, *, by: User) -> DisputeFile:
    """Keep a file until it is imported, card numbers masked; files that nobody imported for a week are dropped.

    Raises UnreadableFileError.
    """
    table = read_table(content)
    old = timezone.now() - _LEFT_AFTER
    stale = DisputeFile.objects.filter(pair=pair, state=DisputeFile.State.WAITING, created_at__lt=old)
    stale.update(state=DisputeFile.State.LEFT, content=b"", ended_at=timezone.now())
    columns = columns_for(pair, table.heads)
    masked, _ = mask(content, _numbers(table, columns))
    return DisputeFile.objects.create(
        pair=pair,
        name=name[:200],
        acquirer=columns.acquirer if columns else "",
        sha256=sha256(content).hexdigest(),
        content=masked,
        by=by,
    )


def _numbers(table: Table, columns: Columns | None) -> set[bytes]:
    """What is a number of the acquirer's, whatever it looks like: case numbers are no card numbers."""
    heads = [columns.heads.get(name, "") for name in _NUMBERS] if columns else []
    return {value.encode() for head in heads if head for value in table.values(head)}


def table_of(file: DisputeFile) -> Table:
    """The rows of a file that waits. Raises UnreadableFileError once it is imported or left."""
    return read_table(bytes(file.content))


def import_file(file: DisputeFile, found: Look, *, by: User, without_bad: bool) -> int:
    """Tell what the file says that is not known yet, and drop its content. Raises BadRowsError."""
    content = bytes(file.content)
    told = carry_in(file.pair, found, name=file.name, content=content, by=by, without_bad=without_bad)
    file.state, file.content = DisputeFile.State.IMPORTED, b""
    file.told_count, file.bad_count, file.ended_at = told, len(found.bad), timezone.now()
    file.save()
    return told
