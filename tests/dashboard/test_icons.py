"""Icons are drawn once, and each as it was asked for."""

from __future__ import annotations

import lucide
import pytest
from django.template import Context, Template

SOURCE = '{% load lucide %}{% lucide "scale" size=16 class=tone aria_hidden="true" %}'


def test_an_icon_is_drawn_once_for_each_way_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[object] = []
    draw = lucide._render_icon

    def counted(name: str, size: int | None, **attributes: object) -> str:
        drawn.append(attributes["class"])
        return str(draw(name, size, **attributes))

    monkeypatch.setattr(lucide, "_render_icon", counted)
    tones = ["bad-1", "good-1", "bad-1", 'x" onload="y']
    icons = [Template(SOURCE).render(Context({"tone": tone})) for tone in tones]
    assert drawn == ["bad-1", "good-1", 'x" onload="y']
    assert icons[0] == icons[2] != icons[1]
    assert 'class="bad-1"' in icons[0] and icons[0].startswith("<svg")
    assert 'onload="y"' not in icons[3]
