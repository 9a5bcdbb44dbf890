"""Making pairs, choosing the accounts of their books, and connecting the systems that are not Xero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from integrations.chat.client import ChatClient
from integrations.core.failures import ConfigurationFailure, Failure
from integrations.members.slugs import RESERVED_SLUGS
from integrations.models import AccountRole, Connection, Membership, Pair, Role, User
from integrations.opayo.client import OpayoClient
from integrations.pairs.health import Advice, Health
from integrations.pairs.signals import accounts_changed, connection_restored
from integrations.secrets import set_secret
from integrations.shop.client import ShopClient
from integrations.xero.core.scopes import in_words, missing
from integrations.xero.organisation import check_again, check_organisation


def create_pair(
    *,
    name: str,
    slug: str,
    administrator: User | None = None,
    base_currency: str = "GBP",
    currencies_kept: Sequence[str] = (),
    zone: str = "Europe/London",
) -> Pair:
    """A new pair, with its first administrator. Raises ValidationError for a slug or value it cannot have."""
    if slug in RESERVED_SLUGS:
        raise ValidationError({"slug": f"“{slug}” is an address of the site itself: choose another."})
    pair = Pair(
        name=name, slug=slug, base_currency=base_currency, currencies_kept=list(currencies_kept), zone=zone
    )
    pair.full_clean()
    with transaction.atomic():
        pair.save()
        if administrator is not None:
            Membership.objects.create(user=administrator, pair=pair, role=Role.ADMINISTRATOR)
    return pair


def set_account_role(  # noqa: PLR0913 - what tells one role from another
    pair: Pair,
    role: str,
    account_code: str,
    *,
    currency: str = "",
    scheme: str = "",
    category: str = "",
    tax_type: str = "",
) -> AccountRole:
    """Choose the Xero account that plays `role`, for one currency, card scheme or product category or for any."""
    with transaction.atomic():
        chosen, _ = AccountRole.objects.update_or_create(
            pair=pair,
            role=role,
            currency=currency,
            scheme=scheme,
            category=category,
            defaults={"account_code": account_code, "tax_type": tax_type},
        )
        transaction.on_commit(lambda: _accounts_changed(pair))
    return chosen


def clear_account_role(role: AccountRole) -> None:
    """No account plays this role any more."""
    pair = role.pair
    with transaction.atomic():
        role.delete()
        transaction.on_commit(lambda: _accounts_changed(pair))


def connect_opayo(  # noqa: PLR0913 - the fields of the form
    pair: Pair,
    *,
    vendor: str,
    integration_key: str = "",
    integration_password: str = "",
    reporting_user: str = "",
    reporting_password: str = "",
    environment: str = "test",
) -> Connection:
    """Connect (or correct) the pair's Opayo account; secrets left empty stay as they are.

    `environment` is "test" or "live". Nothing is called: `test_connection` does that.
    """
    config = {"vendor": vendor, "environment": environment, "reporting_user": reporting_user}
    connection = _connection(pair, Connection.System.OPAYO, vendor, config)
    _keep_secrets(
        connection,
        integration_key=integration_key,
        integration_password=integration_password,
        reporting_password=reporting_password,
    )
    _restored(connection)
    return connection


def connect_shop(
    pair: Pair,
    *,
    name: str,
    signing_secret: str = "",
    confirmation_url: str = "",
    return_url: str = "",
) -> Connection:
    """Connect (or correct) a shop of the pair by its name; an empty secret stays as it is."""
    config = {"confirmation_url": confirmation_url, "return_url": return_url}
    connection = _connection(pair, Connection.System.SHOP, name, config, by_name=True)
    _keep_secrets(connection, signing_secret=signing_secret)
    _restored(connection)
    return connection


def connect_chat(pair: Pair, *, name: str, hook_url: str = "") -> Connection:
    """Connect (or correct) a chat of the pair by its name; its incoming webhook's address is a secret and, empty, stays."""
    connection = _connection(pair, Connection.System.CHAT, name, {}, by_name=True)
    _keep_secrets(connection, hook_url=hook_url)
    _restored(connection)
    return connection


def switch_off(connection: Connection) -> None:
    """Stop using a connection; what waits for it waits on."""
    Connection.objects.filter(pk=connection.pk).update(status=Connection.Status.OFF)


def test_connection(connection: Connection) -> Health:
    """Really call the system, and say how it went."""
    try:
        said, advice = _TESTS[Connection.System(connection.system)](connection)
    except Failure as failure:
        return _unwell(connection, failure)
    now = timezone.now()
    Connection.objects.filter(pk=connection.pk).update(
        status=Connection.Status.LIVE, last_good_at=now, last_error=""
    )
    return Health(ok=True, said=said, checked_at=now, advice=tuple(advice))


def _test_xero(connection: Connection) -> tuple[str, list[Advice]]:
    advice = [Advice(finding.message, finding.fix) for finding in check_organisation(connection)]
    grant = connection.grant
    lacking = missing(grant.scopes, custom=grant.kind == grant.Kind.CUSTOM) if grant else ()
    if lacking:
        advice.append(
            Advice(f"The consent does not cover {in_words(lacking)}.", "Reconnect Xero and allow everything.")
        )
    return f"Xero answers for {connection.config['organisation']}.", advice


def _test_opayo(connection: Connection) -> tuple[str, list[Advice]]:
    return OpayoClient(connection).test(), []


def _test_shop(connection: Connection) -> tuple[str, list[Advice]]:
    return ShopClient(connection).test(), []


def _test_chat(connection: Connection) -> tuple[str, list[Advice]]:
    return ChatClient(connection).test(), []


_TESTS = {
    Connection.System.XERO: _test_xero,
    Connection.System.OPAYO: _test_opayo,
    Connection.System.SHOP: _test_shop,
    Connection.System.CHAT: _test_chat,
}


def _unwell(connection: Connection, failure: Failure) -> Health:
    now = timezone.now()
    fix = failure.fix if isinstance(failure, ConfigurationFailure) else "It may pass: try again in a minute."
    changes: dict[str, Any] = {"last_bad_at": now, "last_error": failure.message}
    if isinstance(failure, ConfigurationFailure):
        changes["status"] = Connection.Status.BROKEN
    Connection.objects.filter(pk=connection.pk).update(**changes)
    return Health(ok=False, said=failure.message, checked_at=now, advice=(Advice(failure.message, fix),))


def _connection(
    pair: Pair, system: str, name: str, config: Mapping[str, str], *, by_name: bool = False
) -> Connection:
    """The pair's connection to that system, made or corrected; its key, and so its address, never changes."""
    rows = Connection.objects.filter(pair=pair, system=system)
    connection = (rows.filter(name=name) if by_name else rows).order_by("pk").first()
    connection = connection or Connection(pair=pair, system=system)
    connection.name = name
    connection.config = {**connection.config, **config}
    connection.status = Connection.Status.LIVE
    connection.save()
    return connection


def _keep_secrets(connection: Connection, **values: str) -> None:
    for name, value in values.items():
        if value:
            set_secret(connection, name, value)


def _restored(connection: Connection) -> None:
    transaction.on_commit(lambda: connection_restored.send(Connection, connection=connection))


def _accounts_changed(pair: Pair) -> None:
    for connection in pair.connections.filter(system=Connection.System.XERO).select_related("pair"):
        if connection.config.get("chart"):
            check_again(connection)
    accounts_changed.send(Pair, pair=pair)
