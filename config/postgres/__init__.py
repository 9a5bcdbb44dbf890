"""Where the database is: at DATABASE_URL, or a PostgreSQL of our own kept under `var/`."""

from config.postgres.cluster import Cluster, PostgresFailed
from config.postgres.url import DatabaseUrl, database_url

__all__ = ["Cluster", "DatabaseUrl", "PostgresFailed", "database_url"]
