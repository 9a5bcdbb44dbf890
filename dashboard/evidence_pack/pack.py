"""What stands in an evidence pack, before it is laid out on paper."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with their values; empty values were left out when it was gathered."""

    rows: tuple[tuple[str, str], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; `numeric` are the places of columns that are aligned to the right."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    widths: tuple[int, ...] = ()
    """Shares of the width; equal where there are none."""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Paragraphs, or the points of a list."""

    texts: tuple[str, ...]
    title: str = ""
    is_list: bool = False


Block = Facts | Grid | Words


@dataclass(frozen=True, slots=True)
class Chapter:
    """One part with its own bookmark."""

    title: str
    blocks: tuple[Block, ...]
    missing: str = ""
    """Said instead of blocks where we hold nothing."""


@dataclass(frozen=True, slots=True)
class Pack:
    """The whole pack. `made` says when and in which zone."""

    title: str
    merchant: str
    made: str
    chapters: tuple[Chapter, ...] = field(default=())
    subject: str = "Evidence for a card dispute"
