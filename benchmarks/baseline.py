"""The floor under every answer that is on disk first: one row inserted and committed, and nothing else."""

from __future__ import annotations

import threading
import time

import psycopg

from config.postgres import Cluster
from config.postgres.cluster import DATABASE, ROLE


def committed_rows_per_second(cluster: Cluster, body: bytes, connections: int, seconds: float) -> float:
    """How many rows of that size so many connections insert, each row with a commit of its own."""
    with _connect(cluster) as connection:
        connection.execute("DROP TABLE IF EXISTS bench_rows")
        connection.execute(
            "CREATE TABLE bench_rows (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea NOT NULL)"
        )
    counts = [0] * connections
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=_insert, args=(cluster, body, until, counts, index))
        for index in range(connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def _insert(cluster: Cluster, body: bytes, until: float, counts: list[int], index: int) -> None:
    with _connect(cluster) as connection:
        while time.monotonic() < until:
            connection.execute("INSERT INTO bench_rows (body) VALUES (%s)", [body], prepare=True)
            counts[index] += 1


def _connect(cluster: Cluster) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=str(cluster.socket_dir), user=ROLE, dbname=DATABASE, autocommit=True)
