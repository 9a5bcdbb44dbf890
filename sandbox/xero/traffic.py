"""Counting calls: rate limits by app and organisation, and totals by kind of call."""

from __future__ import annotations

from collections import deque

from sandbox.kernel.wire import Reply, Request
from sandbox.kernel.world import World
from sandbox.xero.core import limits
from sandbox.xero.switches import Choices
from sandbox.xero.wire import replies


class Traffic:
    """The calls of the last day and the totals of all time, kept in the store."""

    def __init__(self, world: World, choices: Choices) -> None:
        self._world = world
        self._choices = choices
        self._calls = world.store.table("xero.calls")
        self._totals = world.store.table("xero.totals")
        self._apps: dict[str, limits.Window] = {}
        self._quotas: dict[tuple[str, str], limits.Quota] = {}
        self._recent: deque[tuple[float, str]] = deque()
        self._next = 0
        for key in self._calls:
            row = self._calls[key]
            self._quota(row["app"], row["tenant"]).spend(row["at"])
            self._recent.append((row["at"], key))
            self._next = int(key) + 1

    def _quota(self, app: str, tenant: str) -> limits.Quota:
        if app not in self._apps:
            self._apps[app] = limits.Window(limits.MINUTE)
        if (app, tenant) not in self._quotas:
            self._quotas[app, tenant] = limits.Quota(self._apps[app])
        return self._quotas[app, tenant]

    def refuse(self, app: str, tenant: str, request: Request) -> Reply | None:
        """The 429 this call gets, or None; a refused call spends nothing."""
        mode = self._choices("limits")
        if mode == "off":
            return None
        now = self._world.clock.machine()
        refusal = self._quota(app, tenant).refuse(now, limits.BY_NAME[mode], request.in_flight)
        if refusal is None:
            return None
        self.count("429")
        retry_after = refusal.retry_after
        if refusal.limit == "appminute" and not self._choices("retry_after_appminute"):
            retry_after = None
        return replies.too_many(refusal.limit, retry_after)

    def spend(self, app: str, tenant: str) -> dict[str, str]:
        """Count a call that is let through; what remains, as headers."""
        now = self._world.clock.machine()
        quota = self._quota(app, tenant)
        quota.spend(now)
        self._remember(app, tenant, now)
        left = quota.remaining(now, limits.BY_NAME[self._choices("limits")])
        return {
            "X-AppMinLimit-Remaining": str(left.app_minute),
            "X-DayLimit-Remaining": str(left.day),
            "X-MinLimit-Remaining": str(left.minute),
        }

    def _remember(self, app: str, tenant: str, now: float) -> None:
        key = str(self._next)
        self._next += 1
        self._calls.put(key, {"app": app, "tenant": tenant, "at": now})
        self._recent.append((now, key))
        while self._recent[0][0] <= now - limits.DAY:
            self._calls.delete(self._recent.popleft()[1])

    def count(self, kind: str) -> None:
        """Add one to a total."""
        row = self._totals.get(kind)
        self._totals.put(kind, {"count": row["count"] + 1 if row else 1})

    def totals(self) -> dict[str, int]:
        return {kind: self._totals[kind]["count"] for kind in self._totals}
