"""Signed addresses for customers: to pay an order, and to learn what became of a payment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from integrations.models import Order

_PAY: Final = Signer(salt="tillbridge.pay")
_DONE: Final = Signer(salt="tillbridge.paid")


@dataclass(frozen=True, slots=True)
class Done:
    """What a done page is about: a payment of a pair and how it went."""

    pair_id: int
    vendor_tx_code: str
    is_paid: bool


def pay_url(order: Order) -> str:
    """The address at which anybody who has it can pay what is due on an order."""
    return f"{settings.SITE_URL}{reverse('checkout-pay', args=[_PAY.sign(str(order.pk))])}"


def order_id_of(token: str) -> int | None:
    """The order of a pay link; None when the link is not one of ours."""
    try:
        return int(_PAY.unsign(token))
    except (BadSignature, ValueError):
        return None


def done_url(pair_id: int, vendor_tx_code: str, *, is_paid: bool) -> str:
    """Our own page for a customer who comes back from Opayo; at most 255 characters, as Opayo demands."""
    token = _DONE.sign(f"{pair_id}.{'paid' if is_paid else 'failed'}.{vendor_tx_code}")
    return f"{settings.SITE_URL}{_done_path()}{token}"


@lru_cache(maxsize=1)
def _done_path() -> str:
    return reverse("checkout-done", args=["token"]).removesuffix("token")


def read_done(token: str) -> Done | None:
    """What a done page is to show; None when the link is not one of ours."""
    try:
        pair_id, how, vendor_tx_code = _DONE.unsign(token).split(".", 2)
    except (BadSignature, ValueError):
        return None
    return Done(int(pair_id), vendor_tx_code, is_paid=how == "paid")
