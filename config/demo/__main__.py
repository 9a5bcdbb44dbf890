"""`bin/demo`: see `config.demo.options` for what can be asked of it."""

from __future__ import annotations

import signal
import sys
from types import FrameType

from config.demo.headless import headless
from config.demo.interactive import interactive
from config.demo.options import read_options
from config.demo.processes import ChildFailed, progress
from config.postgres import PostgresFailed


class _Interrupted(BaseException):
    """Ctrl-C or SIGTERM: leave through every `finally`, past every `except Exception`."""


def main() -> int:
    options = read_options()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        return headless(options) if options.headless else interactive(options)
    except (ChildFailed, PostgresFailed, TimeoutError) as failure:
        progress(str(failure))
        return 1
    except _Interrupted:
        # To stop when told to is a success for the pages, and no result for a headless run.
        return 130 if options.headless else 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    # A second Ctrl-C must not tear the shutdown apart.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise _Interrupted


if __name__ == "__main__":
    sys.exit(main())
