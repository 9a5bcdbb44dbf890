"""Pairs live under their slug at the root of the site; the words the site itself uses are taken."""

from __future__ import annotations

from typing import Final

RESERVED_SLUGS: Final = frozenset({
    "account", "admin", "api", "favicon", "health", "in", "metrics", "pairs", "pay", "plotly", "robots",
    "sandbox", "static", "support", "xero",
})  # fmt: skip


class PairSlugConverter:
    """A path converter for a pair's slug that never swallows the site's own addresses."""

    regex = rf"(?!(?:{'|'.join(sorted(RESERVED_SLUGS))})/)[-a-z0-9_]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
