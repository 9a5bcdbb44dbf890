"""Making, starting and stopping a PostgreSQL server, as the owner of its data."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from config.postgres.programs import program_dir

_SECONDS_TO_START = 300
_SECONDS_FOR_ORPHANS = 30.0
# PostgreSQL says these when workers of a killed server have not noticed its death yet.
_ORPHANS_REMAIN = ("pre-existing shared memory block", "is still in use", "already exists")

# Written into postgresql.conf when a cluster is made; the file is the administrator's from then on.
# A commit is on disk before it is acknowledged: our promise to Opayo and to the shop rests on it.
_SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "wal_buffers": "16MB",
    "min_wal_size": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "1000",
    "log_lock_waits": "on",
    "idle_in_transaction_session_timeout": "300000",
}


class PostgresFailed(RuntimeError):
    """The embedded server could not be made, started or reached."""


def create(data: Path) -> None:
    """Make an empty cluster. A half-made one, left by a crash, is what initdb removes by itself."""
    _run(
        data,
        "initdb",
        *("--pgdata", str(data), "--username", "postgres", "--auth", "trust", "--encoding", "UTF8"),
        # The same sort order on every system, and none that changes when the C library does.
        *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
        *("--data-checksums", "--no-instructions"),
        *(f"--set={name}={value}" for name, value in _SETTINGS.items()),
    )


def start(data: Path, socket_dir: Path) -> None:
    """Start the server of `data` in the background and wait until it accepts connections."""
    _remove_stale_pid_file(data)
    deadline = time.monotonic() + _SECONDS_FOR_ORPHANS
    log = data.parent / "postgres.log"
    while True:
        try:
            _run(data, "pg_ctl", "start", *_common(data), "-l", str(log), "-o", _address(socket_dir))
            return
        except PostgresFailed as failure:
            said = _tail(log)
            if time.monotonic() > deadline or not any(text in said for text in _ORPHANS_REMAIN):
                raise PostgresFailed(f"{failure}\nThe end of {log}:\n{said}") from failure
            time.sleep(0.2)


def stop(data: Path) -> bool:
    """Stop the server of `data`, letting it write everything down; False if it was not running."""
    if postmaster_pid(data) is None:
        return False
    _run(data, "pg_ctl", "stop", *_common(data), "-m", "fast")
    return True


def postmaster_pid(data: Path) -> int | None:
    """The process id of the server that runs on `data`, verified, or None."""
    pid = _recorded_pid(data)
    return pid if pid is not None and _is_postmaster(pid, data) else None


def _recorded_pid(data: Path) -> int | None:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    return int(lines[0]) if lines and lines[0].isdigit() else None


def _is_postmaster(pid: int, data: Path) -> bool:
    """A recorded id may belong to any program after a reboot: ask whether it serves this folder."""
    try:
        return str(data) in psutil.Process(pid).cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False
    except psutil.AccessDenied:  # macOS hides other accounts' processes
        return True


def _remove_stale_pid_file(data: Path) -> None:
    """Drop the pid file when its id now belongs to another program, which would keep us from starting.

    With no such process PostgreSQL clears the file itself, and uses it to find orphaned workers.
    """
    pid = _recorded_pid(data)
    if pid is not None and psutil.pid_exists(pid) and not _is_postmaster(pid, data):
        (data / "postmaster.pid").unlink()


def _common(data: Path) -> tuple[str, ...]:
    return "-w", "-t", str(_SECONDS_TO_START), "-D", str(data)


def _address(socket_dir: Path) -> str:
    """Where to listen: on the private socket, and on no network. pg_ctl hands it through a shell."""
    return f"-c listen_addresses= -c unix_socket_permissions=0700 -k {shlex.quote(str(socket_dir))}"


def _run(data: Path, program: str, *arguments: str) -> None:
    # pg_ctl leaves a server behind that would hold a pipe open for ever: let it write to a file.
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(
            [program_dir() / program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            check=False,
            cwd=data.parent,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            **_as_owner_of(data.parent),
        )
        said.seek(0)
        if done.returncode:
            raise PostgresFailed(f"{program} failed with status {done.returncode}: {said.read().strip()}")


def _as_owner_of(home: Path) -> dict[str, Any]:
    """Arguments for subprocess.run: as root, become the account the cluster belongs to."""
    owner = home.stat()
    if os.geteuid() == owner.st_uid:
        return {}
    return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}


def _tail(log: Path, characters: int = 2000) -> str:
    return log.read_text(errors="replace")[-characters:] if log.exists() else ""
