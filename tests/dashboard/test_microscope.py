"""The admin site shows and never changes, and shows no secret."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from integrations.microscope import Microscope
from integrations.models import Connection, Payment, Secret, User, XeroGrant
from tests.dashboard.scene import Scene

APPS = {"integrations", "mapping", "sync"}
OURS = [model for model in admin.site._registry if model._meta.app_label in APPS]


@pytest.fixture
def support(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("support@tillbridge.example", "correct horse battery"))
    return client


def test_all_our_rows_are_under_the_microscope() -> None:
    assert OURS
    assert all(isinstance(admin.site._registry[model], Microscope) for model in OURS)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_support_looks_at_rows_and_cannot_add_any(model: type, support: Client, scene: Scene) -> None:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"  # type: ignore[attr-defined]  # a model
    assert support.get(reverse(f"{name}_changelist")).status_code == 200
    assert support.get(reverse(f"{name}_add")).status_code == 403


def test_a_row_can_be_opened_but_not_changed_or_deleted(support: Client, scene: Scene) -> None:
    url = reverse("admin:sync_posting_change", args=[scene.dead.pk])
    page = support.get(url).content.decode()
    assert scene.dead.natural_key in page
    assert 'name="_save"' not in page
    assert support.post(url, {"state": "posted"}).status_code == 403
    assert support.post(reverse("admin:sync_posting_delete", args=[scene.dead.pk])).status_code == 403


def test_no_secret_is_shown(support: Client, scene: Scene) -> None:
    grant = XeroGrant.objects.get(connections__pair=scene.pair)
    secret = Secret.objects.filter(connection__pair=scene.pair)[0]
    Payment.objects.filter(pk=scene.stray.pk).update(security_key="ciphertext-of-a-security-key")
    pages = {
        "integrations_xerogrant": (grant.pk, grant.refresh_token),
        "integrations_secret": (secret.pk, secret.ciphertext),
        "integrations_payment": (scene.stray.pk, "ciphertext-of-a-security-key"),
        "integrations_user": (User.objects.get(is_superuser=True).pk, "md5$"),
    }
    for name, (key, hidden) in pages.items():
        assert hidden not in support.get(reverse(f"admin:{name}_change", args=[key])).content.decode(), name


def test_people_who_are_not_support_do_not_get_in(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("ada@tillbridge.example", "correct horse battery"))
    assert client.get(reverse("admin:index")).status_code == 302
    assert Connection.objects.count() == 0
