"""Versions for the mapping pages: one in use, one archived, one in review, a draft with changes, and counts of today."""

from __future__ import annotations

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.utils import timezone

from integrations.models import Pair, User
from mapping.core.flows.document import Flow, Step, flow_to_json
from mapping.models import FlowCount, MappingVersion
from mapping.selectors import effective_blueprint
from mapping.services import editing, versions
from tests.factories import UserFactory

CHECK = {"must": "total > 0", "otherwise": "The order costs nothing.", "effect": "stop"}


@dataclass
class MappingScene:
    """What the pages show."""

    archived: MappingVersion
    published: MappingVersion
    reviewed: MappingVersion
    draft: MappingVersion


def drafted(pair: Pair, by: User) -> MappingScene:
    """A pair whose mapping was published twice, with one version in review and one draft."""
    colleague = UserFactory(email=f"grace-{pair.pk}@tillbridge.example")
    archived = versions.publish(versions.draft_from_published(pair, by=by, name="As shipped"), by=by)
    second = versions.draft_from_published(pair, by=colleague, name="Delivery to its own account")
    _count_today(pair)
    published = versions.publish(second, by=by, reason="The accountant wants delivery by itself.")
    archived.refresh_from_db()
    reviewed = versions.submit(
        versions.draft_from_published(pair, by=colleague, name="Large orders wait"), by=colleague
    )
    versions.add_comment(reviewed, "Grace, is 1,000 the right limit?", by=by)
    draft = versions.draft_from_published(pair, by=by, name="Amex to its own clearing account")
    return MappingScene(archived, published, reviewed, changed(draft, by))


def changed(draft: MappingVersion, by: User) -> MappingVersion:
    """The draft with a check before mapping, and another note."""
    flow = flow_named(draft, "orders")
    steps = (Step("validate", "validate", {"checks": [CHECK]}), *flow.steps)
    put(draft, replace(flow, steps=steps), "Add the step Check", by)
    payments = flow_named(draft, "payments")
    put(draft, replace(payments, mode="shadow"), "Switch Payments to shadow", by)
    draft.refresh_from_db()
    return draft


def flow_named(version: MappingVersion, flow_id: str) -> Flow:
    """The flow with that id."""
    return next(flow for flow in effective_blueprint(version).flows if flow.id == flow_id)


def put(version: MappingVersion, flow: Flow, label: str, by: User) -> None:
    """Keep a flow in a draft."""
    change = {"op": "put", "item": "flow", "id": flow.id, "value": flow_to_json(flow)}
    version.refresh_from_db()
    editing.change(version, version.revision, label, [change], by=by)


def _count_today(pair: Pair) -> None:
    day = timezone.now().astimezone(ZoneInfo(pair.zone)).date()
    for step, passed, stopped, failed in (
        ("rules", 212, 3, 0),
        ("contact", 209, 0, 0),
        ("invoice", 206, 0, 3),
        ("post", 206, 0, 0),
    ):
        FlowCount.objects.create(
            pair=pair, flow="orders", step=step, day=day, passed=passed, stopped=stopped, failed=failed
        )
