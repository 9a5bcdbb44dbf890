"""A flow as data: a trigger and its steps in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

Trigger = Literal[
    "order_received",
    "payment_received",
    "refund_received",
    "dispute_changed",
    "settlement_received",
    "xero_invoice_changed",
    "xero_contact_changed",
    "schedule",
    "partner_call",
]
Mode = Literal["on", "off", "shadow"]
StepKind = Literal["enrich", "validate", "rules", "map", "approve", "post", "notify"]
TRIGGERS: Final[tuple[Trigger, ...]] = get_args(Trigger)
MODES: Final[tuple[Mode, ...]] = get_args(Mode)
STEP_KINDS: Final[tuple[StepKind, ...]] = get_args(StepKind)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a flow. `settings` depend on the kind:

    `enrich`: {"what": "customer" | "account" | "rate" | "table", "key": path, "table": name, "into": name}; what it finds is
    `context:enriched.<into>` for the steps that follow. `validate`: {"checks": [{"must", "otherwise", "effect"}]}.
    `rules`: {"only": [rule ids]}, empty for all. `map`: {"mapping": name of a mapping of the blueprint}.
    `approve`: {"when": condition, "role": role}. `post`: {}. `notify`: {"channel": "shop" | "customer" | "chat" | "email",
    "to": address, "when": condition, "text": template}.
    """

    id: str
    kind: StepKind
    settings: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """What is done with a record of one kind. `shadow` does everything but post and notify, and shows what it would have."""

    id: str
    name: str
    trigger: Trigger
    mode: Mode = "on"
    steps: tuple[Step, ...] = ()
    note: str = ""


def flow_to_json(flow: Flow) -> dict[str, Any]:
    """Plain JSON values."""
    return {
        "id": flow.id,
        "name": flow.name,
        "trigger": flow.trigger,
        "mode": flow.mode,
        "note": flow.note,
        "steps": [
            {
                "id": step.id,
                "kind": step.kind,
                "settings": dict(step.settings),
                "enabled": step.enabled,
                "note": step.note,
            }
            for step in flow.steps
        ],
    }
