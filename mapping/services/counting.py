"""Counting how many records passed, stopped or failed at each step of a flow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from django.db import connection

from integrations.models import Pair
from mapping.core.flows.run import StepOutcome

Tally = Mapping[tuple[str, str, StepOutcome], int]
"""Records by (flow id, step id, outcome)."""

_COUNTED = ("passed", "stopped", "failed")
_ADD = """
    INSERT INTO mapping_flowcount AS old (pair_id, flow, step, day, passed, stopped, failed)
    SELECT %s, new.flow, new.step, %s, new.passed, new.stopped, new.failed
      FROM unnest(%s::text[], %s::text[], %s::int[], %s::int[], %s::int[])
        AS new(flow, step, passed, stopped, failed)
    ON CONFLICT (pair_id, flow, step, day) DO UPDATE
       SET passed = old.passed + EXCLUDED.passed,
           stopped = old.stopped + EXCLUDED.stopped,
           failed = old.failed + EXCLUDED.failed
"""


def count_steps(pair: Pair, day: date, tally: Tally) -> None:
    """Add a batch's records to the counts of that day (in the pair's zone), in one statement.

    Always in the order of the keys, so that two batches at once do not wait for each other in a circle.
    """
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(_COUNTED, 0))
    for (flow, step, outcome), number in tally.items():
        if outcome in _COUNTED and number:
            counts[flow, step][outcome] += number
    if not counts:
        return
    keys = sorted(counts)
    columns = [[counts[key][outcome] for key in keys] for outcome in _COUNTED]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [pair.pk, day, [key[0] for key in keys], [key[1] for key in keys], *columns])
