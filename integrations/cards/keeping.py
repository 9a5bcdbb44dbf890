"""Making saved cards of what Opayo, or a shop, tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Subquery

from integrations.cards.core.consent import ConsentError, read_consent
from integrations.cards.core.expiry import last_day
from integrations.cards.vault import fingerprint, locked_up, note
from integrations.models import AuditEntry, CardAccess, Order, Payment, SavedCard


@dataclass(frozen=True, slots=True)
class KeptCard:
    """A card that Opayo keeps, as it became known. `consent` as JSON, empty when nobody told of one."""

    kind: SavedCard.Kind
    token: str
    scheme: str
    last_four: str
    expiry: str
    """MMYY."""
    consent: Mapping[str, Any]
    scheme_trace_id: str = ""


def keep(payment: Payment, kept: KeptCard) -> SavedCard | None:
    """The saved card of a payment, new or as it is known; None when its token or its expiry cannot be read.

    Without a consent it is kept, for Opayo keeps it too and it should be seen and deleted here; it cannot be charged.
    """
    if not kept.token:
        return None
    try:
        expires_on = last_day(kept.expiry or payment.expiry)
    except ValueError:
        return None
    card, is_new = SavedCard.objects.get_or_create(
        pair_id=payment.pair_id,
        fingerprint=fingerprint(payment.pair_id, kept.token),
        defaults={
            "customer_id": payment.order.customer_id if payment.order else None,
            "kind": kept.kind,
            "token": locked_up(kept.token),
            "scheme": kept.scheme or payment.card_type,
            "last_four": kept.last_four or payment.last_four,
            "expiry": kept.expiry or payment.expiry,
            "expires_on": expires_on,
            "first_payment": payment,
            "scheme_trace_id": kept.scheme_trace_id[:60],
            **_agreed(kept.consent),
        },
    )
    if is_new:
        note(card, CardAccess.What.KEPT, f"Payment {payment.vendor_tx_code}")
        AuditEntry.objects.create(
            pair_id=card.pair_id,
            action="card.kept",
            subject=str(card),
            data={"card": card.pk, "payment": payment.vendor_tx_code, "mit_type": card.mit_type},
        )
    return card


def _agreed(consent: Mapping[str, Any]) -> dict[str, Any]:
    if not consent:
        return {"consent": {}, "mit_type": ""}
    try:
        read = read_consent(consent)
    except ConsentError:
        return {"consent": dict(consent), "mit_type": ""}
    return {"consent": read.as_json(), "mit_type": read.mit_type}


def give_homes(pair_id: int) -> int:
    """Cards whose first payment has found its order since, to that order's customer; how many."""
    owner = Order.objects.filter(payments=OuterRef("first_payment")).values("customer")[:1]
    homeless = SavedCard.objects.filter(
        pair_id=pair_id, customer=None, first_payment__order__customer__isnull=False
    )
    return homeless.annotate(owner=Subquery(owner)).update(customer=F("owner"))
