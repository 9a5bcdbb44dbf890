"""Error bodies that are not validation: Xero's several dialects read into one.

Seen on the wire: `Elements[].ValidationErrors` (see replies.py), `ErrorNumber/Type/Message`, problem details with
`Title/Detail` (401 and 403), `error/error_description` (identity host), and plain text or HTML (404, 503, 429).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from integrations.xero.core.replies import top_message
from integrations.xero.core.wire import loads

_LONGEST: Final = 300
_TAGS: Final = re.compile(r"<[^>]*>")
# Only these say that the call was turned away before any work.
_CLOSED: Final = re.compile(r"\boffline\b|\bmaintenance\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """`code` is what a program decides by, `text` what a person may read; `fields` the JSON object, if it is one."""

    code: str
    text: str
    fields: dict[str, Any]


def read_error_body(body: bytes) -> ErrorBody:
    """Any error body, whichever dialect it is in; never fails."""
    text = body.decode("utf-8", "replace")
    try:
        fields = loads(text)
    except ValueError:
        return ErrorBody("", " ".join(_TAGS.sub(" ", text).split())[:_LONGEST], {})
    if not isinstance(fields, dict):
        return ErrorBody("", text[:_LONGEST], {})
    return ErrorBody(_code(fields), top_message(fields)[:_LONGEST], fields)


def says_closed(text: str) -> bool:
    """Whether a 503 says that Xero or the organisation is offline: then the call was not executed."""
    return bool(_CLOSED.search(text))


def _code(fields: dict[str, Any]) -> str:
    """`TokenExpired`, `AuthorizationUnsuccessful`, `invalid_grant`, `ValidationException` …, or ""."""
    if isinstance(fields.get("error"), str):
        return str(fields["error"])
    if isinstance(fields.get("Detail"), str):
        return str(fields["Detail"]).partition(":")[0].strip()
    return str(fields.get("Type") or "")
