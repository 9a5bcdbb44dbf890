"""Transforms that look something up: tables, statuses, accounts and tax types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from mapping.core.countries import NAMES, country_code
from mapping.core.problems import Noted, TransformError
from mapping.core.tables import Entries
from mapping.core.transforms.registry import Example, Parameter, transform
from mapping.core.values import as_decimal, as_text

OPAYO_STATUSES: Final[dict[str, str]] = {
    "OK": "paid",
    "OK REPEATED": "paid",
    "NOTAUTHED": "declined",
    "REJECTED": "declined",
    "ABORT": "cancelled",
    "ERROR": "failed",
    "INVALID": "failed",
    "MALFORMED": "failed",
    "AUTHENTICATED": "waiting",
    "REGISTERED": "waiting",
    "PENDING": "waiting",
    "3DAUTH": "waiting",
}
"""What each status of Opayo's Direct, Server and Pi interfaces means for the books (Opayo protocol 4.00)."""

UK_TAX_TYPES: Final[dict[str, str]] = {
    "20": "OUTPUT2",
    "5": "RROUTPUT",
    "0": "ZERORATEDOUTPUT",
    "exempt": "EXEMPTOUTPUT",
    "outside_scope": "NONE",
}
"""Xero's own tax types for sales in the United Kingdom, used where a pair sets none (Xero Accounting API, TaxRates)."""

_NO_VAT: Final = Decimal(0)


@transform(
    "lookup",
    title="Look up in a table",
    sentence="Look up[ {column}] in {table}[, else {otherwise}]",
    example=Example("GB", "United Kingdom", {"table": {"GB": "United Kingdom"}}),
    takes="text",
    gives="any",
    parameters=(
        Parameter("table", "table", "Table", may_be_absent=True),
        Parameter("otherwise", "any", "When it is not there", None),
        Parameter("must_exist", "flag", "Stop when it is not there", default=False),
        Parameter("column", "text", "Column to take, in tables of several", ""),
    ),
)
def lookup(
    value: Any,
    *,
    table: Mapping[str, Any],
    otherwise: Any = None,
    must_exist: bool = False,
    column: str = "",
) -> Any:
    """The entry for the value, first as it is, then whatever its case.

    A table of the blueprint is `{"from": "context:tables.<id>"}`; one that nobody has made yet is empty.
    """
    found = find(as_text(value), table)
    if isinstance(found, Mapping):
        found = _cell(found, column)
    if found is not None and found != "":
        return found
    if must_exist and otherwise is None:
        raise TransformError(f"“{value}” is not in the look-up table: add it there.", "settings")
    return otherwise


def _cell(entry: Mapping[str, Any], column: str) -> Any:
    if column in entry:
        return entry[column]
    columns = ", ".join(str(name) for name in entry)
    raise TransformError(
        f"The look-up table has no column “{column}”: take one of {columns}."
        if column
        else f"The look-up table has several columns: say which to take ({columns}).",
        "mapping",
    )


def find(key: str, table: Mapping[str, Any]) -> Any:
    """The entry of `table` under `key`, in its own case or any; None when there is none."""
    if key in table:
        return table[key]
    folded = key.strip().casefold()
    if isinstance(table, Entries):
        return table.folded.get(folded)
    return next((entry for name, entry in table.items() if str(name).casefold() == folded), None)


@transform(
    "country",
    title="Country",
    sentence="The country’s {form}",
    example=Example("Great Britain", "GB", {"form": "code"}),
    takes="text",
    gives="text",
    parameters=(
        Parameter("form", "choice", "As", "code", choices=("code", "name")),
        Parameter(
            "when_unknown", "choice", "When it is unknown", "keep", choices=("keep", "leave_out", "stop")
        ),
    ),
)
def country(value: Any, *, form: str = "code", when_unknown: str = "keep") -> Any:
    """A country by its ISO 3166-1 code of two letters, or its usual English name, however it was written."""
    text = as_text(value).strip()
    code = country_code(text)
    if code is not None:
        return code if form == "code" else NAMES[code]
    if when_unknown == "stop":
        raise TransformError(f"“{text}” is not a country that is known by its name or code.")
    if when_unknown == "leave_out":
        return Noted(None, f"“{text[:80]}” is not a country, so it is left out.")
    return text


@transform(
    "status_map",
    title="Translate a status",
    sentence="Translate the status by {table}",
    example=Example("NotAuthed", "declined"),
    takes="text",
    gives="text",
    parameters=(Parameter("table", "table", "Statuses", OPAYO_STATUSES),),
)
def status_map(value: Any, *, table: Mapping[str, Any] = OPAYO_STATUSES) -> Any:
    """Our word for a status of the gateway. Raises TransformError for a status nobody has mapped."""
    found = find(as_text(value), table)
    if found is None:
        raise TransformError(
            f"The status “{value}” is not in the table of statuses: say there what it means.", "settings"
        )
    return found


@transform(
    "account_code",
    title="Account",
    sentence="The account of the kind of line (source 1), by category (source 2) where {by_category} has it",
    example=Example(["goods", "food"], "201", {"accounts": {"sales": "200"}, "by_category": {"food": "201"}}),
    takes="any",
    gives="text",
    parameters=(
        Parameter("accounts", "table", "Accounts by kind of line"),
        Parameter("by_category", "table", "Accounts by category", None),
        Parameter("by_product", "table", "Accounts by product", None),
    ),
    takes_many=True,
)
def account_code(
    values: Sequence[Any],
    *,
    accounts: Mapping[str, Any],
    by_category: Mapping[str, Any] | None = None,
    by_product: Mapping[str, Any] | None = None,
) -> str:
    """The code for kind, category and (if there is a third source) product; the most special table first.

    Goods fall back to `accounts.sales`; delivery to `accounts.delivery`, then sales; rounding has its own account
    only. Raises TransformError (settings) when no account is set.
    """
    kind, category, product = ([as_text(value) for value in values] + ["", "", ""])[:3]
    if kind in ("goods", ""):
        found = find(product, by_product or {}) or find(category, by_category or {}) or accounts.get("sales")
    elif kind == "delivery":
        found = accounts.get("delivery") or accounts.get("sales")
    else:
        found = accounts.get(kind)
    if not found:
        raise TransformError(
            f"No Xero account is set for {kind or 'goods'}: choose one in the pair's accounts.", "settings"
        )
    return as_text(found)


@transform(
    "clearing_account",
    title="Clearing account",
    sentence="The clearing account of the currency (source 1) and card scheme (source 2)",
    example=Example(["GBP", "AMEX"], "091", {"accounts": {"GBP": "090", "GBP:AMEX": "091"}}),
    takes="text",
    gives="text",
    parameters=(Parameter("accounts", "table", "Clearing accounts"),),
    takes_many=True,
)
def clearing_account(values: Sequence[Any], *, accounts: Mapping[str, Any]) -> str:
    """The code under "GBP:AMEX" (a scheme paid apart), else under "GBP". Raises TransformError (settings) for neither."""
    currency, scheme = ([as_text(value).upper() for value in values] + ["", ""])[:2]
    found = accounts.get(f"{currency}:{scheme}") or accounts.get(currency)
    if not found:
        raise TransformError(
            f"No clearing account is set for payments in {currency or 'an unknown currency'}: choose one in the pair's accounts.",
            "settings",
        )
    return as_text(found)


@transform(
    "tax_type",
    title="Tax type",
    sentence="The Xero tax type of the rate (source 1) or of exempt and outside scope (source 2)",
    example=Example(["20.0", ""], "OUTPUT2", {"tax_types": {"20": "OUTPUT2", "0": "ZERORATEDOUTPUT"}}),
    takes="any",
    gives="text",
    parameters=(Parameter("tax_types", "table", "Tax types by rate", UK_TAX_TYPES),),
    takes_many=True,
)
def tax_type(values: Sequence[Any], *, tax_types: Mapping[str, Any] = UK_TAX_TYPES) -> str:
    """The TaxType for a tax code if there is one, else for the rate in per cent, however it is written."""
    rate, code = ([*values, None, None])[:2]
    key = (as_text(code).strip() if code else "") or _plain(
        as_decimal(rate) if rate or rate == 0 else _NO_VAT
    )
    found = find(key, tax_types)
    if not found:
        raise TransformError(
            f"No Xero tax type is set for VAT “{key}”: choose one in the pair's tax rates.", "settings"
        )
    return as_text(found)


def _plain(rate: Decimal) -> str:
    """20, 17.5: without trailing zeros or exponent."""
    text = format(rate, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
