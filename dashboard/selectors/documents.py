"""An order's objects in Xero: one line each, however many postings made or changed it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.core import states
from dashboard.core.states import StateWords, state_words
from dashboard.core.xero_links import xero_page
from sync.models import Posting


@dataclass(frozen=True, slots=True)
class XeroObject:
    """One object in Xero, or one meant to be; `href` opens it there."""

    posting_id: int
    label: str
    number: str
    status: str
    state: StateWords
    minor: int | None
    currency: str
    href: str


def xero_objects(postings: Iterable[Posting], base: str) -> list[XeroObject]:
    """The objects of these postings; `base` is the address of Xero's own pages."""
    return [
        XeroObject(
            posting_id=posting.pk,
            label=posting.get_kind_display(),
            number=posting.remote_number or posting.natural_key,
            status=posting.remote_status,
            state=state_words(states.POSTING, posting.state),
            minor=posting.amount_minor if posting.currency else None,
            currency=posting.currency,
            href=xero_page(base, posting.kind, posting.remote_id),
        )
        for posting in postings
    ]
