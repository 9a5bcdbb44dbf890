"""What holds for every test: it stays on this machine, in an odd time zone, in a database of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db.backends.postgresql.operations import DatabaseOperations
from pytest_django.plugin import DjangoDbBlocker

from tests import template
from tests.flushing import delete_instead
from tests.network_guard import NetworkGuard
from tests.slots import Slot

# 12:45 or 13:45 hours ahead of UTC: code that takes local days for UTC days shows at once.
ODD_TIME_ZONE = "Pacific/Chatham"
_SLOT_NUMBER = "TILLBRIDGE_TEST_SLOT"
_GUARD = NetworkGuard()
_LONGEST = "test_pages.py"
_SLOT = pytest.StashKey[Slot]()


def pytest_configure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        slot = config.stash[_SLOT] = Slot(Path(settings.VAR_DIR) / "test-slots")
        os.environ[_SLOT_NUMBER] = str(slot.number)
    _GUARD.install()
    DatabaseOperations.sql_flush = delete_instead  # type: ignore[assignment,method-assign]  # on purpose, for all tests
    _prepare_settings(os.environ[_SLOT_NUMBER])


def _prepare_settings(slot: str) -> None:
    settings.TIME_ZONE = ODD_TIME_ZONE
    os.environ["TZ"] = ODD_TIME_ZONE
    time.tzset()
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"test_tillbridge_{slot}"
    # The real hasher takes its time on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def pytest_unconfigure(config: pytest.Config) -> None:
    if slot := config.stash.get(_SLOT, None):
        slot.release()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright leaves an event loop running that asynchronous tests trip over.

    Of these the longest file first, or one worker would be busy with it when the others have long ended.
    """
    items.sort(key=lambda item: (item.get_closest_marker("browser") is not None, item.path.name != _LONGEST))


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Django finds its database made: `django_db_modify_db_settings` copies it."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The worker's own database, copied from the migrated one, and dropped in the end."""
    name = settings.DATABASES["default"]["TEST"]["NAME"]
    with django_db_blocker.unblock():
        template.copy_as(name)
    yield
    with django_db_blocker.unblock():
        template.drop(name)


@pytest.fixture(autouse=True)
def _stays_on_this_machine() -> Iterator[None]:
    _GUARD.take_attempts()
    yield
    if hosts := _GUARD.take_attempts():
        pytest.fail(f"Tried to reach beyond this machine: {', '.join(hosts)}")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """How Chromium starts: the one TILLBRIDGE_CHROMIUM names, without a word to the outside."""
    # Playwright's own loop runs in the test's thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    flags = [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    ]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")  # Chromium's own sandbox does not run as root
    path = os.environ.get("TILLBRIDGE_CHROMIUM") or _usual_chromium()
    return {**browser_type_launch_args, "args": flags, **({"executable_path": path} if path else {})}


def _usual_chromium() -> str | None:
    usual = Path("/usr/bin/chromium")
    return str(usual) if usual.exists() else None
