"""Puts the simulated systems together over one world."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.acquirer.system import AcquirerSystem
from sandbox.bank.system import BankSystem
from sandbox.kernel.outgoing import OutgoingQueue
from sandbox.kernel.server import Parts, RunningTrade
from sandbox.kernel.wire import System
from sandbox.kernel.world import World
from sandbox.levers import levers
from sandbox.opayo.system import OpayoSystem
from sandbox.shop.system import ShopSystem
from sandbox.shop.trade.after_sales import AfterSales
from sandbox.shop.trade.cashier import Cashier
from sandbox.shop.trade.driver import TradeDriver
from sandbox.shop.trade.staff import Staff
from sandbox.shop.trade.visits import Visits
from sandbox.xero.system import XeroSystem


def build(world: World) -> Parts:
    """Xero, Opayo, the acquirers, the bank and the shop, with the trade that runs between them."""
    xero, opayo = XeroSystem(world), OpayoSystem(world)
    acquirer = AcquirerSystem(world, opayo.merchant_sees, opayo)
    bank = BankSystem(world, acquirer.funds.payments, acquirer.funds.first_day)
    shop = ShopSystem(world, opayo)

    def make_trade(world: World, queue: OutgoingQueue, move_clock: Callable[[float], None]) -> RunningTrade:
        after_sales = AfterSales(world, shop.desk, Staff(opayo, shop.desk, acquirer))
        shop.on_tick = after_sales.run
        visits = Visits(world.store, shop.desk, Cashier(opayo), after_sales)
        return TradeDriver(world, queue, move_clock, shop.desk, visits)

    systems: dict[str, System] = {
        "xero": xero,
        "opayo": opayo,
        "acquirer": acquirer,
        "bank": bank,
        "shop": shop,
    }
    return Parts(systems, levers(xero, opayo, shop, acquirer, bank), make_trade)
