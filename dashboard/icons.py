"""Icons drawn once. Each `{% lucide %}` unzips, copies and writes XML, which together took a third of a page's time."""

from __future__ import annotations

from functools import lru_cache

from lucide.templatetags import lucide as tags

_MOST = 2048
"""Icons by name, size and attributes; the pages use a few hundred."""


def draw_once() -> None:
    """Let the tag keep what it has drawn: the same name, size and attributes are the same picture."""
    if not hasattr(tags._render_icon, "cache_info"):
        tags._render_icon = lru_cache(maxsize=_MOST)(tags._render_icon)
