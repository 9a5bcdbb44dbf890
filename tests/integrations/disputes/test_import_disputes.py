"""manage.py import_disputes: previews, imports, and says what cannot be taken."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from integrations.models import DisputeColumns, Event
from sandbox.acquirer.core.layouts import ELAVON, WORLDPAY
from tests.factories import PairFactory
from tests.integrations.disputes.core.test_reading import NOTICE

pytestmark = pytest.mark.django_db


def run(file: Path, *options: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("import_disputes", str(file), "--pair", "harbour-finch", *options, stdout=out)
    return out.getvalue()


def test_a_file_is_previewed_imported_and_known_afterwards(tmp_path: Path) -> None:
    PairFactory(slug="harbour-finch")
    file = tmp_path / "worldpay.csv"
    file.write_text(WORLDPAY.write([NOTICE, {**NOTICE, "stage": "represented", "on": date(2026, 3, 12)}]))
    said = run(file, "--preview")
    assert "Row 2: new CB70001, 1234.50 GBP, Received" in said
    assert "Row 3: moves CB70001, 1234.50 GBP, Received → Represented" in said
    assert not Event.objects.exists()
    assert "2 told" in run(file, "--acquirer", "worldpay")
    run(file)
    assert Event.objects.count() == 2


def test_what_cannot_be_imported_is_said_and_changes_nothing(tmp_path: Path) -> None:
    pair = PairFactory(slug="harbour-finch")
    file = tmp_path / "elavon.csv"
    file.write_text(ELAVON.write([NOTICE, {**NOTICE, "case_id": "CB2", "currency": "GBX"}]))
    with pytest.raises(CommandError, match=r"rows that cannot be taken \(3\)"):
        run(file)
    assert not Event.objects.exists()
    assert "1 told" in run(file, "--without-bad-rows")
    DisputeColumns.objects.create(pair=pair, acquirer="Hansebank", heads={"case_id": "Ref"})
    for options, words in (
        (("--acquirer", "nobody"), "Known: elavon, worldpay, amex, Hansebank"),
        (("--acquirer", "hansebank"), "no column Ref"),
    ):
        with pytest.raises(CommandError, match=words):
            run(file, *options)
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "none.csv")
    with pytest.raises(CommandError, match="There is no pair"):
        call_command("import_disputes", str(file), "--pair", "none")
