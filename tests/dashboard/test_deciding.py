"""Needs attention, connections, settings and members: what people press, and what comes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from integrations.models import (
    AccountRole,
    AuditEntry,
    Connection,
    Event,
    Membership,
    Order,
    Pair,
    Payment,
    Role,
)
from integrations.secrets import get_secret
from sync.models import Notice, Posting
from tests.dashboard.scene import Scene

PairClient = Callable[[Pair, str], Client]


@pytest.fixture
def operator(scene: Scene, client_of: PairClient) -> Client:
    return client_of(scene.pair, Role.OPERATOR)


@pytest.fixture
def administrator(scene: Scene, client_of: PairClient) -> Client:
    return client_of(scene.pair, Role.ADMINISTRATOR)


def said(client: Client, url: str, data: dict[str, Any]) -> str:
    """The page after a form was sent and its redirect followed."""
    return client.post(url, data, follow=True).content.decode()


def act(scene: Scene, name: str, *args: object) -> str:
    return reverse(name, args=[scene.pair.slug, *args])


def test_the_first_tab_with_something_in_it_opens(scene: Scene, operator: Client) -> None:
    assert operator.get(act(scene, "attention"))["Location"] == act(scene, "attention-problems")
    operator.post(act(scene, "attention-resolve", scene.problem.pk))
    assert operator.get(act(scene, "attention"))["Location"] == act(scene, "attention-postings")


def test_resolving_a_problem_lets_all_flow_on(scene: Scene, operator: Client) -> None:
    page = said(operator, act(scene, "attention-resolve", scene.problem.pk), {})
    assert "3 documents it held go on" in page
    assert not Posting.objects.filter(pair=scene.pair, state=Posting.State.HELD).exists()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("postings", "1 document on its way"),
        ("events", "1 message being read"),
        ("notices", "1 confirmation being sent"),
    ],
)
def test_dead_letters_are_tried_again(kind: str, words: str, scene: Scene, operator: Client) -> None:
    rows: dict[str, Posting | Event | Notice] = {
        "postings": scene.dead, "events": scene.dead_event, "notices": scene.dead_notice,
    }  # fmt: skip
    assert words in said(operator, act(scene, f"attention-{kind}-retry"), {"id": [rows[kind].pk]})
    rows[kind].refresh_from_db()
    assert rows[kind].state != "dead"


@pytest.mark.parametrize(
    ("kind", "state"), [("postings", "cancelled"), ("events", "ignored"), ("notices", "cancelled")]
)
def test_dead_letters_are_discarded_with_a_reason_only(
    kind: str, state: str, scene: Scene, operator: Client
) -> None:
    rows: dict[str, Posting | Event | Notice] = {
        "postings": scene.dead, "events": scene.dead_event, "notices": scene.dead_notice,
    }  # fmt: skip
    url, row = act(scene, f"attention-{kind}-discard"), rows[kind]
    assert "Say why" in said(operator, url, {"id": [row.pk]})
    row.refresh_from_db()
    assert row.state == "dead"
    assert "discarded" in said(operator, url, {"id": [row.pk], "reason": "Paid by hand."})
    row.refresh_from_db()
    assert row.state == state
    assert AuditEntry.objects.filter(pair=scene.pair, reason="Paid by hand.").count() == 1


def test_picking_nothing_does_nothing(scene: Scene, operator: Client) -> None:
    assert "Nothing was selected" in said(
        operator, act(scene, "attention-postings-retry"), {"id": ["x", "-1"]}
    )


def test_rows_of_other_pairs_are_left_alone(
    scene: Scene, client_of: PairClient, pair_of_others: Pair
) -> None:
    other = client_of(pair_of_others, Role.OPERATOR)
    other.post(reverse("attention-postings-retry", args=[pair_of_others.slug]), {"id": [scene.dead.pk]})
    scene.dead.refresh_from_db()
    assert scene.dead.state == Posting.State.DEAD


@pytest.fixture
def pair_of_others(db: None) -> Pair:
    return Pair.objects.create(name="Others", slug="others")


def test_a_corrected_document_is_shown_then_sent(scene: Scene, operator: Client) -> None:
    url = act(scene, "attention-edit", scene.dead.pk)
    corrected = {**scene.dead.document, "Amount": "1.00"}
    check = operator.post(url, {"document": json.dumps(corrected), "step": "check"})
    assert check.status_code == 200
    assert [line.text.strip() for line in check.context["lines"] if line.kind == "added"] == [
        '"Amount": "1.00",'
    ]
    refused = operator.post(url, {"document": json.dumps(corrected), "step": "send"})
    assert refused.status_code == 422
    operator.post(url, {"document": json.dumps(corrected), "step": "send", "reason": "A penny too much."})
    scene.dead.refresh_from_db()
    assert scene.dead.document["Amount"] == "1.00"
    assert scene.dead.state in (Posting.State.READY, Posting.State.WAITING)
    page = operator.get(act(scene, "orders-page", scene.dead.order_id)).content.decode()
    assert "A penny too much." in page


@pytest.mark.parametrize("document", ["{", "[]", '"text"', ""])
def test_a_document_that_is_no_json_object_is_not_sent(document: str, scene: Scene, operator: Client) -> None:
    url = act(scene, "attention-edit", scene.dead.pk)
    answer = operator.post(url, {"document": document, "step": "send", "reason": "Try"})
    assert answer.status_code == 422
    scene.dead.refresh_from_db()
    assert scene.dead.state == Posting.State.DEAD


def test_what_xero_would_refuse_is_said_before_it_is_sent(scene: Scene, operator: Client) -> None:
    document = {**scene.dead.document, "Date": "the day before yesterday", "Reference": "x" * 400}
    answer = operator.post(
        act(scene, "attention-edit", scene.dead.pk), {"document": json.dumps(document), "step": "check"}
    )
    assert any("Date" in problem for problem in answer.context["problems"])
    assert any("Reference" in problem for problem in answer.context["problems"])


def test_a_payment_is_assigned_to_an_order_that_was_looked_for(scene: Scene, operator: Client) -> None:
    order = next(order for order in reversed(scene.orders) if order.currency == scene.stray.currency)
    found = operator.get(act(scene, "attention-find-order", scene.stray.pk), {"q": order.number})
    assert order in found.context["orders"]
    operator.post(act(scene, "attention-assign", scene.stray.pk), {"order": order.number})
    assert Payment.objects.get(pk=scene.stray.pk).order_id == order.pk


def test_an_assignment_that_cannot_be_is_refused_in_words(scene: Scene, operator: Client) -> None:
    order = scene.orders[0]
    Order.objects.filter(pk=order.pk).update(currency="JPY")
    page = said(operator, act(scene, "attention-assign", scene.stray.pk), {"order": order.number})
    assert "the order in JPY" in page


def test_opayo_is_connected_and_its_secrets_are_never_shown(scene: Scene, administrator: Client) -> None:
    form = {"environment": "test", "vendor": "moss", "integration_key": "key-1", "integration_password": "hidden-word",
            "reporting_user": "reporter", "reporting_password": ""}  # fmt: skip
    page = said(administrator, act(scene, "connections-opayo"), form)
    connection = Connection.objects.get(pair=scene.pair, system="opayo")
    assert connection.config["vendor"] == "moss"
    assert get_secret(connection, "integration_password") == "hidden-word"
    assert get_secret(connection, "reporting_password") == "reporter-demo-password"
    assert "hidden-word" not in page + administrator.get(act(scene, "connections-opayo")).content.decode()
    assert "hidden-word" not in str(list(AuditEntry.objects.values_list("data", flat=True)))


def test_a_new_shops_secret_is_made_and_shown_once(scene: Scene, administrator: Client) -> None:
    form = {"name": "Second shop", "confirmation_url": "https://shop.example/confirm", "return_url": ""}
    page = administrator.post(act(scene, "connections-shop"), form).content.decode()
    connection = Connection.objects.get(pair=scene.pair, name="Second shop")
    secret = get_secret(connection, "signing_secret")
    assert secret.startswith("whsec_")
    assert secret in page
    assert f"/in/shop/{connection.key}/orders" in page
    assert secret not in administrator.get(act(scene, "connections")).content.decode()


def test_a_shop_keeps_its_secret_and_address_when_its_details_change(
    scene: Scene, administrator: Client
) -> None:
    shop = Connection.objects.get(pair=scene.pair, system="shop")
    before = get_secret(shop, "signing_secret")
    administrator.post(
        act(scene, "connections-shop", shop.pk), {"name": "Renamed", "confirmation_url": "", "return_url": ""}
    )
    renamed = Connection.objects.get(pk=shop.pk)
    assert (renamed.name, renamed.key) == ("Renamed", shop.key)
    assert get_secret(renamed, "signing_secret") == before


def test_a_connection_is_switched_off(scene: Scene, administrator: Client) -> None:
    shop = Connection.objects.get(pair=scene.pair, system="shop")
    assert "is switched off" in said(administrator, act(scene, "connections-off", shop.pk), {})
    shop.refresh_from_db()
    assert shop.status == Connection.Status.OFF


def settings_form(scene: Scene, client: Client, **changes: Any) -> dict[str, Any]:
    form = client.get(act(scene, "settings")).context["form"]
    values = {field.name: field.value() for field in form}
    values["currencies_kept"] = ", ".join(scene.pair.currencies_kept)
    return {
        name: value
        for name, value in {**values, **changes}.items()
        if value is not None and value is not False
    }


def test_settings_are_kept_and_their_change_is_on_the_audit_log(scene: Scene, administrator: Client) -> None:
    form = settings_form(scene, administrator, failed_grace_hours=48, currencies_kept="usd; chf")
    answer = administrator.post(act(scene, "settings"), form)
    assert answer.status_code == 302, answer.context["form"].errors
    scene.pair.refresh_from_db()
    assert (scene.pair.failed_grace_hours, scene.pair.currencies_kept) == (48, ["USD", "CHF"])
    entry = AuditEntry.objects.get(pair=scene.pair, action="settings.changed")
    assert entry.data["failed_grace_hours"] == {"before": "24", "after": "48"}
    assert set(entry.data) == {"failed_grace_hours", "currencies_kept"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("currencies_kept", "EUR, ABC"),
        ("order_code_pattern", "("),
        ("order_code_pattern", "^HF"),
        ("zone", "Mars/Base"),
    ],
)
def test_settings_that_cannot_be_are_refused(
    field: str, value: str, scene: Scene, administrator: Client
) -> None:
    answer = administrator.post(act(scene, "settings"), settings_form(scene, administrator, **{field: value}))
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]


def test_accounts_are_chosen_from_the_chart_and_taken_off(scene: Scene, administrator: Client) -> None:
    url = act(scene, "settings-accounts-add")
    assert administrator.post(url, {"role": "bank", "account_code": "999"}).status_code == 422
    administrator.post(url, {"role": "bank", "account_code": "095", "currency": "gbp"})
    role = AccountRole.objects.get(pair=scene.pair, role="bank")
    assert (role.account_code, role.currency) == ("095", "GBP")
    assert "takes no payments" in administrator.get(act(scene, "settings-accounts")).content.decode()
    administrator.post(act(scene, "settings-accounts-clear", role.pk))
    assert not AccountRole.objects.filter(pk=role.pk).exists()


def test_members_are_invited_changed_and_removed(scene: Scene, administrator: Client) -> None:
    url = act(scene, "settings-members")
    assert "olga@example.com is invited" in said(
        administrator, url, {"email": "olga@example.com", "role": "viewer"}
    )
    assert len(mail.outbox) == 1
    again = administrator.post(url, {"email": "olga@example.com", "role": "viewer"})
    assert again.status_code == 422
    olga = Membership.objects.get(pair=scene.pair, user__email="olga@example.com")
    change = act(scene, "settings-members-change", olga.pk)
    assert "is operator now" in said(administrator, change, {"step": "role", "role": "operator"})
    assert "Choose one of the roles" in said(administrator, change, {"step": "role", "role": "emperor"})
    assert "sent again" in said(administrator, change, {"step": "invite"})
    assert "is no member any more" in said(administrator, change, {"step": "remove"})
    assert not Membership.objects.filter(pk=olga.pk).exists()


def test_a_mail_server_that_is_down_loses_no_member(
    scene: Scene, administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("integrations.members.services.send_mail", refuse)
    page = said(
        administrator, act(scene, "settings-members"), {"email": "olga@example.com", "role": "viewer"}
    )
    assert "Send it again later" in page
    assert Membership.objects.filter(pair=scene.pair, user__email="olga@example.com").exists()
