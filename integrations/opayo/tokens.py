"""Saved cards at Opayo: deleting one, and asking whether there still is one."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from requests.auth import HTTPBasicAuth

from integrations.calls import Answer, Call, send
from integrations.core.failures import ConfigurationFailure, OutcomeUnknown, PermanentFailure
from integrations.models import Connection, SavedCard
from integrations.opayo import reports, settings
from integrations.opayo.core.protocol import encode, parse_reply
from integrations.opayo.core.refusal_words import failure_of
from integrations.secrets import get_secret

_REMOVE: Final = "/gateway/service/removetoken.vsp"
_GONE: Final = "2018"
_PI_CARDS: Final = "/api/v1/card-identifiers"


def remove(connection: Connection, kind: str, token: str) -> None:
    """Delete a card at Opayo. One that Opayo does not know any more counts as deleted: deleting twice does no harm.

    Raises PermanentFailure and ConfigurationFailure when it was not done, TransientFailure when it was certainly not sent,
    OutcomeUnknown when it may have been.
    """
    if kind == SavedCard.Kind.TOKEN:
        _remove_token(connection, token)
    else:
        _delete_identifier(connection, token)


def is_known(connection: Connection, kind: str, token: str) -> bool:
    """Whether Opayo has the card. Of Pi's identifiers its reports do not tell: they count as known.

    Reporting & Admin API, getTokenDetails. Raises what `integrations.opayo.reports.ask` raises.
    """
    if kind != SavedCard.Kind.TOKEN:
        return True
    return (
        reports.ask(connection, "getTokenDetails", [("token", f"{{{token}}}")], purpose="cards") is not None
    )


def _remove_token(connection: Connection, token: str) -> None:
    """REMOVETOKEN (Server and Direct Shared Protocol Guidelines)."""
    fields = {
        "VPSProtocol": str(connection.config.get(settings.PROTOCOL) or "4.00"),
        "TxType": "REMOVETOKEN",
        "Vendor": settings.setting(connection, settings.VENDOR),
        "Token": f"{{{token}}}",
    }
    call = Call(
        method="POST",
        url=settings.base_url(connection) + _REMOVE,
        path=_REMOVE,
        purpose="cards",
        body=encode(fields),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        rows=1,
    )
    answer = send(connection, call, "Opayo")
    if answer.status != 200:
        raise PermanentFailure(f"Opayo refused to delete the card with HTTP {answer.status}.")
    reply = parse_reply(answer.body)
    if reply.status == "OK" or reply.code == _GONE:
        return
    if reply.status not in ("MALFORMED", "INVALID", "ERROR") or not reply.detail:
        raise OutcomeUnknown("Opayo's answer cannot be read.")
    raise failure_of(reply.code, reply.detail)


def _delete_identifier(connection: Connection, token: str) -> None:
    """DELETE /card-identifiers/{id} (Opayo Pi). Any 2xx is success; 404 is a card that is gone."""
    call = Call(
        method="DELETE",
        url=f"{settings.base_url(connection)}{_PI_CARDS}/{quote(token, safe='')}",
        # The identifier is as good as the card: it is in no log.
        path=f"{_PI_CARDS}/…",
        purpose="cards",
        auth=HTTPBasicAuth(
            get_secret(connection, settings.INTEGRATION_KEY),
            get_secret(connection, settings.INTEGRATION_PASSWORD),
        ),
        rows=1,
    )
    _check_deleted(send(connection, call, "Opayo"))


def _check_deleted(answer: Answer) -> None:
    if answer.status == 404 or 200 <= answer.status < 300:
        return
    if answer.status in (401, 403):
        raise ConfigurationFailure(
            "opayo_credentials_refused",
            "Opayo Pi",
            "Opayo does not accept the integration key and password.",
            "Enter them again under Connections: making new ones in MyOpayo ends the old ones at once.",
        )
    if answer.status == 408:
        raise OutcomeUnknown("Opayo did not answer in time.")
    raise PermanentFailure(f"Opayo refused to delete the card with HTTP {answer.status}.")
