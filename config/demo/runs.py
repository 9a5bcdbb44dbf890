"""The folders of throw-away runs, and the clearing up after drivers that were killed."""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

import psutil

from config.demo.processes import progress
from config.postgres import Cluster

_RUNS = Path(__file__).resolve().parents[2] / "var" / "runs"
_LOCK = "driver.lock"
KEPT = "kept"
"""A file of this name saves a run's folder from being deleted."""


@contextmanager
def run_folder(*, keep: bool, runs: Path = _RUNS) -> Iterator[Path]:
    """A folder of its own for one run, deleted with its database in the end.

    It is kept if asked, and if something raised: its logs then say what happened.
    """
    runs.mkdir(parents=True, exist_ok=True)
    clear_leftovers(runs)
    folder = _new_folder(runs)
    with (folder / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield folder
        except BaseException:
            _keep(folder)
            raise
        if keep or (folder / KEPT).exists():
            _keep(folder)
        else:
            remove(folder)


def _new_folder(runs: Path) -> Path:
    for number in itertools.count():
        folder = runs / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{number}"
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise AssertionError("itertools.count never ends")


def _keep(folder: Path) -> None:
    Cluster(folder).stop()
    (folder / KEPT).touch()
    progress(f"The logs and the data of this run are kept in {folder}")


def remove(folder: Path) -> None:
    """Delete a run and its database."""
    Cluster(folder).destroy()
    shutil.rmtree(folder)


def clear_leftovers(runs: Path) -> list[Path]:
    """Remove the runs whose driver was killed before it could: their processes, databases and folders."""
    dead = [path.parent for path in runs.glob(f"*/{_LOCK}") if _is_abandoned(path)]
    for folder in dead:
        progress(f"Clearing up after the run in {folder}, whose driver was killed")
        _end_processes_of(folder)
        remove(folder)
    return dead


def _is_abandoned(lock: Path) -> bool:
    if (lock.parent / KEPT).exists():
        return False
    with lock.open("r+") as file:
        return _is_free(file)


def _is_free(file: TextIOWrapper) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _end_processes_of(folder: Path) -> None:
    """End the processes that were started for this run: its folder stands in their environment."""
    for process in psutil.process_iter():
        try:
            if process.environ().get("TILLBRIDGE_VAR") == str(folder):
                process.kill()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
