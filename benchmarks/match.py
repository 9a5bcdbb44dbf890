"""How long matching takes, how much memory it needs, and how both grow: 10,000, 100,000 and 300,000 lines a side."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from typing import Final

import orjson

from benchmarks.report import print_result
from reconciliation.core.matching.matching import match
from reconciliation.core.matching.model import shipped
from reconciliation.worlds.making import make_world
from reconciliation.worlds.world import Knobs

_SIZES: Final = (10_000, 100_000, 300_000)
_A_YEAR: Final = 365
_KIB: Final = 1024


def main() -> None:
    """One process for each size, so that the peak of memory is its own."""
    results = [_in_own_process(size) for size in _SIZES]
    rows = [
        (f"{each['lines']:,} × {each['observed']:,}", f"{each['seconds']:.1f}", f"{each['cpu_seconds']:.1f}",
         f"{each['peak_mib']:.0f}", f"{each['microseconds_per_line']:.0f}", f"{each['auto']:,}")
        for each in results
    ]  # fmt: skip
    columns = ("lines", "seconds", "CPU s", "peak MiB", "µs/line", "auto")
    print_result("match: a year, some of everything, in the voice apart", columns, rows, {"sizes": results})


def _in_own_process(size: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.match", str(size)], check=True, capture_output=True, text=True
    )
    measured: dict[str, float] = orjson.loads(done.stdout.splitlines()[-1])
    return measured


def measure(size: int) -> dict[str, float]:
    """Match one world. `cpu_seconds`: user time of all threads; `peak_mib` includes the world itself."""
    world = make_world(Knobs(lines=size, days=_A_YEAR, batches=0.05), seed=5, apart=True)
    shipped()
    cpu, started = resource.getrusage(resource.RUSAGE_SELF).ru_utime, time.perf_counter()
    outcome = match(world.expected, world.observed)
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "lines": size,
        "observed": len(world.observed),
        "seconds": round(seconds, 2),
        "cpu_seconds": round(used.ru_utime - cpu, 2),
        "peak_mib": round(used.ru_maxrss / _KIB),
        "microseconds_per_line": round(seconds * 1e6 / size),
        "auto": sum(each.decision == "auto" for each in outcome.matches),
    }


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(orjson.dumps(measure(int(sys.argv[1]))).decode())
    else:
        main()
