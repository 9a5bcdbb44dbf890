"""The demo for a person: everything running, a month of trade to look at, until Ctrl-C."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import NoReturn

from config.demo.errands import Errands
from config.demo.options import Options
from config.demo.processes import progress
from config.demo.stack import Ports, Stack
from config.demo.trading import run_trade

_VAR = Path(__file__).resolve().parents[2] / "var" / "demo"


def interactive(options: Options) -> NoReturn:
    """Run until interrupted; the data stay for the next time."""
    ports = Ports(options.port, options.sandbox_port, options.sandbox_port + 1, options.sandbox_port + 2)
    stack = Stack(_VAR, ports, options)
    if options.fresh:
        forget(stack)
    is_first = not (_VAR / "traded").exists()
    try:
        login = _start(stack)
        _welcome(stack, login)
        if is_first:
            _trade_a_month(stack)
        while True:
            stack.supervisor.check()
            time.sleep(1.0)
    finally:
        progress("Stopping")
        stack.stop()


def forget(stack: Stack) -> None:
    """Delete the data of earlier demos."""
    stack.cluster.destroy()
    shutil.rmtree(stack.var, ignore_errors=True)


def _start(stack: Stack) -> str:
    stack.prepare_database()
    stack.manage("collectstatic", "--noinput", "--verbosity", "0")
    stack.start_sandbox()
    login = stack.seed()
    stack.start_product()
    return login


def _welcome(stack: Stack, login: str) -> None:
    environment = stack.write_environment_file()
    print(
        f"""
Tillbridge is running at   {stack.web_url}
{login.strip()}
The simulated outside world is at   {stack.sandbox_url}
    shop   {stack.sandbox_url}/shop/      buy something, and watch it arrive in the books
    Xero   {stack.sandbox_url}/xero/
    Opayo  {stack.sandbox_url}/opayo/
    mail   {stack.sandbox_url}/mail
Commands against this demo:  . {environment}; .venv/bin/python manage.py ...
Ctrl-C stops it; the data stay (bin/demo --fresh forgets them).
""",
        flush=True,
    )


def _trade_a_month(stack: Stack) -> None:
    """Play the past month, which ends today."""
    progress(
        f"Trading {stack.options.orders} orders over the past {stack.options.days} days; you can look on"
    )
    run_trade(stack, Errands(stack))
    (stack.var / "traded").touch()
    progress("The month is traded; it is today again")
