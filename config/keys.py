"""Keys Tillbridge makes for itself when it runs self-contained (no DATABASE_URL)."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet


def local_key(var_dir: Path, name: str) -> str:
    """The key of that name under `var/keys`, made on first use and readable by its owner only."""
    path = var_dir / "keys" / name.lower()
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = Fernet.generate_key().decode() if name == "ENCRYPTION_KEYS" else secrets.token_urlsafe(50)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(fresh)
        # link() never replaces: of two processes that start together, one makes the key.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
