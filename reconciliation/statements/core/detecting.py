"""Which format a file is in, by what it says: names of files are not to be trusted."""

from __future__ import annotations

import re
from typing import Final

from integrations.core.files.tables import UnreadableFileError, refuse_other_files
from reconciliation.statements.core.statement import StatementError

LARGEST_FILE: Final = 32_000_000
"""Bytes; 25,000 entries of CAMT.053 or 400,000 rows of CSV."""
MOST_LINES: Final = 200_000

_LOOKED_AT: Final = 8192
_CAMT: Final = re.compile(rb"camt\.0(5\d)\.001\.\d\d")
_OFX: Final = re.compile(rb"OFXHEADER|<\?OFX|<OFX>", re.IGNORECASE)
_MT940: Final = re.compile(rb"(?:^|[\r\n}])\s*:(?:20|25P?|61):")
_WEB_PAGE: Final = re.compile(rb"<(?:!doctype\s+html|html|table)", re.IGNORECASE)
_NOT_STATEMENTS: Final = {
    b"52": "This is a report of the day so far (CAMT.052), which may still change. Ask the bank for CAMT.053.",
    b"54": "This is a notice of single payments (CAMT.054), not a statement. Ask the bank for CAMT.053.",
}
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_XML_ENCODING: Final = re.compile(r"""^(<\?xml[^>]*?)\s+encoding=["'][^"']*["']""")


def refuse_large(size: int) -> None:
    """Raises StatementError for a file of too many bytes; ask before it is read into memory."""
    if size > LARGEST_FILE:
        raise StatementError(
            f"The file has {size / 1_000_000:,.0f} MB; at most {LARGEST_FILE // 1_000_000} MB are read at once. "
            "Ask the bank for a shorter time."
        )


def as_kept(content: bytes) -> bytes:
    """The file as it is kept: UTF-16 becomes UTF-8, so that card numbers in it can be found; others stay as they are.

    Raises StatementError for text cut in the middle of a sign.
    """
    if content[:2] not in _UTF16_MARKS:
        return content
    try:
        text = content.decode("utf-16")
    except UnicodeDecodeError as error:
        raise StatementError("The file says that it is UTF-16 and is cut off. Download it again.") from error
    return _XML_ENCODING.sub(r"\1", text, count=1).encode()


def format_of(content: bytes) -> str:
    """`csv`, `ofx`, `mt940` or `camt053`. Raises StatementError for what is no statement at all."""
    refuse_large(len(content))
    try:
        refuse_other_files(content)
    except UnreadableFileError as error:
        raise StatementError(str(error)) from error
    head = content[:_LOOKED_AT]
    if b"\0" in content:
        raise StatementError(
            "The file is no text in UTF-8 or Windows-1252 (it has zero bytes). Download it from the bank again."
        )
    if _OFX.search(head):
        return "ofx"
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return _xml_format(head)
    return "mt940" if _MT940.search(head) else "csv"


def _xml_format(head: bytes) -> str:
    if _WEB_PAGE.search(head):
        raise StatementError(
            "This is a web page, perhaps named .xls by the bank. Open it in a spreadsheet and save it as CSV."
        )
    found = _CAMT.search(head)
    if found is not None and found[1] in _NOT_STATEMENTS:
        raise StatementError(_NOT_STATEMENTS[found[1]])
    return "camt053"
