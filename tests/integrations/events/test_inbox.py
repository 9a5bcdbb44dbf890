from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event as Signal
from threading import Thread
from typing import Any

import pytest
from django.db import DataError, OperationalError, connection, transaction

from integrations.events import inbox
from integrations.events.services import store_event
from integrations.models import Event, Pair
from tests.factories import PairFactory

pytestmark = pytest.mark.django_db(transaction=True)
WAIT = 20


@pytest.fixture
def pair() -> Pair:
    return PairFactory()


def _store(pair: Pair, name: str, **changes: Any) -> tuple[int, bool]:
    arrival: dict[str, Any] = {
        "pair_id": pair.pk, "connection_id": None, "source": "shop", "kind": "order.created", "dedupe_key": name,
        "body": name.encode(), "headers": {}, "authenticity": "verified",
    }  # fmt: skip
    return store_event(**{**arrival, **changes})


class _Gate:
    """Stands in front of the database: the first insert waits there until the others stand in line."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sizes: list[int] = []
        self.entered, self._opened = Signal(), Signal()
        self._insert = inbox._insert
        monkeypatch.setattr(inbox, "_insert", self._through)

    def _through(self, rows: Sequence[Any], names: Sequence[Any]) -> list[Any]:
        self.sizes.append(len(rows))
        if len(self.sizes) == 1:
            self.entered.set()
            assert self._opened.wait(WAIT)
        return self._insert(rows, names)

    def run(self, first: Callable[[], object], others: Sequence[Callable[[], object]]) -> list[object]:
        """Do all at once, each in a thread; their results, or what they raised, in order."""
        results: list[object] = [None] * (len(others) + 1)
        threads = [Thread(target=_into(results, place, work)) for place, work in enumerate([first, *others])]
        threads[0].start()
        assert self.entered.wait(WAIT)
        for thread in threads[1:]:
            thread.start()
        while len(inbox._line.waiting) < len(others):
            threads[-1].join(0.001)
        self._opened.set()
        for thread in threads:
            thread.join(WAIT)
        return results


def _into(results: list[object], place: int, work: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        try:
            results[place] = work()
        except (DataError, OperationalError) as error:
            results[place] = error
        finally:
            connection.close()

    return run


def test_those_who_come_during_an_insert_are_inserted_together(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = _Gate(monkeypatch)
    results = gate.run(lambda: _store(pair, "a"), [lambda n=n: _store(pair, f"b{n}") for n in range(7)])  # type: ignore[misc]
    assert gate.sizes == [1, 7]
    stored = dict(Event.objects.values_list("dedupe_key", "pk"))
    assert results == [(stored[name], True) for name in ("a", *(f"b{n}" for n in range(7)))]


def test_the_same_message_twice_in_one_batch_is_new_once(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = _Gate(monkeypatch)
    results = gate.run(lambda: _store(pair, "a"), [lambda: _store(pair, "same")] * 3)
    event_id = Event.objects.get(dedupe_key="same").pk
    assert sorted(results[1:], key=str) == [(event_id, False), (event_id, False), (event_id, True)]


def test_a_row_that_cannot_be_stored_does_not_take_the_others_with_it(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = _Gate(monkeypatch)
    bad = lambda: _store(pair, "bad\0")  # noqa: E731 - one of several works
    results = gate.run(lambda: _store(pair, "a"), [lambda: _store(pair, "b"), bad, lambda: _store(pair, "c")])
    assert isinstance(results[2], DataError)
    assert set(Event.objects.values_list("dedupe_key", flat=True)) == {"a", "b", "c"}


def test_when_the_database_is_gone_everybody_hears_it_and_the_line_goes_on(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = _Gate(monkeypatch)

    def gone(rows: Sequence[Any], names: Sequence[Any]) -> list[Any]:
        raise OperationalError("gone")

    gate._insert = gone
    results = gate.run(lambda: _store(pair, "a"), [lambda: _store(pair, "b"), lambda: _store(pair, "c")])
    assert all(isinstance(result, OperationalError) for result in results)
    monkeypatch.undo()
    assert _store(pair, "d")[1]


def test_inside_a_transaction_the_event_comes_and_goes_with_it(pair: Pair) -> None:
    with transaction.atomic():
        _store(pair, "a")
        transaction.set_rollback(True)
    assert not Event.objects.exists()
    assert _store(pair, "a")[1]
