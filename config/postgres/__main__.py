"""`python -m config.postgres start|stop|status|url|destroy`: look after the embedded server by hand."""

from __future__ import annotations

import argparse
import sys

from config.postgres.cluster import Cluster, PostgresFailed
from config.postgres.url import embedded_url


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/postgres", description=__doc__)
    parser.add_argument("action", choices=["start", "stop", "status", "url", "destroy"])
    action = parser.parse_args().action
    try:
        print(_perform(action, Cluster.of_environment()))
    except PostgresFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


def _perform(action: str, cluster: Cluster) -> str:
    if action == "start":
        return "Started." if cluster.start() else "Already running."
    if action == "stop":
        return "Stopped." if cluster.stop() else "Not running."
    if action == "url":
        return str(embedded_url(cluster))
    if action == "destroy":
        cluster.destroy()
        return "Deleted."
    pid = cluster.postmaster_pid()
    state = "not running" if pid is None else f"running, process {pid}"
    return f"{state}; data in {cluster.data}"


if __name__ == "__main__":
    sys.exit(main())
