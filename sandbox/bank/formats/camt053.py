"""ISO 20022 bank-to-customer statements: camt.053.001.02 and camt.053.001.08.

Elements in the order of the schemas. Between the two, the status became a choice, BIC became BICFI, a party got a
wrapper, and the net of a summary became a structure.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from xml.etree import ElementTree as ET  # written here, never read

from sandbox.bank.core.accounts import BIC, NAME
from sandbox.bank.core.lines import Code, Line, Statement

VERSIONS: Final = ("02", "08")

_DOMAINS: Final = {
    Code.GIRO: ("PMNT", "RCDT", "DMCT"),
    Code.FASTER_IN: ("PMNT", "RRCT", "DMCT"),
    Code.FASTER_OUT: ("PMNT", "IRCT", "DMCT"),
    Code.DIRECT_DEBIT: ("PMNT", "RDDT", "BBDD"),
    Code.STANDING_ORDER: ("PMNT", "ICDT", "STDO"),
    Code.CHARGE: ("ACMT", "MDOP", "CHRG"),
    Code.TRANSFER: ("PMNT", "ICDT", "BOOK"),
    Code.CASH: ("PMNT", "CNTR", "CDPT"),
}


def document(statement: Statement, version: str = "02") -> str:
    """The whole document in one of the two versions."""
    root = ET.Element("Document", {"xmlns": f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"})
    body = _under(root, "BkToCstmrStmt")
    header = _under(body, "GrpHdr")
    _under(header, "MsgId", f"{statement.account.currency}{statement.made_at:%Y%m%d%H%M%S}")
    _under(header, "CreDtTm", f"{statement.made_at:%Y-%m-%dT%H:%M:%S}+00:00")
    stated = _under(body, "Stmt")
    _head(stated, statement, version)
    for line in statement.lines:
        _entry(stated, line, statement.account.currency, version)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _head(stated: ET.Element, statement: Statement, version: str) -> None:
    currency = statement.account.currency
    _under(stated, "Id", f"{currency}-{statement.first:%Y%m%d}-{statement.last:%Y%m%d}")
    _under(stated, "ElctrncSeqNb", f"{statement.last:%Y%j}")
    _under(stated, "CreDtTm", f"{statement.made_at:%Y-%m-%dT%H:%M:%S}+00:00")
    period = _under(stated, "FrToDt")
    _under(period, "FrDtTm", f"{statement.first}T00:00:00")
    _under(period, "ToDtTm", f"{statement.last}T23:59:59")
    account = _under(stated, "Acct")
    _under(account, "Id/IBAN", statement.account.iban)
    _under(account, "Ccy", currency)
    _under(account, "Nm", NAME)
    _under(account, f"Svcr/FinInstnId/{'BIC' if version == '02' else 'BICFI'}", BIC)
    _balance(stated, "OPBD", statement.opening, str(statement.first), currency)
    _balance(stated, "CLBD", statement.closing, str(statement.last), currency)
    _summary(stated, statement, version)


def _balance(stated: ET.Element, code: str, amount: Decimal, day: str, currency: str) -> None:
    balance = _under(stated, "Bal")
    _under(balance, "Tp/CdOrPrtry/Cd", code)
    _amount(balance, amount, currency)
    _under(balance, "Dt/Dt", day)


def _summary(stated: ET.Element, statement: Statement, version: str) -> None:
    net = statement.closing - statement.opening
    totals = _under(stated, "TxsSummry/TtlNtries")
    _under(totals, "NbOfNtries", str(len(statement.lines)))
    _under(totals, "Sum", format(sum((abs(line.amount) for line in statement.lines), Decimal(0)), ".2f"))
    if version == "02":
        _under(totals, "TtlNetNtryAmt", format(abs(net), ".2f"))
        _under(totals, "CdtDbtInd", _indicator(net))
    else:
        whole = _under(totals, "TtlNetNtry")
        _under(whole, "Amt", format(abs(net), ".2f"))
        _under(whole, "CdtDbtInd", _indicator(net))


def _entry(stated: ET.Element, line: Line, currency: str, version: str) -> None:
    entry = _under(stated, "Ntry")
    _under(entry, "NtryRef", line.line_id[-8:])
    _amount(entry, line.amount, currency)
    _under(entry, "Sts" if version == "02" else "Sts/Cd", "BOOK")
    _under(entry, "BookgDt/Dt", str(line.on))
    _under(entry, "ValDt/Dt", str(line.on))
    _under(entry, "AcctSvcrRef", line.line_id)
    code = _under(entry, "BkTxCd")
    domain, family, sub_family = _DOMAINS[line.code]
    domain_code = _under(code, "Domn")
    _under(domain_code, "Cd", domain)
    family_code = _under(domain_code, "Fmly")
    _under(family_code, "Cd", family)
    _under(family_code, "SubFmlyCd", sub_family)
    _under(code, "Prtry/Cd", line.code.value)
    _details(_under(entry, "NtryDtls/TxDtls"), line, currency, version)
    _under(entry, "AddtlNtryInf", line.text)


def _details(details: ET.Element, line: Line, currency: str, version: str) -> None:
    references = _under(details, "Refs")
    _under(references, "AcctSvcrRef", line.line_id)
    _under(references, "EndToEndId", line.reference or "NOTPROVIDED")
    if version == "02":
        amount = _under(details, "AmtDtls/TxAmt/Amt", format(abs(line.amount), ".2f"))
        amount.set("Ccy", currency)
    else:
        _amount(details, line.amount, currency)
    party = "Dbtr" if line.amount > 0 else "Cdtr"
    _under(details, f"RltdPties/{party}/Nm" if version == "02" else f"RltdPties/{party}/Pty/Nm", line.name)
    if line.reference:
        _under(details, "RmtInf/Ustrd", line.reference)


def _amount(parent: ET.Element, amount: Decimal, currency: str) -> None:
    _under(parent, "Amt", format(abs(amount), ".2f")).set("Ccy", currency)
    _under(parent, "CdtDbtInd", _indicator(amount))


def _indicator(amount: Decimal) -> str:
    return "DBIT" if amount < 0 else "CRDT"


def _under(parent: ET.Element, path: str, text: str = "") -> ET.Element:
    """A new element, with those on the way to it; the value is the last one's."""
    for name in path.split("/"):
        parent = ET.SubElement(parent, name)
    if text:
        parent.text = text
    return parent
