"""What a document names: orders, transactions, cases, in its reference, number or narration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sandbox.auditor.evidence import Record

_WORD = re.compile(r"[A-Za-z0-9._{}-]+")


def names_in(*texts: Any) -> Iterator[str]:
    """Whatever a document's texts name: words, and the beginnings and ends of each at a sign."""
    for text in texts:
        for word in _WORD.findall(str(text or "")):
            yield word
            yield from (word[place + 1 :] for place, sign in enumerate(word) if sign == "-")
            yield from (word[:place] for place, sign in enumerate(word) if sign == "-")


def texts_of(document: Record) -> tuple[Any, ...]:
    """Where a document may name what it is about."""
    return (document.get("Reference"), document.get("CreditNoteNumber"), document.get("Narration"))
