"""Pages of the sandbox: Jinja templates with autoescape, all extending `base.html` of the kernel."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from sandbox.kernel.wire import Reply

_BASE = Path(__file__).parent / "pages"


def environment(folder: Path | None = None) -> jinja2.Environment:
    """Templates of one system's `pages` folder, with the shared base behind them."""
    folders = [folder, _BASE] if folder is not None else [_BASE]
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader([str(each) for each in folders]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def html_reply(
    pages: jinja2.Environment,
    template: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """A rendered page."""
    body = pages.get_template(template).render(**context).encode()
    return Reply(status, body, {"content-type": "text/html; charset=utf-8", **(headers or {})})


def redirect(location: str, headers: Mapping[str, str] | None = None) -> Reply:
    """Send the browser on with a GET, as after a form."""
    return Reply(303, b"", {"location": location, **(headers or {})})
