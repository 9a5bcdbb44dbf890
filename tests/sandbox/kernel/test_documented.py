"""docs/sandbox.md tells of everything that can be set, asked or made to fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.acquirer.switches import SWITCHES as ACQUIRER_SWITCHES
from sandbox.bank.switches import SWITCHES as BANK_SWITCHES
from sandbox.kernel.clock import Clock
from sandbox.kernel.faults import Kind
from sandbox.kernel.store import Store
from sandbox.kernel.world import World
from sandbox.opayo.switches import SWITCHES as OPAYO_SWITCHES
from sandbox.shop.switches import SWITCHES as SHOP_SWITCHES
from sandbox.shop.trade.order import NAMES
from sandbox.systems import build
from sandbox.xero.switches import SWITCHES as XERO_SWITCHES

TEXT = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text(encoding="utf-8")
SWITCHES = [
    *XERO_SWITCHES,
    *(switch.name for switch in OPAYO_SWITCHES),
    *ACQUIRER_SWITCHES,
    *BANK_SWITCHES,
    *SHOP_SWITCHES,
]


@pytest.mark.parametrize("name", SWITCHES)
def test_every_switch_is_documented(name: str) -> None:
    assert f"| `{name}` |" in TEXT


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_fault_is_documented(kind: Kind) -> None:
    assert f"`{kind.value}`" in TEXT


@pytest.mark.parametrize("name", sorted(NAMES - {"orders", "seed"}))
def test_every_field_of_an_order_for_trade_is_documented(name: str) -> None:
    assert f"`{name}`" in TEXT


def test_every_lever_is_documented() -> None:
    controls = build(World(Clock(), Store())).controls
    missing = [
        f"{system}/{name}" for system, some in controls.items() for name in some if f"/{name}`" not in TEXT
    ]
    assert missing == []
