from __future__ import annotations

from threading import Event as Signal
from threading import current_thread, main_thread

import pytest
from django.db import OperationalError

from integrations.inbound import wakeup


@pytest.mark.django_db
def test_inside_a_transaction_the_pipeline_is_woken_at_once(woken: list[int]) -> None:
    wakeup.wake_soon(7)
    assert woken == [7]


@pytest.mark.django_db(transaction=True)
def test_otherwise_a_thread_wakes_it_once_for_a_burst(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    began, may_go_on, last = Signal(), Signal(), Signal()

    def tell(pair_id: int) -> None:
        assert current_thread() is not main_thread()
        told.append(pair_id)
        began.set()
        assert may_go_on.wait(10)
        if len(told) == 2:
            last.set()

    monkeypatch.setattr(wakeup, "on_event_stored", [tell])
    wakeup.wake_soon(7)
    assert began.wait(10)
    for _ in range(50):
        wakeup.wake_soon(7)
    may_go_on.set()
    assert last.wait(10)
    assert told == [7, 7]


@pytest.mark.django_db
def test_trouble_with_the_database_is_no_trouble_for_the_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: int) -> None:
        raise OperationalError("gone")

    told: list[int] = []
    monkeypatch.setattr(wakeup, "on_event_stored", [broken, told.append])
    wakeup.wake(7)
    assert told == [7]
