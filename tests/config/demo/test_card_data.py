"""The search for card numbers finds them, wherever they are, and takes nothing else for one."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from config.demo.card_data import found_in, lines_of, rows_of, search
from integrations.events.services import store_event
from integrations.models import Event, Pair
from tests.factories import PairFactory

PAN = b"4929000000006"


@pytest.mark.parametrize(
    "text",
    [
        PAN,
        b'{"note": "card 4929000000006, please"}',
        b"4929 0000 0000 6",
        b"ref 12 374200000000004",
        b"card4929000000006",
        b"5186-1506-6000-0009",
        b"2026-11-23 5186150660000009",
        b"7\t\\\\x" + b"a note with 5185690060000001 in it".hex().encode() + b"\tx",
    ],
)
def test_a_card_number_is_found(text: bytes) -> None:
    (found,) = found_in("table", text)
    assert (found.place, found.what) == ("table", "card number")


@pytest.mark.parametrize(
    "text", [b'"cvv": "123"', b"CV2=999&x=1", b"security code: 1234", b"\\\\x" + b"cvc 321".hex().encode()]
)
def test_a_security_code_is_found(text: bytes) -> None:
    (found,) = found_in("table", text)
    assert found.what == "security code"


@pytest.mark.parametrize(
    "text",
    [
        b"************0006",
        b"4929000000007",
        b"1763865042123",
        b"F955C22E-F67B-4DA3-8EA3-6DAC68FA59D2",
        b"3b4929000000006a9f0c1e2d3b4929000000006a9f0c1e2d",
        b'"CV2Result": "MATCHED"',
        b"cvv: ***",
        b"&SchemeTraceID=4929000000006&CV2Result=MATCHED",
        b'{"SchemeTraceID": "4929000000006"}',
        b"492900000000000",
        b"2026-11-23 03:22:38.265",
    ],
)
def test_what_only_looks_like_one_is_left_alone(text: bytes) -> None:
    assert list(found_in("table", text)) == []


@pytest.mark.django_db(transaction=True)
def test_the_whole_database_and_the_logs_are_searched(tmp_path: Path) -> None:
    pair: Pair = PairFactory()
    note = b'{"note": "my card is 4929 0000 0000 6, CV2 123"}'
    store_event(
        pair_id=pair.pk, connection_id=None, source=Event.Source.SHOP, kind="order.created", dedupe_key="1", body=note,
        headers={"x-note": "4929000000006"}, authenticity=Event.Authenticity.VERIFIED,
    )  # fmt: skip
    url = connection.connection.info.dsn + " password=" + (connection.connection.info.password or "''")
    assert search(rows_of(url)) == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE integrations_pair SET name = %s", [f"Shop {PAN.decode()}"])
    (found,) = search(rows_of(url))
    assert (found.place, found.ends_in) == ("integrations_pair", "0006")
    log = tmp_path / "workers.log"
    log.write_bytes(b"fine\n" + note + b"\n")
    assert [each.what for each in search(lines_of([log]))] == ["card number", "security code"]
