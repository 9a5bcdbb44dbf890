"""No worker starts by itself: tests compare in their own process."""

from __future__ import annotations

import pytest

from mapping.services.dry_run import queueing


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The runs that workers were woken for."""
    woken: list[int] = []
    monkeypatch.setattr(queueing, "async_task", lambda _task, run_id: woken.append(run_id))
    return woken
