"""The transforms a link needs, read off the values: pence to pounds, seconds to dates, country names to codes …

Transforms and parameters are those of the mapping's registry (mapping/core/transforms).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mapping.suggestions.core.sources import SourceField
from mapping.suggestions.core.statuses import status_table
from mapping.suggestions.core.targets import Target

Step = dict[str, Any]

_MOSTLY: Final = 0.5
_SMALLEST_IN_PENCE: Final = 100
"""Whole numbers that are smaller than this on average are more likely pounds."""
_MONEY_WORDS: Final = frozenset(
    {"amount", "total", "price", "unitprice", "tax", "fee", "gross", "net", "subtotal", "discount"}
)
_NO_MONEY_WORDS: Final = frozenset(
    {"rate", "percent", "id", "number", "code", "quantity", "type", "exchangerate"}
)
_MINOR_WORDS: Final = frozenset({"cent", "cents", "minor", "pence", "penny"})
_PATTERNS: Final = (
    (re.compile(r"\d{1,2}/\d{1,2}/\d{4} \d\d:\d\d:\d\d"), "%d/%m/%Y %H:%M:%S"),
    (re.compile(r"\d{1,2}/\d{1,2}/\d{4} \d\d:\d\d"), "%d/%m/%Y %H:%M"),
    (re.compile(r"\d{1,2}/\d{1,2}/\d{4}"), "%d/%m/%Y"),
    (re.compile(r"\d{1,2}\.\d{1,2}\.\d{4} \d\d:\d\d:\d\d"), "%d.%m.%Y %H:%M:%S"),
    (re.compile(r"\d{1,2}\.\d{1,2}\.\d{4} \d\d:\d\d"), "%d.%m.%Y %H:%M"),
    (re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}"), "%d.%m.%Y"),
    (re.compile(r"\d{1,2}-\d{1,2}-\d{4}"), "%d-%m-%Y"),
    (re.compile(r"\d{14}"), "%Y%m%d%H%M%S"),
    (re.compile(r"\d{8}"), "%Y%m%d"),
    (re.compile(r"\d{4}/\d\d/\d\d"), "%Y/%m/%d"),
    (re.compile(r"\w{3}, \d\d? \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}"), "%a, %d %b %Y %H:%M:%S %z"),
    (re.compile(r"\d{1,2}[ ]\w{3}[ ]\d{4}"), "%d %b %Y"),
    (re.compile(r"\d{1,2}-\w{3}-\d{4}"), "%d-%b-%Y"),
)
_ZONE: Final[Mapping[str, Any]] = {"zone": {"from": "context:pair.zone"}}
_CURRENCY_NUMBERS: Final = {
    "826": "GBP",
    "978": "EUR",
    "840": "USD",
    "756": "CHF",
    "752": "SEK",
    "578": "NOK",
    "208": "DKK",
}
_BASIS: Final = {
    "true": "Inclusive", "yes": "Inclusive", "y": "Inclusive", "1": "Inclusive", "inclusive": "Inclusive",
    "gross": "Inclusive", "false": "Exclusive", "no": "Exclusive", "n": "Exclusive", "0": "Exclusive",
    "exclusive": "Exclusive", "net": "Exclusive",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Use:
    """How a link reads its source: `transforms` in order; `sources` where it reads more than one; a `remark` in words."""

    transforms: tuple[Step, ...] = ()
    sources: tuple[str, ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What is true of all fields together: whether money is in pence, where the currency is, how decimals are marked."""

    in_minor_units: bool
    currency: str
    currency_is_lower: bool
    decimal_comma: bool
    lines: str
    with_lists: frozenset[str]

    def collection_for(self, target: str, source: str) -> dict[str, str] | None:
        """The for-each a link into a list needs, if its source is in one."""
        if "[]" not in target or "[]" not in source:
            return None
        return {"target": target.split("[]", 1)[0], "source": self.lines or source.split("[]", 1)[0]}


def whole_record(sources: Sequence[SourceField]) -> Record:
    """Look at all fields together."""
    money = [source for source in sources if _is_money(source)]
    currency = min(
        (s for s in sources if _is_currency(s)), key=lambda s: (s.in_lines, s.name.depth), default=None
    )
    lines = next(
        (list_ for s in sources if s.in_lines for list_ in s.name.lists[-1 - s.lists_too_deep :]), ""
    )
    return Record(
        _in_minor_units(money),
        currency.path if currency else "",
        currency is not None and currency.values.share("lower") > _MOSTLY,
        any(source.values.share("comma_decimal") > _MOSTLY for source in money),
        lines,
        frozenset(list_ for source in sources for list_ in source.name.lists),
    )


def conversion(source: SourceField, target: Target, record: Record) -> Use:
    """The transforms the link needs; none where the value can be taken as it is."""
    make = _BY_KIND.get(target.kind)
    return make(source, target, record) if make else _text(source, target, record)


def _is_money(source: SourceField) -> bool:
    words = {word for word, weight in source.name.words if weight > 0.4}
    numbers = source.values.share("number") > _MOSTLY and source.values.share("epoch_s", "epoch_ms") < _MOSTLY
    return bool(numbers and words & _MONEY_WORDS and not set(source.name.leaf) & _NO_MONEY_WORDS)


def _is_currency(source: SourceField) -> bool:
    return (
        "currency" in dict(source.name.words) and source.values.share("currency", "currency_number") > _MOSTLY
    )


def _in_minor_units(money: Sequence[SourceField]) -> bool:
    filled = [source for source in money if source.values.share("zero") < 1]
    if not filled or any(source.values.share("whole") < 1 for source in filled):
        return False
    if any(_MINOR_WORDS & {word for word, _ in source.name.words} for source in filled):
        return True
    return max(source.values.magnitude for source in filled) >= _SMALLEST_IN_PENCE


def _money(source: SourceField, _target: Target, record: Record) -> Use:
    seen = source.values
    if record.in_minor_units and seen.count and seen.share("whole") == 1:
        currency = {"from": record.currency or "context:pair.base_currency"}
        example = f" such as {seen.examples[0]}" if seen.examples else ""
        return Use(
            (_step("from_minor_units", currency=currency),),
            remark=f"whole numbers{example}: minor units (pence)",
        )
    return _number(source)


def _number(source: SourceField) -> Use:
    if source.values.share("comma_decimal") > _MOSTLY:
        return Use((_step("number", decimal_mark=","),), remark="written with a decimal comma")
    if source.values.share("money_sign") > _MOSTLY:
        return Use((_step("number"),), remark="written with a currency sign or thousands marks")
    return Use()


def _rate(source: SourceField, _target: Target, _record: Record) -> Use:
    return _number(source)


def _date(source: SourceField, _target: Target, _record: Record) -> Use:
    seen = source.values
    day = _step("date", **_ZONE)
    if seen.share("epoch_ms") > _MOSTLY:
        return Use((_step("from_epoch", unit="milliseconds"), day), remark="milliseconds since 1970")
    if seen.share("epoch_s") > _MOSTLY:
        return Use((_step("from_epoch"), day), remark="seconds since 1970")
    pattern = _pattern(seen.examples)
    if seen.share("other_date") > _MOSTLY and pattern:
        return Use((_step("parse_date", pattern=pattern, **_ZONE), day), remark=f"dates written as {pattern}")
    return Use((day,))


def _pattern(examples: Sequence[Any]) -> str:
    """The pattern that all examples follow; "" for none."""
    for expression, pattern in _PATTERNS:
        if examples and all(expression.fullmatch(str(example)) for example in examples):
            return pattern
    return ""


def _currency(source: SourceField, _target: Target, _record: Record) -> Use:
    if source.values.share("currency_number") > _MOSTLY:
        return Use(
            (_step("lookup", table=dict(_CURRENCY_NUMBERS), must_exist=True),),
            remark="numeric currency codes",
        )
    if source.values.share("lower") > _MOSTLY:
        return Use((_step("case", style="upper"),), remark="small letters")
    return Use()


def _country(source: SourceField, _target: Target, _record: Record) -> Use:
    seen = source.values
    if seen.share("country_name") > _MOSTLY:
        return Use((_step("country"),), remark="country names")
    if seen.share("country_3") > _MOSTLY or (
        seen.share("lower") > _MOSTLY and seen.share("country_2") > _MOSTLY
    ):
        return Use((_step("country"),), remark="country codes written otherwise")
    return Use()


def _flag(source: SourceField, target: Target, _record: Record) -> Use:
    if target.field.choices:
        seen = {str(value).lower() for value in source.values.examples} & set(_BASIS) or {"true", "false"}
        table = {value: _BASIS[value] for value in _BASIS if value in seen | _opposites(seen)}
        return Use((_step("lookup", table=table, must_exist=True),), remark="yes or no becomes Xero's word")
    return Use() if source.values.share("flag") == 1 else Use((_step("flag"),))


def _opposites(seen: set[str]) -> set[str]:
    couples = (
        ("true", "false"),
        ("yes", "no"),
        ("y", "n"),
        ("1", "0"),
        ("inclusive", "exclusive"),
        ("gross", "net"),
    )
    return {word for couple in couples if seen & set(couple) for word in couple}


def _status(source: SourceField, target: Target, _record: Record) -> Use:
    table = status_table([str(value) for value in source.values.examples], target.field.choices)
    return Use(
        (_step("status_map", table=table),), remark="each status becomes one of Xero's: check the table"
    )


def _percent(source: SourceField, target: Target, _record: Record) -> Use:
    steps: list[Step] = []
    seen, remark = source.values, ""
    if seen.share("percent_sign") > _MOSTLY:
        steps.append(_step("regex", pattern=r"[\d.]+"))
    elif seen.share("number") == 1 and seen.share("below_1") == 1 and seen.magnitude > 0:
        steps.append(_step("arithmetic", operation="multiply", by="100"))
        remark = "fractions become per cent"
    elif seen.share("whole") == 1 and seen.magnitude > _SMALLEST_IN_PENCE:
        steps.append(_step("arithmetic", operation="divide", by="100"))
        remark = "hundredths of a per cent become per cent"
    if target.path.endswith("TaxType"):
        steps.append(_step("tax_type", tax_types={"from": "context:tax_types"}))
        remark = remark or "the pair's tax type for the rate"
    return Use(tuple(steps), remark=remark)


def _category(_source: SourceField, target: Target, _record: Record) -> Use:
    if target.path.endswith("AccountCode"):
        table = {"from": "context:accounts_by_category"}
        otherwise = {"from": "context:accounts.sales"}
        return Use(
            (_step("lookup", table=table, otherwise=otherwise),), remark="the pair's account for the category"
        )
    return Use()


def _email(_source: SourceField, _target: Target, _record: Record) -> Use:
    return Use((_step("email"),))


def _text(source: SourceField, target: Target, _record: Record) -> Use:
    steps: list[Step] = []
    if target.field.forbidden:
        steps.append(_step("tidy", forbidden=target.field.forbidden))
    most = target.field.max_length
    if most is not None and source.values.longest * 2 > most:
        steps.append(_step("truncate", length=most))
    return Use(tuple(steps))


def _step(name: str, **parameters: Any) -> Step:
    return {"name": name, "parameters": parameters} if parameters else {"name": name}


_BY_KIND: Final[dict[str, Callable[[SourceField, Target, Record], Use]]] = {
    "money": _money,
    "quantity": _rate,
    "rate": _rate,
    "date": _date,
    "currency": _currency,
    "country": _country,
    "flag": _flag,
    "status": _status,
    "percent": _percent,
    "category": _category,
    "email": _email,
}
