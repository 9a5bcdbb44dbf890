from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from mapping.core.defaults import default_document
from mapping.core.document import to_text
from tests.mapping.builders import a_payment, an_order


@pytest.fixture
def invoice(tmp_path: Path) -> Path:
    path = tmp_path / "invoice.json"
    path.write_text(to_text(default_document("invoice")), encoding="utf-8")
    return path


def record(tmp_path: Path, value: Any) -> Path:
    path = tmp_path / "source.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def apply(*arguments: Any) -> Any:
    out = StringIO()
    call_command("apply_mapping", *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_the_document_and_its_trace_are_printed_as_json(invoice: Path, tmp_path: Path) -> None:
    (made,) = apply(invoice, record(tmp_path, an_order()))["documents"]
    assert made["document"]["InvoiceNumber"] == "HF-10042"
    assert made["document"]["LineItems"][1]["LineAmount"] == "21.92"
    traced = {entry["target"]: entry for entry in made["trace"]}
    assert traced["LineItems[1].TaxType"]["steps"][0]["out"] == "OUTPUT2"
    assert made["problems"] == []


def test_a_list_of_records_gives_a_list_of_documents(invoice: Path, tmp_path: Path) -> None:
    made = apply(invoice, record(tmp_path, [an_order(), an_order(number="HF-2")]))["documents"]
    assert [each["document"]["InvoiceNumber"] for each in made] == ["HF-10042", "HF-2"]


def test_a_context_file_takes_the_place_of_the_sample_settings(invoice: Path, tmp_path: Path) -> None:
    context = tmp_path / "context.json"
    context.write_text('{"status": "DRAFT", "accounts": {"sales": "260"}}', encoding="utf-8")
    made = apply(invoice, record(tmp_path, an_order()), "--context", context)["documents"][0]["document"]
    assert (made["Status"], made["LineItems"][0]["AccountCode"]) == ("DRAFT", "260")


def test_numbers_of_a_file_are_read_exactly(tmp_path: Path) -> None:
    mapping = tmp_path / "payment.json"
    mapping.write_text(to_text(default_document("payment")), encoding="utf-8")
    source = tmp_path / "source.json"
    source.write_text(json.dumps(a_payment()).replace('"38.34"', "1234567.10"), encoding="utf-8")
    assert apply(mapping, source)["documents"][0]["document"]["Amount"] == "1234567.10"


def test_problems_of_a_document_are_printed_and_the_command_fails(invoice: Path, tmp_path: Path) -> None:
    out = StringIO()
    with pytest.raises(CommandError, match="has errors"):
        call_command("apply_mapping", invoice, record(tmp_path, an_order(total="99.00")), stdout=out)
    (problem, *_) = json.loads(out.getvalue())["documents"][0]["problems"]
    assert problem["message"] == "The order says 99.00 GBP, but its lines come to 38.34."


@pytest.mark.parametrize(
    ("mapping", "source", "said"),
    [
        ("{", "{}", "cannot be read as JSON"),
        ('{"target": "xero:Contact", "rows": [{"target": "Nmae"}]}', "{}", "has no field “Nmae”"),
        (
            '{"target": "xero:Contact", "rows": [{"target": "Name", "sources": ["n"]}]}',
            '"x"',
            "must be a JSON object",
        ),
        (
            '{"target": "xero:Contact", "rows": [{"target": "Name", "sources": ["n"]}]}',
            "[",
            "cannot be read as JSON",
        ),
    ],
)
def test_files_that_cannot_be_used_are_refused_in_words(
    tmp_path: Path, mapping: str, source: str, said: str
) -> None:
    paths = tmp_path / "mapping.json", tmp_path / "source.json"
    for path, text in zip(paths, (mapping, source), strict=True):
        path.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=said):
        call_command("apply_mapping", *paths)


def test_a_missing_file_is_named(invoice: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.json cannot be read"):
        call_command("apply_mapping", invoice, tmp_path / "nowhere.json")
