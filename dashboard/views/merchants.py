"""Merchant accounts: what each acquirer pays, when, and what its contract says it costs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from dashboard.forms.settlements import MerchantAccountForm
from dashboard.selectors.settlements import merchant_accounts_of
from dashboard.services import record
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair, Role
from reconciliation.models import MerchantAccount
from reconciliation.wakes import wake_reconcile


@require_GET
@pair_required()
def merchants(request: MemberRequest, pair: Pair) -> HttpResponse:
    """All merchant accounts of the pair."""
    context = {"pair": pair, "tab": "merchants", "accounts": merchant_accounts_of(pair)}
    return render(request, "dashboard/settings/merchants.html", context)


@require_http_methods(["GET", "POST"])
@pair_required(Role.ADMINISTRATOR)
def merchants_change(request: MemberRequest, pair: Pair, account_id: int | None = None) -> HttpResponse:
    """Enter a merchant account, or complete or correct one."""
    account = get_object_or_404(MerchantAccount, pair=pair, pk=account_id) if account_id else None
    form = MerchantAccountForm(request.POST or None, instance=account, pair=pair)
    if request.method == "POST" and form.is_valid():
        kept = form.kept()
        record(pair, request.user, "merchant_account.kept", str(kept), {"changed": form.changed_data})
        wake_reconcile(pair.pk)
        messages.success(request, f"{kept} is kept.")
        return redirect("settings-merchants", pair.slug)
    context = {"pair": pair, "tab": "merchants", "form": form, "account": account}
    return render(request, "dashboard/settings/merchant.html", context, status=422 if form.errors else 200)
