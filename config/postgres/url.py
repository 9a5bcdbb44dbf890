"""Reading DATABASE_URL, and standing in for it when it is not set."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from config.postgres.cluster import DATABASE, ROLE, Cluster

_STOCK_ENGINE = "django.db.backends.postgresql"
# Starts the embedded server with the first connection, and again should it have died.
_EMBEDDED_ENGINE = "config.postgres.backend"
_SECONDS_A_CONNECTION_IS_KEPT = 600


@dataclass(frozen=True)
class DatabaseUrl:
    """A PostgreSQL address; `host` is a name, or the folder of a Unix socket."""

    name: str
    user: str = ""
    password: str = field(default="", repr=False)
    host: str = ""
    port: str = ""
    options: dict[str, str] = field(default_factory=dict)
    is_embedded: bool = False

    @classmethod
    def parse(cls, url: str) -> DatabaseUrl:
        """Read `postgresql://user:password@host:port/name?option=value`.

        A socket folder may stand where libpq allows it: percent-encoded as the host, or as
        the `host` option. Raises ValueError, without repeating the password, when the address
        is not one of PostgreSQL.
        """
        parts = urlsplit(url)
        name = unquote(parts.path.lstrip("/"))
        if parts.scheme not in {"postgres", "postgresql"} or not name:
            raise ValueError("DATABASE_URL must look like postgresql://user:password@host:5432/name.")
        options = dict(parse_qsl(parts.query))
        return cls(
            name=name,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            host=options.pop("host", unquote(parts.hostname or "")),
            port=options.pop("port", str(parts.port or "")),
            options=options,
        )

    def __str__(self) -> str:
        secret = f":{quote(self.password, safe='')}" if self.password else ""
        port = f":{self.port}" if self.port else ""
        query = f"?{urlencode(self.options)}" if self.options else ""
        return (
            f"postgresql://{quote(self.user, safe='')}{secret}@{quote(self.host, safe='')}{port}"
            f"/{quote(self.name, safe='')}{query}"
        )

    def as_django(self) -> dict[str, Any]:
        """The entry of Django's DATABASES."""
        return {
            "ENGINE": _EMBEDDED_ENGINE if self.is_embedded else _STOCK_ENGINE,
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": self.password,
            "HOST": self.host,
            "PORT": self.port,
            "OPTIONS": dict(self.options),
            "CONN_MAX_AGE": _SECONDS_A_CONNECTION_IS_KEPT,
            "CONN_HEALTH_CHECKS": True,
        }


def database_url() -> DatabaseUrl:
    """The address of DATABASE_URL (or of the file DATABASE_URL_FILE names), else of the embedded server.

    Nothing is started here: reading the settings must stay free of side effects.
    """
    file_name = os.environ.get("DATABASE_URL_FILE")
    given = Path(file_name).read_text().strip() if file_name else os.environ.get("DATABASE_URL")
    if given:
        return DatabaseUrl.parse(given)
    return embedded_url(Cluster.of_environment())


def embedded_url(cluster: Cluster) -> DatabaseUrl:
    """The address of an embedded server, reached through its private socket folder."""
    return DatabaseUrl(name=DATABASE, user=ROLE, host=str(cluster.socket_dir), is_embedded=True)
