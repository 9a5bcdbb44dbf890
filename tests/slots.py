"""Several test runs on one machine at a time, each with databases of its own."""

from __future__ import annotations

import fcntl
from io import TextIOWrapper
from itertools import count
from pathlib import Path


class Slot:
    """The lowest number that no other running test run holds.

    Numbers are used again and again, so what a killed run left behind is cleared by the next
    run that gets its number. The operating system frees the number when the process ends.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for number in count():
            file = (folder / f"{number}.lock").open("w")
            if _try_lock(file):
                self.number, self._file = number, file
                return
            file.close()

    def release(self) -> None:
        self._file.close()


def _try_lock(file: TextIOWrapper) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
