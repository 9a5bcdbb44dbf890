"""What `bin/demo` was asked for."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

MIX_HELP = """ways to pay, weighted, and what happens afterwards, of a hundred orders:
server=60,checkout=30,pi=10,refund=3,void=2 (docs/sandbox.md, Trade); fates left out do not happen"""


SETTLEMENT_IS_FOLLOWED = False
"""What `--settlement` is unless said."""


@dataclass(frozen=True)
class Options:
    """The arguments of `bin/demo`."""

    headless: bool
    fresh: bool
    port: int
    sandbox_port: int
    orders: int
    days: int
    seed: int
    faults: str
    latency_ms: int
    limits: str
    mix: str
    first: str
    workers: int
    keep: bool
    settlement: bool
    """Whether money is followed to the bank, and the auditor judges that too."""

    @property
    def is_hostile(self) -> bool:
        """True when processes are to be killed while they work."""
        return self.faults == "hostile"


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line; leaves with a message, as argparse does, when it cannot be followed."""
    parser = argparse.ArgumentParser(prog="bin/demo", description=__doc__)
    _add_interactive(parser)
    _add_trade(parser)
    given = parser.parse_args(arguments)
    if given.orders is None:
        given.orders = 300 if given.headless else 120
    if given.days is None:
        given.days = 1 if given.headless else 30
    if given.orders < 1 or given.days < 1:
        parser.error("--orders and --days must be at least 1")
    return Options(**vars(given))


def _add_interactive(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fresh", action="store_true", help="forget the data of earlier demos")
    parser.add_argument("--port", type=int, default=8000, help="of the web pages")
    parser.add_argument(
        "--sandbox-port", type=int, default=8001, help="of the simulated Xero, Opayo and shop"
    )


def _add_trade(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--headless", action="store_true", help="trade, audit, print one JSON line, and end")
    parser.add_argument("--orders", type=int, default=None, help="default: 300, or 120 with pages to look at")
    parser.add_argument("--days", type=int, default=None, help="default: 1, or 30 with pages to look at")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same trade")
    parser.add_argument("--faults", choices=["none", "rough", "hostile"], default="none")
    parser.add_argument("--latency-ms", type=int, default=0, help="added to each answer of the sandbox")
    parser.add_argument("--limits", choices=["xero", "off"], default="xero", help="Xero's own rate limits")
    parser.add_argument("--mix", default="", help=MIX_HELP)
    first = parser.add_mutually_exclusive_group()
    first.add_argument(
        "--payment-first",
        dest="first",
        action="store_const",
        const="payments",
        help="a back-fill: orders last",
    )
    first.add_argument(
        "--orders-first",
        dest="first",
        action="store_const",
        const="orders",
        help="drafts before anybody pays",
    )
    parser.set_defaults(first="")
    parser.add_argument("--workers", type=int, default=2, help="worker processes of the task queue")
    parser.add_argument(
        "--settlement",
        action=argparse.BooleanOptionalAction,
        default=SETTLEMENT_IS_FOLLOWED,
        help="two acquirers, every payment awaited at the bank, and the way there audited",
    )
    parser.add_argument("--keep", action="store_true", help="keep the throw-away data of a headless run")
