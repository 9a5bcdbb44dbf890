"""Opening a payment page at Opayo, so that what is paid there is never without a record here.

The Payment row, with its VendorTxCode, is committed before Opayo is called. When no answer comes, nobody knows
whether Opayo registered it, so that row stays as it is (Opayo cancels unused registrations after 15 minutes and says
so) and the next try takes a new code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from django.conf import settings
from django.db import connection as connection_to_database
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from integrations.cards.core.consent import Consent
from integrations.cards.credentials import credential_of
from integrations.core.failures import Failure, OutcomeUnknown, PermanentFailure, TransientFailure
from integrations.core.money import Money
from integrations.models import Connection, Order, Pair, Payment
from integrations.opayo.client import OpayoClient
from integrations.opayo.core.protocol import as_vendor_tx_code
from integrations.opayo.core.registration import PaymentRequest, Registration, VendorTxCodeUsed
from integrations.opayo.settings import notification_url
from integrations.pairs.selectors import connection_of
from integrations.secrets import encrypt

_MOST_CODES: Final = 8
_BUSY_RETRY_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Somebody wants to pay `amount` for an order. The same `request_key` gets the same page.

    `order` is set when its record is here already; `order_number` is how the shop names it.
    `customer` is the shop's customer object, `return_url` empty when the shop's own setting is to be used.
    `keep_card` is the holder's consent, when the card is to be kept for later charges.
    """

    pair: Pair
    request_key: str
    order_number: str
    amount: Money
    customer: Mapping[str, Any] = field(default_factory=dict)
    return_url: str = ""
    order: Order | None = None
    keep_card: Consent | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Opayo's payment page for one VendorTxCode."""

    vendor_tx_code: str
    next_url: str


@dataclass(frozen=True, slots=True)
class _Claim:
    """A committed Payment row whose code is about to be registered."""

    payment: Payment
    attempt: int


def register_payment(request: PageRequest) -> Page:
    """The payment page for a request, registered with Opayo Server unless it is already.

    Raises TransientFailure (Opayo cannot be reached, or the same request is being registered right now),
    ConfigurationFailure (no connection to Opayo, its account) or PermanentFailure (Opayo refuses the request).
    """
    if request.amount.minor <= 0:
        raise PermanentFailure(
            f"Order {request.order_number} has nothing to pay: its total is {request.amount}."
        )
    connection = connection_of(request.pair, Connection.System.OPAYO)
    found = _claim(request)
    for _ in range(_MOST_CODES):
        if isinstance(found, Page):
            return found
        try:
            return _keep(found.payment, _register(connection, request, found.payment))
        except VendorTxCodeUsed:
            found = _other_code(request, found)
    raise PermanentFailure(
        f"Opayo has seen every payment reference we could give order {request.order_number}."
    )


@transaction.atomic
def _claim(request: PageRequest) -> Page | _Claim:
    """The page that is there already, or a new row; only one of several equal requests makes it."""
    with connection_to_database.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [request.pair.pk, request.request_key]
        )
    return _known_page(request) or _new_payment(request, _payments_of(request).count())


def _payments_of(request: PageRequest) -> QuerySet[Payment]:
    return Payment.objects.filter(pair=request.pair, order_number=request.order_number)


def _known_page(request: PageRequest) -> Page | None:
    latest = (
        Payment.objects.filter(pair=request.pair, request_key=request.request_key).order_by("-pk").first()
    )
    if latest is None:
        return None
    if latest.next_url:
        return Page(latest.vendor_tx_code, latest.next_url)
    patience = timedelta(seconds=settings.HTTP_TIMEOUT_SECONDS)
    if not latest.status_detail and timezone.now() - latest.created_at < patience:
        raise TransientFailure("This payment is being registered right now.", _BUSY_RETRY_SECONDS)
    return None


def _new_payment(request: PageRequest, attempt: int) -> _Claim:
    number = request.order_number
    distinction = sha256(number.encode()).hexdigest()[:6]
    while True:
        attempt += 1
        payment, is_new = Payment.objects.get_or_create(
            pair=request.pair,
            vendor_tx_code=as_vendor_tx_code(number, attempt, distinction),
            defaults={
                "channel": Payment.Channel.BRIDGE,
                "order": request.order,
                "order_number": number,
                "request_key": request.request_key,
                "return_url": request.return_url,
                "keep_card": request.keep_card.as_json() if request.keep_card else {},
                "amount_minor": request.amount.minor,
                "currency": request.amount.currency,
            },
        )
        if is_new:
            return _Claim(payment, attempt)


@transaction.atomic
def _other_code(request: PageRequest, used: _Claim) -> _Claim:
    """Opayo has a transaction of that code which is none of ours, so the row must not stand for it."""
    used.payment.delete()
    return _new_payment(request, used.attempt)


def _register(connection: Connection, request: PageRequest, payment: Payment) -> Registration:
    page = PaymentRequest(
        vendor_tx_code=payment.vendor_tx_code,
        amount=request.amount,
        description=f"Order {request.order_number}",
        notification_url=notification_url(connection),
        customer=request.customer,
        keep=credential_of(request.keep_card) if request.keep_card else None,
    )
    try:
        return OpayoClient(connection).register_server(page)
    except VendorTxCodeUsed:
        raise
    except OutcomeUnknown as failure:
        _note(payment, failure.message)
        raise
    except Failure:
        # Certainly not registered: nobody outside knows of the row.
        payment.delete()
        raise


def _note(payment: Payment, words: str) -> None:
    Payment.objects.filter(pk=payment.pk).update(status_detail=words[:255], updated_at=timezone.now())


def _keep(payment: Payment, registration: Registration) -> Page:
    Payment.objects.filter(pk=payment.pk).update(
        vps_tx_id=registration.vps_tx_id,
        security_key=encrypt(registration.security_key),
        next_url=registration.next_url,
        updated_at=timezone.now(),
    )
    return Page(payment.vendor_tx_code, registration.next_url)
