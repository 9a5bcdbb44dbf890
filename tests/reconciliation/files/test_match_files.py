"""`match_files` and `generate_world`: good files give decisions, bad ones name file, row and column."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from reconciliation.files.reading import LineFileError, read_lines

HEADER = "id,date,amount,currency,reference,description,counterparty\n"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_two_files_come_to_the_documented_json(tmp_path: Path) -> None:
    expected = write(
        tmp_path,
        "e.csv",
        HEADER + "E1,2026-03-02,12.50,GBP,INV-10234,,Jane Smith\nE2,2026-03-02,9.99,GBP,INV-10235,,\n",
    )
    observed = write(
        tmp_path,
        "o.csv",
        "\ufeffID,Date,Amount,Currency,Description\nO1,2026-03-04,12.5,gbp,BGC SMITH INV10234\nO2,2026-03-05,-3,GBP,FEE\n",
    )
    out = StringIO()
    call_command("match_files", str(expected), str(observed), "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told.keys() == {"matches", "unmatched_expected", "unmatched_observed"}
    (match,) = told["matches"]
    assert match.keys() == {"expected", "observed", "probability", "decision", "reasons"}
    assert (match["expected"], match["observed"], match["decision"]) == (["E1"], ["O1"], "auto")
    assert {"code", "words"} == match["reasons"][0].keys()
    assert (told["unmatched_expected"], told["unmatched_observed"]) == (["E2"], ["O2"])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("E1,2026-03-32,1.00,GBP,,,", "e.csv, row 2, column date: “2026-03-32”"),
        ("E1,2026-03-02,1.005,GBP,,,", "column amount: GBP has no fractions"),
        ("E1,2026-03-02,1e99,GBP,,,", "column amount: “1e99”"),
        ("E1,2026-03-02,NaN,GBP,,,", "column amount: “NaN”"),
        ("E1,2026-03-02,twelve,GBP,,,", "column amount: “twelve”"),
        ("E1,2026-03-02,1.00,POUNDS,,,", "column currency"),
        (",2026-03-02,1.00,GBP,,,", "column id: it is empty"),
        ("E1,2026-03-02,1.00,GBP,,", "row 2: it has 6 columns, the header has 7"),
        (
            "E1,2026-03-02,1.00,GBP,,,\nE1,2026-03-02,1.00,GBP,,,",
            "row 3, column id: “E1” is already in row 2",
        ),
        ('E1,2026-03-02,1.00,GBP,"open,,', "this is not CSV"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(LineFileError, match=said.replace("(", "\\(")):
        read_lines(write(tmp_path, "e.csv", HEADER + row + "\n"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id,date,amount\n", "the column currency is missing"),
        (b"", "the column id and date and amount and currency is missing"),
        (b"id,id,date,amount,currency\n", "the column id comes twice"),
        (b"id,date,amount,currency\n\xff\xfe", "not a text in UTF-8"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "o.csv"
    path.write_bytes(content)
    with pytest.raises(LineFileError, match=f"o.csv.*{said}"):
        read_lines(path)


def test_a_missing_file_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="the file cannot be opened"):
        call_command("match_files", str(tmp_path / "none.csv"), str(tmp_path / "none.csv"))


def test_yen_have_no_pence(tmp_path: Path) -> None:
    (line,) = read_lines(write(tmp_path, "e.csv", HEADER + "E1,2026-03-02,1200,JPY,,,\n"))
    assert line.minor == 1200


def test_a_world_is_written_the_same_for_the_same_seed_and_matches_its_truth(tmp_path: Path) -> None:
    for name in ("a", "b"):
        call_command(
            "generate_world",
            str(tmp_path / name),
            "--seed",
            "4",
            "--lines",
            "150",
            "--twins",
            "0.2",
            stdout=StringIO(),
        )
    names = ("EXPECTED.csv", "OBSERVED.csv", "TRUTH.csv")
    assert [(tmp_path / "a" / each).read_bytes() for each in names] == [
        (tmp_path / "b" / each).read_bytes() for each in names
    ]
    out = StringIO()
    call_command(
        "match_files", str(tmp_path / "a" / names[0]), str(tmp_path / "a" / names[1]), "--json", stdout=out
    )
    rows = [row.split(",") for row in (tmp_path / "a" / names[2]).read_text().splitlines()[1:]]
    true = {(row[0], row[1]) for row in rows}
    auto = [each for each in json.loads(out.getvalue())["matches"] if each["decision"] == "auto"]
    assert len(auto) > 50
    assert all(("|".join(each["expected"]), "|".join(each["observed"])) in true for each in auto)
