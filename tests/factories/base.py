"""What a factory gives, for the type checker: factory-boy's own annotations stop at the class."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

Row = TypeVar("Row")


class Maker(Protocol[Row]):
    """Makes saved rows; any field may be given by name."""

    def __call__(self, **fields: Any) -> Row: ...

    def build(self, **fields: Any) -> Row:
        """A row that is not saved."""

    def create_batch(self, size: int, **fields: Any) -> list[Row]:
        """Several saved rows."""
