"""What was received."""

from __future__ import annotations

import hashlib

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from integrations.models import Event
from tests.factories.connections import ShopConnectionFactory
from tests.factories.pairs import PairFactory


class EventFactory(DjangoModelFactory[Event]):
    """An order event of a shop, signature verified."""

    class Meta:
        model = Event

    pair = factory.SubFactory(PairFactory)
    connection = factory.SubFactory(ShopConnectionFactory, pair=factory.SelfAttribute("..pair"))
    source = Event.Source.SHOP
    kind = "order.created"
    dedupe_key = factory.Sequence(lambda n: f"msg_{n}")
    authenticity = Event.Authenticity.VERIFIED
    body = b'{"type": "order.created"}'
    body_sha256 = factory.LazyAttribute(lambda event: hashlib.sha256(event.body).hexdigest())
    received_at = factory.LazyFunction(timezone.now)
