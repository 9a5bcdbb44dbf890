"""`manage.py rotate_keys`: every stored secret encrypted anew under the newest of ENCRYPTION_KEYS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model

from integrations.core.failures import ConfigurationFailure
from integrations.models import Payment, SavedCard, Secret, XeroGrant
from integrations.secrets import rotated

_PLACES: tuple[tuple[type[Model], str], ...] = (
    (Secret, "ciphertext"),
    (XeroGrant, "client_secret"),
    (XeroGrant, "access_token"),
    (XeroGrant, "refresh_token"),
    (XeroGrant, "previous_refresh_token"),
    (Payment, "security_key"),
    (SavedCard, "token"),
)
_AT_ONCE = 500


class Command(BaseCommand):
    """Safe while everything runs: a secret that changes meanwhile is left as it then is."""

    help = (
        "Encrypt every stored secret anew under the first of ENCRYPTION_KEYS. Put the new key first, keep the old "
        "ones after it, restart all processes, run this, and only then take the old keys out."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = sum(_rotate(model, field) for model, field in _PLACES)
        except ConfigurationFailure as failure:
            raise CommandError(f"{failure.message} {failure.fix}") from failure
        self.stdout.write(f"{done} secrets are encrypted under the newest key.")


def _rotate(model: type[Model], field: str) -> int:
    done = 0
    for pk, ciphertext in _stored(model, field):
        same = model._default_manager.filter(pk=pk, **{field: ciphertext})
        done += same.update(**{field: rotated(ciphertext)})
    return done


def _stored(model: type[Model], field: str) -> Iterator[tuple[int, str]]:
    rows = model._default_manager.exclude(**{field: ""}).order_by("pk").values_list("pk", field)
    yield from rows.iterator(chunk_size=_AT_ONCE)
