"""The processes of a demo and the environment they share."""

from __future__ import annotations

import json
import os
import shlex
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.demo.answering import Answering
from config.demo.control import Control, answers, wait_until
from config.demo.options import Options
from config.demo.processes import Child, ChildFailed, Supervisor, progress
from config.postgres import Cluster

_ROOT = Path(__file__).resolve().parents[2]
_BIN = Path(sys.executable).parent
_MANAGE = (sys.executable, str(_ROOT / "manage.py"))
_SECONDS_TO_START = 90
# Threads wait for commits, and those that wait together share one: fewer answer less a second (bin/bench inbound).
_WEB_THREADS = 24
# What a real installation sets must not leak into a demo.
_NOT_FOR_DEMOS = ("DATABASE_URL", "DATABASE_URL_FILE", "SECRET_KEY", "SECRET_KEY_FILE", "ENCRYPTION_KEYS")


@dataclass(frozen=True)
class Ports:
    """Where the demo listens, on loopback."""

    web: int
    sandbox: int
    smtp: int
    quiet: int
    """Where the driver tells the sandbox's trade whether the product is quiet; the same after a restart."""

    @classmethod
    def free(cls) -> Ports:
        """Ports nobody uses at the moment."""
        probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
        ports = [probe.getsockname()[1] for probe in probes]
        for probe in probes:
            probe.close()
        return cls(*ports)


class Stack:
    """PostgreSQL, the sandbox, the web server and the workers over one `var` folder."""

    def __init__(self, var: Path, ports: Ports, options: Options) -> None:
        self.var = var
        self.ports = ports
        self.options = options
        self.web_url = f"http://127.0.0.1:{ports.web}"
        self.sandbox_url = f"http://127.0.0.1:{ports.sandbox}"
        self.control = Control(self.sandbox_url)
        self.cluster = Cluster(var.absolute())
        self.supervisor = Supervisor()
        self.env = self._environment()
        self.status = Answering(
            "The product, asked what is under way,",
            [*_MANAGE, "queue_status", "--json", "--each-line"],
            self.env,
        )
        self._commands = Answering(
            "One of our commands",
            [sys.executable, "-m", "config.demo.commands"],
            self.env,
            var / "commands.log",
        )
        self.victims: list[Child] = []

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_DEMOS}
        return kept | self.own_environment()

    def own_environment(self) -> dict[str, str]:
        """What makes a process part of this demo."""
        return {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "TILLBRIDGE_VAR": str(self.var.absolute()),
            "TILLBRIDGE_DEMO_CLOCK": str(self.clock_file.absolute()),
            "SITE_URL": self.web_url,
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "XERO_LOGIN_URL": f"{self.sandbox_url}/xero",
            "XERO_IDENTITY_URL": f"{self.sandbox_url}/xero",
            "XERO_API_URL": f"{self.sandbox_url}/xero",
            "OPAYO_LIVE_URL": f"{self.sandbox_url}/opayo",
            "OPAYO_TEST_URL": f"{self.sandbox_url}/opayo",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.ports.smtp),
            "WORKERS": str(self.options.workers),
        }

    @property
    def clock_file(self) -> Path:
        """Where the sandbox says how far its business clock is from the real one, in seconds."""
        return self.var / "demo-clock"

    def prepare_database(self) -> None:
        """Start PostgreSQL and bring the schema up to date."""
        self.var.mkdir(parents=True, exist_ok=True)
        progress("Starting PostgreSQL")
        self.cluster.start()
        self.manage("migrate", "--verbosity", "0")
        self.manage("sync_schedules")

    def start_sandbox(self) -> None:
        """Start the outside world and wait until it answers."""
        progress(f"Starting the sandbox at {self.sandbox_url}")
        self.supervisor.add(self._child("sandbox", [*_MANAGE, "sandbox", *self._sandbox_arguments()]))
        wait_until(lambda: answers(f"{self.sandbox_url}/control/clock"), _SECONDS_TO_START, "the sandbox")

    def _sandbox_arguments(self) -> list[str]:
        ports, options = self.ports, self.options
        arguments = ["--port", ports.sandbox, "--smtp-port", ports.smtp, "--state", self.var / "sandbox"]
        arguments += ["--clock-file", self.clock_file, "--faults", "none"]
        arguments += ["--latency-ms", options.latency_ms, "--limits", options.limits, "--seed", options.seed]
        return [str(argument) for argument in arguments]

    def seed(self) -> str:
        """Have a pair connected to the sandbox, in peace, then let the faults begin; returns the login, in words."""
        if self.options.settlement:
            self.control.post("switches", {"opayo.second_authprocessor": "Worldpay"})
        login = self.manage("seed_demo", "--sandbox-url", self.sandbox_url)
        self.control.post("faults", {"profile": self.options.faults})
        return login

    def start_product(self) -> None:
        """Start the web server and the workers, and wait for the first page."""
        self._add_victim(self._child("workers", [*_MANAGE, "qcluster"]))
        self.start_web()

    def start_web(self) -> None:
        """Start the web server and wait until it answers."""
        progress(f"Starting the web server at {self.web_url}")
        self._add_victim(self._child("web", self._web_command()))
        self.supervisor.watch()
        wait_until(self._web_answers, _SECONDS_TO_START, "the web server")

    def _web_answers(self) -> bool:
        self.supervisor.check()
        return answers(f"{self.web_url}/in/")  # needs no static files

    def _add_victim(self, child: Child) -> None:
        self.supervisor.add(child)
        self.victims.append(child)

    def _web_command(self) -> Sequence[str]:
        return (
            *(str(_BIN / "granian"), "--interface", "wsgi", "--host", "127.0.0.1"),
            *("--port", str(self.ports.web), "--blocking-threads", str(_WEB_THREADS)),
            *(
                "--respawn-failed-workers",
                "--respawn-interval",
                "0.2",
                "--log-level",
                "warning",
                "config.wsgi:application",
            ),
        )

    def manage(self, *arguments: str) -> str:
        """Run one of our commands to its end and return what it printed. Raises ChildFailed with its complaint."""
        answer = self._commands.ask(json.dumps(arguments))
        if answer["refusal"]:
            raise ChildFailed(f"manage.py {' '.join(arguments)}: {answer['refusal']}\n{answer['told']}")
        return str(answer["told"])

    def stop(self) -> None:
        """Stop everything, PostgreSQL last. The data stay."""
        self.status.close()
        self._commands.close()
        self.supervisor.stop()
        self.cluster.stop()

    def write_environment_file(self) -> Path:
        """Write the environment down, so that a person can run commands against this demo."""
        path = self.var / "environment"
        lines = [f"export {name}={shlex.quote(value)}\n" for name, value in self.own_environment().items()]
        path.write_text("".join(lines))
        return path

    def _child(self, name: str, command: Sequence[str]) -> Child:
        return Child(name, command, self.env, self.var / f"{name}.log")
