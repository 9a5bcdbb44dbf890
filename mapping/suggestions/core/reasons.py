"""Why a link is suggested, in words a person can check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mapping.suggestions.core.conversions import Use
from mapping.suggestions.core.features import FEATURES, Pairs
from mapping.suggestions.core.fits import fit
from mapping.suggestions.core.sources import SourceField
from mapping.suggestions.core.targets import Target

_LOOKS: Final = {
    "email": "e-mail addresses", "date": "dates", "money": "amounts", "quantity": "quantities", "rate": "exchange rates",
    "percent": "rates or tax codes", "currency": "currency codes", "country": "countries", "postcode": "postcodes",
    "phone": "phone numbers", "person": "names of people", "name": "names", "street": "streets", "city": "places",
    "region": "regions", "description": "descriptions", "reference": "references", "taxnumber": "VAT numbers",
    "iban": "bank accounts", "url": "links", "flag": "yes or no", "status": "statuses", "category": "categories",
}  # fmt: skip
_WHOSE: Final = {
    "customer": "the customer", "billing": "the billing address", "shipping": "the delivery address", "line": "a line",
    "order": "the order", "payment": "the payment", "refund": "the refund", "payout": "the payout", "tax": "tax",
    "discount": "a discount", "fee": "a fee", "bank": "the bank", "merchant": "the merchant",
}  # fmt: skip
_AT: Final = {name: position for position, name in enumerate(FEATURES)}
_CLOSE: Final = 0.25


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one pair: its features, the next best source with its confidence, and yeses elsewhere."""

    source: SourceField
    target: Target
    pairs: Pairs
    at: tuple[int, int]
    rival: tuple[str, float]
    similar: int

    def feature(self, name: str) -> float:
        """The value of a feature."""
        return float(self.pairs.values[(*self.at, _AT[name])])


def reasons(evidence: Evidence, use: Use, *, remembered: bool) -> list[str]:
    """The reasons, the strongest first."""
    found = [*_memory(evidence, remembered=remembered), _name(evidence)]
    found += [*_whose(evidence), *_type(evidence, use), *_values(evidence), *_doubts(evidence)]
    return found


def _memory(evidence: Evidence, *, remembered: bool) -> Iterator[str]:
    if remembered:
        yield "accepted before for this field"
    if evidence.similar:
        plural = "mapping" if evidence.similar == 1 else "mappings"
        yield f"{evidence.similar} similar {plural} accepted"


def _name(evidence: Evidence) -> str:
    score = max(evidence.feature("leaf_cosine"), evidence.feature("path_cosine"))
    if evidence.feature("same_leaf") or evidence.feature("same_path"):
        return "name 1.00: this is what it is usually called"
    return f"name {min(score, 0.99):.2f}"


def _whose(evidence: Evidence) -> Iterator[str]:
    shared = [role for role in _WHOSE if role in evidence.source.name.roles & evidence.target.wants]
    if shared:
        yield f"belongs to {_WHOSE[shared[0]]}"


def _type(evidence: Evidence, use: Use) -> Iterator[str]:
    if use.remark:
        yield use.remark
    elif evidence.source.values.count and fit(evidence.target.kind, evidence.source.values) >= 0.8:
        yield "same type"


def _values(evidence: Evidence) -> Iterator[str]:
    seen = evidence.source.values
    looks = _LOOKS.get(evidence.target.kind)
    if not seen.count:
        yield "no sample values to go by"
    elif looks:
        like = round(fit(evidence.target.kind, seen) * seen.count)
        yield f"{like} of {seen.count} sample values look like {looks}"


def _doubts(evidence: Evidence) -> Iterator[str]:
    if evidence.feature("foreign_roles"):
        yield "its name also speaks of something else"
    path, confidence = evidence.rival
    if confidence >= _CLOSE:
        yield f"{path} could be meant as well"
