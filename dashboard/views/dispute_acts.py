"""What people do with disputes: enter one, move it on, say which sale it is about and how a loss is booked."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard.forms.disputes import LossForm, MoveForm, NewDisputeForm
from dashboard.selectors.disputes import sales_to_choose
from dashboard.selectors.money_back import foreseen_document
from dashboard.views.disputes import dispute_of
from integrations.disputes.acting import Act, act
from integrations.disputes.core.notices import DisputeNotice
from integrations.disputes.core.reasons import usual_loss
from integrations.disputes.core.states import choices_after
from integrations.disputes.importing import today_of
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Dispute, Pair, Payment, Role
from sync.services.foresight import foresee_dispute

_TOLD: Final = "Kept. What it means for the books follows within seconds."
_WORDS: Final = {
    "moved_on": {
        "title": "Move the dispute on",
        "intro": "What the acquirer has told you, or what you have sent it. Only what may follow the case's state is offered.",
        "button": "Move it on",
    },
    "loss_chosen": {
        "title": "How a loss is booked",
        "intro": "Goods that came back or were never sent were no sale: its VAT is reclaimed by a credit note. Fraud and goods "
        "that are gone were a sale whose money is lost: VAT bad debt relief has its own conditions, so talk to your accountant.",
        "button": "Book losses so",
    },
}


@require_http_methods(["GET", "POST"])
@pair_required(Role.OPERATOR)
def disputes_new(request: MemberRequest, pair: Pair) -> HttpResponse:
    """A dispute by hand."""
    form = NewDisputeForm(request.POST or None, pair=pair, initial={"currency": pair.base_currency})
    if request.method == "POST" and form.is_valid() and form.notice is not None:
        act(pair, form.notice, "entered", by=request.user, reason=form.cleaned_data["note"])
        messages.success(request, f"Dispute {form.notice.case_id} is kept; its sale is looked for.")
        return redirect("disputes", pair.slug)
    context = {"pair": pair, "form": form}
    return render(request, "dashboard/disputes/new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@pair_required(Role.OPERATOR)
def disputes_move(request: MemberRequest, pair: Pair, dispute_id: int) -> HttpResponse:
    """The next step of a dispute, with what would be booked."""
    dispute = dispute_of(pair, dispute_id)
    state = request.GET.get("state", "")
    initial = {
        "happened_on": today_of(pair).isoformat(),
        "state": state if state in choices_after(dispute.state) else "",
    }
    form = MoveForm(request.POST or None, dispute=dispute, today=today_of(pair), initial=initial)
    return _acted(request, dispute, form, "moved_on")


@require_http_methods(["GET", "POST"])
@pair_required(Role.OPERATOR)
def disputes_loss(request: MemberRequest, pair: Pair, dispute_id: int) -> HttpResponse:
    """How a loss of this dispute is booked, with what would change."""
    dispute = dispute_of(pair, dispute_id)
    chosen = dispute.loss or usual_loss(dispute.family)
    form = LossForm(request.POST or None, dispute=dispute, today=today_of(pair), initial={"loss": chosen})
    return _acted(request, dispute, form, "loss_chosen")


def _acted(request: MemberRequest, dispute: Dispute, form: MoveForm | LossForm, what: Act) -> HttpResponse:
    """Look while it is typed, then do."""
    is_done = request.POST.get("step") == "do"
    if is_done and form.is_valid() and form.notice is not None:
        act(dispute.pair, form.notice, what, by=request.user, reason=form.cleaned_data["note"])
        messages.success(request, _TOLD)
        return redirect("disputes-page", dispute.pair.slug, dispute.pk)
    notice = form.looked_at()
    context = {
        "pair": dispute.pair,
        "dispute": dispute,
        "form": form,
        "words": _WORDS[what],
        "preview": _preview(request, dispute, notice) if notice else None,
    }
    if request.htmx:
        return render(request, "dashboard/disputes/act.html#preview", context)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "dashboard/disputes/act.html", context, status=status)


def _preview(request: MemberRequest, dispute: Dispute, notice: DisputeNotice) -> dict[str, Any]:
    """The documents that would be made and those that would not be sent any more."""
    foreseen = foresee_dispute(dispute, notice, by=request.user)
    return {
        "documents": [foreseen_document(row) for row in foreseen.made],
        "dropped": foreseen.dropped,
        "problem": foreseen.problem,
    }


@require_GET
@pair_required(Role.OPERATOR)
def disputes_find(request: MemberRequest, pair: Pair, dispute_id: int) -> HttpResponse:
    """Look for the sale that a dispute is about."""
    dispute = dispute_of(pair, dispute_id)
    words = request.GET.get("q", "").strip()[:100]
    context = {
        "pair": pair,
        "dispute": dispute,
        "words": words,
        "payments": sales_to_choose(pair, dispute.currency, words),
    }
    return render(request, "dashboard/disputes/find.html", context)


@require_POST
@pair_required(Role.OPERATOR)
def disputes_tie(request: MemberRequest, pair: Pair, dispute_id: int) -> HttpResponse:
    """Say which sale a dispute is about."""
    dispute = dispute_of(pair, dispute_id)
    if "untie" in request.POST:
        return _untied(request, dispute)
    payment = get_object_or_404(Payment, pair=pair, vendor_tx_code=request.POST.get("payment", ""))
    reason = request.POST.get("reason", "").strip()[:500] or "Chosen among the likeliest sales."
    if payment.currency != dispute.currency:
        messages.error(
            request, f"{payment} was paid in {payment.currency}, and the dispute is in {dispute.currency}."
        )
    else:
        notice = DisputeNotice(dispute.case_id, today_of(pair), payment=payment.vendor_tx_code, note=reason)
        act(pair, notice, "tied", by=request.user, reason=reason)
        messages.success(request, f"The dispute is about {payment}. {_TOLD}")
    return redirect("disputes-page", pair.slug, dispute.pk)


def _untied(request: MemberRequest, dispute: Dispute) -> HttpResponse:
    """It is not about the sale it was tied to, and nobody knows yet about which it is."""
    reason = request.POST.get("reason", "").strip()[:500]
    if not reason:
        messages.error(request, "Say why it is not this sale: it is kept in the audit log.")
        return redirect("disputes-find", dispute.pair.slug, dispute.pk)
    notice = DisputeNotice(dispute.case_id, today_of(dispute.pair), unties=True, note=reason)
    act(dispute.pair, notice, "untied", by=request.user, reason=reason)
    messages.success(
        request, "The dispute is taken off its sale. What was booked of it is undone within seconds."
    )
    return redirect("disputes-page", dispute.pair.slug, dispute.pk)
