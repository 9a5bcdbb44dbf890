"""Django's PostgreSQL backend, which starts the embedded server when nobody has, or when it died."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.backends.postgresql import base

from config.postgres.cluster import Cluster


class DatabaseWrapper(base.DatabaseWrapper):
    """Opens connections as Django does; a refused one starts the server and tries once more."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            # False: the server is well, so the refusal has another reason (a database that is not there).
            if not Cluster.of_environment().start():
                raise
            return super().get_new_connection(conn_params)
