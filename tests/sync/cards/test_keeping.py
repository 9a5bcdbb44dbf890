"""Cards that customers let us keep, and whose tokens are nowhere in clear."""

from __future__ import annotations

from urllib.parse import urlsplit

import orjson
import pytest
from django.db import connection as database
from django.test import Client
from django.urls import reverse
from psycopg.sql import SQL, Identifier

from integrations.checkout.links import pay_url
from integrations.models import (
    CardPolicy,
    Connection,
    Event,
    Order,
    Pair,
    Payment,
    SavedCard,
)
from integrations.secrets import decrypt
from sandbox.kernel.wire import Outgoing
from tests.factories.cards import TERMS
from tests.integrations.messages import shop_headers
from tests.integrations.running_sandbox import SandboxInThread
from tests.sync.cards.conftest import made_of
from tests.sync.messages import order, shop_event
from tests.sync.test_refund_requests import process

pytestmark = pytest.mark.django_db


def test_a_customer_lets_the_card_be_kept_and_its_token_is_nowhere_in_clear(
    pair: Pair, shop: Connection, opayo: Connection, sandbox: SandboxInThread, client: Client
) -> None:
    CardPolicy.objects.create(pair=pair, offers_to_keep=True, consent_text="Keep it and charge what is due.")
    shop_event(shop, **order("HF-77", payment={}))
    process(pair)
    path = urlsplit(pay_url(Order.objects.get(number="HF-77"))).path
    assert "Keep it and charge what is due." in client.get(path).content.decode()
    answer = client.post(path, {"keep_card": "yes"}, REMOTE_ADDR="203.0.113.7")
    assert answer.status_code == 303
    body = _notification_of(sandbox, answer["Location"])
    told = client.post(
        reverse("inbound-opayo", args=[opayo.key]), body, content_type="application/x-www-form-urlencoded"
    )
    assert told.content.startswith(b"Status=OK")
    process(pair)
    card = SavedCard.objects.get()
    token = decrypt(card.token)
    assert token in body.decode()
    assert (card.customer, card.last_four, card.mit_type) == (
        Order.objects.get().customer,
        "0006",
        "unscheduled",
    )
    assert (card.consent["text"], card.consent["ip"], card.consent["channel"]) == (
        "Keep it and charge what is due.", "203.0.113.7", "pay_link",
    )  # fmt: skip
    assert card.scheme_trace_id
    assert _places_of(card.fingerprint) == ["integrations_savedcard"]
    assert "integrations_event" in _places_of("VPSSignature")
    registered = made_of(sandbox, Payment.objects.get().vendor_tx_code)[-1].fields
    assert (registered["COFUsage"], registered["InitiatedTYPE"], registered["Apply3DSecure"]) == (
        "FIRST",
        "CIT",
        "1",
    )
    assert list(card.accesses.values_list("what", flat=True)) == ["kept"]
    assert _places_of(token) == []


def _notification_of(sandbox: SandboxInThread, next_url: str) -> bytes:
    sent: list[Outgoing] = []

    def pay() -> None:
        world = sandbox.opayo.gateway.world
        kept, world.send = world.send, sent.append
        try:
            sandbox.opayo.customer_pays(next_url, card_number="4929000000006")
        finally:
            world.send = kept

    sandbox.do(pay)
    return sent[-1].body


def _places_of(token: str) -> list[str]:
    """Every table in which the token stands, in text, in JSON or in bytes, whatever its letters' case."""
    in_bytes = [word.encode().hex() for word in (token, token.lower(), token.upper())]
    with database.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for table in tables:
            query = SQL("SELECT count(*) FROM {} AS t WHERE lower(t::text) ~ %s").format(Identifier(table))
            cursor.execute(query, ["|".join([token.lower(), *in_bytes])])
            found += [table] if cursor.fetchone() != (0,) else []
    return found


def test_a_shops_card_identifier_becomes_a_card_and_stays_out_of_the_order(
    pair: Pair, shop: Connection, client: Client
) -> None:
    identifier = "C6F92981-8C2D-457A-AA1E-16EBCD6D3AC6"
    told = {
        "card_identifier": identifier,
        "scheme": "Visa",
        "last_four": "0006",
        "expiry": "0330",
        "consent": TERMS,
    }
    contents = order("HF-9", payment={"vendor_tx_code": "HF-9-1", "saved_card": told})
    body = orjson.dumps({"type": "order.created", "shop": "harbour-finch", "order": contents})
    for _ in range(2):
        answer = client.post(
            reverse("inbound-shop", args=[shop.key]),
            body,
            content_type="application/json",
            headers=shop_headers(body),
        )
        assert answer.status_code == 202
    process(pair)
    card = SavedCard.objects.get()
    assert (card.kind, decrypt(card.token), card.mit_type) == ("card_identifier", identifier, "unscheduled")
    assert _places_of(identifier) == []
    assert Order.objects.get().document["payment"]["saved_card"]["last_four"] == "0006"
    assert Event.objects.count() == 1
