"""Puts the simulated systems together over one world."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.kernel.outgoing import OutgoingQueue
from sandbox.kernel.server import Parts, RunningTrade
from sandbox.kernel.world import World
from sandbox.levers import levers
from sandbox.opayo.system import OpayoSystem
from sandbox.shop.system import ShopSystem
from sandbox.shop.trade.cashier import Cashier
from sandbox.shop.trade.driver import TradeDriver
from sandbox.shop.trade.visits import Visits
from sandbox.xero.system import XeroSystem


def build(world: World) -> Parts:
    """Xero, Opayo and the shop, with the trade that runs between them."""
    xero, opayo = XeroSystem(world), OpayoSystem(world)
    shop = ShopSystem(world, opayo)

    def make_trade(world: World, queue: OutgoingQueue, move_clock: Callable[[float], None]) -> RunningTrade:
        visits = Visits(world.store, shop.desk, Cashier(opayo))
        return TradeDriver(world, queue, move_clock, shop.desk, visits)

    return Parts({"xero": xero, "opayo": opayo, "shop": shop}, levers(xero, opayo, shop), make_trade)
