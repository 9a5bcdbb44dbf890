"""Calls to Xero's Accounting API: within the budget, logged, with tokens renewed, and every outcome named."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from integrations.core.budget import Priority
from integrations.core.failures import Failure, OutcomeUnknown, TransientFailure
from integrations.models import ApiCall, Connection, XeroGrant
from integrations.xero.answers import XeroReply, limited_by, not_connected, read_answer, refuses_token
from integrations.xero.budget import Reservation, finish, reserve
from integrations.xero.calls import mark_bad, mark_good, outcome_of
from integrations.xero.http import Answer, Bearer, send
from integrations.xero.tokens import Token, fresh_token, stored_token

_READS: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class _Call:
    """One call as it is sent and logged."""

    method: str
    path: str
    purpose: str
    body: str | None
    params: Mapping[str, str] | None
    headers: Mapping[str, str]
    rows: int
    delivery_id: int | None
    priority: Priority

    @property
    def is_write(self) -> bool:
        return self.method not in _READS


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of one sending."""

    answer: Answer | None
    result: XeroReply | Failure


class XeroClient:
    """Calls for one connection; may be used by several threads at once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._token: Token | None = None

    @property
    def connection(self) -> Connection:
        return self._connection

    def call(  # noqa: PLR0913 - the parts of a call, all but two by name
        self,
        method: str,
        path: str,
        *,
        purpose: str,
        body: str | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        rows: int = 0,
        delivery_id: int | None = None,
        priority: Priority = "urgent",
    ) -> XeroReply:
        """One call to `path` below `/api.xro/2.0` ("/Invoices").

        `purpose` names it in the statistics (contacts, invoices, payments, polling …), `rows` counts the documents
        it carries. Returns 200, 204, 400 and 404 as values. Raises
        - OutcomeUnknown: a write was broken off, cut short or met a 5xx, so it may have been done;
        - TransientFailure: certainly not done (budget, 429, maintenance, unreachable, a failed read);
        - ConfigurationFailure `xero_disconnected` or `xero_scope_missing`: a person must reconnect;
        - PermanentFailure: Xero does not take such a call.
        A call refused with 401 was not executed: it is repeated once with a new token.
        """
        sent = self._headers(body, headers, idempotency_key)
        call = _Call(method, path, purpose, body, params, sent, rows, delivery_id, priority)
        token = self._usable_token()
        outcome = self._attempt(call, token)
        if outcome.answer is not None and refuses_token(outcome.answer):
            outcome = self._attempt(call, self._renewed_token(token))
        if isinstance(outcome.result, Failure):
            mark_bad(self._connection, outcome.result)
            raise outcome.result
        if outcome.result.status < 400:
            mark_good(self._connection)
        return outcome.result

    def _attempt(self, call: _Call, token: Token) -> _Outcome:
        """One sending, within the budget and logged. Raises TransientFailure when the budget has no room."""
        reservation = reserve(self._connection, priority=call.priority)
        began, clock = timezone.now(), time.monotonic()
        outcome = _Outcome(None, OutcomeUnknown("The call was broken off."))
        try:
            outcome = self._sent(call, token)
        finally:
            milliseconds = round((time.monotonic() - clock) * 1000)
            with transaction.atomic():
                self._settle(reservation, outcome.answer)
                self._log(call, began, milliseconds, outcome)
        return outcome

    def _sent(self, call: _Call, token: Token) -> _Outcome:
        try:
            answer = send(
                call.method,
                f"{settings.XERO_API_URL}/api.xro/2.0{call.path}",
                body=call.body,
                params=dict(call.params) if call.params else None,
                headers=dict(call.headers),
                auth=Bearer(token.value),
            )
        except Failure as failure:
            return _Outcome(None, _harmless_when_read(call, failure))
        return _Outcome(answer, read_answer(answer, self._connection, is_write=call.is_write))

    def _headers(
        self, body: str | None, extra: Mapping[str, str] | None, idempotency_key: str | None
    ) -> dict[str, str]:
        headers = {"Accept": "application/json", **(extra or {})}
        if self._connection.tenant_id:
            headers["xero-tenant-id"] = self._connection.tenant_id
        if body is not None:
            headers["Content-Type"] = "application/json"
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        return headers

    def _usable_token(self) -> Token:
        token = self._token
        if token is None:
            token = stored_token(self._grant())
        if token is None or not token.lasts(timezone.now()):
            token = fresh_token(self._grant_id())
        self._token = token
        return token

    def _renewed_token(self, refused: Token) -> Token:
        self._token = fresh_token(self._grant_id(), rejected=refused.value)
        return self._token

    def _grant(self) -> XeroGrant:
        grant = self._connection.grant
        if grant is None:
            raise not_connected(self._connection)
        return grant

    def _grant_id(self) -> int:
        """Asked anew: somebody may have reconnected since this client was made."""
        rows = Connection.objects.filter(pk=self._connection.pk).values_list("grant_id", flat=True)
        grant_id = rows.first()
        if grant_id is None:
            raise not_connected(self._connection)
        return grant_id

    def _settle(self, reservation: Reservation, answer: Answer | None) -> None:
        limited = limited_by(answer) if answer is not None and answer.status == 429 else None
        finish(self._connection, reservation, answer.headers if answer is not None else {}, limited)

    def _log(self, call: _Call, began: datetime, milliseconds: int, outcome: _Outcome) -> None:
        failure = outcome.result if isinstance(outcome.result, Failure) else None
        ApiCall.objects.create(
            pair_id=self._connection.pair_id,
            connection_id=self._connection.pk,
            system=Connection.System.XERO,
            purpose=call.purpose,
            method=call.method,
            path=call.path[:255],
            delivery_id=call.delivery_id,
            started_at=began,
            milliseconds=milliseconds,
            status_code=outcome.answer.status if outcome.answer is not None else None,
            outcome=outcome_of(outcome.answer, failure),
            rows=call.rows,
            error=failure.message if failure is not None else "",
        )


def _harmless_when_read(call: _Call, failure: Failure) -> Failure:
    """Reading twice does no harm, so only a write's outcome can be unknown."""
    if isinstance(failure, OutcomeUnknown) and not call.is_write:
        return TransientFailure(failure.message, failure.retry_after)
    return failure
