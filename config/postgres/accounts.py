"""Which account of the operating system PostgreSQL runs as, and where that account can reach.

PostgreSQL refuses to run as root. When we are root it runs as a service account, which needs a
way to its data and its programs. We never widen the permissions of a folder that is not ours:
what the account cannot reach is kept, or copied to, below `service_root()`.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

_DEFAULT_ACCOUNT = "tillbridge"
_DEFAULT_ROOT = "/var/lib/tillbridge"


class NoServiceAccount(RuntimeError):
    """We are root and there is no account that PostgreSQL could run as."""


def service_root() -> Path:
    """The folder for what the service account must reach; TILLBRIDGE_SERVICE_ROOT moves it."""
    return Path(os.environ.get("TILLBRIDGE_SERVICE_ROOT", _DEFAULT_ROOT))


def service_account() -> pwd.struct_passwd:
    """The account PostgreSQL runs as when we are root; made on first use."""
    name = os.environ.get("TILLBRIDGE_POSTGRES_ACCOUNT", _DEFAULT_ACCOUNT)
    try:
        return pwd.getpwnam(name)
    except KeyError:
        _create_account(name)
        return pwd.getpwnam(name)


def _create_account(name: str) -> None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise NoServiceAccount(
            "PostgreSQL does not run as root. Run Tillbridge as an ordinary user, set DATABASE_URL, "
            "or name an existing account in TILLBRIDGE_POSTGRES_ACCOUNT."
        )
    command = [useradd, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and not _exists(name):
        raise NoServiceAccount(f"Could not make the account {name}: {done.stderr.strip()}")


def _exists(name: str) -> bool:
    """True also when another process made the account while we tried to."""
    return any(entry.pw_name == name for entry in pwd.getpwall())


def is_open_to_others(path: Path) -> bool:
    """True if every folder above `path` lets any account pass through."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents)


def cluster_home(var: Path) -> Path:
    """The folder of the cluster that belongs to `var`, made on first use.

    Usually `var/postgres`. If we are root and the service account cannot reach that, a folder
    below `service_root()`, with `var/postgres` as a link to it. Later calls follow what the
    first one decided, so data never moves because a permission changed.
    """
    home = var / "postgres"
    if home.is_symlink() or home.is_dir():
        return home.resolve()
    if os.geteuid() != 0:
        return _make_private(home)
    account = service_account()
    if is_open_to_others(home):
        return _make_private(home, account)
    outside = _make_private(_service_folder(var), account)
    home.symlink_to(outside)
    return outside


def _service_folder(var: Path) -> Path:
    """A folder of its own for each `var`, stable, and short enough for a socket's path."""
    root = service_root()
    root.mkdir(mode=0o755, parents=True, exist_ok=True)
    return root / hashlib.sha256(os.fsencode(var.resolve())).hexdigest()[:12]


def _make_private(folder: Path, account: pwd.struct_passwd | None = None) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    return folder.resolve()
