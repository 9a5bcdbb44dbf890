"""One PostgreSQL server of our own, shared by every process that uses the same `var`.

Whoever needs it first starts it, under a file lock; it outlives them all and stops when told.
Nothing keeps count of its users, so a process may be killed at any moment.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from config.postgres import server
from config.postgres.accounts import cluster_home
from config.postgres.server import PostgresFailed

ROLE = "tillbridge"
DATABASE = "tillbridge"
_SUPERUSER = "postgres"
_BASE_DIR = Path(__file__).resolve().parents[2]
_SOCKET_NAME_BYTES = len("/.s.PGSQL.5432.lock")
# The shortest `sun_path` among our systems is macOS's, with room for 103 bytes.
_LONGEST_SOCKET_PATH = 103
_SECONDS_TO_ACCEPT = 60.0

__all__ = ["DATABASE", "ROLE", "Cluster", "PostgresFailed"]


@dataclass(frozen=True)
class Cluster:
    """The embedded server of one `var` folder."""

    var: Path

    @classmethod
    def of_environment(cls) -> Cluster:
        """The cluster under TILLBRIDGE_VAR, by default `var/` beside this code."""
        return cls(Path(os.environ.get("TILLBRIDGE_VAR") or _BASE_DIR / "var").absolute())

    @property
    def home(self) -> Path:
        """The folder of data, log and socket, owned by the account the server runs as."""
        self.var.mkdir(parents=True, exist_ok=True)
        return cluster_home(self.var)

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def socket_dir(self) -> Path:
        """The folder of the socket. Only the server's account and root can enter it: that is the password."""
        inside = self.home / "run"
        if len(os.fsencode(inside)) + _SOCKET_NAME_BYTES <= _LONGEST_SOCKET_PATH:
            return inside
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"tillbridge-{digest}"

    def start(self) -> bool:
        """Have the server running and our database in it; True if this call had to do something.

        Raises PostgresFailed, with the end of the server's log, when it does not come up.
        """
        if self.is_answering():
            return False
        with self._locked():
            if self.is_answering():
                return False
            self._launch()
            self._provision()
        return True

    def stop(self) -> bool:
        """Stop the server after a checkpoint, ending open sessions; False if it was not running."""
        with self._locked():
            return server.stop(self.data)

    def destroy(self) -> None:
        """Stop the server and delete all its data, for good."""
        self.stop()
        home, sockets, link = self.home, self.socket_dir, self.var / "postgres"
        shutil.rmtree(home)
        shutil.rmtree(sockets, ignore_errors=True)
        link.unlink(missing_ok=True)

    def is_answering(self) -> bool:
        """True if our role can open our database at this moment."""
        try:
            self._connect(ROLE, DATABASE).close()
        except psycopg.OperationalError:
            return False
        return True

    def postmaster_pid(self) -> int | None:
        """The process id of the running server."""
        return server.postmaster_pid(self.data)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process at a time start or stop the server; the lock dies with its holder."""
        self.var.mkdir(parents=True, exist_ok=True)
        with (self.var / "postgres.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _launch(self) -> None:
        if self.postmaster_pid() is not None:
            return  # up, but without our database yet, or busy with crash recovery
        if not (self.data / "PG_VERSION").exists():
            server.create(self.data)
        self._make_socket_dir()
        server.start(self.data, self.socket_dir)

    def _make_socket_dir(self) -> None:
        folder, owner = self.socket_dir, self.home.stat()
        folder.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0 and folder.lstat().st_uid == 0:
            os.chown(folder, owner.st_uid, owner.st_gid, follow_symlinks=False)
        found = folder.lstat()
        # A shared temporary folder could hold somebody else's folder, or a link, of that name.
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner.st_uid or found.st_mode & 0o077:
            raise PostgresFailed(f"{folder} is not a private folder of ours: remove it and try again.")

    def _provision(self) -> None:
        """Make the role and the database that are missing; the role is no superuser."""
        with self._connect_when_accepting() as connection:
            if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", ROLE):
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(ROLE)))
            if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
                statement = sql.SQL("CREATE DATABASE {} OWNER {}")
                connection.execute(statement.format(sql.Identifier(DATABASE), sql.Identifier(ROLE)))

    def _connect_when_accepting(self) -> psycopg.Connection[tuple[object, ...]]:
        """Connect as the superuser; crash recovery turns callers away for a while."""
        deadline = time.monotonic() + _SECONDS_TO_ACCEPT
        while True:
            try:
                return self._connect(_SUPERUSER, "postgres")
            except psycopg.OperationalError as refused:
                if time.monotonic() > deadline:
                    raise PostgresFailed(f"PostgreSQL is running but refuses us: {refused}") from refused
                time.sleep(0.05)

    def _connect(self, user: str, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.socket_dir), user=user, dbname=database, connect_timeout=5, autocommit=True
        )


def _exists(connection: psycopg.Connection[tuple[object, ...]], query: sql.SQL | str, name: str) -> bool:
    return connection.execute(query, [name]).fetchone() is not None
