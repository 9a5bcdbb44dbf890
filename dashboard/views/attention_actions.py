"""What people press on the needs-attention pages; every act is on the audit log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.core.changes import changed_lines
from dashboard.core.evidence import pretty_json
from dashboard.core.wording import counted
from dashboard.forms.attention import DiscardForm, EditForm, PickedForm
from dashboard.selectors.document_check import document_problems
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Order, Pair, Payment, Role, User
from integrations.xero.core.wire import dumps
from sync.models import Posting, Problem
from sync.services import actions
from sync.services.actions import ActionRefusedError

Retry = Callable[[Pair, Sequence[int], User], int]
Discard = Callable[[Pair, Sequence[int], User, str], int]

_RETRY: dict[str, tuple[Retry, str, str]] = {
    "postings": (actions.retry_postings, "document", "on its way to Xero again"),
    "events": (actions.retry_events, "message", "being read again"),
    "notices": (actions.retry_notices, "confirmation", "being sent again"),
}
_DISCARD: dict[str, tuple[Discard, str]] = {
    "postings": (actions.discard_postings, "document"),
    "events": (actions.discard_events, "message"),
    "notices": (actions.discard_notices, "confirmation"),
}


@require_POST
@pair_required(Role.OPERATOR)
def retry(request: MemberRequest, pair: Pair, kind: str) -> HttpResponse:
    """Try the picked ones again."""
    act, noun, words = _RETRY[kind]
    form = PickedForm(request.POST)
    if form.is_valid():
        count = act(pair, form.ids, request.user)
        messages.success(request, f"{counted(count, noun)} {words}.")
    else:
        messages.warning(request, "Nothing was selected.")
    return redirect(f"attention-{kind}", pair.slug)


@require_POST
@pair_required(Role.OPERATOR)
def discard(request: MemberRequest, pair: Pair, kind: str) -> HttpResponse:
    """Discard the picked ones, with a reason."""
    act, noun = _DISCARD[kind]
    form = DiscardForm(request.POST)
    if form.is_valid():
        count = act(pair, form.ids, request.user, form.cleaned_data["reason"])
        messages.success(request, f"{counted(count, noun)} discarded. The reason is in the audit log.")
    else:
        said = [error for errors in form.errors.values() for error in errors]
        messages.error(request, f"Nothing was discarded. {said[0]}")
    return redirect(f"attention-{kind}", pair.slug)


@require_POST
@pair_required(Role.OPERATOR)
def resolve(request: MemberRequest, pair: Pair, problem_id: int) -> HttpResponse:
    """A problem is put right: let go what it held."""
    problem = get_object_or_404(Problem, pair=pair, pk=problem_id, resolved_at=None)
    count = actions.resolve_problem(problem, request.user)
    messages.success(
        request, f"Noted. {counted(count, 'document')} it held {'goes' if count == 1 else 'go'} on."
    )
    return redirect("attention-problems", pair.slug)


@require_POST
@pair_required(Role.OPERATOR)
def assign(request: MemberRequest, pair: Pair, payment_id: int) -> HttpResponse:
    """Tie a payment to an order."""
    payment = get_object_or_404(Payment, pair=pair, pk=payment_id)
    order = get_object_or_404(Order, pair=pair, number=request.POST.get("order", ""))
    try:
        actions.assign_payment(payment, order, request.user)
    except ActionRefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{payment} belongs to order {order} now, and is being booked.")
    return redirect("attention-payments", pair.slug)


@require_http_methods(["GET", "POST"])
@pair_required(Role.OPERATOR)
def edit(request: MemberRequest, pair: Pair, posting_id: int) -> HttpResponse:
    """Correct a refused document: edit, look at the difference, send."""
    posting = get_object_or_404(Posting.objects.select_related("order"), pair=pair, pk=posting_id)
    before = pretty_json(dumps(posting.document))
    sends = request.POST.get("step") == "send"
    form = EditForm(request.POST or None, initial={"document": before})
    if request.method == "POST" and form.is_valid() and sends:
        return _send(request, pair, posting, form)
    if not sends:
        # Looking at the difference takes no reason yet.
        form.errors.pop("reason", None)
    context = {"pair": pair, "posting": posting, "form": form, **_check(posting, before, form)}
    if request.htmx:
        return render(request, "dashboard/attention/edit.html#check", context)
    return render(request, "dashboard/attention/edit.html", context, status=422 if form.errors else 200)


def _check(posting: Posting, before: str, form: EditForm) -> dict[str, Any]:
    """The difference, and what Xero would say; nothing before the document can be read."""
    if not form.is_bound or "document" not in form.cleaned_data:
        return {"problems": (), "lines": (), "is_checked": False}
    after = form.cleaned_data["document"]
    return {
        "problems": document_problems(posting.kind, after),
        "lines": changed_lines(before, pretty_json(dumps(after))),
        "is_checked": True,
    }


def _send(request: MemberRequest, pair: Pair, posting: Posting, form: EditForm) -> HttpResponse:
    try:
        actions.edit_and_retry(
            posting, form.cleaned_data["document"], request.user, form.cleaned_data["reason"]
        )
    except ActionRefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{posting} is on its way to Xero as corrected.")
    return redirect("postings-page", pair.slug, posting.pk)
