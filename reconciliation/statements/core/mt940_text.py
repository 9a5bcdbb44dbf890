"""The free text of an MT940 line (field 86): plain, in numbered parts, or in parts named between slashes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_NUMBERED: Final = re.compile(r"\?(\d\d)")
_NAMED: Final = re.compile(r"/([A-Z]{4})/")
_SEPA: Final = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP)\+")
_NAMES: Final = frozenset({"32", "33"})
_TEXTS: Final = frozenset(str(number) for number in (*range(20, 30), *range(60, 64)))
_NOTHING: Final = frozenset({"", "NOTPROVIDED", "NONREF"})


@dataclass(frozen=True, slots=True)
class Information:
    """What field 86 tells."""

    text: str
    name: str = ""
    reference: str = ""


def information(lines: list[str]) -> Information:
    """Field 86 as it came, line by line.

    `?20` to `?29` and `?60` to `?63` are the text and `?32`, `?33` the name by the rules of German banks; `/NAME/`,
    `/REMI/` and `/EREF/` stand for name, text and reference with Dutch and Nordic ones; British ones write plain text.
    """
    joined = "".join(lines)
    if _NUMBERED.match(joined[3:6]) or _NUMBERED.match(joined[:3]):
        return _numbered(joined)
    if _NAMED.match(joined):
        return _named(joined)
    return Information(" ".join(" ".join(lines).split()))


def _numbered(joined: str) -> Information:
    parts = _NUMBERED.split(joined)[1:]
    pairs = list(zip(parts[::2], parts[1::2], strict=True))
    text = "".join(value for code, value in pairs if code in _TEXTS)
    name = "".join(value for code, value in pairs if code in _NAMES).strip()
    tags = _SEPA.split(text)
    tagged = dict(zip(tags[1::2], tags[2::2], strict=True))
    reference = tagged.get("EREF", "").strip()
    return Information((tagged.get("SVWZ") or text).strip(), name, "" if reference in _NOTHING else reference)


def _named(joined: str) -> Information:
    parts = _NAMED.split(joined)
    values = dict(zip(parts[1::2], parts[2::2], strict=True))
    reference = values.get("EREF", "").strip("/ ")
    text = values.get("REMI", "").removeprefix("USTD//").strip("/ ")
    return Information(
        text or joined, values.get("NAME", "").strip("/ "), "" if reference in _NOTHING else reference
    )
