"""Saved cards."""

from __future__ import annotations

from datetime import date
from typing import cast

from factory.declarations import LazyAttribute, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from integrations.cards.vault import fingerprint, locked_up
from integrations.models import SavedCard
from tests.factories.base import Maker
from tests.factories.pairs import PairFactory
from tests.factories.records import CustomerRows, PaymentRows

TERMS = {
    "text": "Charge what is due.",
    "at": "2026-01-05T09:00:00+00:00",
    "channel": "pay_link",
    "ip": "203.0.113.7",
    "mit_type": "unscheduled",
}


class SavedCardRows(DjangoModelFactory[SavedCard]):
    """A token whose holder agreed to charges when something is due. `plain_token` is kept as ciphertext."""

    class Meta:
        model = SavedCard

    class Params:
        plain_token = Sequence(lambda n: f"C6F92981-8C2D-457A-AA1E-{n:012d}")

    pair = SubFactory(PairFactory)
    customer = SubFactory(CustomerRows, pair=SelfAttribute("..pair"))
    first_payment = SubFactory(PaymentRows, pair=SelfAttribute("..pair"))
    kind = SavedCard.Kind.TOKEN
    token = LazyAttribute(lambda card: locked_up(card.plain_token))
    fingerprint = LazyAttribute(lambda card: fingerprint(card.pair.pk, card.plain_token))
    scheme = "VISA"
    last_four = "0006"
    expiry = "1230"
    expires_on = date(2030, 12, 31)
    scheme_trace_id = "123456789012345"
    consent = LazyAttribute(lambda _: dict(TERMS))
    mit_type = "unscheduled"


SavedCardFactory: Maker[SavedCard] = cast("Maker[SavedCard]", SavedCardRows)
