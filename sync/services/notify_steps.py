"""The notify steps of the flows of payments and refunds: who is told what became of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils import timezone

from integrations.clock import business_now
from integrations.models import Order, Pair, Payment
from mapping.core.flows.compiled import CompiledFlow, CompiledStep
from mapping.core.flows.run import StepOutcome
from mapping.core.flows.texts import fill_in
from mapping.core.problems import TransformError
from mapping.services.counting import count_steps
from sync.services.messages import Told, write_messages

_CONFIRMED: Final = frozenset({"payment.confirmed", "refund.confirmed"})


class NotifySteps:
    """The steps of one flow for one batch of its records; read once.

    Shop and customer are told of everything that becomes of a record. Chat and staff are told when it is in Xero, and of
    failures only by a step whose condition asks for `context:event`. What is in Xero is told of whatever the flow's mode
    is by then; failures only while it is on.
    """

    def __init__(self, pair: Pair, flow: CompiledFlow | None) -> None:
        self.pair = pair
        self.now = business_now()
        self.flow_id = flow.flow.id if flow else ""
        self.is_on = flow is not None and flow.flow.mode == "on"
        self.steps = _after_post(flow.steps) if flow else []
        self.told: list[Told] = []
        self.tally: Counter[tuple[str, str, StepOutcome]] = Counter()

    def channels(
        self,
        order: Order,
        payment: Payment | None,
        event: str,
        read: Callable[[], dict[str, Any]],
        again: str = "",
    ) -> set[str]:
        """Who of "shop" and "customer" is told of this; messages to others are gathered for `write`.

        `read` gives the record as conditions and texts see it; `again` tells records of one payment apart.
        """
        found: set[str] = set()
        if event not in _CONFIRMED and not self.is_on:
            return found
        record: dict[str, Any] | None = None
        for compiled in self.steps:
            step = compiled.step
            channel = str(step.settings.get("channel", ""))
            if channel in ("chat", "email") or compiled.when is not None:
                record = record or read()
                if not _applies(compiled, record, event):
                    continue
            self.tally[self.flow_id, step.id, "passed"] += 1
            if channel in ("chat", "email"):
                text = fill_in(str(step.settings.get("text") or ""), record or {}, {"event": event})
                to = str(step.settings.get("to") or "")
                later = again or ("" if event in _CONFIRMED else event)
                self.told.append(Told(order, payment, step.id, channel, to, text, later))
            else:
                found.add(channel)
        return found

    def write(self) -> int:
        """Store messages and counts; returns how many messages there were."""
        count_steps(self.pair, timezone.now().astimezone(ZoneInfo(self.pair.zone)).date(), self.tally)
        return write_messages(self.pair, self.told)


def _after_post(steps: tuple[CompiledStep, ...]) -> list[CompiledStep]:
    """Notify steps that are on: those for shop and customer wherever they stand, others if they follow the posting."""
    found: list[CompiledStep] = []
    posted = False
    for compiled in steps:
        step = compiled.step
        posted |= step.kind == "post" and step.enabled
        follows = posted or step.settings.get("channel") in ("shop", "customer")
        if step.kind == "notify" and step.enabled and follows:
            found.append(compiled)
    return found


def _applies(compiled: CompiledStep, record: dict[str, Any], event: str) -> bool:
    to_us = compiled.step.settings.get("channel") in ("chat", "email")
    when = compiled.when
    if when is None:
        return event in _CONFIRMED or not to_us
    asks = any(str(path) == "context:event" for path in when.condition.paths.values())
    if to_us and event not in _CONFIRMED and not asks:
        return False
    try:
        return when.holds(record, {"event": event, "outcome": "go"})
    except TransformError:
        # Better told once too often: shop and customer wait for it.
        return not to_us
