"""Reading DATABASE_URL."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.postgres import Cluster, DatabaseUrl, database_url
from config.postgres.url import embedded_url


def test_every_part_of_an_address_reaches_django() -> None:
    entry = DatabaseUrl.parse("postgresql://ann:p%40ss@db.example:6432/books?sslmode=require").as_django()

    assert entry["ENGINE"] == "django.db.backends.postgresql"
    assert (entry["NAME"], entry["USER"], entry["PASSWORD"]) == ("books", "ann", "p@ss")
    assert (entry["HOST"], entry["PORT"]) == ("db.example", "6432")
    assert entry["OPTIONS"] == {"sslmode": "require"}


@pytest.mark.parametrize(
    "url", ["postgresql://ann@/books?host=/run/pg", "postgresql://ann@%2Frun%2Fpg/books"]
)
def test_a_socket_folder_may_be_the_host_or_an_option(url: str) -> None:
    parsed = DatabaseUrl.parse(url)

    assert parsed.host == "/run/pg"
    assert parsed.options == {}


def test_an_address_survives_being_written_and_read_again() -> None:
    url = DatabaseUrl("b/k", "a:n", "p@s", "/run/p g", "6432", {"sslmode": "disable"})

    assert DatabaseUrl.parse(str(url)) == url


@pytest.mark.parametrize(
    "url", ["sqlite:///x.db", "mysql://ann:secret@db/books", "postgresql://ann:secret@db"]
)
def test_other_databases_are_refused_without_repeating_the_password(url: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL must look like") as refusal:
        DatabaseUrl.parse(url)

    assert "secret" not in str(refusal.value)


def test_the_password_stays_out_of_logs() -> None:
    assert "secret" not in repr(DatabaseUrl("books", "ann", "secret"))


def test_a_secret_file_may_hold_the_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://ann@db/books\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))

    assert database_url() == DatabaseUrl("books", "ann", host="db")


def test_without_an_address_the_embedded_server_is_used_and_not_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("TILLBRIDGE_VAR", str(tmp_path))

    url = database_url()

    assert url == embedded_url(Cluster(tmp_path))
    assert url.as_django()["ENGINE"] == "config.postgres.backend"
    assert Cluster(tmp_path).postmaster_pid() is None
