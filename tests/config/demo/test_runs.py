"""Folders of throw-away runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from config.demo.runs import KEPT, clear_leftovers, run_folder


def test_a_run_leaves_nothing_behind(tmp_path: Path) -> None:
    with run_folder(keep=False, runs=tmp_path) as folder:
        (folder / "web.log").touch()

    assert list(tmp_path.iterdir()) == []


def test_a_run_that_failed_keeps_its_logs(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError), run_folder(keep=False, runs=tmp_path) as folder:
        (folder / "web.log").touch()
        raise TimeoutError

    assert (folder / "web.log").exists()


def test_two_runs_at_a_time_have_folders_of_their_own(tmp_path: Path) -> None:
    with run_folder(keep=False, runs=tmp_path) as first, run_folder(keep=False, runs=tmp_path) as second:
        assert first != second
        assert first.exists()


def test_kept_runs_are_not_cleared(tmp_path: Path) -> None:
    with run_folder(keep=True, runs=tmp_path) as folder:
        pass

    assert clear_leftovers(tmp_path) == []
    assert (folder / KEPT).exists()


def test_what_a_killed_driver_left_is_cleared_with_its_processes(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from config.demo.runs import run_folder\n"
        "with run_folder(keep=False, runs=Path(sys.argv[1])) as folder:\n"
        "    print(folder, flush=True); os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run(
        [sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=False
    )
    folder = Path(killed.stdout.strip())
    orphan = psutil.Popen(
        [sys.executable, "-c", "input()"],
        stdin=subprocess.PIPE,
        env={**os.environ, "TILLBRIDGE_VAR": str(folder)},
    )
    assert folder.exists()

    assert clear_leftovers(tmp_path) == [folder]

    orphan.communicate()
    assert orphan.returncode == -9
    assert not folder.exists()
