"""`python -m sandbox.auditor [--url] http://127.0.0.1:8001`: prints the report; its last line is one JSON object."""

from __future__ import annotations

import argparse
import json
import sys
import urllib.request
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from sandbox.auditor.report import audit

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_TIMEOUT = 120


def fetch(url: str) -> Any:
    """The truth of a running sandbox. Raises OSError if it cannot be had."""
    with _OPENER.open(f"{url.rstrip('/')}/control/truth", timeout=_TIMEOUT) as answer:
        return json.loads(answer.read(), parse_float=Decimal)


def as_json(report: Mapping[str, Any]) -> str:
    """The report on one line; sums as exact JSON numbers."""
    return orjson.dumps(report, default=_exact).decode()


def _exact(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f").encode())
    raise TypeError(f"{type(value).__name__} has no place in the report")


def main(arguments: list[str]) -> int:
    """Print the problems one by one, then the report. 0, with `--strict` 1 if the books are wrong; 2 without truth."""
    parser = argparse.ArgumentParser(prog="sandbox.auditor", description=__doc__)
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:8001")
    parser.add_argument("--url", default=None)
    parser.add_argument("--settlement", action="store_true", help="judge the way to the bank too")
    parser.add_argument("--strict", action="store_true", help="exit 1 if the books are wrong")
    given = parser.parse_args(arguments)
    try:
        report = audit(fetch(given.url or given.address), settlement=given.settlement)
    except OSError as error:
        sys.stderr.write(f"The sandbox does not tell its truth: {error}\n")
        return 2
    for problem in report["problems"]:
        sys.stderr.write(f"{problem['fault']}: {problem['order']}: {problem['why']}\n")
    sys.stdout.write(as_json(report) + "\n")
    return 1 if given.strict and not report["proof_ok"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
