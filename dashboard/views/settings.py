"""The settings of a pair: books, accounts, members."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard.forms.settings import AccountForm, InviteForm, PairForm, RoleForm
from dashboard.services import record, save_settings
from integrations.members.access import MemberRequest, pair_required
from integrations.members.services import (
    MemberRefusedError,
    change_role,
    invite_member,
    remove_member,
    send_invitation,
)
from integrations.models import AccountRole, Connection, Membership, Pair, Role
from integrations.pairs.services import clear_account_role, set_account_role


@require_http_methods(["GET", "POST"])
@pair_required()
def settings(request: MemberRequest, pair: Pair) -> HttpResponse:
    """How the pair keeps its books; only administrators change it."""
    before = copy(pair)
    form = PairForm(request.POST or None, instance=pair)
    if request.method == "POST":
        if not request.access.may_administer:
            return render(
                request, "403.html", {"exception": "This takes the role of administrator."}, status=403
            )
        if form.is_valid():
            save_settings(form.instance, request.user, form.changes(before))
            messages.success(request, "The settings are kept. They apply to what is posted from now on.")
            return redirect("settings", pair.slug)
    context = {"pair": before, "form": form, "tab": "books"}
    return render(request, "dashboard/settings/books.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@pair_required(Role.ADMINISTRATOR)
def accounts_add(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Choose the account for a role."""
    form = AccountForm(request.POST or None, config=_chart(pair), initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = dict(form.cleaned_data)
        chosen = set_account_role(pair, data.pop("role"), data.pop("account_code"), **data)
        record(pair, request.user, "account.chosen", str(chosen), {"code": chosen.account_code})
        messages.success(request, f"{chosen.get_role_display()} is account {chosen.account_code} now.")
        return redirect("settings-accounts", pair.slug)
    context = {"pair": pair, "form": form, "tab": "accounts"}
    return render(request, "dashboard/settings/account.html", context, status=422 if form.errors else 200)


@require_GET
@pair_required()
def accounts(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Which account plays which role, and what is wrong with the chart."""
    config = _chart(pair)
    names = {row["code"]: row["name"] for row in config.get("chart", ())}
    roles = [
        (role, names.get(role.account_code, ""))
        for role in AccountRole.objects.filter(pair=pair).order_by("role", "currency", "scheme", "category")
    ]
    context = {
        "pair": pair,
        "tab": "accounts",
        "roles": roles,
        "findings": config.get("findings", ()),
        "is_read": bool(config.get("chart")),
    }
    return render(request, "dashboard/settings/accounts.html", context)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def accounts_clear(request: MemberRequest, pair: Pair, role_id: int) -> HttpResponse:
    """No account plays this role any more."""
    role = get_object_or_404(AccountRole, pair=pair, pk=role_id)
    words = str(role)
    clear_account_role(role)
    record(pair, request.user, "account.cleared", words)
    messages.success(request, f"{words} is taken off.")
    return redirect("settings-accounts", pair.slug)


def _chart(pair: Pair) -> dict[str, Any]:
    """What was read of the organisation last; empty before Xero is connected."""
    connection = Connection.objects.filter(pair=pair, system=Connection.System.XERO).first()
    return dict(connection.config) if connection else {}


@require_http_methods(["GET", "POST"])
@pair_required(Role.ADMINISTRATOR)
def members(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Who may do what, and inviting others."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _invite(request, pair, form):
        return redirect("settings-members", pair.slug)
    memberships = Membership.objects.filter(pair=pair).select_related("user").order_by("user__email")
    rows = [
        (membership, RoleForm(initial={"role": membership.role}, auto_id=f"role_{membership.pk}_%s"))
        for membership in memberships
    ]
    context = {"pair": pair, "tab": "members", "rows": rows, "form": form}
    return render(request, "dashboard/settings/members.html", context, status=422 if form.errors else 200)


def _invite(request: MemberRequest, pair: Pair, form: InviteForm) -> bool:
    email = form.cleaned_data["email"]
    try:
        invite_member(pair, email, Role(form.cleaned_data["role"]), request.user)
    except MemberRefusedError as refusal:
        form.add_error("email", str(refusal))
        return False
    except OSError:
        messages.error(
            request,
            f"{email} is a member now, but the mail server did not take the letter. Send it again later.",
        )
    else:
        messages.success(request, f"{email} is invited.")
    return True


@require_POST
@pair_required(Role.ADMINISTRATOR)
def members_change(request: MemberRequest, pair: Pair, membership_id: int) -> HttpResponse:
    """Another role, another letter, or no longer a member; by the button pressed."""
    membership = get_object_or_404(
        Membership.objects.select_related("user", "pair"), pair=pair, pk=membership_id
    )
    try:
        messages.success(request, _change(request, membership))
    except MemberRefusedError as refusal:
        messages.error(request, str(refusal))
    except OSError:
        messages.error(request, "The mail server did not take the letter. Try again later.")
    return redirect("settings-members", pair.slug)


def _change(request: MemberRequest, membership: Membership) -> str:
    email, step = membership.user.email, request.POST.get("step")
    if step == "remove":
        remove_member(membership, request.user)
        return f"{email} is no member any more."
    if step == "invite":
        send_invitation(membership, request.user)
        return f"The invitation to {email} is sent again."
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise MemberRefusedError("Choose one of the roles.")
    change_role(membership, Role(form.cleaned_data["role"]), request.user)
    return f"{email} is {membership.get_role_display().lower()} now."
