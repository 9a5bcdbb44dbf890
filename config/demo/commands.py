"""`python -m config.demo.commands`: runs our commands in one process, each told as a line: a list in JSON.

Answers a line each: what the command printed, and why it failed if it did. Anything but a command's own refusal ends the
process, and its complaint says why.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from io import StringIO

import django
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import close_old_connections


def main() -> None:
    """Until stdin ends."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    answers = sys.stdout
    # A command may print past what it was given to print to.
    sys.stdout = sys.stderr
    for line in sys.stdin:
        print(json.dumps(_answer(json.loads(line))), file=answers, flush=True)


def _answer(arguments: Sequence[str]) -> dict[str, str]:
    told, complaint = StringIO(), StringIO()
    try:
        call_command(*arguments, stdout=told, stderr=complaint)
    except CommandError as refusal:
        return {"told": told.getvalue(), "refusal": f"{complaint.getvalue()}{refusal}"}
    finally:
        close_old_connections()
    return {"told": told.getvalue(), "refusal": ""}


if __name__ == "__main__":
    main()
