"""`manage.py generate_world OUT_DIR --seed N [--lines N] [--<knob> SHARE …]`: expected and observed lines with the truth."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reconciliation.files.writing import write_world
from reconciliation.worlds.making import make_world
from reconciliation.worlds.world import SHARES, Knobs


class Command(BaseCommand):
    """Make a world and write it."""

    requires_system_checks: list[str] = []  # it touches neither pages nor database
    help = (
        "Write EXPECTED.csv, OBSERVED.csv and TRUTH.csv. The same seed and knobs write the same files. In TRUTH.csv several "
        "ids of a side stand with | between them; “certain” says whether the files hold enough to tell."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """OUT_DIR --seed and one option for each knob."""
        usual = Knobs()
        parser.add_argument("folder", type=Path, metavar="OUT_DIR")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--lines", type=int, default=usual.lines, help="Expected lines, about.")
        parser.add_argument("--days", type=int, default=usual.days, help="Days they are spread over.")
        parser.add_argument(
            "--training-voice", action="store_true", help="Names and texts as the model learned them."
        )
        parser.add_argument(
            "--flipped", action="store_true", help="The bank writes money in with the other sign."
        )
        for name in SHARES:
            usual_share = getattr(usual, name)
            parser.add_argument(
                f"--{name.replace('_', '-')}", type=share, default=usual_share, metavar="SHARE"
            )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make and write."""
        shares = {name: options[name] for name in SHARES}
        knobs = Knobs(
            lines=options["lines"], days=max(1, options["days"]), flipped=options["flipped"], **shares
        )
        world = make_world(knobs, options["seed"], apart=not options["training_voice"])
        try:
            write_world(world, options["folder"])
        except OSError as error:
            raise CommandError(f"{options['folder']} cannot be written: {error.strerror}.") from None
        self.stdout.write(
            f"{len(world.expected)} expected and {len(world.observed)} observed lines with their truth in {options['folder']}."
        )


def share(text: str) -> float:
    """A share from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise ArgumentTypeError(f"“{text}” is not a share from 0 to 1")
    return value
