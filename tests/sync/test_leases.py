"""One worker per job, and none missing after a kill."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from sync.models import Lease, Wake
from sync.services.leases import begin, give_back_lease, holder_name, is_dead, renew_lease, take_lease, wake

pytestmark = pytest.mark.django_db


def test_a_lease_has_one_holder_until_it_is_given_back() -> None:
    assert take_lease("job", "elsewhere:1:1")
    assert not take_lease("job", "elsewhere:2:2")
    give_back_lease("job", "elsewhere:1:1")
    assert take_lease("job", "elsewhere:2:2")


def test_a_lease_of_another_machine_runs_out() -> None:
    assert take_lease("job", "elsewhere:1:1")
    Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert take_lease("job", "elsewhere:2:2")
    assert not renew_lease("job", "elsewhere:1:1")


def test_the_lease_of_a_killed_process_of_this_machine_is_free_at_once() -> None:
    dead = f"{holder_name().rpartition(':')[0]}:1"
    assert is_dead(dead)
    assert not is_dead(holder_name())
    assert take_lease("job", dead)
    assert take_lease("job", holder_name())


def test_a_job_is_queued_once_until_it_has_begun() -> None:
    wake("process_events", 7)
    wake("process_events", 7)
    assert OrmQ.objects.count() == 1
    begin("process_events", 7)
    wake("process_events", 7)
    assert OrmQ.objects.count() == 2


def test_a_job_lost_with_its_worker_is_queued_again() -> None:
    wake("deliver", 7)
    Wake.objects.update(at=timezone.now() - timedelta(seconds=11))
    wake("deliver", 7)
    assert OrmQ.objects.count() == 2
