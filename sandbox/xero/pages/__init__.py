"""The pages a person sees at the simulated login.xero.com."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sandbox.kernel.wire import Reply

_HERE = Path(__file__).parent
_TEMPLATES = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined)
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
}


def reply(name: str, status: int, *, problem: str = "", **values: object) -> Reply:
    """Render a template as a reply."""
    page = _TEMPLATES.get_template(name).render(problem=problem, **values)
    return Reply(status, page.encode(), _HEADERS)
