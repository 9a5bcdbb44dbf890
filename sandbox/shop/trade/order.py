"""What `POST /control/trade` may ask for, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sandbox.shop.trade.fates import DEFAULT_FATES, Kind
from sandbox.shop.trade.plan import DEFAULT_MIX, Method, TradeOrder

SESSIONS_A_DAY: Final = 4
NAMES: Final = frozenset(
    {
        "orders", "days", "seed", "rate", "mix", "payment_first", "orders_first", "quiet_url", "quiet_timeout",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run of trade."""

    orders: int
    days: int
    seed: int
    rate: float
    """New orders a second; 0 is as fast as the bridge answers."""
    mix: Mapping[Method, int]
    fates: Mapping[Kind, int]
    payment_first: bool
    """All payments of a session happen before the bridge hears of its orders."""
    orders_first: bool
    """All orders of a session are sent, and quiet waited for, before anybody pays."""
    quiet_url: str
    """Asked at the end of each day until it answers 204, or 200 with `{"quiet": true}`."""
    quiet_timeout: float
    """Seconds after which a day ends all the same."""

    def trade(self, first_index: int) -> TradeOrder:
        """The plan's order, from an index on."""
        return TradeOrder(
            self.orders, self.days, self.seed, self.mix, self.fates, self.payment_first, first_index
        )

    def sizes(self, already: int) -> list[list[int]]:
        """Orders per session per day, less those already made, from the first session on."""
        sessions = 1 if self.days == 1 else SESSIONS_A_DAY
        slots = [sessions] * (self.days - 1) + [1]
        total, given, sizes = sum(slots), 0, []
        done = 0
        for count in slots:
            day = []
            for _ in range(count):
                given += 1
                upto = self.orders * given // total
                size = upto - done
                done = upto
                skipped = min(size, already)
                already -= skipped
                day.append(size - skipped)
            sizes.append(day)
        return sizes


def read_wanted(order: Mapping[str, Any]) -> Wanted:
    """Check an order for trade. Raises ValueError in words."""
    unknown = set(order) - NAMES
    if unknown:
        raise ValueError(f"Trade knows no {', '.join(sorted(unknown))}; it knows {', '.join(sorted(NAMES))}")
    mix, fates = _mix(order.get("mix"))
    wanted = Wanted(
        orders=_whole(order, "orders", 0),
        days=_whole(order, "days", 1),
        seed=_whole(order, "seed", 1),
        rate=_number(order, "rate", 0.0),
        mix=mix,
        fates=fates,
        payment_first=bool(order.get("payment_first")),
        orders_first=bool(order.get("orders_first")),
        quiet_url=str(order.get("quiet_url") or ""),
        quiet_timeout=_number(order, "quiet_timeout", 300.0),
    )
    if wanted.orders < 1 or wanted.days < 1:
        raise ValueError("Say how many orders, at least 1, over at least 1 day")
    if wanted.payment_first and wanted.orders_first:
        raise ValueError("Either the payments or the orders come first, not both")
    return wanted


def _whole(order: Mapping[str, Any], name: str, default: int) -> int:
    value = order.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{name} must be a whole number, not {value!r}")
    return value


def _number(order: Mapping[str, Any], name: str, default: float) -> float:
    value = order.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)) or value < 0:
        raise ValueError(f"{name} must be a number, not {value!r}")
    return float(value)


def _mix(given: Any) -> tuple[Mapping[Method, int], Mapping[Kind, int]]:
    """The ways to pay, and the fates afterwards. What is given stands alone: fates it leaves out do not happen."""
    if given is None:
        return DEFAULT_MIX, DEFAULT_FATES
    if not isinstance(given, dict) or not all(isinstance(each, int) and each >= 0 for each in given.values()):
        raise ValueError(
            "mix must give whole numbers for server, checkout and pi, and for what happens afterwards"
        )
    known = {*Method, *Kind}
    unknown = set(given) - known
    if unknown:
        raise ValueError(f"mix knows no {', '.join(sorted(unknown))}; it knows {', '.join(sorted(known))}")
    ways = {Method(name): weight for name, weight in given.items() if name in set(Method)}
    fates = {kind: given[kind] for kind in Kind if given.get(kind)}
    if ways and not any(ways.values()):
        raise ValueError("mix must leave at least one way to pay")
    if sum(fates.values()) > 100:
        raise ValueError(
            "what happens afterwards is given per hundred orders, so it cannot come to more than 100"
        )
    return ways or DEFAULT_MIX, fates
