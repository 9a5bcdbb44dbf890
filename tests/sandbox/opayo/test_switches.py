from __future__ import annotations

import re
from pathlib import Path

import pytest

import sandbox.opayo
from sandbox.opayo.switches import SWITCHES, Switches


def test_every_switch_is_used_and_every_switch_used_is_documented() -> None:
    folder = Path(sandbox.opayo.__path__[0])
    source = "".join(path.read_text() for path in folder.rglob("*.py"))
    used = set(re.findall(r'switches\["(\w+)"\]', source)) | set(re.findall(r'_happens\("(\w+)"\)', source))
    assert {f"opayo.{name}" for name in used} == {switch.name for switch in SWITCHES}


def test_a_choice_of_the_world_overrides_the_default() -> None:
    assert Switches({})["card_attempts"] == 1
    assert Switches({"opayo.card_attempts": 3})["card_attempts"] == 3
    with pytest.raises(KeyError):
        Switches({})["no_such_switch"]
