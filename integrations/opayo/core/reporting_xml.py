"""Opayo's Reporting & Admin API: building signed commands and reading the replies.

A command is XML in the form field `XML`; its signature is the MD5 of its elements, in the order sent, with the
user's password after them. Times are London wall-clock times, amounts decimals in major units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import md5
from types import MappingProxyType
from typing import Final
from urllib.parse import quote_plus
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

LONDON: Final = ZoneInfo("Europe/London")
MAX_ROWS: Final = 50
_SUCCESS: Final = "0000"
_REQUEST_TIME: Final = "%d/%m/%Y %H:%M:%S"

ERROR_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "0008": "Opayo does not accept the Reporting user, or has locked it after wrong passwords.",
        "0010": "Opayo does not accept the Reporting password.",
        "0011": "The Reporting user lacks the rights for this in MyOpayo.",
        "0038": "The period asked for ends before it begins.",
        "0039": "The period asked for is longer than a month.",
        "0043": "Opayo does not know this transaction.",
        "0044": "The Reporting user may not see this transaction.",
        "0099": "More than 50 rows were asked for at once.",
        "2213": "Opayo has had too many questions from this account; it is asked again later.",
        "2233": "Opayo does not know this vendor name.",
    }
)
CODES_NOT_FOUND: Final = frozenset(("0043", "2212", "2236", "2238", "2242", "2245"))
CODES_ACCESS: Final = frozenset(("0008", "0010", "0011", "0044", "2128", "2233"))
CODES_BUSY: Final = frozenset(("0009", "2015", "2213"))


class UnreadableReplyError(ValueError):
    """What came is not a reply of the Reporting API (a cut-off answer, a page of HTML)."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A vendor and a MyOpayo user with its password."""

    vendor: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReportingReply:
    """A reply: `errorcode` 0000 is success. `root` holds the rest as sent."""

    code: str
    error: str
    root: Element = field(repr=False, compare=False)

    @property
    def is_success(self) -> bool:
        return self.code == _SUCCESS

    @property
    def words(self) -> str:
        """What is wrong, for people."""
        return ERROR_WORDS.get(self.code) or self.error or f"Opayo's Reporting API answered {self.code}."

    def fields(self) -> dict[str, str]:
        """The plain elements right under the root."""
        return fields_of(self.root)

    def number(self, collection: str, name: str) -> int:
        """A count inside a collection, such as `totalrows`; 0 when it is absent."""
        texts = (fields_of(found).get(name, "") for found in children(self.root, collection))
        return next((int(text) for text in texts if text.isascii() and text.isdigit()), 0)

    def rows(self, collection: str, item: str) -> list[Element]:
        """The items of a collection: none, one or many."""
        return [row for found in children(self.root, collection) for row in children(found, item)]


def command(credentials: Credentials, name: str, parameters: Sequence[tuple[str, str]] = ()) -> bytes:
    """The form body of a signed command."""
    named = [("command", name), ("vendor", credentials.vendor), ("user", credentials.user), *parameters]
    elements = "".join(f"<{tag}>{escape(value)}</{tag}>" for tag, value in named)
    xml = (
        f"<vspaccess>{elements}<signature>{signature(elements, credentials.password)}</signature></vspaccess>"
    )
    return f"XML={quote_plus(xml)}".encode("ascii")


def signature(elements: str, password: str) -> str:
    """MD5, in lower-case hex, of the elements as sent and the password element (Reporting & Admin API)."""
    signed = f"{elements}<password>{password}</password>"
    # Opayo prescribes MD5; the password in it is what protects it.
    return md5(signed.encode("utf-8"), usedforsecurity=False).hexdigest()


def parse_reply(body: bytes) -> ReportingReply:
    """Read a reply. Raises UnreadableReplyError when it is none; entities and DTDs are refused."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise UnreadableReplyError("Opayo's Reporting API did not answer in its own XML.") from error
    code = _child(root, "errorcode")
    if root.tag.lower() != "vspaccess" or code is None:
        raise UnreadableReplyError("Opayo's Reporting API answered without an error code.")
    error_text = _child(root, "error")
    return ReportingReply(
        code=(code.text or "").strip(),
        error=((error_text.text if error_text is not None else "") or "").strip(),
        root=root,
    )


def fields_of(element: Element) -> dict[str, str]:
    """The leaf children of an element, names in lower case; empty elements are empty text."""
    return {child.tag.lower(): (child.text or "").strip() for child in element if len(child) == 0}


def request_time(moment: datetime) -> str:
    """A moment as the API takes it: `dd/MM/yyyy HH:mm:ss`, London time."""
    return moment.astimezone(LONDON).strftime(_REQUEST_TIME)


def parse_time(text: str) -> datetime | None:
    """`dd/MM/yyyy HH:mm:ss.SSS`, London time, as UTC; None when it is empty or something else.

    The hour that the end of summer time repeats is read as its first pass.
    """
    for layout in ("%d/%m/%Y %H:%M:%S.%f", _REQUEST_TIME):
        try:
            wall_time = datetime.strptime(text, layout)  # noqa: DTZ007 - the zone is put on right here
        except ValueError:
            continue
        return wall_time.replace(tzinfo=LONDON).astimezone(UTC)
    return None


def children(element: Element, name: str) -> list[Element]:
    """The children of that name, in any case."""
    return [child for child in element if child.tag.lower() == name]


def _child(element: Element, name: str) -> Element | None:
    return next(iter(children(element, name)), None)
