"""Open Financial Exchange: 1.0.2 (SGML, elements with a value are not closed) and 2.1.1 (XML).

OFX 1.0.2 and 2.1.1, section 11.4, statement download.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from xml.sax.saxutils import escape

from sandbox.bank.core.lines import Code, Line, Statement

_TYPES: Final = {
    Code.GIRO: "DIRECTDEP",
    Code.FASTER_IN: "CREDIT",
    Code.FASTER_OUT: "PAYMENT",
    Code.DIRECT_DEBIT: "DIRECTDEBIT",
    Code.STANDING_ORDER: "REPEATPMT",
    Code.CHARGE: "SRVCHG",
    Code.TRANSFER: "XFER",
    Code.CASH: "DEP",
}
_LONGEST_NAME: Final = 32

_SGML_HEAD: Final = (
    "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\n"
    "COMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n"
)
_XML_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\r\n'
    '<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\r\n'
)


class _Writer:
    """Elements, one to a line; closed only in XML."""

    def __init__(self, *, is_xml: bool) -> None:
        self._is_xml = is_xml
        self.out: list[str] = []

    def value(self, name: str, text: str) -> None:
        end = f"</{name}>" if self._is_xml else ""
        self.out.append(f"<{name}>{escape(text)}{end}")

    def open(self, *names: str) -> None:
        self.out += [f"<{name}>" for name in names]

    def close(self, *names: str) -> None:
        self.out += [f"</{name}>" for name in names]


def sgml(statement: Statement) -> str:
    """Version 1.0.2."""
    return _SGML_HEAD + _body(statement, _Writer(is_xml=False))


def xml(statement: Statement) -> str:
    """Version 2.1.1."""
    return _XML_HEAD + _body(statement, _Writer(is_xml=True))


def _body(statement: Statement, writer: _Writer) -> str:
    writer.open("OFX", "SIGNONMSGSRSV1", "SONRS")
    _status(writer)
    writer.value("DTSERVER", _moment(statement.made_at))
    writer.value("LANGUAGE", "ENG")
    writer.close("SONRS", "SIGNONMSGSRSV1")
    writer.open("BANKMSGSRSV1", "STMTTRNRS")
    writer.value("TRNUID", "0")
    _status(writer)
    writer.open("STMTRS")
    _account(statement, writer)
    writer.open("BANKTRANLIST")
    writer.value("DTSTART", _day(statement.first))
    writer.value("DTEND", _day(statement.last))
    for line in statement.lines:
        _line(line, writer)
    writer.close("BANKTRANLIST")
    for name in ("LEDGERBAL", "AVAILBAL"):
        writer.open(name)
        writer.value("BALAMT", format(statement.closing, ".2f"))
        writer.value("DTASOF", _day(statement.last))
        writer.close(name)
    writer.close("STMTRS", "STMTTRNRS", "BANKMSGSRSV1", "OFX")
    return "\r\n".join(writer.out) + "\r\n"


def _status(writer: _Writer) -> None:
    writer.open("STATUS")
    writer.value("CODE", "0")
    writer.value("SEVERITY", "INFO")
    writer.close("STATUS")


def _account(statement: Statement, writer: _Writer) -> None:
    writer.value("CURDEF", statement.account.currency)
    writer.open("BANKACCTFROM")
    writer.value("BANKID", statement.account.bank_id)
    writer.value("ACCTID", statement.account.number)
    writer.value("ACCTTYPE", "CHECKING")
    writer.close("BANKACCTFROM")


def _line(line: Line, writer: _Writer) -> None:
    writer.open("STMTTRN")
    writer.value("TRNTYPE", _TYPES[line.code])
    writer.value("DTPOSTED", _day(line.on))
    writer.value("TRNAMT", format(line.amount, ".2f"))
    writer.value("FITID", line.line_id)
    writer.value("NAME", line.name[:_LONGEST_NAME])
    memo = f"{line.name[_LONGEST_NAME:]} {line.reference}".strip()
    if memo:
        writer.value("MEMO", memo)
    writer.close("STMTTRN")


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y%m%d%H%M%S}.000[0:GMT]"
