"""The flows the product ships with: ordinary flows, as data."""

from __future__ import annotations

from typing import Any, Final

from mapping.core.flows.document import Flow, Step, StepKind

_NOT_YET: Final = "Shipped switched off: nothing sets it off yet. "


def _step(step_id: str, kind: StepKind, **settings: Any) -> Step:
    return Step(step_id, kind, settings)


_ORDERS: Final = Flow(
    "orders",
    "Orders",
    "order_received",
    steps=(
        _step("rules", "rules"),
        _step("contact", "map", mapping="contact"),
        _step("invoice", "map", mapping="invoice"),
        _step("post", "post"),
    ),
    note="An order becomes a contact, once per customer, and an invoice: a draft until money comes.",
)
_PAYMENTS: Final = Flow(
    "payments",
    "Payments",
    "payment_received",
    steps=(
        _step("rules", "rules"),
        _step("payment", "map", mapping="payment"),
        _step("post", "post"),
        _step("tell-shop", "notify", channel="shop"),
        _step("tell-customer", "notify", channel="customer"),
    ),
    note="A captured payment goes onto its invoice. Shop and customer are told what became of it.",
)
_REFUNDS: Final = Flow(
    "refunds",
    "Refunds",
    "refund_received",
    steps=(
        _step("rules", "rules"),
        _step("credit-note", "map", mapping="credit_note"),
        _step("refund", "map", mapping="refund"),
        _step("post", "post"),
        _step("tell-shop", "notify", channel="shop"),
        _step("tell-customer", "notify", channel="customer"),
    ),
    note="A refund becomes a credit note, and the payment that returns the money. Shop and customer are told.",
)
_SETTLEMENTS: Final = Flow(
    "settlements",
    "Settlements",
    "settlement_received",
    mode="off",
    steps=(
        _step("rules", "rules"),
        _step("transfer", "map", mapping="settlement_transfer"),
        _step("fee", "map", mapping="settlement_fee"),
        _step("post", "post"),
    ),
    note=_NOT_YET + "What the acquirer pays out becomes a bank transfer, and its fees a spend money.",
)
SHIPPED_FLOWS: Final = (_ORDERS, _PAYMENTS, _REFUNDS, _SETTLEMENTS)
"""Orders, payments and refunds on; settlements off until their records are brought in."""


def flow_in_force(flows: tuple[Flow, ...], trigger: str) -> Flow | None:
    """The flow that a trigger sets off: the one that is on, else in shadow, else off; None when there is none.

    A blueprint without any flow is one from before flows, and has the shipped ones.
    """
    candidates = [flow for flow in (flows or SHIPPED_FLOWS) if flow.trigger == trigger]
    order = {"on": 0, "shadow": 1, "off": 2}
    return min(candidates, key=lambda flow: order[flow.mode], default=None)
