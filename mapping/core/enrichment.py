"""Enrichment: looking something up beside the record, so that mappings can read it as `context:enriched.<into>`.

Where customers, accounts and rates come from is the edge's affair: it gives a `Sources`. This module says what is
asked, in which form the answer stands in the context, and what it means when there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, get_args

from mapping.core.paths import Path, PathError, Step, parse_path
from mapping.core.problems import Cause, Problem, TransformError
from mapping.core.readers import Scope, reader
from mapping.core.schemas.schema import Field, FieldType
from mapping.core.tables import Table, entries
from mapping.core.transforms.dates import date as day_of
from mapping.core.transforms.lookups import find
from mapping.core.values import as_text

What = Literal["customer", "account", "rate", "table"]
WHATS: Final[tuple[What, ...]] = get_args(What)

Found = Mapping[str, Any] | None


def _nobody(_number: str, _email: str) -> Found:
    return None


def _no_account(_code_or_role: str) -> Found:
    return None


def _no_rate(_currency: str, _day: date) -> Found:
    return None


@dataclass(frozen=True, slots=True)
class Sources:
    """Where enrichment looks, given by the edge; each answers None for what it does not know.

    `customer(contact_number, email)`: one of the two is blank. `account(code_or_role)`: an account of the chart by its
    code, or by the role the pair gives it ("sales"). `rate(currency, day)`: the rate into the books' currency as
    {"source", "target", "rate", "on", "origin"}. `tables`: the look-up tables of the blueprint, by id.
    """

    customer: Callable[[str, str], Found] = _nobody
    account: Callable[[str], Found] = _no_account
    rate: Callable[[str, date], Found] = _no_rate
    tables: Mapping[str, Table] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Enriched:
    """What was found, and the name under `context:enriched` it is read by. A customer nobody knows is None."""

    into: str
    value: Any


_FIELDS: Final[dict[What, tuple[tuple[str, FieldType, str], ...]]] = {
    "customer": (
        ("contact_number", "text", "Contact number"),
        ("contact_id", "guid", "Contact's id in Xero"),
        ("name", "text", "Name"),
        ("email", "email", "E-mail address"),
        ("country", "text", "Country (two letters)"),
    ),
    "account": (
        ("code", "text", "Account code"),
        ("name", "text", "Account name"),
        ("type", "text", "Account type"),
        ("tax_type", "text", "Tax type of the account"),
        ("currency", "text", "Currency of the account"),
    ),
    "rate": (
        ("source", "text", "Currency converted from"),
        ("target", "text", "Currency converted to"),
        ("rate", "decimal", "Units of the second for one of the first"),
        ("on", "date", "Day of the rate"),
        ("origin", "text", "Where the rate is from"),
    ),
    "table": (),
}
_MISSING: Final[dict[str, tuple[str, Cause]]] = {
    "account": ("Xero's chart of accounts has no account “{key}”, nor has the pair such a role.", "settings"),
    "rate": ("There is no exchange rate for {key} on that day.", "settings"),
    "table": ("“{key}” is not in the look-up table “{table}”: add it there.", "settings"),
}
_DAYS: Final = ("placed_at", "taken_at", "refunded_at", "settled_on")
"""Fields that say on which day a record happened, unless the step's setting `on` names another."""


def enrich(
    settings: Mapping[str, Any],
    record: Mapping[str, Any],
    sources: Sources,
    context: Mapping[str, Any] | None = None,
) -> Enriched | Problem:
    """Look up what the settings of an enrich step ask for; a Problem where that cannot be done.

    `settings`: {"what", "key": path, "table": id, "into": name}, and optionally "on": path of the day a rate is wanted
    for, "required": false where the record may go on without. An unknown customer is no problem: it is a new one.
    """
    scope = Scope(record, context or {})
    try:
        key = _text_at(settings.get("key"), scope)
        value = lookup(settings, key, sources, scope)
    except (PathError, TransformError) as error:
        return Problem(str(error), target=_into(settings), cause=getattr(error, "cause", "mapping"))
    if value is None and settings.get("required", settings.get("what") != "customer"):
        return _missing(settings, key)
    return Enriched(_into(settings), value)


def lookup(settings: Mapping[str, Any], key: Any, sources: Sources, scope: Scope) -> Any:
    """What stands under `key` in the source the settings name; None where there is nothing.

    Raises TransformError for settings that name no source, and for a rate of an unknown day.
    """
    text = as_text(key).strip()
    what = settings.get("what")
    if what == "table":
        return _in_table(settings, text, sources)
    if what not in WHATS:
        raise TransformError(f"Nobody can look up “{what}”: choose one of {', '.join(WHATS)}.", "mapping")
    if not text:
        return None
    if what == "customer":
        return sources.customer("", text) if "@" in text else sources.customer(text, "")
    return sources.account(text) if what == "account" else sources.rate(text.upper(), _day(settings, scope))


def _in_table(settings: Mapping[str, Any], key: str, sources: Sources) -> Any:
    table = sources.tables.get(as_text(settings.get("table")))
    if table is None:
        raise TransformError(f"There is no look-up table “{settings.get('table') or ''}”.", "settings")
    return find(key, entries(table)) if key else None


def _day(settings: Mapping[str, Any], scope: Scope) -> date:
    for path in (settings["on"],) if settings.get("on") else _DAYS:
        value = reader(parse_path(as_text(path)))(scope)
        if value not in (None, ""):
            return date.fromisoformat(day_of(value, zone=_zone(scope)))
    raise TransformError("The record does not say on which day the exchange rate is wanted.")


def _zone(scope: Scope) -> str:
    return as_text(reader(parse_path("context:pair.zone"))(scope)) or "Europe/London"


def _text_at(path: Any, scope: Scope) -> str:
    return as_text(reader(parse_path(as_text(path)))(scope))


def _into(settings: Mapping[str, Any]) -> str:
    return str(settings.get("into") or settings.get("what") or "found")


def _missing(settings: Mapping[str, Any], key: str) -> Problem:
    if not key:
        message: str = f"The record has no “{settings.get('key')}” to look up by."
        return Problem(message, target=_into(settings), cause="record")
    words, cause = _MISSING.get(str(settings.get("what")), ("“{key}” was not found.", "record"))
    return Problem(words.format(key=key, table=settings.get("table")), target=_into(settings), cause=cause)


def enriched_fields(settings: Mapping[str, Any], tables: Mapping[str, Table]) -> tuple[Field, ...]:
    """The fields of the context that an enrich step fills, for `mapping.core.schemas.context.context_schema`."""
    at = Path((Step("enriched"), Step(_into(settings))))
    what = settings.get("what")
    if what == "table":
        return _table_fields(at, tables.get(str(settings.get("table"))))
    known = _FIELDS.get(what, ()) if what in WHATS else ()
    return (
        Field(str(at), "object", f"Looked up: {_into(settings)}", optional=True),
        *(_below(at, name, kind, label) for name, kind, label in known),
    )


def _table_fields(at: Path, table: Table | None) -> tuple[Field, ...]:
    label = f"Looked up in {table.title or table.id}" if table else "Looked up in a table"
    if table is None or len(table.columns) <= 2:
        return (Field(str(at), "text", label, optional=True),)
    columns = (_below(at, column, "text", column) for column in table.columns[1:])
    return (Field(str(at), "object", label, optional=True), *columns)


def _below(at: Path, name: str, kind: FieldType, label: str) -> Field:
    return Field(
        str(Path((*at.steps, Step(name)))), kind, label, optional=True, personal=name in ("name", "email")
    )
