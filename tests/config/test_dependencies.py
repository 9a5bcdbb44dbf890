"""The list of dependencies for people agrees with the one for machines."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text())


def _names(requirements: list[str]) -> list[str]:
    return [re.split(r"[\[<>=~! ]", requirement, maxsplit=1)[0] for requirement in requirements]


@pytest.mark.parametrize(
    "name", _names(_PROJECT["project"]["dependencies"] + _PROJECT["dependency-groups"]["dev"])
)
def test_every_dependency_is_explained(name: str) -> None:
    explained = (_ROOT / "docs" / "dependencies.md").read_text().lower()
    aliases = {"psycopg": "psycopg 3", "types": "types-…"}

    assert aliases.get(name.split("-")[0], name) in explained
