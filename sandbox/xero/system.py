"""The simulated Xero: dispatches requests to its endpoints, and the levers tests pull."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import orjson

from sandbox.credentials import XERO_CLIENT_ID
from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply, Request
from sandbox.kernel.world import World
from sandbox.xero import idempotency, routes, seed, truth, ui
from sandbox.xero.apps import APPS, DEMO_TENANT
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.core import messages, scopes
from sandbox.xero.core.where import BadQuery
from sandbox.xero.endpoints.batch import NotFound
from sandbox.xero.identity import Identity
from sandbox.xero.switches import Choices
from sandbox.xero.tokens import Tokens
from sandbox.xero.traffic import Traffic
from sandbox.xero.webhooks import Webhooks
from sandbox.xero.wire import replies
from sandbox.xero.wire.body import BadBody

DEFAULT_SCOPES = (
    "openid profile email offline_access accounting.contacts accounting.invoices accounting.payments "
    "accounting.banktransactions accounting.manualjournals accounting.settings "
    "accounting.reports.banksummary.read accounting.reports.trialbalance.read"
)
LARGEST_BODY = 10 * 1024 * 1024
PERSON = "person"
"""Who changes things in Xero itself, in place of a client id."""


class XeroSystem:
    """Xero's Accounting API and identity service over the sandbox's world."""

    name = "xero"

    def __init__(self, world: World) -> None:
        self.world = world
        self.choices = Choices(world.switches)
        self.tokens = Tokens(world)
        self.traffic = Traffic(world, self.choices)
        self.replies = idempotency.Replies(world)
        self.webhooks = Webhooks(world, self.choices)
        self.books = self._open_books()
        organisations = {tenant: books.organisation for tenant, books in self.books.items()}
        self.identity = Identity(self.tokens, self.choices, organisations)

    def _open_books(self) -> dict[str, Books]:
        """Every organisation's books as the store has them; new ones are set up."""
        opened = {start.tenant_id: Books(self.world, start.tenant_id) for start in seed.STARTS}
        for name in opened[DEMO_TENANT].collections():
            rows = self.world.store.table(f"xero.{name}").values()
            for row in sorted(rows, key=lambda row: row["Updated"]):
                opened[row["org"]].load(name, row)
        for start in seed.STARTS:
            books = opened[start.tenant_id]
            if books.organisations.get(start.tenant_id) is None:
                books.put(books.organisations, seed.organisation_row(start))
                seed.fill(books, start)
        return opened

    # -- System

    def route_of(self, request: Request) -> str:
        return routes.kind_of(request)

    def handle(self, request: Request) -> Reply:
        """Answer one request below the mount point."""
        self.traffic.count(routes.kind_of(request))
        path = request.path.lower()
        if path.startswith(routes.API):
            return self._api(request)
        return self._identity(request, path.rstrip("/"))

    def tick(self) -> None:
        self.webhooks.tick()

    def replied(self, key: str, reply: Reply) -> None:
        self.webhooks.replied(key, reply)

    def failed(self, key: str, reason: str) -> None:
        self.webhooks.failed(key, reason)

    # -- identity

    def _identity(self, request: Request, path: str) -> Reply:
        if path == "/identity/connect/authorize" and request.method in {"GET", "POST"}:
            return self.identity.authorize(request)
        if path == "/connect/token" and request.method == "POST":
            return self.identity.token(request)
        if path == "/connect/revocation" and request.method == "POST":
            return self.identity.revocation(request)
        if path == "/.well-known/openid-configuration":
            return self.identity.discovery(request)
        if path.startswith("/connections"):
            return self._connections(request, path)
        return ui.look(self.books, path) if request.method == "GET" else replies.NOT_FOUND

    def _connections(self, request: Request, path: str) -> Reply:
        grant = self._grant(request)
        if isinstance(grant, Reply):
            return grant
        connection_id = path.removeprefix("/connections").strip("/")
        if request.method == "GET" and not connection_id:
            return self.identity.connections(request, grant)
        if request.method == "DELETE" and connection_id:
            return self.identity.disconnect(connection_id, grant)
        return replies.NOT_FOUND

    def _grant(self, request: Request) -> Row | Reply:
        """What the bearer token grants, or the 401 it gets."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        row = self.tokens.access.get(token) if scheme.lower() == "bearer" else None
        if row is None:
            return replies.unauthorized("AuthenticationUnsuccessful")
        if row["expires"] <= self.world.clock.machine():
            return replies.unauthorized(f"TokenExpired: token expired at {_us_time(row['expires'])}")
        return row

    # -- the Accounting API

    def _api(self, request: Request) -> Reply:
        """Token, organisation, limits and key, in Xero's order, and then the endpoint."""
        grant = self._grant(request)
        if isinstance(grant, Reply):
            return grant
        app = grant["client_id"]
        tenant = request.headers.get("xero-tenant-id", "").lower() or APPS[app].tenant or ""
        if tenant not in self.books or not self.tokens.connected(app, tenant):
            return replies.forbidden()
        segments = routes.segments_of(request.path)
        if not segments or segments[0].lower() not in routes.ENDPOINTS:
            return replies.NOT_FOUND
        report = segments[1].lower() if len(segments) > 1 else ""
        if not scopes.allowed(frozenset(grant["scopes"]), request.method, segments[0].lower(), report):
            return replies.unauthorized("AuthorizationUnsuccessful")
        refused = self.traffic.refuse(app, tenant, request)
        if refused is not None:
            return refused
        headers = self.traffic.spend(app, tenant)
        call = Call(self.books[tenant], request, app, APPS[app].name, segments, _wants_json(request))
        reply = self._once(call)
        return replies.with_headers(
            reply, {**replies.API_HEADERS, **headers, "Xero-Correlation-Id": call.correlation}
        )

    def _once(self, call: Call) -> Reply:
        """Answer, or answer again what the call's Idempotency-Key was answered before."""
        key = call.request.headers.get("idempotency-key")
        if not key or call.method not in idempotency.METHODS:
            return self._answer(call)
        if len(key) > idempotency.LONGEST:
            text = f"Idempotency Key must not be longer than {idempotency.LONGEST} characters."
            return call.fail(14, "InvalidIdempotencyKeyException", text)
        tenant = call.books.tenant_id
        try:
            before = self.replies.find(call.client_id, tenant, key, call.request)
        except idempotency.KeyReused:
            return call.fail(14, "IdempotencyKeyException", messages.key_reused(key))
        if before is not None:
            return before
        reply = self._answer(call)
        self.replies.keep(call.client_id, tenant, key, call.request, reply)
        return reply

    def _answer(self, call: Call) -> Reply:
        """Run the endpoint; keep what it changed if the reply is good, else nothing of it."""
        handler = routes.ROUTES.get((call.method, routes.pattern_of(call.segments)))
        if handler is None:
            return call.fail(
                20, "ApiMethodNotImplementedException", "The Api Method called is not implemented", status=501
            )
        if len(call.request.body) > LARGEST_BODY:
            return call.fail(10, "RequestTooLargeException", "The request is larger than 10 MB", status=413)
        try:
            with call.books.transaction() as told:
                reply = handler(call)
        except NotFound:
            return replies.NOT_FOUND
        except BadQuery as error:
            return call.fail(16, "QueryParseException", str(error))
        except BadBody as error:
            return call.fail(17, "PostDataInvalidException", f"JSON for post data was invalid: {error}")
        if told and (call.client_id == PERSON or self.choices("own_events")):
            self.webhooks.enqueue(call.books.tenant_id, told)
        return reply

    # -- levers

    def consent(
        self,
        *,
        redirect_uri: str,
        scope: str = DEFAULT_SCOPES,
        tenants: tuple[str, ...] = (DEMO_TENANT,),
        client_id: str = XERO_CLIENT_ID,
        code_challenge: str | None = None,
    ) -> str:
        """The code a person's click would give, without the page. Raise `identity.BadAuthorization` where it would refuse."""
        query = {
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "scope": scope,
            "response_type": "code",
        }
        if code_challenge is not None:
            query |= {"code_challenge": code_challenge, "code_challenge_method": "S256"}
        return self.identity.grant_code(query, list(tenants))

    def expire_tokens(self) -> None:
        """Let every access token have expired; refresh tokens stay."""
        self.tokens.expire_access()

    def revoke(self, client_id: str = XERO_CLIENT_ID) -> None:
        """A person disconnects the app: tokens and connections are gone."""
        self.tokens.revoke(client_id)

    def set_lock_dates(
        self, *, period: date | None = None, end_of_year: date | None = None, tenant: str = DEMO_TENANT
    ) -> None:
        """Set both lock dates; nothing dated on or before them can change. None takes one away."""
        books = self.books[tenant]
        with books.transaction():
            dates = {"PeriodLockDate": period, "EndOfYearLockDate": end_of_year}
            books.put(books.organisations, {**books.organisation, **dates})

    def archive_account(self, code: str, tenant: str = DEMO_TENANT) -> None:
        """A person archives an account."""
        self._set_account(code, "ARCHIVED", tenant)

    def restore_account(self, code: str, tenant: str = DEMO_TENANT) -> None:
        """A person restores an archived account."""
        self._set_account(code, "ACTIVE", tenant)

    def _set_account(self, code: str, status: str, tenant: str) -> None:
        books = self.books[tenant]
        row = books.accounts.first("code", code)
        if row is None:
            raise KeyError(f"the chart has no account {code}")
        with books.transaction():
            books.put(books.accounts, {**row, "Status": status})

    def person_edits(self, method: str, path: str, body: dict[str, Any], tenant: str = DEMO_TENANT) -> Reply:
        """A person does in Xero what the API would do: no token, no limits, no key; webhooks tell of it.

        `path` is below the API's base, such as `Invoices/INV-0007`.
        """
        request = Request(
            method, f"{routes.API}{path}", {}, {"accept": "application/json"}, orjson.dumps(body)
        )
        segments = routes.segments_of(request.path)
        return self._answer(Call(self.books[tenant], request, PERSON, "Xero", segments, as_json=True))

    def configure_webhook(
        self, url: str, categories: tuple[str, ...] = ("INVOICE", "CONTACT", "CREDITNOTE")
    ) -> None:
        """Save the app's webhook subscription, as in the developer portal; the intent-to-receive check follows."""
        self.webhooks.configure(url, categories)

    def truth(self, tenant: str = DEMO_TENANT) -> dict[str, Any]:
        """What the organisation's books hold, and the calls made: see `truth.of`."""
        totals = self.traffic.totals()
        refused = totals.pop("429", 0)
        return {
            **truth.of(self.books[tenant]),
            "calls": totals,
            "429s": refused,
            "webhook": self.webhooks.state(),
        }


def _wants_json(request: Request) -> bool:
    return "json" in request.headers.get("accept", "").lower()


def _us_time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%m/%d/%Y %H:%M:%S")
