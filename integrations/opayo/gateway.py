"""Calls to Opayo's form-encoded protocol: registering payments with Opayo Server."""

from __future__ import annotations

from integrations.calls import Call, send
from integrations.core.failures import PermanentFailure
from integrations.models import Connection
from integrations.opayo import settings
from integrations.opayo.core.protocol import encode, parse_reply
from integrations.opayo.core.registration import (
    PaymentRequest,
    Registration,
    read_registration,
    registration_fields,
)

_REGISTER = "/gateway/service/vspserver-register.vsp"


def register(connection: Connection, request: PaymentRequest) -> Registration:
    """Register one payment. Raises what `integrations.opayo.core.registration.read_registration` raises."""
    protocol = str(connection.config.get(settings.PROTOCOL) or "4.00")
    fields = registration_fields(request, settings.setting(connection, settings.VENDOR), protocol)
    call = Call(
        method="POST",
        url=settings.base_url(connection) + _REGISTER,
        path=_REGISTER,
        purpose="checkout",
        body=encode(fields),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        rows=1,
    )
    answer = send(connection, call, "Opayo")
    if answer.status != 200:
        raise PermanentFailure(f"Opayo refused the registration with HTTP {answer.status}.")
    return read_registration(parse_reply(answer.body))
