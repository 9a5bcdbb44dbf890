"""Asking Opayo to give money back, or to do something else with a payment: look, confirm, do."""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.forms.asking import AskForm
from dashboard.selectors.money_back import kinds_for, preview
from dashboard.selectors.returnable import returnable_lines
from integrations.core.money import Money
from integrations.instructions.asking import Ask, NotAllowedError, ask, withdraw
from integrations.instructions.core.rules import PaymentFacts
from integrations.instructions.selectors import facts_of
from integrations.members.access import MemberRequest, pair_required
from integrations.models import CardCharge, Instruction, Pair, Payment, Role
from integrations.opayo.core.follow_ups import Kind

_TEMPLATE: Final = "dashboard/asking.html"
_ASKABLE: Final = frozenset(("refund", "release", "abort", "authorise", "cancel"))


@require_http_methods(["GET", "POST"])
@pair_required(Role.OPERATOR)
def ask_opayo(request: MemberRequest, pair: Pair, payment_id: int, kind: str) -> HttpResponse:
    """One instruction: the form with a live preview, the same again to confirm, and then it is asked."""
    if kind not in _ASKABLE:
        raise Http404("Opayo is not asked that from here.")
    payment = get_object_or_404(Payment.objects.select_related("pair", "order"), pair=pair, pk=payment_id)
    asked = cast("Kind", kind)
    form, context = _form(request, payment, asked)
    step = request.POST.get("step", "check")
    if step == "do" and form.is_valid():
        return _do(request, payment, asked, form)
    if step == "check":
        # Looking at what would happen takes no reason yet.
        form.errors.pop("reason", None)
    shown = context["preview"]
    context["is_review"] = step == "review" and form.is_valid() and shown is not None and not shown.refusal
    if request.htmx:
        return render(request, f"{_TEMPLATE}#preview", context)
    return render(request, _TEMPLATE, context, status=422 if form.is_bound and form.errors else 200)


def _form(request: MemberRequest, payment: Payment, kind: Kind) -> tuple[AskForm, dict[str, Any]]:
    facts = facts_of(payment)
    lines = returnable_lines(payment.order) if kind == "refund" and payment.order else []
    most = _most(kind, facts)
    form = AskForm(request.POST or None, kind=kind, most=most, lines=lines)
    may = kind in kinds_for(facts)
    is_readable = not form.is_bound or (form.is_valid() or "amount" not in form.errors)
    amount = form.money if form.is_bound else most
    returned = form.returned if form.is_bound else []
    shown = preview(payment, kind, amount, lines=returned) if is_readable else None
    return form, {
        "pair": payment.pair,
        "payment": payment,
        "order": payment.order,
        "kind": kind,
        "words": _WORDS[kind],
        "facts": facts,
        "form": form,
        "preview": shown,
        "may": may,
    }


def _most(kind: Kind, facts: PaymentFacts) -> Money:
    if kind == "refund":
        return facts.left
    if kind == "authorise":
        return min(facts.authorisable, facts.agreed or facts.authorisable)
    return facts.agreed or Money.zero(facts.currency)


def _do(request: MemberRequest, payment: Payment, kind: Kind, form: AskForm) -> HttpResponse:
    asked = Ask(
        via=Instruction.Via.PERSON,
        request_key=f"person:{request.user.pk}:{form.cleaned_data['key']}",
        by=request.user,
        reason=form.cleaned_data["reason"],
        lines=form.returned,
    )
    try:
        instruction = ask(payment, kind, form.money, asked)
    except NotAllowedError as refusal:
        messages.error(request, str(refusal))
    else:
        words = _WORDS[instruction.kind]["asked"]
        messages.success(request, f"{words} What becomes of it appears below.")
    return _back(payment)


def _back(payment: Payment) -> HttpResponse:
    if payment.order_id is not None:
        return redirect("orders-page", payment.pair.slug, payment.order_id)
    return redirect("payments-page", payment.pair.slug, payment.pk)


@require_POST
@pair_required(Role.OPERATOR)
def withdraw_ask(request: MemberRequest, pair: Pair, instruction_id: int) -> HttpResponse:
    """Take back what Opayo was not asked yet."""
    rows = Instruction.objects.select_related("payment", "payment__pair", "payment__order")
    instruction = get_object_or_404(rows, pair=pair, pk=instruction_id)
    reason = request.POST.get("reason", "").strip()[:500]
    if not reason:
        messages.error(request, "Say why it is withdrawn: it is kept in the audit log.")
    elif withdraw(instruction, by=request.user, reason=reason):
        messages.success(request, "Withdrawn. Opayo was not asked.")
    else:
        messages.error(request, "Too late to withdraw it: Opayo may have been asked already.")
    charge = CardCharge.objects.filter(instruction=instruction).first()
    if charge is not None:
        return redirect("cards-charges-page", pair.slug, charge.batch_id)
    return _back(instruction.payment)


_WORDS: Final[dict[str, dict[str, str]]] = {
    "refund": {
        "title": "Give money back", "button": "Refund", "asked": "Opayo is asked to give the money back.",
        "intro": "A whole payment of today is voided, so that the customer sees no charge; anything else is refunded.",
    },
    "void": {"title": "Void", "button": "Void", "asked": "Opayo is asked to void the payment."},
    "release": {
        "title": "Release the payment", "button": "Release", "asked": "Opayo is asked to take the money.",
        "intro": "Takes money that the bank has put on hold, once, and no more than it has approved. What is not taken is let go.",
    },
    "abort": {
        "title": "Let go of the payment", "button": "Abort", "asked": "Opayo is asked to let go of the hold.",
        "intro": "Ends the hold on the customer's card. No money is taken, and it cannot be taken back.",
    },
    "authorise": {
        "title": "Take money on the card", "button": "Authorise", "asked": "Opayo is asked to take the money.",
        "intro": "Takes money on a card that was authenticated, in one or several parts, 115 % of what the customer agreed to in all.",
    },
    "cancel": {
        "title": "Cancel the authentication", "button": "Cancel it", "asked": "Opayo is asked to cancel it.",
        "intro": "Nothing more can be taken on this card for this order afterwards.",
    },
}  # fmt: skip
