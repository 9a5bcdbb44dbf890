"""What the matching remembers of people's decisions, and forgetting it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair, Role
from reconciliation.matching.remembering import forget_name, remembered_names
from reconciliation.models import ForgottenName
from reconciliation.wakes import wake_reconcile


@require_GET
@pair_required()
def memory(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The names that people's decisions said to be one payer, or not to be."""
    forgotten = ForgottenName.objects.filter(pair=pair).select_related("by")[:20]
    context = {"pair": pair, "tab": "memory", "names": remembered_names(pair), "forgotten": forgotten}
    return render(request, "dashboard/review/memory.html", context)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def memory_forget(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Forget one of them."""
    wanted = (request.POST.get("expected", ""), request.POST.get("observed", ""))
    if not any((each.expected, each.observed) == wanted for each in remembered_names(pair)):
        raise Http404("Nothing like that is remembered.")
    forget_name(pair, *wanted, by=request.user)
    wake_reconcile(pair.pk)
    messages.success(request, "Forgotten. Decisions from now on teach it anew.")
    return redirect("reconcile-memory", pair.slug)
