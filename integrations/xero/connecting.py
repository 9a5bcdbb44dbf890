"""Which connection of which pair a token set serves: connecting, reconnecting, disconnecting."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from integrations.core.failures import ConfigurationFailure
from integrations.models import Connection, Pair, XeroGrant
from integrations.pairs.signals import connection_restored
from integrations.xero.oauth import Organisation, organisations, revoke, withdraw


def attach(pair: Pair, grant: XeroGrant, chosen: Organisation, covered: Sequence[Organisation]) -> Connection:
    """Let `grant` serve the pair's Xero connection from now on; reconnecting keeps the connection and its history.

    Other connections that shared the token set before follow, where the consent covers their organisation.
    Raises ConfigurationFailure when the organisation is another than the pair's books are in, or another pair's.
    """
    with transaction.atomic():
        connection = _own_connection(pair)
        _check_same_books(connection, chosen)
        _check_free(pair, chosen)
        before = connection.grant_id
        connection.grant = grant
        connection.tenant_id = chosen.tenant_id
        connection.name = chosen.name
        connection.config = {**connection.config, "organisation": chosen.name}
        connection.status = Connection.Status.LIVE
        connection.last_error = ""
        connection.save()
        _take_along(before, grant, covered)
    connection_restored.send(Connection, connection=connection)
    return connection


def disconnect(connection: Connection) -> None:
    """End the connection here and at Xero. Raises a Failure when Xero cannot be told; then nothing changes.

    A consent that Xero has ended already is only forgotten.
    """
    grant = connection.grant
    if grant is not None and not grant.is_dead:
        _tell_xero(connection, grant)
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk).update(
            status=Connection.Status.OFF, grant=None, last_bad_at=timezone.now(), last_error="Disconnected."
        )
        if grant is not None:
            _forget_unused(grant.pk)


def _own_connection(pair: Pair) -> Connection:
    rows = Connection.objects.select_for_update().filter(pair=pair, system=Connection.System.XERO)
    return rows.order_by("pk").first() or Connection(pair=pair, system=Connection.System.XERO)


def _check_same_books(connection: Connection, chosen: Organisation) -> None:
    if connection.last_good_at is None or connection.tenant_id in ("", chosen.tenant_id):
        return
    raise ConfigurationFailure(
        "xero_other_organisation",
        chosen.name,
        f"This pair's books are in {connection}, not in {chosen.name}.",
        f"Choose {connection}, or make a pair of its own for {chosen.name}.",
    )


def _check_free(pair: Pair, chosen: Organisation) -> None:
    others = Connection.objects.filter(tenant_id=chosen.tenant_id).exclude(status=Connection.Status.OFF)
    if others.exclude(pair=pair).exists():
        raise ConfigurationFailure(
            "xero_organisation_taken",
            chosen.name,
            f"{chosen.name} is connected to another pair already.",
            "Choose another organisation, or disconnect the other pair first.",
        )


def _take_along(before: int | None, grant: XeroGrant, covered: Sequence[Organisation]) -> None:
    if before is None or before == grant.pk:
        return
    tenants = [organisation.tenant_id for organisation in covered]
    siblings = Connection.objects.filter(grant_id=before, tenant_id__in=tenants)
    siblings.update(grant=grant, status=Connection.Status.LIVE, last_error="")
    _forget_unused(before)


def _forget_unused(grant_id: int) -> None:
    XeroGrant.objects.filter(pk=grant_id, connections__isnull=True).delete()


def _tell_xero(connection: Connection, grant: XeroGrant) -> None:
    try:
        withdraw(grant, connection.tenant_id)
        if not grant.connections.exclude(pk=connection.pk).exists():
            revoke(grant)
    except ConfigurationFailure as failure:
        if failure.code != "xero_disconnected":
            raise


def choices(grant: XeroGrant) -> list[Organisation]:
    """Organisations to choose from, by name. Raises ConfigurationFailure when the consent covers none."""
    found = sorted(organisations(grant), key=lambda organisation: organisation.name.casefold())
    if not found:
        raise ConfigurationFailure(
            "xero_no_organisation",
            "",
            "The consent covers no Xero organisation.",
            "Connect again and choose the organisation on Xero's page.",
        )
    return found
