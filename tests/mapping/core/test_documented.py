"""docs/mapping.md names what there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapping.core.defaults import KINDS
from mapping.core.transforms import REGISTRY

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "mapping.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*REGISTRY, *KINDS])
def test_every_transform_and_every_shipped_mapping_is_on_the_page(name: str) -> None:
    assert f"`{name}`" in PAGE
