"""The flows, rules and tables a pair has in use, compiled once per process and version."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any, Final

from mapping.core.flows.compiled import CompiledFlow, compile_flow
from mapping.core.flows.defaults import flow_in_force
from mapping.core.flows.document import Trigger
from mapping.core.tables import as_context
from mapping.selectors import InUse, Published, in_use

KEPT: Final = 64


@dataclass
class FlowsInUse:
    """What decides about the records of a pair."""

    found: InUse

    @property
    def mappings(self) -> Mapping[str, Published]:
        """Every mapping by its name, with the version it is from."""
        return self.found.mappings

    @cached_property
    def orders(self) -> CompiledFlow | None:
        """The flow an order sets off; None when the blueprint has none for it."""
        return self._flow("order_received")

    @cached_property
    def payments(self) -> CompiledFlow | None:
        """The flow a payment sets off."""
        return self._flow("payment_received")

    @cached_property
    def refunds(self) -> CompiledFlow | None:
        """The flow a refund sets off."""
        return self._flow("refund_received")

    @cached_property
    def targets(self) -> Mapping[str, str]:
        """The target schema of each mapping, by its name."""
        return {name: document.target for name, document in self.found.blueprint.mappings.items()}

    @cached_property
    def tables(self) -> Mapping[str, Any]:
        """The look-up tables as mappings read them, `context:tables`."""
        tables: Mapping[str, Any] = as_context(self.found.blueprint.tables)["tables"]
        return tables

    def _flow(self, trigger: Trigger) -> CompiledFlow | None:
        flow = flow_in_force(self.found.blueprint.flows, trigger)
        return compile_flow(flow, self.found.blueprint.rules) if flow else None


_kept: OrderedDict[int, FlowsInUse] = OrderedDict()
_lock = Lock()


def flows_in_use(pair_id: int) -> FlowsInUse:
    """What is published for the pair, completed by what is shipped. One indexed query; ask once per batch."""
    found = in_use(pair_id)
    key = id(found)
    with _lock:
        known = _kept.get(key)
        if known is not None and known.found is found:
            _kept.move_to_end(key)
            return known
        made = _kept[key] = FlowsInUse(found)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
        return made
