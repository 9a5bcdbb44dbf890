"""The audit log: kept once, and without what people should not have typed."""

from __future__ import annotations

import pytest

from integrations.models import AuditEntry

pytestmark = pytest.mark.django_db
TYPED = "She paid by 4929 0000 0000 6, case CB70001"


def test_a_card_number_in_a_reason_is_masked_however_it_is_kept() -> None:
    AuditEntry.objects.create(action="match.undone", reason=TYPED)
    AuditEntry.objects.bulk_create([AuditEntry(action="match.undone", reason=TYPED)])
    kept = set(AuditEntry.objects.values_list("reason", flat=True))
    assert kept == {"She paid by *********0006, case CB70001"}


def test_an_entry_is_neither_changed_nor_deleted() -> None:
    entry = AuditEntry.objects.create(action="match.undone")
    entry.action = "match.confirmed"
    with pytest.raises(PermissionError, match="never changed"):
        entry.save()
    with pytest.raises(PermissionError, match="never deleted"):
        entry.delete()
