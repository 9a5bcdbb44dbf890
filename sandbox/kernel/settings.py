"""What control has set, kept in the journal: the clock's offsets, switches and fault rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sandbox.kernel.faults import Kind, Rule
from sandbox.kernel.store import Store
from sandbox.kernel.world import World


class Settings:
    """Reads the kept settings into a world and writes each change down."""

    def __init__(self, store: Store, clock_file: Path | None = None) -> None:
        self._table = store.table("kernel.settings")
        self._clock_file = clock_file

    def starts(self) -> int:
        """How often a sandbox was started over this journal, this time included."""
        count: int = (self._table.get("starts") or {"count": 0})["count"] + 1
        self._table.put("starts", {"count": count})
        return count

    def restore(self, world: World) -> None:
        """Set the world's clock and switches as they were."""
        clock = self._table.get("clock")
        if clock is not None:
            world.clock.business_offset = clock["business_offset"]
            world.clock.machine_offset = clock["machine_offset"]
        world.switches.update(self._table.get("switches") or {})
        self._publish_clock(world.clock.business_offset)

    def rules(self) -> list[Rule] | None:
        """The fault rules last set by control, or `None` if it never set any."""
        kept = self._table.get("faults")
        if kept is None:
            return None
        return [Rule(**{**rule, "kind": Kind(rule["kind"])}) for rule in kept["rules"]]

    def keep_clock(self, world: World) -> None:
        clock = world.clock
        offsets = {"business_offset": clock.business_offset, "machine_offset": clock.machine_offset}
        self._table.put("clock", offsets)
        self._publish_clock(clock.business_offset)

    def _publish_clock(self, business_offset: float) -> None:
        """Tell those outside who keep the same business day by how many seconds it is off the real time."""
        if self._clock_file is None:
            return
        # Replaced in one step: a reader never meets an empty file.
        draft = self._clock_file.with_suffix(".new")
        draft.write_text(f"{business_offset}\n")
        draft.replace(self._clock_file)

    def keep_switches(self, switches: dict[str, Any]) -> None:
        self._table.put("switches", dict(switches))

    def keep_rules(self, rules: Iterable[Rule]) -> None:
        self._table.put("faults", {"rules": [rule_as_dict(rule) for rule in rules]})


def rule_as_dict(rule: Rule) -> dict[str, Any]:
    """The rule as control shows and takes it."""
    return {**asdict(rule), "kind": rule.kind.value}
