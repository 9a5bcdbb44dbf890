from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError

from integrations.core.chain import Break
from integrations.events.selectors import event_of_pair, events_of_order, events_of_pair, shown_body
from integrations.events.services import retire_events, seal_events, store_event, verify_chain
from integrations.models import AuditEntry, Event, Pair
from tests.factories import OrderFactory, PairFactory

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2019, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def pair() -> Pair:
    return PairFactory()


def _store(pair: Pair, name: str, **changes: Any) -> tuple[int, bool]:
    arrival: dict[str, Any] = {
        "pair_id": pair.pk, "connection_id": None, "source": "shop", "kind": "order.created", "dedupe_key": name,
        "body": f'{{"name":"{name}"}}'.encode(), "headers": {"webhook-id": name}, "authenticity": "verified",
    }  # fmt: skip
    return store_event(**{**arrival, **changes})


def _sealed(pair: Pair, count: int, **changes: Any) -> list[int]:
    ids = [_store(pair, f"msg_{number}", **changes)[0] for number in range(count)]
    assert seal_events(pair.pk) == count
    return ids


def _tamper(sql: str, *values: Any) -> None:
    """As somebody would who owns the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE integrations_event DISABLE TRIGGER USER")
        cursor.execute(sql, values)
        cursor.execute("ALTER TABLE integrations_event ENABLE TRIGGER USER")


def test_an_event_is_stored_as_received(pair: Pair) -> None:
    event_id, is_new = _store(pair, "msg_1", received_at=LONG_AGO)
    event = Event.objects.get(pk=event_id)
    assert is_new
    assert (event.pair_id, event.source, event.kind, event.dedupe_key) == (
        pair.pk,
        "shop",
        "order.created",
        "msg_1",
    )
    assert (bytes(event.body), event.headers) == (b'{"name":"msg_1"}', {"webhook-id": "msg_1"})
    assert (event.received_at, event.state, event.sequence, event.processed_at) == (
        LONG_AGO,
        "received",
        None,
        None,
    )


def test_the_same_message_is_stored_once_per_source_and_pair(pair: Pair) -> None:
    first = _store(pair, "msg_1")
    assert _store(pair, "msg_1", body=b"other") == (first[0], False)
    assert _store(pair, "msg_1", source="opayo")[1]
    assert _store(PairFactory(), "msg_1")[1]


def test_a_sender_s_id_of_any_length_is_told_apart(pair: Pair) -> None:
    assert _store(pair, "x" * 201)[1]
    assert _store(pair, "x" * 202)[1]
    assert not _store(pair, "x" * 201)[1]


def test_card_numbers_never_reach_the_disk_in_body_or_headers(pair: Pair) -> None:
    event_id, _ = _store(pair, "m", body=b"pan=4929000000006", headers={"x-note": "4929 0000 0000 6"})
    event = Event.objects.get(pk=event_id)
    assert (bytes(event.body), event.headers, event.is_masked) == (
        b"pan=*********0006", {"x-note": "*********0006"}, True,
    )  # fmt: skip


def test_events_are_sealed_in_the_order_of_their_ids_and_verify(pair: Pair) -> None:
    _sealed(pair, 3)
    _store(pair, "late")
    assert seal_events(pair.pk) == 1
    assert seal_events(pair.pk) == 0
    events = Event.objects.filter(pair=pair).order_by("pk")
    assert [event.sequence for event in events] == [1, 2, 3, 4]
    assert verify_chain(pair.pk) is None


def test_sealing_stops_at_its_limit(pair: Pair) -> None:
    for number in range(3):
        _store(pair, f"msg_{number}")
    assert seal_events(pair.pk, limit=2) == 2
    assert seal_events(pair.pk, limit=2) == 1


def test_each_pair_has_a_chain_of_its_own(pair: Pair) -> None:
    other = PairFactory()
    _sealed(pair, 2)
    _sealed(other, 1)
    assert (verify_chain(pair.pk), verify_chain(other.pk)) == (None, None)


@pytest.mark.parametrize(
    "change",
    [
        "body = 'forged'", "kind = 'order.updated'", "dedupe_key = 'other'", "source = 'opayo'",
        "received_at = received_at + interval '1 microsecond'",
    ],
)  # fmt: skip
def test_an_event_changed_behind_our_back_breaks_the_chain(pair: Pair, change: str) -> None:
    ids = _sealed(pair, 3)
    _tamper(f"UPDATE integrations_event SET {change} WHERE id = %s", ids[1])  # noqa: S608 - the cases above
    assert verify_chain(pair.pk) == Break(2, "Event 2 is not what was received, or not where it was.")


def test_a_body_exchanged_together_with_its_digest_breaks_the_chain_too(pair: Pair) -> None:
    ids = _sealed(pair, 2)
    _tamper(
        "UPDATE integrations_event SET body = 'forged', body_sha256 = encode(sha256('forged'), 'hex') WHERE id = %s",
        ids[0],
    )
    assert verify_chain(pair.pk) == Break(1, "Event 1 is not what was received, or not where it was.")


def test_an_event_removed_behind_our_back_is_missed(pair: Pair) -> None:
    ids = _sealed(pair, 3)
    _tamper("DELETE FROM integrations_event WHERE id = %s", ids[1])
    assert verify_chain(pair.pk) == Break(2, "Event 2 is missing: the next one kept is 3.")


@pytest.mark.parametrize(
    "change",
    [
        {"body": b"forged"}, {"headers": {}}, {"source": "opayo"}, {"kind": "x"}, {"dedupe_key": "x"},
        {"received_at": LONG_AGO}, {"body_sha256": "0" * 64}, {"sequence": 9}, {"chain_hash": "0" * 64},
    ],
)  # fmt: skip
def test_the_database_refuses_to_change_what_was_received(pair: Pair, change: dict[str, Any]) -> None:
    (event_id,) = _sealed(pair, 1)
    with (
        pytest.raises((IntegrityError, InternalError), match="stays as it was received"),
        transaction.atomic(),
    ):
        Event.objects.filter(pk=event_id).update(**change)


def test_what_becomes_of_an_event_may_change(pair: Pair) -> None:
    (event_id,) = _sealed(pair, 1)
    event = Event.objects.get(pk=event_id)
    event.state, event.authenticity, event.attempts = Event.State.PROCESSED, Event.Authenticity.VERIFIED, 3
    event.save()
    assert verify_chain(pair.pk) is None


def test_nobody_deletes_an_event(pair: Pair) -> None:
    _sealed(pair, 1)
    with pytest.raises((IntegrityError, InternalError), match="evidence"), transaction.atomic():
        Event.objects.filter(pair=pair).delete()
    with pytest.raises(PermissionError):
        Event.objects.get(pair=pair).delete()


def test_retention_retires_the_oldest_finished_events_and_the_chain_goes_on(pair: Pair) -> None:
    ids = _sealed(pair, 4, received_at=LONG_AGO)
    Event.objects.filter(pk__in=[ids[0], ids[1], ids[3]]).update(state=Event.State.PROCESSED)
    assert retire_events(pair.pk, LONG_AGO + timedelta(days=1)) == 2
    assert list(Event.objects.filter(pair=pair).order_by("pk").values_list("pk", flat=True)) == ids[2:]
    assert AuditEntry.objects.get(pair=pair).data["sequence"] == 2
    assert verify_chain(pair.pk) is None
    _store(pair, "new")
    seal_events(pair.pk)
    assert verify_chain(pair.pk) is None


def test_a_chain_retired_to_its_end_is_continued(pair: Pair) -> None:
    _sealed(pair, 2, received_at=LONG_AGO)
    Event.objects.filter(pair=pair).update(state=Event.State.IGNORED)
    assert retire_events(pair.pk, LONG_AGO + timedelta(days=1)) == 2
    _store(pair, "new")
    seal_events(pair.pk)
    assert Event.objects.get(pair=pair).sequence == 3
    assert verify_chain(pair.pk) is None


def test_young_events_are_not_retired(pair: Pair) -> None:
    _sealed(pair, 2)
    Event.objects.filter(pair=pair).update(state=Event.State.PROCESSED)
    assert retire_events(pair.pk, LONG_AGO) == 0


def test_the_log_is_read_newest_first_and_searched(pair: Pair) -> None:
    _store(pair, "msg_1")
    _store(pair, "msg_2", source="opayo", kind="notification")
    assert [event.dedupe_key for event in events_of_pair(pair.pk)] == ["msg_2", "msg_1"]
    assert [event.dedupe_key for event in events_of_pair(pair.pk, source="opayo")] == ["msg_2"]
    assert [event.dedupe_key for event in events_of_pair(pair.pk, text="_1")] == ["msg_1"]


def test_the_story_of_an_order_is_told_from_the_beginning(pair: Pair) -> None:
    order = OrderFactory(pair=pair)
    ids = [_store(pair, f"msg_{number}")[0] for number in range(2)]
    Event.objects.filter(pk__in=ids).update(order=order)
    assert [event.pk for event in events_of_order(pair.pk, order.pk)] == ids
    assert list(events_of_order(PairFactory().pk, order.pk)) == []


def test_people_never_see_a_security_key(pair: Pair) -> None:
    body = b'{"payment":{"security_key": "OUWLNYQTVT"},"x":1} &SecurityKey=ABCDEFGHIJ&y=2'
    event_id, _ = _store(pair, "msg_1", body=body)
    event = event_of_pair(pair.pk, event_id)
    assert event is not None
    assert shown_body(event) == '{"payment":{"security_key": "**********"},"x":1} &SecurityKey=**********&y=2'
    assert event_of_pair(PairFactory().pk, event_id) is None
