"""Connections with their secrets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from integrations.models import Connection, XeroGrant
from integrations.secrets import encrypt, set_secret
from integrations.xero.core.scopes import wanted
from tests.factories.pairs import PairFactory


class XeroGrantFactory(DjangoModelFactory[XeroGrant]):
    """A token set whose access token lasts another half hour. Plain-text tokens may be given."""

    class Meta:
        model = XeroGrant

    client_id = "tillbridge-demo"
    client_secret = "demo-secret"
    access_token = "access-1"
    refresh_token = "refresh-1"
    previous_refresh_token = ""
    scopes = factory.LazyFunction(lambda: list(wanted()))
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=30))
    refreshed_at = factory.LazyFunction(timezone.now)

    @classmethod
    def _create(cls, model_class: type[XeroGrant], *args: Any, **kwargs: Any) -> XeroGrant:
        for name in ("client_secret", "access_token", "refresh_token", "previous_refresh_token"):
            kwargs[name] = encrypt(kwargs[name])
        return super()._create(model_class, *args, **kwargs)


class XeroConnectionFactory(DjangoModelFactory[Connection]):
    """A working connection to a Xero organisation."""

    class Meta:
        model = Connection

    pair = factory.SubFactory(PairFactory)
    system = Connection.System.XERO
    name = "Harbour & Finch Ltd"
    status = Connection.Status.LIVE
    grant = factory.SubFactory(XeroGrantFactory)
    tenant_id = factory.Faker("uuid4")


class _WithSecrets(DjangoModelFactory[Connection]):
    """Secrets are given as `secrets={"name": "value"}`."""

    class Meta:
        model = Connection
        abstract = True

    pair = factory.SubFactory(PairFactory)
    status = Connection.Status.LIVE
    secrets: Any = factory.LazyFunction(dict)

    @classmethod
    def _create(cls, model_class: type[Connection], *args: Any, **kwargs: Any) -> Connection:
        secrets = kwargs.pop("secrets")
        connection = super()._create(model_class, *args, **kwargs)
        for name, value in secrets.items():
            set_secret(connection, name, value)
        return connection


class OpayoConnectionFactory(_WithSecrets):
    """A working connection to an Opayo test account."""

    system = Connection.System.OPAYO
    name = "tillbridge"
    config = factory.LazyFunction(
        lambda: {"vendor": "tillbridge", "environment": "test", "reporting_user": "reporter"}
    )
    secrets = factory.LazyFunction(
        lambda: {
            "integration_key": "tillbridge-demo-integration-key",
            "integration_password": "tillbridge-demo-integration-password",
            "reporting_password": "reporter-demo-password",
        }
    )


class ShopConnectionFactory(_WithSecrets):
    """A working connection to a shop."""

    system = Connection.System.SHOP
    name = "harbour-finch"
    config = factory.LazyFunction(
        lambda: {
            "confirmation_url": "http://127.0.0.1:9/confirmations",
            "return_url": "http://127.0.0.1:9/orders",
        }
    )
    secrets = factory.LazyFunction(
        lambda: {"signing_secret": "whsec_aGFyYm91ci1maW5jaC1zaG9wLWRlbW8tc2VjcmV0"}
    )
