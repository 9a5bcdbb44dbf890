"""What a dry run found, as pages show it: amounts written out, every number with the rows behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from mapping.core.difference import EFFECTS, Change, Effect, Outcome, Summary
from mapping.core.difference.fields import pattern_of
from mapping.core.difference.wording import by_currency, counted, written
from mapping.core.flows.seen import FieldSeen, fields_seen
from mapping.core.schemas import TARGETS
from mapping.core.vat_return import TITLES, tax_rule
from mapping.models import DryRunDifference
from mapping.services.dry_run import KINDS

EFFECT_TONES: Final[Mapping[str, str]] = {
    "changed": "work",
    "failing": "bad",
    "passing": "ok",
    "held": "wait",
    "skipped": "wait",
    "otherwise": "mute",
}
_TITLES: Final[Mapping[Effect, str]] = {
    "changed": "Change",
    "failing": "Newly fail",
    "passing": "Newly pass",
    "held": "Newly held",
    "skipped": "Newly skipped",
    "otherwise": "Fail otherwise",
}
_TARGET_OF_KIND: Final = {"invoice": "xero:Invoice", "payment": "xero:Payment", "contact": "xero:Contact"}
_SHOWN_FIELDS: Final = 3


@dataclass(frozen=True, slots=True)
class Tally:
    """A number with its name and the rows behind it; `worth` says in money what newly fails or passes."""

    title: str
    count: int
    worth: str
    tone: str
    query: str


@dataclass(frozen=True, slots=True)
class Moved:
    """One line of a table of moves: what moves, from how much to how much, and in how many records."""

    name: str
    note: str
    before: str
    after: str
    by: str
    records: int
    query: str


@dataclass(frozen=True, slots=True)
class ChangedField:
    """A field that comes out differently, and in how many records."""

    label: str
    path: str
    kind: str
    records: int
    query: str


@dataclass(frozen=True, slots=True)
class ShownDifference:
    """One record of the list: what happens to it, in words, and the money it moves."""

    row: DryRunDifference
    kind: str
    tone: str
    what: str
    moves: tuple[str, ...]


def tallies(summary: Summary) -> list[Tally]:
    """How many records come out how; only what there is, and always what changes."""
    return [
        Tally(
            _TITLES[effect],
            sum(count for (_, found), count in summary.effects.items() if found == effect),
            _worth(summary, effect),
            EFFECT_TONES[effect],
            urlencode({"effect": effect}),
        )
        for effect in EFFECTS
        if effect == "changed" or any(found == effect for _, found in summary.effects)
    ]


def _worth(summary: Summary, effect: Effect) -> str:
    totals: dict[str, Decimal] = {}
    for (_, found, currency), amount in summary.money.items():
        if found == effect:
            totals[currency] = totals.get(currency, Decimal(0)) + amount
    return " + ".join(written(amount, currency) for currency, amount in totals.items())


def compared_words(summary: Summary) -> str:
    """ "48,210 invoices and 47,900 payments" """
    parts = [counted(kind, count) for kind, count in summary.compared.items()]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def account_moves(summary: Summary, names: Mapping[str, str]) -> list[Moved]:
    """Money by account, the largest moves first; with the currency where there are several. `names` by account code."""
    several = len({currency for _, currency in summary.accounts}) > 1
    ordered = sorted(summary.accounts.items(), key=lambda item: (-abs(item[1].by), item[0]))
    return [
        _moved(
            _named(code or "No account named", currency, several=several), names.get(code, ""), change, currency, _side,
            (summary.records_of_accounts[code, currency], f"account:{code}:{currency}"),
        )
        for (code, currency), change in ordered
    ]  # fmt: skip


def box_moves(summary: Summary) -> list[Moved]:
    """VAT by box of the UK return."""
    several = len({currency for _, currency in summary.boxes}) > 1
    return [
        _moved(
            _named(f"Box {box}", currency, several=several), TITLES[box], change, currency, written,
            (summary.records_of_boxes[box, currency], f"box:{box}:{currency}"),
        )
        for (box, currency), change in by_currency(summary.boxes)
    ]  # fmt: skip


def tax_moves(summary: Summary) -> Iterator[Moved]:
    """VAT and net amount by tax type, a line for each."""
    several = len({currency for _, currency in summary.tax}) > 1
    for (tax_type, currency), change in sorted(summary.tax.items(), key=lambda item: item[0][::-1]):
        rule = tax_rule(tax_type)
        sign = -1 if rule is not None and rule.side == "purchases" else 1
        behind = (summary.records_of_tax[tax_type, currency], f"tax:{tax_type}:{currency}")
        for note, part in (("net amount", change.net), ("VAT", change.vat)):
            if part.before or part.after:
                signed = Change(sign * part.before, sign * part.after)
                name = _named(tax_type or "No tax type", currency, several=several)
                yield _moved(name, note, signed, currency, written, behind)


def _named(name: str, currency: str, *, several: bool) -> str:
    return f"{name}, {currency}" if several else name


def _moved(
    name: str,
    note: str,
    change: Change,
    currency: str,
    write: Callable[[Decimal, str], str],
    behind: tuple[int, str],
) -> Moved:
    records, touches = behind
    return Moved(
        name,
        note,
        write(change.before, currency),
        write(change.after, currency),
        _signed(change.by, currency, write),
        records,
        urlencode({"touches": touches}),
    )


def _side(amount: Decimal, currency: str) -> str:
    """A balance as books show it: £60.00 Cr."""
    side = "" if not amount else " Dr" if amount > 0 else " Cr"
    return f"{written(abs(amount), currency)}{side}"


def _signed(amount: Decimal, currency: str, write: Callable[[Decimal, str], str]) -> str:
    if write is _side:
        return _side(amount, currency)
    return f"+{written(amount, currency)}" if amount > 0 else written(amount, currency)


def changed_fields(summary: Summary) -> list[ChangedField]:
    """The fields that come out differently, those of most records first."""
    return [
        ChangedField(
            field_label(kind, path),
            path,
            KINDS[kind].many,
            count,
            urlencode({"kind": kind, "touches": f"field:{path}"}),
        )
        for (kind, path), count in summary.fields.most_common()
    ]


def field_label(kind: str, pattern: str) -> str:
    """What people call a target field; the path where the schema has no name for it."""
    schema = TARGETS[_TARGET_OF_KIND[kind]]
    field = schema.by_path.get(pattern)
    return field.label if field and field.label else pattern


def touched_words(touches: str, kind: str) -> str:
    """What the chosen number was about: "account 200", "VAT box 1", "field Tax type"."""
    what, _, rest = touches.partition(":")
    name = rest if what == "field" else rest.rpartition(":")[0]
    if what == "field":
        return f"field {field_label(kind or 'invoice', name)}"
    return {"account": "account ", "box": "VAT box ", "tax": "tax type "}.get(what, "") + (
        name or "none named"
    )


def shown_differences(rows: Iterable[DryRunDifference]) -> list[ShownDifference]:
    """The rows of the list."""
    return [
        ShownDifference(
            row, KINDS[row.kind].one.capitalize(), EFFECT_TONES[row.effect], _what(row), _moves(row.moves)
        )
        for row in rows
    ]


def _what(row: DryRunDifference) -> str:
    """Why nothing is made, else the fields that change."""
    if row.effect != DryRunDifference.Effect.CHANGED and row.reasons.get("after"):
        return " ".join(row.reasons["after"])
    if row.effect == DryRunDifference.Effect.PASSING:
        return "Before: " + " ".join(row.reasons.get("before", ()))
    return "; ".join(_changes(row)) or "Its labels change."


def _changes(row: DryRunDifference) -> Iterator[str]:
    """The changed fields by their names; what changes alike on several lines is said once."""
    alike = Counter(
        (field_label(row.kind, pattern_of(path)), _value(before), _value(after))
        for path, before, after in row.fields
    )
    for (label, before, after), count in alike.most_common(_SHOWN_FIELDS):
        yield f"{label} {before} → {after}{f' ({count}×)' if count > 1 else ''}"
    more = len(alike) - _SHOWN_FIELDS
    if more > 0:
        yield f"{more} more change{'s' if more > 1 else ''}"


def _value(value: Any) -> str:
    return "nothing" if value in (None, "") else str(value)


def _moves(moves: Mapping[str, Any]) -> tuple[str, ...]:
    """The money a record moves between accounts, else its VAT."""
    by_account = [
        f"{code or 'none'} {_side(Decimal(after) - Decimal(before), currency)}"
        for code, currency, before, after in moves.get("accounts", ())
    ]
    by_tax = [
        f"{tax_type} VAT {_signed(Decimal(after) - Decimal(before), currency, written)}"
        for tax_type, currency, _, _, before, after in moves.get("tax", ())
        if Decimal(after) != Decimal(before)
    ]
    return (*by_account, *by_tax)


def record_moves(row: DryRunDifference, names: Mapping[str, str]) -> list[Moved]:
    """What one record moves: accounts, then VAT boxes."""
    summary = Summary()
    for code, currency, before, after in row.moves.get("accounts", ()):
        summary.accounts[code, currency] = Change(Decimal(before), Decimal(after))
    for box, currency, before, after in row.moves.get("boxes", ()):
        summary.boxes[box, currency] = Change(Decimal(before), Decimal(after))
    return [*account_moves(summary, names), *box_moves(summary)]


def documents_side_by_side(before: Outcome, after: Outcome) -> tuple[FieldSeen, ...]:
    """Every field of both documents, in the order of the later one."""
    return fields_seen(dict(before.document), dict(after.document))


def fate_words(outcome: Outcome) -> str:
    """What becomes of the record, in words."""
    reasons = " ".join(outcome.reasons)
    words = {
        "made": "The document is made.",
        "failed": f"No document is made: {reasons}",
        "held": f"Held until a person lets it go: {reasons}",
        "skipped": f"No document is wanted: {reasons}",
    }
    labels = f" Labels: {', '.join(outcome.labels)}." if outcome.labels else ""
    return words[outcome.fate] + labels
