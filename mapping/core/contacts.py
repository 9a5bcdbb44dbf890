"""Names of contacts, which Xero wants to be unique among active contacts."""

from __future__ import annotations

from typing import Final

LONGEST_NAME: Final = 255
"""Characters of Contact.Name (Xero Accounting API, Contacts)."""


def name_with_number(name: str, number: str) -> str:
    """The name to try when Xero says that `name` is assigned to another contact: "Ada Moss (C-77)".

    The number is kept whole; a long name is shortened to make room for it.
    """
    suffix = f" ({number})" if number else ""
    return f"{name[: LONGEST_NAME - len(suffix)].rstrip()}{suffix}"
