"""Run one benchmark by name, or all of them; each prints a table and, last, a JSON line."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

NAMES = (
    "dry_run",
    "inbound",
    "latency",
    "mapping",
    "match",
    "proof_faults",
    "refund_latency",
    "review",
    "statements",
    "suggestions",
    "throughput",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=NAMES, help="default: all of them")
    name = parser.parse_args().name
    for each in [name] if name else NAMES:
        import_module(f"benchmarks.{each}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
