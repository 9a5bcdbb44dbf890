"""An acquirer's statement, row by row: settlements with their lines, or every bad row with all that is wrong with it.

A row about a sale or a refund may carry what the acquirer keeps for it: then it makes lines of fees beside its own, one
for each kind of fee and card type of a settlement.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, TypeVar

from integrations.core.files.cells import (
    BadCellError,
    read_amount,
    read_currency,
    read_day,
    read_last_four,
    read_number,
)
from integrations.core.files.tables import Row, Table
from reconciliation.settlements.core import lines
from reconciliation.settlements.core.columns import FIELDS, REJECTED, Columns, folded
from reconciliation.settlements.core.documents import StatedSettlement, Statement
from reconciliation.settlements.core.lines import Line, signed

SERVICE_CHARGE: Final = "service_charge"
PER_ITEM: Final = "per_item"
DISPUTE_FEE: Final = "dispute"
OTHER_FEE: Final = "other"
_T = TypeVar("_T")
_FEE_WORDS: Final = (
    ("dispute", DISPUTE_FEE), ("chargeback", DISPUTE_FEE), ("service charge", SERVICE_CHARGE),
    ("commission", SERVICE_CHARGE), ("discount", SERVICE_CHARGE), ("per item", PER_ITEM), ("transaction", PER_ITEM),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken, and everything that is wrong with it."""

    number: int
    reference: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: `statement` holds only what its good rows say, so it counts only where `bad` is empty."""

    statement: Statement
    rows: int = 0
    rejected: tuple[Line, ...] = ()
    """What the acquirer did not take; it moves nothing."""
    bad: tuple[BadRow, ...] = ()


@dataclass(slots=True)
class _Cells:
    """The cells of one row by field, gathering what is wrong with them."""

    row: Row
    columns: Columns
    problems: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        head = self.columns.heads.get(name, "")
        return self.row.cells.get(head, "") or self.columns.fixed.get(name, "")

    def read(self, name: str, read: Callable[[str], _T], otherwise: _T) -> _T:
        text = self.text(name)
        if not text:
            return otherwise
        try:
            return read(text)
        except BadCellError as problem:
            self.problems.append(f"{FIELDS[name]}: {problem}.")
            return otherwise

    def needed(self, name: str, read: Callable[[str], _T], otherwise: _T) -> _T:
        """The same of a cell that may not be empty."""
        if not self.text(name):
            self.problems.append(f"{FIELDS[name]}: the cell is empty.")
        return self.read(name, read, otherwise)

    def day(self, text: str) -> date:
        return read_day(text, month_first=self.columns.month_first)


@dataclass(frozen=True, slots=True)
class _ReadRow:
    """A good row: which settlement it is of, its own line, and what was kept for it."""

    settlement: StatedSettlement
    line: Line
    fees: tuple[Line, ...] = ()


def read_statement(table: Table, columns: Columns) -> Reading:
    """All rows of a file; each that cannot be taken is named."""
    by_sign = not columns.heads.get("sign") and not _has_minus(table, columns)
    good, rejected, bad = [], [], []
    for row in table.rows:
        cells = _Cells(row, columns)
        read = _read(cells, by_kind=by_sign)
        if read is None or cells.problems:
            bad.append(BadRow(row.number, cells.text("reference"), tuple(cells.problems)))
        elif read.line.kind == REJECTED:
            rejected.append(read.line)
        else:
            good.append(read)
    settlements = tuple(_settlements(good))
    return Reading(Statement(columns.acquirer, settlements), len(table.rows), tuple(rejected), tuple(bad))


def _has_minus(table: Table, columns: Columns) -> bool:
    head = columns.heads.get("amount", "")
    return any(_is_negative(row.cells.get(head, "")) for row in table.rows)


def _is_negative(text: str) -> bool:
    bare = text.strip().replace("\N{MINUS SIGN}", "-")
    return bare.startswith(("-", "(")) or bare.endswith("-") or bare.upper().endswith("DR")


def _read(cells: _Cells, *, by_kind: bool) -> _ReadRow | None:
    if cells.row.surplus:
        cells.problems.append(
            "The row has more cells than the file has columns: a separator may be missing its quotes."
        )
        return None
    settlement = _settlement(cells)
    kind = _kind(cells)
    currency = cells.needed("currency", read_currency, "")
    if settlement is None or not kind or not currency:
        return None
    settlement = replace(settlement, currency=currency)
    amount = _amount(cells, "amount", currency, needed=True)
    if by_kind:
        amount = signed(kind, amount)
    line = _line(cells, kind, amount)
    fees = tuple(_fees(cells, line, currency))
    _check_net(cells, currency, amount + lines.net_minor(list(fees)))
    return _ReadRow(settlement, line, fees)


def _settlement(cells: _Cells) -> StatedSettlement | None:
    settled_on = cells.needed("settled_on", cells.day, None)
    reference = cells.needed("reference", read_number, "")
    mid = cells.needed("mid", read_number, "")
    pays_on = cells.read("pays_on", cells.day, None)
    if settled_on is None or not reference or not mid:
        return None
    return StatedSettlement(mid, reference, settled_on, "", (), cells.text("batch_id"), pays_on)


def _kind(cells: _Cells) -> str:
    word = cells.text("kind")
    kind = cells.columns.kind_of(word)
    if not word:
        cells.problems.append(f"{FIELDS['kind']}: the cell is empty.")
    elif not kind:
        cells.problems.append(f"{FIELDS['kind']}: nobody has said what “{word}” means.")
    return kind


def _amount(cells: _Cells, name: str, currency: str, *, needed: bool = False) -> int:
    """Minor units with their sign, as the cell or the column for debits and credits says it."""

    def read(text: str) -> int:
        minor = read_amount(text, currency, comma=cells.columns.comma).minor
        return -minor if _is_negative(text) else minor

    minor = cells.needed(name, read, 0) if needed else cells.read(name, read, 0)
    is_debit = name == "amount" and folded(cells.text("sign")) in cells.columns.debit
    return -abs(minor) if is_debit else minor


def _line(cells: _Cells, kind: str, amount: int) -> Line:
    is_fee = kind == lines.FEE
    case_id = cells.read("case_id", read_number, "")
    return Line(
        identity="",
        kind=kind,
        amount_minor=amount,
        fee_kind=_fee_kind(cells.text("description"), case_id) if is_fee else "",
        vat_minor=0,
        scheme=cells.text("scheme"),
        happened_on=cells.read("happened_on", cells.day, None),
        vendor_tx_code=cells.text("vendor_tx_code"),
        retrieval_reference=cells.read("retrieval_reference", read_number, ""),
        bank_auth_code=cells.text("bank_auth_code"),
        last_four=cells.read("last_four", read_last_four, ""),
        case_id=case_id,
    )


def _fee_kind(description: str, case_id: str) -> str:
    if case_id:
        return DISPUTE_FEE
    said = folded(description)
    return next((kind for words, kind in _FEE_WORDS if words in said), OTHER_FEE)


def _fees(cells: _Cells, line: Line, currency: str) -> Iterable[Line]:
    """What is kept for an item; the VAT of the row belongs to its service charge."""
    vat = _amount(cells, "vat", currency)
    for name, fee_kind in (("fee", SERVICE_CHARGE), ("item_fee", PER_ITEM)):
        kept = _amount(cells, name, currency)
        own_vat = vat if name == "fee" else 0
        if kept or own_vat:
            yield Line(
                "", lines.FEE, -kept - own_vat, fee_kind=fee_kind, vat_minor=-own_vat, scheme=line.scheme
            )


def _check_net(cells: _Cells, currency: str, ours: int) -> None:
    if not cells.text("net"):
        return
    told = _amount(cells, "net", currency)
    if abs(told) != abs(ours):
        cells.problems.append(
            f"{FIELDS['net']}: “{cells.text('net')}” is not the gross amount less the charges of the row."
        )


def _settlements(rows: Iterable[_ReadRow]) -> Iterable[StatedSettlement]:
    """The rows of each settlement together, fees summed by kind and card type."""
    grouped: dict[tuple[str, str, str], list[_ReadRow]] = defaultdict(list)
    for row in rows:
        grouped[(row.settlement.mid, row.settlement.reference, row.settlement.currency)].append(row)
    for group in grouped.values():
        own = _named([row.line for row in group])
        fees = _summed([fee for row in group for fee in row.fees])
        yield replace(group[0].settlement, lines=(*own, *fees))


def _named(found: list[Line]) -> list[Line]:
    """Each line with a name of its own that a later file gives it again."""
    seen: Counter[str] = Counter()
    named = []
    for line in found:
        name = _name(line)
        seen[name] += 1
        named.append(replace(line, identity=name if seen[name] == 1 else f"{name}#{seen[name]}"))
    return named


def _name(line: Line) -> str:
    told = (
        line.vendor_tx_code or line.retrieval_reference or line.case_id,
        line.bank_auth_code, line.last_four, str(line.happened_on or ""), line.fee_kind,
    )  # fmt: skip
    return ":".join((line.kind, *told, str(line.amount_minor)))[:110]


def _summed(fees: Iterable[Line]) -> list[Line]:
    sums: dict[tuple[str, str], Line] = {}
    for fee in fees:
        key = (fee.fee_kind, fee.scheme)
        before = sums.get(key) or Line(
            f"fee:{fee.fee_kind}:{fee.scheme}", lines.FEE, 0, fee.fee_kind, 0, fee.scheme
        )
        sums[key] = replace(
            before,
            amount_minor=before.amount_minor + fee.amount_minor,
            vat_minor=before.vat_minor + fee.vat_minor,
        )
    return list(sums.values())
