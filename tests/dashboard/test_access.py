"""Every address of the pages, by everybody who may knock: strangers, other pairs' members, and the three roles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, resolve, reverse
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from dashboard.urls import urlpatterns
from integrations.members.roles import role_allows
from integrations.members.slugs import RESERVED_SLUGS
from integrations.models import (
    ChargeBatch,
    Connection,
    Customer,
    CustomerMerge,
    CustomerSuggestion,
    Dispute,
    DisputeFile,
    Instruction,
    Pair,
    Role,
    User,
)
from integrations.pairs.health import Health
from reconciliation.models import (
    AcquirerFile,
    BankAccount,
    Match,
    MatchRule,
    MerchantAccount,
    Period,
    Settlement,
)
from sandbox.acquirer.core.layouts import ELAVON
from sync.models import Delivery, Problem, Rollback, Ruling
from tests.dashboard.scene import Scene, make_scene
from tests.factories import MembershipFactory, PairFactory, SavedCardFactory

PairClient = Callable[[Pair, str], Client]

_POST_ONLY = {
    *(f"rollbacks-{act}" for act in ("of-order", "of-posting", "of-call", "of-settlement", "plan", "run", "approve", "stop", "again")),
    "customers-reject", "customers-undo", "customers-field",
    "cards-delete", "cards-charges-agree", "cards-charges-withdraw",
    *(f"settlements-{act}" for act in ("confirm", "reject", "undo", "explain", "adjustment")),
    "reconcile-decide", "reconcile-bulk-undo", "reconcile-memory-forget",
    *(f"reconcile-rules-{act}" for act in ("try", "conditions", "on", "off", "up", "down", "remove")),
    "proof-read", "proof-accept", "proof-again", "months-prepare", "months-close", "months-reopen",
    "orders-pay-link", "payments-withdraw", "disputes-tie", "attention-resolve", "attention-assign", "connections-test", "connections-off",
    "settings-accounts-clear", "settings-members-change", "attention-release", "attention-refuse", "attention-mend-all",
    *(f"attention-{kind}-{act}" for kind in ("postings", "events", "notices") for act in ("retry", "discard")),
}  # fmt: skip


def _inside_pair(patterns: list[Any], *, inside: bool = False) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _inside_pair(
                pattern.url_patterns, inside=inside or "pair_slug" in str(pattern.pattern)
            )
        elif inside:
            yield pattern


_LED_TO = re.compile(r'(?:href|action|formaction|hx-get|hx-post)="(/[^"#?]*)')
PATTERNS = {str(pattern.name): pattern for pattern in _inside_pair(urlpatterns)}


def needed_role(pattern: URLPattern) -> Role:
    """The role that `pair_required` asks for at this address."""
    role = getattr(pattern.callback, "needed_role")  # noqa: B009 - set by the decorator, unknown to types
    assert isinstance(role, Role)
    return role


def dispute_of(pair: Pair) -> Dispute:
    """A dispute of the pair over a sale that nobody has found."""
    usual = {"amount_minor": 100, "currency": "GBP", "raised_on": timezone.now().date()}
    return Dispute.objects.get_or_create(pair=pair, case_id="CB1", defaults=usual)[0]


def _of_customers(pair: Pair, by: User) -> dict[str, int]:
    """A customer, a suggestion and an act; the act is on two customers without orders."""
    first, second = Customer.objects.filter(pair=pair).order_by("pk")[:2]
    suggestion = CustomerSuggestion.objects.create(pair=pair, first=first, second=second, score=60)
    act = CustomerMerge.objects.create(
        pair=pair, kind="merge", survivor=first, other=second, by=by, reason="One"
    )
    return {"customer_id": first.pk, "suggestion_id": suggestion.pk, "act_id": act.pk}


def _of_settlements(pair: Pair) -> dict[str, int]:
    """A merchant account with a settlement that is matched, an adjustment in it, and a file that was chosen."""
    account = MerchantAccount.objects.create(pair=pair, mid="1", acquirer="Elavon", currency="GBP")
    day = timezone.now().date()
    settlement = Settlement.objects.create(
        pair=pair, merchant_account=account, reference="1", settled_on=day, due_on=day, currency="GBP"
    )
    line = settlement.lines.create(identity="1", kind="adjustment", amount_minor=1)
    match = Match.objects.create(
        pair=pair, currency="GBP", method="person", probability=1, decided_at=timezone.now()
    )
    match.links.create(settlement=settlement)
    file = AcquirerFile.objects.create(pair=pair, kind="statement", content=b"a,b,c\n1,2,3\n")
    return {
        "account_id": account.pk, "settlement_id": settlement.pk, "line_id": line.pk, "match_id": match.pk,
        "acquirer_file_id": file.pk,
    }  # fmt: skip


def _of_bank(pair: Pair) -> dict[str, int]:
    """An account at the bank, a statement that was imported, and one that is looked at."""
    account = BankAccount.objects.create(
        pair=pair, name="Business", slug="business", currency="GBP", account_code="090"
    )
    statement = account.statements.create(pair=pair, filename="m.sta", format="mt940", via="upload")
    upload = account.uploads.create(pair=pair, name="f.csv", content=b"Day,Text,Worth\n1,2,3\n")
    line = statement.lines.create(
        pair=pair,
        bank_account=account,
        identity="1",
        booked_on=timezone.now().date(),
        amount_minor=1,
        currency="GBP",
    )
    rule = MatchRule.objects.create(
        pair=pair, position=1, name="Rent", condition='"RENT" in text', action={"kind": "not_ours"}
    )
    return {
        "bank_account_id": account.pk, "statement_id": statement.pk, "upload_id": upload.pk, "bank_line_id": line.pk,
        "rule_id": rule.pk,
    }  # fmt: skip


def _of_months(pair: Pair, by: User) -> dict[str, Any]:
    """A clearing account, and a month that was signed."""
    signed: dict[str, Any] = {
        "merchant": "", "zone": "", "starts_on": "", "ends_on": "", "prepared_by": "", "prepared_at": "",
        "chain": {"sequence": 0, "hash": ""}, "figures": [], "checklist": [], "proof": [],
    }  # fmt: skip
    Period.objects.create(
        pair=pair, starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 31), state="prepared", pack=signed,
        prepared_by=by, prepared_at=timezone.now(),
    )  # fmt: skip
    return {"account": "095", "currency": "GBP", "year": 2026, "month": 1}


def _records(scene: Scene) -> dict[str, Any]:
    """What addresses name beside the pair: a record of every kind."""
    pair = scene.pair
    by = MembershipFactory(pair=pair, role=Role.VIEWER)
    of_pair = {"pair": pair}
    return {
        "file_format": "csv",
        "order_id": scene.orders[0].pk,
        "payment_id": scene.stray.pk,
        "kind": "refund",
        "posting_id": scene.dead.pk,
        "event_id": scene.dead_event.pk,
        "notice_id": scene.dead_notice.pk,
        "problem_id": scene.problem.pk,
        "delivery_id": Delivery.objects.filter(pair=pair).values_list("pk", flat=True)[0],
        "connection_id": Connection.objects.get(pair=pair, system="shop").pk,
        "role_id": pair.account_roles.values_list("pk", flat=True)[0],
        "ruling_id": Ruling.objects.create(
            **of_pair, order=scene.orders[0], outcome="hold", ruled_at=timezone.now()
        ).pk,
        "instruction_id": Instruction.objects.create(
            **of_pair, payment=scene.stray, kind="refund", vendor_tx_code="R1", request_key="k", via="person"
        ).pk,
        "dispute_id": dispute_of(pair).pk,
        "file_id": DisputeFile.objects.create(
            **of_pair, name="f.csv", sha256="", content=ELAVON.write([]).encode()
        ).pk,
        **_of_customers(pair, by.user),
        **_of_settlements(pair),
        **_of_bank(pair),
        "rollback_id": Rollback.objects.create(
            **of_pair, scope="day", subject="2026-11-22", planned_by=by.user, planned_at=timezone.now()
        ).pk,
        "field": "email",
        **_of_months(pair, by.user),
        "card_id": SavedCardFactory(**of_pair, first_payment=scene.stray, customer=None).pk,
        "batch_id": ChargeBatch.objects.create(**of_pair, request_key="k", asked_by=None).pk,
        "membership_id": by.pk,
    }


@dataclass(frozen=True, slots=True)
class Visited:
    """A scene, and the record of every kind in it."""

    scene: Scene
    records: dict[str, Any]

    @property
    def pair(self) -> Pair:
        return self.scene.pair

    def arguments(self, name: str) -> dict[str, Any]:
        """What the address needs beside the pair."""
        taken = PATTERNS[name].pattern.converters
        return {key: value for key, value in self.records.items() if key in taken}


@pytest.fixture(scope="module")
def visited(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Visited]:
    """Made once; what a test changes of it is taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        scene = make_scene(orders=12)
        yield Visited(scene, _records(scene))
        transaction.set_rollback(True)


@pytest.fixture
def scene(visited: Visited, db: None) -> Scene:
    return visited.scene


def answers(
    client: Client, visited: Visited, slug: str, names: Iterable[str] = PATTERNS
) -> dict[str, HttpResponseBase]:
    """What each address answers; whatever it changed is taken back before the next."""
    found: dict[str, HttpResponseBase] = {}
    for name in names:
        url = reverse(name, kwargs={"pair_slug": slug, **visited.arguments(name)})
        with transaction.atomic():
            found[name] = client.post(url) if name in _POST_ONLY else client.get(url)
            transaction.set_rollback(True)
    return found


def statuses(client: Client, visited: Visited, slug: str, names: Iterable[str] = PATTERNS) -> dict[str, int]:
    """The status of each address."""
    return {name: answer.status_code for name, answer in answers(client, visited, slug, names).items()}


def closed_doors(pages: Iterable[HttpResponseBase], role: str) -> set[str]:
    """Addresses that a page leads to, by link or form, and that the role does not open."""
    led = {
        address
        for page in pages
        if isinstance(page, HttpResponse) and page.status_code == 200
        for address in _LED_TO.findall(page.content.decode(errors="replace"))
    }
    return {address for address in led if not role_allows(role, _role_for(address))}


def _role_for(address: str) -> Role:
    try:
        view = resolve(address).func
    except Resolver404:
        return Role.VIEWER
    return getattr(view, "needed_role", Role.VIEWER)


def test_every_address_inside_a_pair_is_guarded() -> None:
    assert [name for name, pattern in PATTERNS.items() if not hasattr(pattern.callback, "needed_role")] == []


@pytest.mark.django_db
def test_strangers_are_sent_to_log_in(visited: Visited) -> None:
    assert set(statuses(Client(), visited, visited.pair.slug).values()) == {302}


def test_a_stranger_comes_back_to_where_he_wanted_to_go(scene: Scene) -> None:
    wanted = reverse("orders", args=[scene.pair.slug])
    assert Client().get(wanted)["Location"] == f"/account/login/?next={wanted}"


@pytest.mark.django_db
def test_members_of_another_pair_find_nothing(visited: Visited, client_of: PairClient) -> None:
    outsider = client_of(PairFactory(), Role.ADMINISTRATOR)
    assert set(statuses(outsider, visited, visited.pair.slug).values()) == {404}


@pytest.mark.django_db
def test_records_of_one_pair_are_not_found_under_another(visited: Visited, client_of: PairClient) -> None:
    other = PairFactory()
    named = [name for name in PATTERNS if any(key.endswith("_id") for key in visited.arguments(name))]
    found = statuses(client_of(other, Role.ADMINISTRATOR), visited, other.slug, named)
    assert {name: status for name, status in found.items() if status != 404} == {}


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role.values)
def test_roles_open_what_they_allow_and_nothing_else(
    role: str, visited: Visited, client_of: PairClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.views.connections.test_connection", _fine)
    pages = answers(client_of(visited.pair, role), visited, visited.pair.slug)
    assert closed_doors(pages.values(), role) == set()
    found = {name: page.status_code for name, page in pages.items()}
    allowed = {name for name, pattern in PATTERNS.items() if role_allows(role, needed_role(pattern))}
    assert {name for name, status in found.items() if status == 403} == PATTERNS.keys() - allowed
    # 286 tells a live part to stop; 404 is an assignment that names no order, 422 a refusal without a reason.
    assert {found[name] for name in allowed} <= {200, 286, 302} | (
        {404, 422} if role_allows(role, "operator") else set()
    )


@pytest.mark.django_db
def test_a_viewer_changes_nothing_by_sending_a_form(visited: Visited, client_of: PairClient) -> None:
    client = client_of(visited.pair, Role.VIEWER)
    pages = [name for name, pattern in PATTERNS.items() if needed_role(pattern) == Role.VIEWER]
    found = {}
    for name in set(pages) - _POST_ONLY:
        url = reverse(name, kwargs={"pair_slug": visited.pair.slug, **visited.arguments(name)})
        found[name] = client.post(url).status_code
    assert {name: status for name, status in found.items() if status not in {403, 405}} == {}


@pytest.mark.django_db
def test_a_viewer_of_a_pair_without_trade_is_led_nowhere_that_is_closed(client_of: PairClient) -> None:
    pair = PairFactory()
    client = client_of(pair, Role.VIEWER)
    lists = [
        name
        for name, pattern in PATTERNS.items()
        if not pattern.pattern.converters and needed_role(pattern) == Role.VIEWER and name not in _POST_ONLY
    ]
    pages = [client.get(reverse(name, args=[pair.slug])) for name in lists]
    assert closed_doors(pages, Role.VIEWER) == set()


def _fine(connection: Connection) -> Health:
    return Health(ok=True, said=f"{connection} answers.", checked_at=timezone.now())


def test_a_stranger_asking_for_a_fragment_is_led_to_the_login_as_a_whole(scene: Scene) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/{scene.pair.slug}/orders/"}
    answer = Client().get(reverse("home-live", args=[scene.pair.slug]), headers=headers)
    assert answer["HX-Redirect"] == f"/account/login/?next=/{scene.pair.slug}/orders/"


def test_viewers_look_at_the_settings_but_cannot_change_them(scene: Scene, client_of: PairClient) -> None:
    answer = client_of(scene.pair, Role.VIEWER).post(
        reverse("settings", args=[scene.pair.slug]), {"name": "Mine"}
    )
    assert answer.status_code == 403
    scene.pair.refresh_from_db()
    assert scene.pair.name == "Harbour & Finch"


def test_a_problem_cannot_be_resolved_twice(scene: Scene, client_of: PairClient) -> None:
    operator = client_of(scene.pair, Role.OPERATOR)
    url = reverse("attention-resolve", args=[scene.pair.slug, scene.problem.pk])
    assert operator.post(url).status_code == 302
    assert operator.post(url).status_code == 404
    assert Problem.objects.get(pk=scene.problem.pk).resolved_at is not None


@pytest.mark.parametrize("slug", sorted(RESERVED_SLUGS))
def test_the_sites_own_addresses_are_never_taken_for_a_pair(slug: str) -> None:
    try:
        found = resolve(f"/{slug}/").url_name
    except Resolver404:
        found = ""
    assert found != "home"
