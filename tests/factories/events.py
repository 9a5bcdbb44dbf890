"""What was received."""

from __future__ import annotations

import hashlib
from typing import cast

from django.utils import timezone
from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from integrations.models import Event
from tests.factories.base import Maker
from tests.factories.connections import ShopConnectionFactory
from tests.factories.pairs import PairFactory


class EventRows(DjangoModelFactory[Event]):
    """An order event of a shop, signature verified."""

    class Meta:
        model = Event

    pair = SubFactory(PairFactory)
    connection = SubFactory(ShopConnectionFactory, pair=SelfAttribute("..pair"))
    source = Event.Source.SHOP
    kind = "order.created"
    dedupe_key = Sequence(lambda n: f"msg_{n}")
    authenticity = Event.Authenticity.VERIFIED
    body = b'{"type": "order.created"}'
    body_sha256 = LazyAttribute(lambda event: hashlib.sha256(event.body).hexdigest())
    received_at = LazyFunction(timezone.now)


EventFactory: Maker[Event] = cast("Maker[Event]", EventRows)
