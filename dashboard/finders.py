"""Static files that come inside Python packages."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import plotly
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

_PLOTLY = "plotly.min.js"


class PlotlyFinder(BaseFinder):
    """The one drawing library we serve, from the plotly package itself; nothing is copied into our sources."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.storage = FileSystemStorage(location=Path(plotly.__file__).parent / "package_data")
        self.storage.prefix = "vendor"  # type: ignore[attr-defined]  # read by collectstatic

    def find(self, path: str, *args: Any, **kwargs: Any) -> Any:
        """Where `vendor/plotly.min.js` is; nothing else is found here."""
        if path != f"vendor/{_PLOTLY}":
            return []
        found = self.storage.path(_PLOTLY)
        return [found] if kwargs.get("find_all") or kwargs.get("all") else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        """The one file, for collectstatic."""
        yield _PLOTLY, self.storage
