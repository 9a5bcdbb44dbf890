"""The command that suggests links for a file."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command


def run(tmp_path: Path, content: str, target: str = "xero:Contact", **options: Any) -> str:
    path = tmp_path / "source.json"
    path.write_text(content)
    out = StringIO()
    call_command("suggest_mapping", str(path), target, stdout=out, **options)
    return out.getvalue()


def test_json_lists_target_source_confidence_and_reasons(tmp_path: Path) -> None:
    found = json.loads(run(tmp_path, '{"mail": "ada@example.com", "surname": "Moss"}', json=True))
    assert {"target", "source", "confidence", "reasons", "transforms"} <= set(found[0])
    assert [each["confidence"] for each in found] == sorted((e["confidence"] for e in found), reverse=True)
    assert ("EmailAddress", "mail") in {(each["target"], each["source"]) for each in found}


def test_for_people_only_the_likely_links_are_shown(tmp_path: Path) -> None:
    text = run(tmp_path, '{"mail": "ada@example.com", "zzz": "qqq"}')
    assert "mail → email → EmailAddress" in text
    assert "zzz" not in text


def test_a_file_like_nothing_says_so(tmp_path: Path) -> None:
    assert "Nothing in this file" in run(tmp_path, '{"zzz": "qqq"}')


@pytest.mark.parametrize(
    ("content", "target", "why"),
    [
        ("{", "xero:Contact", "not JSON"),
        ("[1]", "xero:Contact", "JSON object"),
        ('{"a": 1}', "xero:Nothing", "not a target"),
    ],
)
def test_what_cannot_be_used_is_told(tmp_path: Path, content: str, target: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        run(tmp_path, content, target)
