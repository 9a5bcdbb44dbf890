"""ISO 20022 bank-to-customer statements, camt.053.001 in any version: read by the local names of elements.

Between the versions a status became a choice, a party got a wrapper and BIC became BICFI; the names read here stayed.
The XML is read entry by entry, so that memory does not grow with the file; document types and entities are refused.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import ParseError  # parsed by defusedxml only

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from integrations.core.files.cells import BadCellError, read_signed_amount
from reconciliation.statements.core.accounts import hint
from reconciliation.statements.core.balances import check_sums
from reconciliation.statements.core.repeats import without_repeats, words_of_repeats
from reconciliation.statements.core.statement import (
    BadLine,
    Statement,
    StatementError,
    StatementLine,
    oldest_first,
    refuse_bad,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_OPENING: Final = ("OPBD", "PRCD")
_CLOSING: Final = ("CLBD",)
_NOTHING: Final = frozenset({"", "NOTPROVIDED", "NONREF"})
_NAMESPACE: Final = re.compile(r"\{.*?(camt\.\d{3}\.\d{3}\.\d{2})\}|\{.*\}")
_TEXTS_SHOWN: Final = 3


@dataclass(slots=True)
class _Draft:
    """One statement while its elements end."""

    balances: dict[str, int] = field(default_factory=dict)
    lines: list[StatementLine] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    number: int = 0
    account: str = ""
    currency: str = ""
    starts: str = ""
    ends: str = ""
    promised: str = ""
    pending: int = 0


def read_camt053(content: bytes) -> tuple[Statement, ...]:
    """The statements in the document. Raises StatementError."""
    try:
        made = list(_statements(content))
    except DefusedXmlException:
        raise StatementError(
            "The file declares a document type or entities, which no bank's does. It is refused for safety."
        ) from None
    except ParseError as error:
        raise StatementError(
            f"The file is cut off, or no XML that can be read ({error}). Download it from the bank again."
        ) from error
    if not made:
        raise StatementError("This XML has no bank statement (CAMT.053) in it. Is it the right file?")
    bad = [line for draft, _ in made for line in draft.bad]
    refuse_bad(bad, "camt053")
    return tuple(_statement(draft, version) for draft, version in made)


def _statements(content: bytes) -> Iterator[tuple[_Draft, str]]:
    draft, version, depth = _Draft(), "", 0
    in_statement = False
    for event, element in iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True):
        name = _local(element.tag)
        if event == "start":
            depth += 1
            found = _NAMESPACE.match(element.tag)
            version = (found[1] if found is not None and found[1] else "") or version
            if name == "Stmt":
                draft, in_statement, level = _Draft(), True, depth
            continue
        if in_statement and name == "Stmt":
            yield draft, version
            in_statement = False
            element.clear()
        elif in_statement and depth == level + 1:
            _take(draft, name, element)
            element.clear()
        depth -= 1


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _take(draft: _Draft, name: str, element: Element) -> None:
    if name == "Ntry":
        draft.number += 1
        _take_entry(draft, element)
    elif name == "Bal":
        _take_balance(draft, element)
    elif name == "Acct":
        draft.account = _at(element, "Id/IBAN") or _at(element, "Id/Othr/Id")
        draft.currency = _at(element, "Ccy")
    elif name == "FrToDt":
        draft.starts, draft.ends = _at(element, "FrDtTm")[:10], _at(element, "ToDtTm")[:10]
    elif name == "TxsSummry":
        draft.promised = _at(element, "TtlNtries/NbOfNtries")


def _children(element: Element, path: str) -> list[Element]:
    """The elements at a path of local names; * for any."""
    found = [element]
    for name in path.split("/"):
        found = [child for each in found for child in each if name in ("*", _local(child.tag))]
    return found


def _at(element: Element, *paths: str) -> str:
    """The text of the first element at the first path that has any."""
    for path in paths:
        for child in _children(element, path):
            if text := " ".join((child.text or "").split()):
                return text
    return ""


def _take_balance(draft: _Draft, element: Element) -> None:
    try:
        minor, currency = _amount(element)
    except BadCellError as error:
        raise StatementError(f"A balance of the statement cannot be read: {error}.") from error
    draft.currency = draft.currency or currency
    draft.balances.setdefault(_at(element, "Tp/CdOrPrtry/Cd"), minor)


def _amount(element: Element) -> tuple[int, str]:
    """Amount with its sign, and its currency."""
    amounts = _children(element, "Amt")
    if not amounts or not (amounts[0].text or "").strip():
        raise BadCellError("it has no amount")
    currency = amounts[0].get("Ccy", "")
    indicator = _at(element, "CdtDbtInd")
    if indicator not in ("CRDT", "DBIT"):
        raise BadCellError("it does not say whether it is a credit or a debit")
    minor = read_signed_amount((amounts[0].text or "").strip(), currency).minor
    return (-minor if indicator == "DBIT" else minor), currency


def _take_entry(draft: _Draft, entry: Element) -> None:
    if (_at(entry, "Sts/Cd", "Sts") or "BOOK") != "BOOK":
        draft.pending += 1
        return
    try:
        minor, currency = _amount(entry)
        if draft.currency and currency != draft.currency:
            raise BadCellError(f"it is in {currency}, the statement in {draft.currency}")
        day = _day(_at(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm"))
    except BadCellError as error:
        draft.bad.append(BadLine(draft.number, (f"{str(error)[:1].upper()}{str(error)[1:]}.",)))
        return
    draft.currency = draft.currency or currency
    if minor:
        draft.lines.append(_line(draft.number, day, minor, entry))


def _day(text: str) -> date:
    if not text:
        raise BadCellError("it has no day")
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise BadCellError(f"“{text}” is no day of the calendar") from None


def _line(number: int, day: date, minor: int, entry: Element) -> StatementLine:
    """One line for an entry: what is booked as a batch reaches the account as one amount."""
    details = _children(entry, "NtryDtls/TxDtls")
    single = details[0] if len(details) == 1 else None
    bank_id = _at(entry, "AcctSvcrRef") or ("" if single is None else _at(single, "Refs/AcctSvcrRef"))
    remitted = list(
        dict.fromkeys(
            filter(None, (_at(each, "RmtInf/Ustrd", "RmtInf/Strd/CdtrRefInf/Ref") for each in details))
        )
    )
    told = [*remitted[:_TEXTS_SHOWN], _at(entry, "AddtlNtryInf")]
    if len(details) > 1:
        told.insert(0, f"{len(details)} payments")
    return StatementLine(
        number,
        day,
        minor,
        bank_id,
        _reference(entry, single),
        " ".join(dict.fromkeys(filter(None, told))),
        "" if single is None else _counterparty(single, minor),
    )


def _reference(entry: Element, single: Element | None) -> str:
    batch = _at(entry, "NtryDtls/Btch/PmtInfId", "NtryDtls/Btch/MsgId")
    if single is None:
        return batch
    told = (_at(single, "RmtInf/Strd/CdtrRefInf/Ref"), _at(single, "Refs/EndToEndId"), batch)
    return next((each for each in told if each not in _NOTHING), "")


def _counterparty(single: Element, minor: int) -> str:
    party = "Dbtr" if minor > 0 else "Cdtr"
    return _at(single, f"RltdPties/{party}/Nm", f"RltdPties/{party}/Pty/Nm", f"RltdPties/Ultmt{party}/Nm")


def _statement(draft: _Draft, version: str) -> Statement:
    if draft.promised.isdigit() and int(draft.promised) != draft.number:
        raise StatementError(
            f"The statement says that it has {draft.promised} entries, and has {draft.number}. Download it again."
        )
    if not draft.currency:
        raise StatementError("The statement says neither a currency nor a balance. Is it the right file?")
    opening, closing = _first(draft, _OPENING), _first(draft, _CLOSING)
    moved = closing - opening if opening is not None and closing is not None else None
    kept, repeated = without_repeats(oldest_first(draft.lines), moved)
    days = [line.booked_on for line in kept] + [_day(text) for text in (draft.starts, draft.ends) if text]
    if not days:
        raise StatementError("The statement has neither lines nor days. There is nothing to import.")
    notes = [f"{draft.pending:,} entries are not booked yet and left out."] if draft.pending else []
    made = Statement(
        format="camt053",
        layout=version or "CAMT.053",
        account=hint(draft.account),
        currency=draft.currency,
        starts_on=min(days),
        ends_on=max(days),
        lines=kept,
        opening_minor=opening,
        closing_minor=closing,
        notes=(*notes, *([words_of_repeats(repeated)] if repeated else [])),
    )
    check_sums(made)
    return made


def _first(draft: _Draft, codes: tuple[str, ...]) -> int | None:
    return next((draft.balances[code] for code in codes if code in draft.balances), None)
