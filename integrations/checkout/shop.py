"""An order that asks for a payment page: the answer to the shop."""

from __future__ import annotations

import math

import structlog

from integrations.cards.core.consent import Consent, ConsentError, read_consent
from integrations.checkout.services import Page, PageRequest, register_payment
from integrations.core.failures import ConfigurationFailure, Failure, PermanentFailure, TransientFailure
from integrations.core.pci import mask
from integrations.inbound.messages import Answer, Message, event_answer, refused
from integrations.models import Pair
from integrations.shop.core.orders import MessageError, ShopMessage, parse_message

_RETRY_SECONDS = 10.0
_log = structlog.get_logger(__name__)


def answer_checkout(message: Message, event_id: int) -> Answer:
    """Register the payment of a kept order with Opayo: 200 with `next_url` and `vendor_tx_code`.

    503 with Retry-After when that may work later (the same message then gets its page, nothing is doubled), 400 when
    it never will.
    """
    try:
        page = _page(message, parse_message(mask(message.body)[0]))
    except MessageError as error:
        return refused(400, str(error))
    except Failure as failure:
        _log.warning(
            "checkout.failed", pair_id=message.sender.pair_id, event_id=event_id, error=failure.message
        )
        return _failed(failure)
    return event_answer(200, event_id, next_url=page.next_url, vendor_tx_code=page.vendor_tx_code)


def _page(message: Message, told: ShopMessage) -> Page:
    if told.order is None:
        raise PermanentFailure("Only an order can be paid.")
    request = PageRequest(
        pair=Pair.objects.get(pk=message.sender.pair_id),
        request_key=f"shop:{message.sender.id}:{message.header('HTTP_WEBHOOK_ID')}"[:220],
        order_number=told.number,
        amount=told.order.total,
        customer=told.order.customer,
        return_url=told.return_url,
        keep_card=_consent(told),
    )
    return register_payment(request)


def _consent(told: ShopMessage) -> Consent | None:
    if not told.keep_card:
        return None
    try:
        return read_consent(told.keep_card, channel="shop")
    except ConsentError as error:
        raise PermanentFailure(f"The card cannot be kept. {error}") from error


def _failed(failure: Failure) -> Answer:
    if isinstance(failure, TransientFailure):
        seconds = math.ceil(failure.retry_after or _RETRY_SECONDS)
        return refused(503, f"The order is kept. {failure.message}", {"Retry-After": str(seconds)})
    if isinstance(failure, ConfigurationFailure):
        return refused(503, f"The order is kept. {failure.message} {failure.fix}", {"Retry-After": "60"})
    return refused(400, failure.message)
