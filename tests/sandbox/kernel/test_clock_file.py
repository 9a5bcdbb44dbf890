"""The file that tells others how far the business clock has been moved."""

from __future__ import annotations

import random
from pathlib import Path

from sandbox.kernel.clock import Clock
from sandbox.kernel.settings import Settings
from sandbox.kernel.store import Store
from sandbox.kernel.world import World


def _world(store: Store) -> World:
    return World(clock=Clock(), store=store, rng=random.Random(1))


def test_each_move_of_the_clock_is_written_down(tmp_path: Path) -> None:
    world, file = _world(Store()), tmp_path / "offset"
    settings = Settings(world.store, file)

    world.clock.advance(86_400.0)
    settings.keep_clock(world)

    assert float(file.read_text()) == 86_400.0


def test_a_restart_writes_the_kept_offset_again(tmp_path: Path) -> None:
    world, file = _world(Store()), tmp_path / "offset"
    world.clock.advance(-3_600.0)
    Settings(world.store).keep_clock(world)

    Settings(world.store, file).restore(_world(world.store))

    assert float(file.read_text()) == -3_600.0


def test_without_a_file_nothing_is_written(tmp_path: Path) -> None:
    Settings(Store()).restore(_world(Store()))

    assert list(tmp_path.iterdir()) == []
