"""Files as no bank should write them, and some do: for trying whoever reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from sandbox.bank.core.lines import Statement

XML: Final = frozenset({"camt053", "ofx2"})
"""Formats that can hold a document type, and with it entities."""

_AMOUNT_COLUMNS: Final = frozenset({"Amount", "Value", "Debit Amount", "Credit Amount"})
_BOMB: Final = (
    "<!DOCTYPE Document [\n"
    '<!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">\n'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">\n' for n in range(9))
    + "]>\n"
)


def repeated(statement: Statement) -> Statement:
    """Every third line a second time; balances as they were."""
    lines = [line for number, line in enumerate(statement.lines) for _ in range(2 if number % 3 == 0 else 1)]
    return replace(statement, lines=tuple(lines))


def enlarged(statement: Statement, times: int) -> Statement:
    """The lines again and again."""
    return replace(statement, lines=statement.lines * times)


def _wrong_encoding(text: str, file_format: str) -> bytes:
    """UTF-16 without its mark; in XML, which says UTF-8, a byte that UTF-8 does not have."""
    if file_format in XML:
        return text.encode().replace(b"HARBOUR", b"HARBO\xdcR").replace(b"<NAME>", b"<NAME>\xa3")
    return text.encode("utf-16-le")


def _missing_column(text: str, file_format: str) -> bytes:
    """Without amounts; MT940 without its opening balances."""
    if file_format in ("ofx", "ofx2"):
        return re.sub(r"<TRNAMT>[^\r\n]*\r?\n", "", text).encode()
    if file_format == "mt940":
        return re.sub(r":60F:[^\r\n]*\r?\n", "", text).encode()
    if file_format == "camt053":
        return re.sub(r"\s*<Amt Ccy=[^\n]*", "", text).encode()
    rows = [row.split(",") for row in text.splitlines()]
    kept = [place for place, name in enumerate(rows[0]) if name not in _AMOUNT_COLUMNS]
    if len(kept) == len(rows[0]):
        kept = kept[:-1]  # HSBC names no columns; its last is the amount
    return "\r\n".join(",".join(row[place] for place in kept if place < len(row)) for row in rows).encode()


def _bad_dates(text: str, file_format: str) -> bytes:
    """Days that no month has."""
    patterns = {
        "csv": (r"(?m)\b\d{2}(/\d{2}/\d{4}| [A-Z][a-z]{2} \d{4})", r"32\1"),
        "ofx": (r"(<DTPOSTED>\d{6})\d{2}", r"\g<1>32"),
        "mt940": (r"(:61:\d{4})\d{2}", r"\g<1>32"),
        "camt053": (r"(<Dt>\d{4}-\d{2})-\d{2}", r"\1-32"),
    }
    pattern, wrong = patterns["ofx" if file_format == "ofx2" else file_format]
    return re.sub(pattern, wrong, text).encode()


def _truncated(text: str, file_format: str) -> bytes:
    """The first three fifths."""
    return text.encode()[: len(text) * 3 // 5]


def _entity_bomb(text: str, file_format: str) -> bytes:
    """Nested entities that would unfold to gigabytes. Raises ValueError for formats without entities."""
    if file_format not in XML:
        raise ValueError("Only XML has entities: camt053 or ofx2")
    head, _, rest = text.partition("?>\n") if file_format == "camt053" else text.partition("?>\r\n")
    filled = re.sub(r"(<Nm>|<NAME>)", r"\1&j;", rest, count=1)
    return f"{head}?>\n{_BOMB}{filled}".encode()


SPOILERS: Final[Mapping[str, Callable[[str, str], bytes]]] = {
    "encoding": _wrong_encoding,
    "missing_column": _missing_column,
    "bad_dates": _bad_dates,
    "truncated": _truncated,
    "entity_bomb": _entity_bomb,
}
KINDS: Final = ("none", "duplicates", "huge", *SPOILERS)
