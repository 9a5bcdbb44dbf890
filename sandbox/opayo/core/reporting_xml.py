"""The Reporting & Admin API on the wire: commands in, answers out, and the rules of ranges and rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote_plus
from xml.sax.saxutils import escape

from sandbox.opayo.core.london import month_later, parse_report_time, report_seconds
from sandbox.opayo.core.safe_xml import parse_xml

ROWS_PER_CALL = 50

ERRORS = {
    "0001": "The XML is not valid.",
    "0002": "The root node must be vspaccess.",
    "0008": "The vendor and user combination is not valid or the user is locked.",
    "0010": "Unable to validate the signature.",
    "0013": "The command is not recognised.",
    "0038": "The start date is after the end date.",
    "0039": "The end date is more than one month after the start date.",
    "0042": "Supply either a vendortxcode or a vpstxid.",
    "0043": "The transaction was not found for the vendortxcode or vpstxid.",
    "0099": "The difference between startrow and endrow is more than 50.",
    "2213": "Exceeded the allowed amount of commands to execute.",
    "2222": "<endrow> cannot be before <startrow>, please check.",
    "2232": "A valid <authprocessor> is required.",
    "2236": "Provided token id does not exist in the system.",
    "2238": "Unable to find the transaction for the <vpstxid> supplied.",
    "2243": "<endrow> cannot be more than 50 if <startrow> is not provided.",
    "2244": "<endrow> cannot be equal to zero.",
    "2245": "Fraud screen detail does not exist for this transaction.",
    "3000": "{} element present more than once.",
    "3001": "{} element not found.",
    "3002": "A valid {} value is required.",
    "3006": "{} must be a numeric value.",
    "3009": "{} is an invalid date format. Please use format dd/MM/yyyy HH:mm:ss.",
}


class CommandError(Exception):
    """A command is refused; `code` is the error code of the Reporting & Admin API."""

    def __init__(self, code: str, subject: str = "") -> None:
        text = ERRORS[code].format(f"<{subject}>")
        super().__init__(f"{code} : {text}")
        self.code = code
        self.text = text


Node = tuple[str, "str | Sequence[Node]"]
"""An element: its name, and its text or its children."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it was sent; element names are in lower case."""

    name: str
    vendor: str
    user: str
    signature: str
    parameters: dict[str, str]
    signed: str
    """The elements the signature covers, as they were sent, without white space between them."""

    def required(self, name: str) -> str:
        """A parameter that must be there (3001)."""
        value = self.parameters.get(name, "")
        if not value:
            raise CommandError("3001", name)
        return value


def xml_of_body(body: bytes) -> str:
    """The text of the form field `XML`, whether the client encoded it or not."""
    text = body.decode("latin-1")
    _, separator, value = text.partition("XML=")
    if not separator:
        raise CommandError("0001")
    if value.lstrip().startswith("<"):
        return _text(value)
    return _text(unquote_plus(value.partition("&")[0], encoding="latin-1"))


def _text(latin: str) -> str:
    raw = latin.encode("latin-1")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return latin


def read_command(text: str) -> Command:
    """Parse a command. Errors: 0001 not XML, 0002 other root, 3000 twice, 3001 missing element."""
    try:
        root = parse_xml(re.sub(r"^\s*<\?xml[^>]*\?>", "", text).strip())
    except ValueError as error:
        raise CommandError("0001") from error
    if root.tag != "vspaccess":
        raise CommandError("0002")
    values: dict[str, str] = {}
    for child in root:
        name = child.tag.lower()
        if name in values:
            raise CommandError("3000", name)
        values[name] = (child.text or "").strip()
    for name in ("command", "vendor", "user", "signature"):
        if name not in values:
            raise CommandError("3001", name)
    return Command(
        name=values.pop("command"),
        vendor=values.pop("vendor"),
        user=values.pop("user"),
        signature=values.pop("signature"),
        parameters=values,
        signed=signed_part(text),
    )


def signed_part(text: str) -> str:
    """What the signature covers: all elements inside the envelope but the signature itself."""
    inner = re.sub(r"(?s)^.*?<vspaccess>|</vspaccess>\s*$", "", text)
    inner = re.sub(r"(?s)<signature>.*?</signature>", "", inner)
    return re.sub(r">\s+<", "><", inner).strip()


def render(nodes: Iterable[Node]) -> str:
    """XML text of elements."""
    parts: list[str] = []
    for name, content in nodes:
        inner = escape(content) if isinstance(content, str) else render(content)
        parts.append(f"<{name}>{inner}</{name}>")
    return "".join(parts)


def success(nodes: Iterable[Node], now: datetime) -> str:
    """A successful answer at a moment (UTC), shown in London time."""
    head: list[Node] = [("errorcode", "0000"), ("timestamp", report_seconds(now))]
    return f"<vspaccess>{render([*head, *nodes])}</vspaccess>"


def failure(error: CommandError, now: datetime) -> str:
    """A refusal at a moment (UTC)."""
    nodes: list[Node] = [
        ("errorcode", error.code),
        ("error", error.text),
        ("timestamp", report_seconds(now)),
    ]
    return f"<vspaccess>{render(nodes)}</vspaccess>"


def read_range(command: Command) -> tuple[datetime, datetime]:
    """`startdate` and `enddate` in UTC; errors 3001, 3009, 0038, 0039.

    Requests carry whole seconds, so the end includes the fractions of its second.
    """
    start, end = (_read_date(command, name) for name in ("startdate", "enddate"))
    if start > end:
        raise CommandError("0038")
    if end > month_later(start):
        raise CommandError("0039")
    return start, end + timedelta(microseconds=999_999)


def _read_date(command: Command, name: str) -> datetime:
    try:
        return parse_report_time(command.required(name))
    except ValueError as error:
        raise CommandError("3009", name) from error


def read_rows(command: Command) -> tuple[int, int]:
    """`startrow` and `endrow`, counted from 1, both included; at most 50 rows (0099, 2222, 2243, 2244)."""
    start = _read_row(command, "startrow")
    end = _read_row(command, "endrow")
    if end == 0:
        raise CommandError("2244")
    if start is None:
        if end is not None and end > ROWS_PER_CALL:
            raise CommandError("2243")
        return 1, end or ROWS_PER_CALL
    start = max(1, start)
    end = end if end is not None else start + ROWS_PER_CALL - 1
    if end < start:
        raise CommandError("2222")
    if end - start >= ROWS_PER_CALL + 1:
        raise CommandError("0099")
    return start, min(end, start + ROWS_PER_CALL - 1)


def _read_row(command: Command, name: str) -> int | None:
    text = command.parameters.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise CommandError("3006", name)
    return int(text)
