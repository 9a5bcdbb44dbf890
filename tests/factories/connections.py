"""Connections with their secrets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django.utils import timezone
from factory.declarations import LazyFunction, SubFactory
from factory.django import DjangoModelFactory
from factory.faker import Faker

from integrations.models import Connection, XeroGrant
from integrations.secrets import encrypt, set_secret
from integrations.xero.core.scopes import wanted
from tests.factories.base import Maker
from tests.factories.pairs import PairFactory


class XeroGrantRows(DjangoModelFactory[XeroGrant]):
    """A token set whose access token lasts another half hour. Plain-text tokens may be given."""

    class Meta:
        model = XeroGrant

    client_id = "tillbridge-demo"
    client_secret = "demo-secret"
    access_token = "access-1"
    refresh_token = "refresh-1"
    previous_refresh_token = ""
    scopes = LazyFunction(lambda: list(wanted()))
    expires_at = LazyFunction(lambda: timezone.now() + timedelta(minutes=30))
    refreshed_at = LazyFunction(timezone.now)

    @classmethod
    def _adjust_kwargs(cls, **fields: Any) -> dict[str, Any]:
        for name in ("client_secret", "access_token", "refresh_token", "previous_refresh_token"):
            fields[name] = encrypt(fields[name])
        return fields


class XeroConnectionRows(DjangoModelFactory[Connection]):
    """A working connection to a Xero organisation."""

    class Meta:
        model = Connection

    pair = SubFactory(PairFactory)
    system = Connection.System.XERO
    name = "Harbour & Finch Ltd"
    status = Connection.Status.LIVE
    grant = SubFactory(XeroGrantRows)
    tenant_id = Faker("uuid4")


class _WithSecrets(DjangoModelFactory[Connection]):
    """Secrets are given as `secrets={"name": "value"}`."""

    class Meta:
        model = Connection
        abstract = True

    pair = SubFactory(PairFactory)
    status = Connection.Status.LIVE
    secrets: Any = LazyFunction(dict)

    @classmethod
    def _create(cls, model_class: type[Connection], *args: Any, **kwargs: Any) -> Connection:
        secrets = kwargs.pop("secrets")
        connection = Connection.objects.create(**kwargs)
        for name, value in secrets.items():
            set_secret(connection, name, value)
        return connection


class OpayoConnectionRows(_WithSecrets):
    """A working connection to an Opayo test account."""

    system = Connection.System.OPAYO
    name = "tillbridge"
    config = LazyFunction(
        lambda: {"vendor": "tillbridge", "environment": "test", "reporting_user": "reporter"}
    )
    secrets = LazyFunction(
        lambda: {
            "integration_key": "tillbridge-demo-integration-key",
            "integration_password": "tillbridge-demo-integration-password",
            "reporting_password": "reporter-demo-password",
        }
    )


class ShopConnectionRows(_WithSecrets):
    """A working connection to a shop."""

    system = Connection.System.SHOP
    name = "harbour-finch"
    config = LazyFunction(
        lambda: {
            "confirmation_url": "http://127.0.0.1:9/confirmations",
            "return_url": "http://127.0.0.1:9/orders",
        }
    )
    secrets = LazyFunction(lambda: {"signing_secret": "whsec_aGFyYm91ci1maW5jaC1zaG9wLWRlbW8tc2VjcmV0"})


XeroGrantFactory: Maker[XeroGrant] = cast("Maker[XeroGrant]", XeroGrantRows)
XeroConnectionFactory: Maker[Connection] = cast("Maker[Connection]", XeroConnectionRows)
OpayoConnectionFactory: Maker[Connection] = cast("Maker[Connection]", OpayoConnectionRows)
ShopConnectionFactory: Maker[Connection] = cast("Maker[Connection]", ShopConnectionRows)
