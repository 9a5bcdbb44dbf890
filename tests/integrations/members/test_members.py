"""Inviting people and changing what they may do."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from integrations.members.roles import role_allows
from integrations.members.services import (
    MemberRefusedError,
    change_role,
    invite_member,
    remove_member,
    send_invitation,
)
from integrations.models import AuditEntry, Membership, Pair, Role, User
from tests.factories import MembershipFactory, PairFactory, UserFactory


@pytest.fixture
def administrator(db: None) -> Membership:
    return MembershipFactory(role=Role.ADMINISTRATOR)


@pytest.fixture
def pair(administrator: Membership) -> Pair:
    return administrator.pair


@pytest.mark.parametrize(
    ("role", "needed", "allowed"),
    [
        (Role.VIEWER, Role.VIEWER, True),
        (Role.VIEWER, Role.OPERATOR, False),
        (Role.OPERATOR, Role.VIEWER, True),
        (Role.OPERATOR, Role.ADMINISTRATOR, False),
        (Role.ADMINISTRATOR, Role.OPERATOR, True),
    ],
)
def test_each_role_may_do_what_the_ones_before_it_may(role: str, needed: str, allowed: bool) -> None:
    assert role_allows(role, needed) is allowed


def test_somebody_new_is_invited_chooses_a_password_and_gets_in(
    pair: Pair, administrator: Membership, settings: Any
) -> None:
    invite_member(pair, "olga@example.com", Role.OPERATOR, administrator.user)
    letter = mail.outbox[0]
    assert letter.to == ["olga@example.com"]
    link = re.search(rf"{settings.SITE_URL}(\S+)", str(letter.body))
    assert link is not None
    browser = Client()
    form = browser.get(link[1], follow=True)
    words = "a long enough phrase 42"
    browser.post(form.redirect_chain[-1][0], {"password1": words, "password2": words})
    assert browser.login(email="olga@example.com", password=words)
    assert browser.get(reverse("home", args=[pair.slug])).status_code == 200


def test_somebody_known_is_led_to_the_pair_instead(pair: Pair, administrator: Membership) -> None:
    known = UserFactory()
    invite_member(pair, known.email.upper(), Role.VIEWER, administrator.user)
    assert f"/{pair.slug}/" in str(mail.outbox[0].body)
    assert "password" not in str(mail.outbox[0].body)
    assert User.objects.filter(email__iexact=known.email).count() == 1


def test_a_member_is_not_invited_again_but_may_be_written_to_again(
    pair: Pair, administrator: Membership
) -> None:
    invited = invite_member(pair, "olga@example.com", Role.OPERATOR, administrator.user)
    with pytest.raises(MemberRefusedError, match="member already"):
        invite_member(pair, "Olga@example.com", Role.VIEWER, administrator.user)
    send_invitation(invited, administrator.user)
    assert len(mail.outbox) == 2


def test_a_pair_never_loses_its_last_administrator(pair: Pair, administrator: Membership) -> None:
    with pytest.raises(MemberRefusedError, match="needs an administrator"):
        remove_member(administrator, administrator.user)
    with pytest.raises(MemberRefusedError, match="needs an administrator"):
        change_role(administrator, Role.VIEWER, administrator.user)
    # An administrator of another pair does not count.
    MembershipFactory(pair=PairFactory(), role=Role.ADMINISTRATOR)
    with pytest.raises(MemberRefusedError):
        remove_member(administrator, administrator.user)
    second = MembershipFactory(pair=pair, role=Role.ADMINISTRATOR)
    remove_member(administrator, second.user)
    assert list(pair.memberships.all()) == [second]


def test_each_act_is_on_the_audit_log(pair: Pair, administrator: Membership) -> None:
    member = invite_member(pair, "olga@example.com", Role.OPERATOR, administrator.user)
    change_role(member, Role.VIEWER, administrator.user)
    remove_member(member, administrator.user)
    acts = AuditEntry.objects.filter(pair=pair, subject="olga@example.com").order_by("pk")
    assert [act.action for act in acts] == ["member.invited", "member.role_changed", "member.removed"]
    assert acts[1].data == {"before": "operator", "after": "viewer"}


def test_nobody_signs_up_alone(client: Client, db: None) -> None:
    form = {
        "email": "eve@example.com",
        "password1": "a long enough phrase 42",
        "password2": "a long enough phrase 42",
    }
    answer = client.post(reverse("account_signup"), form)
    assert "By invitation" in answer.content.decode()
    assert not User.objects.exists()
