"""Small things every HTTP page and endpoint here needs: forms in, text, HTML and redirects out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader

from sandbox.kernel.wire import Reply
from sandbox.opayo.gateway import MOUNT

_SANDBOX = Path(__file__).parent.parent


@cache
def _templates() -> Environment:
    folders = [_SANDBOX / "opayo" / "pages", _SANDBOX / "kernel" / "pages"]
    environment = Environment(loader=FileSystemLoader(folders), autoescape=True, auto_reload=False)
    environment.globals["mount"] = MOUNT
    return environment


def html(template: str, context: Mapping[str, Any], status: int = 200) -> Reply:
    """A page for a person."""
    text = _templates().get_template(template).render(context)
    headers = {"content-type": "text/html; charset=utf-8", "cache-control": "no-store"}
    return Reply(status, text.encode(), headers)


def redirect(url: str) -> Reply:
    """Send the browser elsewhere with a GET."""
    return Reply(303, b"", {"location": url})


def read_form(body: bytes) -> dict[str, str]:
    """A form-encoded body, in UTF-8 or, failing that, ISO-8859-1."""
    try:
        text = body.decode()
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
    return dict(pairs)


def protocol_reply(fields: Mapping[str, str]) -> Reply:
    """The protocol's plain text: `Name=Value` lines ended by CRLF."""
    lines = "".join([f"{name}={value}\r\n" for name, value in fields.items()])
    return Reply(200, lines.encode(), {"content-type": "text/plain; charset=utf-8"})
