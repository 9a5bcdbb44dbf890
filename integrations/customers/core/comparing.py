"""Whether two records are one customer: points for and against, each with its reason.

The points are fixed and were set by hand; nothing is trained, neither on data of Xero (its developer terms forbid that)
nor on any other. A name alone never reaches the threshold, because many people share one; name and door do, and so do
name and telephone. People at one door with one surname do not: they are a household.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from integrations.customers.core.addresses import Address
from integrations.customers.core.names import NEAR, Name, likeness, long_form
from integrations.customers.core.traits import Traits, mailbox

SUGGEST_AT: Final = 55
"""The score from which two customers are shown to a person as perhaps one."""
_NAMES_DIFFER: Final = -35


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence: points for (above 0) or against, and what was seen."""

    about: str
    points: int
    words: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`score`: 0 to 100, the sum of the reasons' points within these bounds. It orders suggestions; it is no probability."""

    score: int
    reasons: tuple[Reason, ...]

    @property
    def is_suggested(self) -> bool:
        """Whether a person should look at it."""
        return self.score >= SUGGEST_AT


def compare(one: Traits, other: Traits) -> Comparison:
    """Compare two customers; symmetric."""
    found = (
        _names(one.name, other.name),
        _emails(one.emails, other.emails),
        _phones(one.phones, other.phones),
        _addresses(one.addresses, other.addresses),
        _tax_numbers(one.tax_number, other.tax_number),
    )
    reasons = tuple(reason for reason in found if reason is not None)
    score = max(0, min(100, sum(reason.points for reason in reasons)))
    return Comparison(score, tuple(sorted(reasons, key=lambda reason: -reason.points)))


def _names(one: Name, other: Name) -> Reason | None:
    if one.company and other.company:
        return _companies(one, other)
    if not one.words or not other.words:
        return None
    if one.words == other.words:
        return Reason("name", 35, f"the same name ({' '.join(one.words)})")
    return _nearly(one, other) or Reason("name", _NAMES_DIFFER, "their names differ")


def _companies(one: Name, other: Name) -> Reason:
    alike = likeness(one.company, other.company)
    if alike == 100.0:
        return Reason("name", 35, f"the same company name ({' '.join(one.company)})")
    if alike >= NEAR:
        return Reason("name", 28, f"company names alike by {alike:.0f} %")
    return Reason("name", _NAMES_DIFFER, "their company names differ")


def _nearly(one: Name, other: Name) -> Reason | None:
    """Short forms, initials, a slip of the pen, a second given name that one leaves out; or a household."""
    if _in_full(one) == _in_full(other):
        return Reason("name", 32, "the same name, one in its short form")
    if one.family != other.family:
        alike = likeness(_in_full(one), _in_full(other))
        return Reason("name", 25, f"names alike by {alike:.0f} %") if alike >= NEAR else None
    first, second = _first(one), _first(other)
    if not first or not second:
        return Reason("name", 10, f"the same surname ({one.family}); one gives no first name")
    if first == second:
        return Reason("name", 30, "the same first name and surname; one has a further name")
    if (len(first) == 1 or len(second) == 1) and first[0] == second[0]:
        return Reason("name", 22, "the same surname, and the initial fits")
    if likeness((first,), (second,)) >= 80:
        return Reason("name", 25, "the same surname; first names differ in a letter or two")
    return Reason("name", -30, f"the same surname ({one.family}), but other first names")


def _in_full(name: Name) -> tuple[str, ...]:
    return tuple(sorted(map(long_form, name.words)))


def _first(name: Name) -> str:
    return long_form(name.given[0]) if name.given else ""


def _emails(one: frozenset[str], other: frozenset[str]) -> Reason | None:
    if same := one & other:
        return Reason("e-mail", 45, f"the same e-mail address ({min(same)})")
    boxes = {mailbox(email) for email in one} & {mailbox(email) for email in other}
    if boxes:
        return Reason("e-mail", 40, f"the same mailbox ({min(boxes)})")
    return None


def _phones(one: frozenset[str], other: frozenset[str]) -> Reason | None:
    if same := one & other:
        return Reason("phone", 35, f"the same telephone number ({min(same)})")
    return Reason("phone", -5, "other telephone numbers") if one and other else None


def _addresses(one: Iterable[Address], other: Iterable[Address]) -> Reason | None:
    found = [_address(each, against) for each in one for against in other]
    return max(found, key=lambda reason: reason.points, default=None)


def _address(one: Address, other: Address) -> Reason:
    """The postcode is the strongest part; with the house number it is nearly a door."""
    alike = likeness(one.street, other.street) if one.street and other.street else 0.0
    if one.postcode and one.postcode == other.postcode:
        if one.house and one.house == other.house:
            return Reason("address", 35, f"the same door (number {one.house}, {one.postcode})")
        if one.house and other.house:
            return Reason("address", 5, f"the same postcode ({one.postcode}), other house numbers")
        return Reason("address", 30 if alike >= NEAR else 18, f"the same postcode ({one.postcode})")
    if (
        alike >= NEAR
        and one.city == other.city
        and one.house == other.house
        and not (one.postcode and other.postcode)
    ):
        return Reason("address", 25, "the same street and house number; one has no postcode")
    if (
        alike >= NEAR
        and one.house
        and one.house == other.house
        and likeness((one.postcode,), (other.postcode,)) >= 80
    ):
        return Reason("address", 25, "the same street and house number; the postcodes differ in a letter")
    return Reason("address", -10, "other addresses")


def _tax_numbers(one: str, other: str) -> Reason | None:
    if not one or not other:
        return None
    if one == other:
        return Reason("VAT number", 45, f"the same VAT number ({one})")
    return Reason("VAT number", -40, "other VAT numbers")
