from __future__ import annotations

import psycopg
import pytest
from django.db import OperationalError, connection

from integrations.inbound.database import on_live_connection
from integrations.prepared import fetch_row


def _backend() -> int:
    row = fetch_row("SELECT pg_backend_pid()", ())
    assert row is not None
    return int(row[0])


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_died_meanwhile_is_replaced_without_the_caller_noticing() -> None:
    first = on_live_connection(_backend)
    parameters = connection.get_connection_params()
    kept = {
        name: parameters[name]
        for name in ("host", "port", "user", "password", "dbname")
        if parameters.get(name)
    }
    with psycopg.connect(**kept, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    assert on_live_connection(_backend) != first


@pytest.mark.django_db
def test_inside_a_transaction_nothing_is_repeated() -> None:
    calls: list[int] = []

    def work() -> None:
        calls.append(1)
        raise OperationalError("gone")

    with pytest.raises(OperationalError):
        on_live_connection(work)
    assert len(calls) == 1
