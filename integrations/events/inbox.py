"""Inserting events, several in one commit when several come at once.

The commit is what an insert costs, and PostgreSQL does not care how many rows it makes durable. So whoever comes while
another's insert is under way leaves its row in a line; the first of that line then inserts them all. Nobody waits for
more rows to come, and nobody is answered before its own row is on disk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

import orjson
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, connection

from integrations.prepared import fetch_row, fetch_rows

Name = tuple[int, str, str]
"""Pair, source and dedupe key: what makes an event one."""
Result = tuple[int, bool]
"""The event's id, and whether it is new."""

_MOST_AT_ONCE: Final = 64

# One JSON parameter for any number of rows, so that it is one statement, prepared once. The body is in hex.
_INSERT: Final = """
    INSERT INTO integrations_event (
        pair_id, source, dedupe_key, connection_id, kind, authenticity, headers, body, body_sha256, is_masked,
        received_at, state, error, processed_at, chain_hash, attempts
    )
    SELECT pair_id, source, dedupe_key, connection_id, kind, authenticity, headers, decode(body, 'hex'), body_sha256,
           is_masked, received_at, state, error, processed_at, '', 0
    FROM json_to_recordset(%s::json) AS row (
        pair_id bigint, source text, dedupe_key text, connection_id bigint, kind text, authenticity text,
        headers jsonb, body text, body_sha256 text, is_masked boolean, received_at timestamptz, state text, error text,
        processed_at timestamptz
    )
    ON CONFLICT (pair_id, source, dedupe_key) DO NOTHING
    RETURNING id, pair_id, source, dedupe_key
"""
_FIND: Final = "SELECT id FROM integrations_event WHERE pair_id = %s AND source = %s AND dedupe_key = %s"


@dataclass(slots=True)
class _Waiting:
    """One row in the line. `turn` is free when the row has its result or is the first of the line."""

    row: bytes
    name: Name
    turn: Lock
    result: Result | DatabaseError | None = None


@dataclass(slots=True)
class _Line:
    """Who waits, and whether somebody is inserting."""

    lock: Lock = field(default_factory=Lock)
    waiting: list[_Waiting] = field(default_factory=list)
    is_busy: bool = False


_line: Final = _Line()


def insert_event(row: Mapping[str, Any]) -> Result:
    """The id of an event, and whether it is new. Committed on return, unless the caller has opened a transaction.

    `row` holds the columns as JSON values, the body in hex. Raises what the database raises for this row.
    """
    name = (row["pair_id"], row["source"], row["dedupe_key"])
    written = orjson.dumps(row)
    if connection.in_atomic_block:
        return _insert([written], [name])[0]
    mine = _Waiting(written, name, Lock())
    mine.turn.acquire()
    if not _stand_in_line(mine):
        mine.turn.acquire()
    if mine.result is None:
        _insert_for_all(mine)
    if isinstance(mine.result, tuple):
        return mine.result
    raise mine.result or RuntimeError("The insert ended without a result.")


def _stand_in_line(mine: _Waiting) -> bool:
    """Join the line; True when nobody is inserting, so that it is this thread's turn at once."""
    with _line.lock:
        _line.waiting.append(mine)
        if _line.is_busy:
            return False
        _line.is_busy = True
        return True


def _insert_for_all(mine: _Waiting) -> None:
    with _line.lock:
        batch, _line.waiting = _line.waiting[:_MOST_AT_ONCE], _line.waiting[_MOST_AT_ONCE:]
    try:
        _insert_batch(batch)
    finally:
        for each in batch:
            if each is not mine:
                each.turn.release()
        _give_up_turn()


def _give_up_turn() -> None:
    with _line.lock:
        if _line.waiting:
            _line.waiting[0].turn.release()
        else:
            _line.is_busy = False


def _insert_batch(batch: Sequence[_Waiting]) -> None:
    """Give every row its result. A row that cannot be inserted must not take the others with it."""
    results: Sequence[Result | DatabaseError]
    try:
        results = _insert([each.row for each in batch], [each.name for each in batch])
    except (OperationalError, InterfaceError) as error:
        results = [error] * len(batch)
    except DatabaseError as error:
        results = [error] if len(batch) == 1 else [_alone(each) for each in batch]
    for each, result in zip(batch, results, strict=True):
        each.result = result


def _alone(each: _Waiting) -> Result | DatabaseError:
    try:
        return _insert([each.row], [each.name])[0]
    except DatabaseError as error:
        return error


def _insert(rows: Sequence[bytes], names: Sequence[Name]) -> list[Result]:
    inserted = fetch_rows(_INSERT, [(b"[%b]" % b",".join(rows)).decode()])
    new = {(pair_id, source, dedupe_key): int(pk) for pk, pair_id, source, dedupe_key in inserted}
    # Of two rows with one name in a batch the first is new.
    return [(new.pop(name), True) if name in new else (_known(name), False) for name in names]


def _known(name: Name) -> int:
    found = fetch_row(_FIND, name)
    if found is None:
        raise OperationalError("An event was neither stored nor found: it was retired meanwhile.")
    return int(found[0])
