"""Inviting people, and what they may do in a pair. Every act is on the audit log."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from integrations.models import AuditEntry, Membership, Pair, Role, User


class MemberRefusedError(Exception):
    """The change is not possible as things stand; the message says why."""


def invite_member(pair: Pair, email: str, role: Role, actor: User) -> Membership:
    """Make somebody a member and write to them; new people get a link to choose their password.

    Raises MemberRefusedError for somebody who is a member already.
    """
    with transaction.atomic():
        user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(email)
        membership, is_new = Membership.objects.get_or_create(user=user, pair=pair, defaults={"role": role})
        if not is_new:
            raise MemberRefusedError(f"{email} is a member already.")
        _record(pair, actor, "member.invited", user, {"role": role})
    send_invitation(membership, actor)
    return membership


def send_invitation(membership: Membership, actor: User) -> None:
    """Write to a member, once more if needed. Raises OSError when the mail server does not take it."""
    user = membership.user
    context = {
        "pair": membership.pair,
        "role": membership.get_role_display(),
        "actor": actor,
        "is_new": not user.has_usable_password(),
        "link": _link(membership),
    }
    subject = render_to_string("account/email/invitation_subject.txt", context).strip()
    send_mail(subject, render_to_string("account/email/invitation.txt", context), None, [user.email])


def change_role(membership: Membership, role: Role, actor: User) -> None:
    """Give a member another role. Raises MemberRefusedError rather than leave a pair without administrator."""
    with transaction.atomic():
        _keep_one_administrator(membership, becomes=role)
        before, membership.role = membership.role, role
        membership.save(update_fields=["role"])
        _record(
            membership.pair, actor, "member.role_changed", membership.user, {"before": before, "after": role}
        )


def remove_member(membership: Membership, actor: User) -> None:
    """Somebody is no member any more; their past acts stay on the audit log. Raises MemberRefusedError likewise."""
    with transaction.atomic():
        _keep_one_administrator(membership, becomes=None)
        _record(membership.pair, actor, "member.removed", membership.user, {"role": membership.role})
        membership.delete()


def _keep_one_administrator(membership: Membership, *, becomes: Role | None) -> None:
    if membership.role != Role.ADMINISTRATOR or becomes == Role.ADMINISTRATOR:
        return
    others = Membership.objects.select_for_update().filter(pair=membership.pair, role=Role.ADMINISTRATOR)
    if not others.exclude(pk=membership.pk).exists():
        raise MemberRefusedError("A pair needs an administrator: name another one first.")


def _link(membership: Membership) -> str:
    """Where a new member chooses a password (valid for PASSWORD_RESET_TIMEOUT); the pair for anybody else."""
    user = membership.user
    if user.has_usable_password():
        return f"{settings.SITE_URL}/{membership.pair.slug}/"
    key, token = user_pk_to_url_str(user), default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": key, "key": token})
    return f"{settings.SITE_URL}{path}"


def _record(pair: Pair, actor: User, action: str, user: User, data: dict[str, str]) -> None:
    AuditEntry.objects.create(pair=pair, actor=actor, action=action, subject=user.email[:120], data=data)
