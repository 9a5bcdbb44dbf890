"""`manage.py seed_demo`: a pair connected to a running sandbox, with people who can log in."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from integrations.core.failures import Failure
from integrations.models import Connection, Membership, Pair, Role, User
from integrations.pairs.services import connect_opayo, connect_shop, create_pair, set_account_role
from integrations.secrets import set_secret
from integrations.xero.connecting import attach, choices
from integrations.xero.oauth import begin, complete
from integrations.xero.organisation import check_organisation

_SLUG = "harbour-finch"
_ADMINISTRATOR = "admin@tillbridge.example"
_PEOPLE = (
    (_ADMINISTRATOR, Role.ADMINISTRATOR),
    ("operator@tillbridge.example", Role.OPERATOR),
    ("viewer@tillbridge.example", Role.VIEWER),
)
# The chart of accounts of the simulated organisation: role, currency, account code.
_ACCOUNTS = (
    ("clearing", "GBP", "095"),
    ("clearing", "EUR", "096"),
    ("clearing", "USD", "097"),
    ("bank", "GBP", "090"),
    ("bank", "EUR", "092"),
    ("bank", "USD", "093"),
    ("sales", "", "200"),
    ("delivery", "", "200"),
    ("fees", "", "407"),
    ("reserve", "GBP", "616"),
    ("rounding", "", "860"),
    ("disputed", "", "615"),
    ("losses", "", "405"),
    ("dispute_fees", "", "406"),
    ("reversals", "", "617"),
)
_SECONDS = 30


class Command(BaseCommand):
    """May be run again at any time: what is there already is put right, not doubled."""

    help = "Connect a demo pair to the sandbox at --sandbox-url and print how to log in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sandbox-url", default="http://127.0.0.1:8001", help="where the sandbox runs")
        parser.add_argument(
            "--password", default="", help="for all three people; one of this installation's own if left out"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        sandbox = options["sandbox_url"].rstrip("/")
        password = options["password"] or _own_password()
        try:
            given = _ask("GET", f"{sandbox}/control/credentials")
            pair = _pair(_people(password))
            _connect_xero(pair, sandbox, given)
            _connect_opayo(pair, given)
            _connect_shop(pair, sandbox, given)
        except Failure as failure:
            raise CommandError(failure.message) from failure
        except requests.RequestException as error:
            raise CommandError(f"The sandbox at {sandbox} does not answer as it should: {error}") from error
        self.stdout.write(f"Log in as {_ADMINISTRATOR} with the password {password}")


def _people(password: str) -> dict[str, User]:
    people = {}
    for email, _ in _PEOPLE:
        user = User.objects.filter(email=email).first() or User.objects.create_user(email)
        if not user.check_password(password):
            user.set_password(password)
            user.save()
        people[email] = user
    return people


def _own_password() -> str:
    """The same at every start of one installation, and another on every other."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), b"demo password", hashlib.sha256)
    return base64.b32encode(digest)[:16].decode().lower()


def _pair(people: dict[str, User]) -> Pair:
    pair = Pair.objects.filter(slug=_SLUG).first() or create_pair(
        name="Harbour & Finch", slug=_SLUG, currencies_kept=("EUR", "USD")
    )
    for email, role in _PEOPLE:
        Membership.objects.update_or_create(user=people[email], pair=pair, defaults={"role": role})
    for plays, currency, code in _ACCOUNTS:
        set_account_role(pair, plays, code, currency=currency)
    return pair


def _connect_xero(pair: Pair, sandbox: str, given: dict[str, str]) -> None:
    """The real exchange of an authorisation code; only the click on Xero's page is done by the sandbox."""
    connection = Connection.objects.filter(pair=pair, system=Connection.System.XERO).first()
    if connection is None or not _still_works(connection):
        address, consent = begin(pair.slug, given["xero_client_id"], given["xero_client_secret"])
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        wanted = ("redirect_uri", "scope", "state", "code_challenge")
        answer = _ask("POST", f"{sandbox}/control/xero/consent", {name: asked[name] for name in wanted})
        grant = complete(consent, {"code": answer["code"], "state": answer["state"]})
        organisations = choices(grant)
        connection = attach(pair, grant, organisations[0], organisations)
    set_secret(connection, "webhook_key", given["xero_webhook_key"])
    check_organisation(connection)


def _still_works(connection: Connection) -> bool:
    """Whether the consent of an earlier start is still good: the sandbox may have been started afresh."""
    try:
        check_organisation(connection)
    except Failure:
        return False
    return True


def _connect_opayo(pair: Pair, given: dict[str, str]) -> None:
    connect_opayo(
        pair,
        vendor=given["opayo_vendor"],
        integration_key=given["opayo_integration_key"],
        integration_password=given["opayo_integration_password"],
        reporting_user=given["opayo_reporting_user"],
        reporting_password=given["opayo_reporting_password"],
    )


def _connect_shop(pair: Pair, sandbox: str, given: dict[str, str]) -> None:
    connection = connect_shop(
        pair,
        name=given["shop_name"],
        signing_secret=given["shop_signing_secret"],
        confirmation_url=f"{sandbox}/shop/confirmations",
        return_url=f"{sandbox}/shop/orders",
    )
    opayo = Connection.objects.get(pair=pair, system=Connection.System.OPAYO)
    _ask(
        "POST",
        f"{sandbox}/control/shop/connect",
        {
            "orders_url": settings.SITE_URL + reverse("inbound-shop", args=[connection.key]),
            "notification_url": settings.SITE_URL + reverse("inbound-opayo", args=[opayo.key]),
            "return_url": f"{sandbox}/shop/orders",
            "signing_secret": given["shop_signing_secret"],
        },
    )


def _ask(method: str, url: str, body: dict[str, Any] | None = None) -> dict[str, str]:
    response = requests.request(method, url, json=body, timeout=_SECONDS)
    response.raise_for_status()
    answer: dict[str, str] = response.json()
    return answer
