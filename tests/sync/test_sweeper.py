"""When Opayo's list is looked at, and when the system is quiet."""

from __future__ import annotations

import time

import pytest

from integrations.models import Connection
from integrations.opayo.sweep import BROKE_OFF, merge_cursors
from sync.selectors.work import queue_status
from sync.services.leases import give_back_lease, take_lease
from sync.services.sweeper import sweep_is_due

pytestmark = pytest.mark.django_db


def test_a_sweep_is_due_once_an_interval(opayo: Connection) -> None:
    assert sweep_is_due(opayo)
    opayo.refresh_from_db()
    assert not sweep_is_due(opayo)
    merge_cursors(opayo, {"next_sweep_at": int(time.time()) - 1})
    assert sweep_is_due(opayo)


def test_a_sweep_that_broke_off_is_due_at_once(opayo: Connection) -> None:
    sweep_is_due(opayo)
    merge_cursors(opayo, {BROKE_OFF: True})
    assert sweep_is_due(opayo)


def test_remembering_a_sweep_keeps_how_far_another_came_meanwhile(opayo: Connection) -> None:
    stale = Connection.objects.get(pk=opayo.pk)
    merge_cursors(opayo, {"swept_to": "2026-11-22T00:00:00+00:00"})
    sweep_is_due(stale)
    opayo.refresh_from_db()
    assert opayo.cursors["swept_to"] == "2026-11-22T00:00:00+00:00"


def test_nothing_is_quiet_while_opayos_list_is_read_or_has_to_be_read_again(opayo: Connection) -> None:
    assert queue_status().is_quiet
    take_lease(f"sweep:{opayo.pk}", "somebody")
    assert not queue_status().is_quiet
    give_back_lease(f"sweep:{opayo.pk}", "somebody")
    assert queue_status().is_quiet
    merge_cursors(opayo, {BROKE_OFF: True})
    assert not queue_status().is_quiet
