"""The database every test database is copied from: the migrations are run once, not once for each worker."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import connection

_PREFIX = "template_tillbridge_"


def copy_as(name: str) -> None:
    """A fresh database `name`, migrated; the first who asks since a migration changed waits until they have run."""
    template = _PREFIX + _fingerprint()
    with _alone():
        if not _exists(template):
            _build(template)
        drop(name)
        _execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def drop(name: str) -> None:
    """No database `name` any more, whoever still holds a connection to it."""
    _execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _fingerprint() -> str:
    """Changes with every migration of ours, and with the packages that bring their own."""
    root = Path(settings.BASE_DIR)
    digest = sha256((root / "uv.lock").read_bytes())
    for path in sorted(root.glob("*/migrations/*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time: PostgreSQL copies no database that somebody is connected to."""
    with (Path(settings.VAR_DIR) / "test-slots" / "template.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(template: str) -> None:
    for old in _templates():
        drop(old)
    half_built = f"{_PREFIX}half_built"
    _migrate(half_built)
    _execute(f'ALTER DATABASE "{half_built}" RENAME TO "{template}"')


def _migrate(name: str) -> None:
    own, test = connection.settings_dict["NAME"], connection.settings_dict["TEST"]
    wanted = test["NAME"]
    test["NAME"] = name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    test["NAME"] = wanted
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = own


def _exists(name: str) -> bool:
    return name in _templates()


def _templates() -> list[str]:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [_PREFIX])
        return [row[0] for row in cursor.fetchall()]


def _execute(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
