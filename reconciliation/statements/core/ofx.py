"""Open Financial Exchange, 1.x (SGML, where elements with a value need no end) and 2.x (XML): bank and card statements.

OFX 1.6 and 2.2, section 11.4.2 (statement download). Both are read by one scanner that knows only elements without
attributes, as the standard has them; nothing is ever expanded, and a file that declares entities is refused.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from integrations.core.files.cells import BadCellError, read_day, read_signed_amount
from reconciliation.statements.core.accounts import hint
from reconciliation.statements.core.repeats import without_repeats, words_of_repeats
from reconciliation.statements.core.statement import (
    BadLine,
    Statement,
    StatementError,
    StatementLine,
    oldest_first,
    refuse_bad,
)

_ELEMENT: Final = re.compile(r"<(/?)([A-Za-z0-9._]+)\s*(/?)>([^<]*)")
_DECLARES: Final = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_XML_ENCODING: Final = re.compile(r"""<\?xml[^>]*encoding=["']([^"']+)""")
_VERSION: Final = re.compile(r"""VERSION[:=]["']?(\d+)""")
_STATEMENTS: Final = frozenset({"STMTRS", "CCSTMTRS"})
_GROUPS: Final = _STATEMENTS | {
    "OFX", "BANKTRANLIST", "STMTTRN", "BANKACCTFROM", "CCACCTFROM", "LEDGERBAL", "AVAILBAL", "BANKTRANLISTP", "PAYEE",
    "BANKACCTTO", "CCACCTTO", "CURRENCY", "ORIGCURRENCY", "IMAGEDATA", "BALLIST", "BAL",
}  # fmt: skip
_ESCAPES: Final = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&nbsp;": " "}
_CUT_OFF: Final = "The file is cut off: it does not end as OFX does. Download it from the bank again."


@dataclass(slots=True)
class _Draft:
    """One statement while its elements come in: values by the group that they stand in."""

    values: dict[str, dict[str, str]] = field(default_factory=dict)
    entries: list[dict[str, str]] = field(default_factory=list)


def read_ofx(content: bytes) -> tuple[Statement, ...]:
    """The statements in the file, one for each account. Raises StatementError."""
    text = _text(content)
    if _DECLARES.search(text):
        raise StatementError("The file declares entities, which no bank's does. It is refused for safety.")
    drafts = list(_drafts(text))
    if not drafts:
        raise StatementError("The file is OFX, but has no statement of a bank account or card in it.")
    bad: list[BadLine] = []
    made = [_statement(draft, _layout(text), bad) for draft in drafts]
    refuse_bad(bad, "ofx")
    return tuple(each for each in made if each is not None)


def _text(content: bytes) -> str:
    declared = _XML_ENCODING.search(content[:200].decode("latin-1"))
    if declared is None:
        # What the heads of OFX 1 say of their encoding is wrong more often than not.
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return content.decode("cp1252", errors="replace")
    try:
        return content.decode(codecs.lookup(declared[1]).name).removeprefix("\ufeff")
    except LookupError:
        raise StatementError(f"The file is written in {declared[1]}, which nobody knows.") from None
    except UnicodeDecodeError as error:
        raise StatementError(
            f"The file says that it is {declared[1]} and is not (byte {error.start:,}). Download it from the bank again."
        ) from None


def _layout(text: str) -> str:
    found = _VERSION.search(text[:600])
    return f"OFX {'.'.join(found[1])}" if found is not None else "OFX"


def _drafts(text: str) -> Iterator[_Draft]:
    draft: _Draft | None = None
    groups: list[str] = []
    for end, name, empty, value in _ELEMENT.findall(text):
        name = name.upper()
        if name in _GROUPS:
            if end:
                _close(groups, name)
                if name in _STATEMENTS and draft is not None:
                    yield draft
                    draft = None
                continue
            groups.append(name)
            if name in _STATEMENTS:
                draft = _Draft()
            elif name == "STMTTRN" and draft is not None:
                draft.entries.append({})
        elif not end and not empty and draft is not None:
            _put(draft, groups, name, value)
    if groups or draft is not None:
        raise StatementError(_CUT_OFF)


def _close(groups: list[str], name: str) -> None:
    if not groups or groups[-1] != name:
        raise StatementError(
            f"The file is cut off or damaged: {name} ends where it has not begun. Download it again."
        )
    groups.pop()


def _put(draft: _Draft, groups: list[str], name: str, value: str) -> None:
    plain = _unescaped(" ".join(value.split()))
    if "STMTTRN" not in groups:
        draft.values.setdefault(groups[-1], {})[name] = plain
        return
    place = groups[-1]
    key = name if place == "STMTTRN" else f"{place}.{name}"
    draft.entries[-1].setdefault(key, plain)


def _unescaped(text: str) -> str:
    if "&" not in text:
        return text
    for escape, sign in _ESCAPES.items():
        text = text.replace(escape, sign)
    return text.replace("&amp;", "&")


def _statement(draft: _Draft, layout: str, bad: list[BadLine]) -> Statement | None:
    main = draft.values.get("STMTRS") or draft.values.get("CCSTMTRS") or {}
    currency = main.get("CURDEF", "").upper()
    owner = draft.values.get("BANKACCTFROM") or draft.values.get("CCACCTFROM") or {}
    before = len(bad)
    read = [_entry(number, entry, currency, bad) for number, entry in enumerate(draft.entries, 1)]
    lines = [line for line in read if line is not None]
    period = draft.values.get("BANKTRANLIST", {})
    starts, ends = (_stated_day(period, name, bad) for name in ("DTSTART", "DTEND"))
    if len(bad) > before:
        return None
    kept, repeated = without_repeats(oldest_first(lines), None)
    days = [line.booked_on for line in kept] + [day for day in (starts, ends) if day is not None]
    if not days:
        raise StatementError(
            "The statement has neither lines nor days. If there were none, there is nothing to import."
        )
    closing = _closing(draft.values.get("LEDGERBAL", {}), currency, max(days))
    return Statement(
        format="ofx",
        layout=layout,
        account=hint(owner.get("ACCTID", ""), owner.get("BANKID", "") if "STMTRS" in draft.values else ""),
        currency=currency,
        starts_on=min(days),
        ends_on=max(days),
        lines=kept,
        opening_minor=None if closing is None else closing - sum(line.minor for line in kept),
        closing_minor=closing,
        notes=(words_of_repeats(repeated),) if repeated else (),
    )


def _stated_day(values: dict[str, str], name: str, bad: list[BadLine]) -> date | None:
    """The first or last day that the statement speaks of."""
    text = values.get(name, "")
    try:
        return read_day(text[:8]) if text else None
    except BadCellError as error:
        bad.append(BadLine(0, (f"The statement's {name}: {error}.",)))
        return None


def _closing(values: dict[str, str], currency: str, last: date) -> int | None:
    """The booked balance, unless it is of a later day than the last one told: many banks give today's."""
    amount, day = values.get("BALAMT", ""), values.get("DTASOF", "")
    try:
        if not amount or not day or read_day(day[:8]) > last:
            return None
        return _minor(amount, currency)
    except BadCellError as error:
        raise StatementError(f"The closing balance cannot be read: {error}.") from error


def _minor(text: str, currency: str) -> int:
    """OFX, section 3.2.9.2: the decimal sign is a comma or a point, and thousands are not set apart."""
    return read_signed_amount(text.replace(",", "."), currency).minor


def _entry(number: int, entry: dict[str, str], currency: str, bad: list[BadLine]) -> StatementLine | None:
    problems: list[str] = []
    day = _read_day(entry.get("DTPOSTED", ""), problems)
    minor = _read_amount(entry.get("TRNAMT", ""), currency, problems)
    other = entry.get("CURRENCY.CURSYM", "")
    if other and other.upper() != currency:
        problems.append(f"It is in {other}, the statement in {currency}.")
    if problems or day is None or minor is None:
        bad.append(BadLine(number, tuple(problems)))
        return None
    if not minor:
        return None
    name = entry.get("NAME") or entry.get("PAYEE.NAME", "")
    memo = entry.get("MEMO", "")
    return StatementLine(
        number,
        day,
        minor,
        entry.get("FITID", ""),
        entry.get("CHECKNUM") or entry.get("REFNUM", ""),
        memo or name,
        name,
    )


def _read_day(text: str, problems: list[str]) -> date | None:
    if not text:
        problems.append("It has no day (DTPOSTED).")
        return None
    try:
        return read_day(text[:8])
    except BadCellError as error:
        problems.append(f"Its day: {error}.")
        return None


def _read_amount(text: str, currency: str, problems: list[str]) -> int | None:
    if not text:
        problems.append("It has no amount (TRNAMT).")
        return None
    try:
        return _minor(text, currency)
    except BadCellError as error:
        problems.append(f"Its amount: {error}.")
        return None
