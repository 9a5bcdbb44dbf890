"""The Pi interface: who may ask, which resource is meant, and how a refusal looks."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from typing import Any

from sandbox.credentials import OPAYO_INTEGRATION_KEY, OPAYO_INTEGRATION_PASSWORD
from sandbox.kernel.wire import Reply, Request
from sandbox.kernel.wire_json import decode, encode, json_reply
from sandbox.opayo.core.pi_errors import DESCRIPTIONS, BodyFaults, Fault, PiError
from sandbox.opayo.core.status_codes import Refusal
from sandbox.opayo.core.transaction import State
from sandbox.opayo.gateway import Gateway
from sandbox.opayo.pi.cards import CardDesk
from sandbox.opayo.pi.follow_ups import FollowUps
from sandbox.opayo.pi.representation import represent
from sandbox.opayo.pi.sales import SALE_TYPES, Sales
from sandbox.opayo.records import Record

ROOT = "/api/v1/"
_FOLLOW_UPS = frozenset(("Refund", "Repeat", "Authorise"))

Handler = Callable[[Request, str], Reply]


class PiApi:
    """`/api/v1`."""

    def __init__(self, gateway: Gateway, desk: CardDesk, sales: Sales, follow_ups: FollowUps) -> None:
        self._gateway = gateway
        self._desk = desk
        self._sales = sales
        self._follow_ups = follow_ups
        self._routes: dict[str, dict[str, Handler]] = {
            "merchant-session-keys": {"POST": self._new_key},
            "merchant-session-keys/*": {"GET": self._show_key},
            "card-identifiers": {"POST": self._new_card},
            "card-identifiers/*": {"DELETE": self._delete_card},
            "card-identifiers/*/security-code": {"POST": self._link_code},
            "transactions": {"POST": self._new_transaction},
            "transactions/*": {"GET": self._show_transaction},
            "transactions/*/3d-secure-challenge": {"POST": self._conclude},
            "transactions/*/3d-secure": {"POST": self._three_d_secure_1},
            "transactions/*/instructions": {"POST": self._instruct, "GET": self._instructions},
        }

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        try:
            return self._dispatch(request)
        except BodyFaults as faults:
            return json_reply({"errors": [fault.as_json() for fault in faults.faults]}, 422)
        except PiError as error:
            return json_reply(
                {"code": error.code, "description": DESCRIPTIONS[error.code]}, error.http_status
            )
        except Refusal as refusal:
            return json_reply({"statusCode": refusal.code, "statusDetail": refusal.text}, 422)

    def _dispatch(self, request: Request) -> Reply:
        steps = request.path.removeprefix(ROOT).rstrip("/").split("/")
        subject = steps[1] if len(steps) > 1 else ""
        pattern = "/".join([*steps[:1], *(["*"] if subject else []), *steps[2:]])
        handlers = self._routes.get(pattern)
        if handlers is None:
            return Reply(404)
        handler = handlers.get(request.method)
        if handler is None:
            return Reply(405, headers={"allow": ", ".join(handlers)})
        if handler not in (self._new_card, self._link_code):
            _check_basic(request)
        return handler(request, subject)

    # Cards

    def _new_key(self, request: Request, subject: str) -> Reply:
        return json_reply(self._desk.new_key(_body(request)), 201)

    def _show_key(self, request: Request, subject: str) -> Reply:
        return json_reply(self._desk.show_key(subject))

    def _new_card(self, request: Request, subject: str) -> Reply:
        return json_reply(self._desk.new_card(_bearer(request), _body(request)), 201)

    def _link_code(self, request: Request, subject: str) -> Reply:
        self._desk.link_security_code(_bearer(request), subject, _body(request))
        return Reply(204)

    def _delete_card(self, request: Request, subject: str) -> Reply:
        self._desk.delete(subject)
        return Reply(200)

    # Transactions

    def _new_transaction(self, request: Request, subject: str) -> Reply:
        body = _body(request)
        kind = body.get("transactionType")
        if not kind:
            raise BodyFaults([Fault(1003, "transactionType")])
        if not isinstance(kind, str):
            raise BodyFaults([Fault(1009, "transactionType")])
        if kind in SALE_TYPES:
            record = self._sales.sell(body, request.base_url)
        elif kind in _FOLLOW_UPS:
            record = self._follow_ups.make(body)
        else:
            raise BodyFaults([Fault(1009, "transactionType")])
        return self._shown(record, 202 if record.tx.state is State.AT_3D_SECURE else 201)

    def _show_transaction(self, request: Request, subject: str) -> Reply:
        record = self._find(subject)
        if self._gateway.machine() < record.pi.get("visible_from", 0.0):
            raise PiError(404, 1012)
        return self._shown(record, 200)

    def _conclude(self, request: Request, subject: str) -> Reply:
        record = self._find(subject)
        self._sales.conclude(record, _body(request))
        return self._shown(record, 201)

    def _three_d_secure_1(self, request: Request, subject: str) -> Reply:
        """3-D Secure 1 is withdrawn: no transaction waits for a PaRes."""
        self._find(subject)
        raise PiError(403, 1017)

    def _instruct(self, request: Request, subject: str) -> Reply:
        return json_reply(self._follow_ups.instruct(self._find(subject), _body(request)), 201)

    def _instructions(self, request: Request, subject: str) -> Reply:
        return json_reply(self._follow_ups.instructions(self._find(subject)))

    def _find(self, transaction_id: str) -> Record:
        record = self._gateway.records.get(transaction_id)
        if record is None or (record.system == "Server" and record.tx.is_unfinished):
            raise PiError(404, 1012)
        return record

    def _shown(self, record: Record, status: int) -> Reply:
        code = self._gateway.switches["pi_released_code"]
        told = self._gateway.amount_told(record.tx)
        return json_reply(represent(record, released_code=code, told=told), status)


def _body(request: Request) -> dict[str, Any]:
    if not request.body.strip():
        raise BodyFaults([Fault(1015, "")])
    try:
        body = decode(request.body)
        encode(body)  # half a surrogate pair passes for JSON, but is no text
    except (TypeError, ValueError) as error:
        raise PiError(400, 1000) from error
    if not isinstance(body, dict):
        raise PiError(400, 1000)
    return body


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise PiError(401, 1001)
    return token.strip()


def _check_basic(request: Request) -> None:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic" or not encoded:
        raise PiError(401, 1001)
    try:
        given = b64decode(encoded.strip(), validate=True).decode()
    except (Base64Error, UnicodeDecodeError) as error:
        raise PiError(401, 1002) from error
    if given != f"{OPAYO_INTEGRATION_KEY}:{OPAYO_INTEGRATION_PASSWORD}":
        raise PiError(401, 1002)
