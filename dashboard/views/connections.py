"""The outside systems of a pair: how they are, and connecting them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard.forms.connections import ChatForm, OpayoForm, ShopForm
from dashboard.selectors.connections import card_of, slots_of
from dashboard.services import new_signing_secret, record
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Connection, Pair, Role
from integrations.pairs.services import connect_chat, connect_opayo, connect_shop, switch_off, test_connection


@require_GET
@pair_required()
def connections(request: MemberRequest, pair: Pair) -> HttpResponse:
    """A card for each system."""
    return render(request, "dashboard/connections/list.html", {"pair": pair, "slots": slots_of(pair)})


@require_POST
@pair_required(Role.OPERATOR)
def test(request: MemberRequest, pair: Pair, connection_id: int) -> HttpResponse:
    """Really call the system, and show the card with how it went."""
    connection = get_object_or_404(
        Connection.objects.select_related("pair", "grant"), pair=pair, pk=connection_id
    )
    health = test_connection(connection)
    card = card_of(connection)
    if request.htmx:
        return render(request, "components/connection.html", {"pair": pair, "card": card, "health": health})
    level = messages.SUCCESS if health.ok else messages.ERROR
    messages.add_message(request, level, health.said)
    return redirect("connections", pair.slug)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def off(request: MemberRequest, pair: Pair, connection_id: int) -> HttpResponse:
    """Stop using Opayo or a shop; Xero is disconnected on its own page, at Xero too."""
    usable = Connection.objects.exclude(system=Connection.System.XERO)
    connection = get_object_or_404(usable, pair=pair, pk=connection_id)
    switch_off(connection)
    record(pair, request.user, "connection.switched_off", str(connection))
    messages.success(request, f"{connection} is switched off. What waits for it waits on.")
    return redirect("connections", pair.slug)


@require_http_methods(["GET", "POST"])
@pair_required(Role.ADMINISTRATOR)
def opayo(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Connect Opayo, or correct its details."""
    connection = Connection.objects.filter(pair=pair, system=Connection.System.OPAYO).first()
    form = OpayoForm(request.POST or None, connection=connection)
    if request.method == "POST" and form.is_valid():
        connected = connect_opayo(pair, **form.cleaned_data)
        record(pair, request.user, "connection.changed", f"Opayo {connected}", _told(form.changed_data))
        messages.success(request, f"{connected} is stored. Test it to be sure that the details are right.")
        return redirect("connections", pair.slug)
    context = {"pair": pair, "form": form, "connection": connection, "title": "Opayo"}
    return render(request, "dashboard/connections/form.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@pair_required(Role.ADMINISTRATOR)
def shop(request: MemberRequest, pair: Pair, connection_id: int | None = None) -> HttpResponse:
    """Connect a shop, or correct its details. A secret made here is shown this once, on this very answer."""
    connection = _shop(pair, connection_id)
    form = ShopForm(request.POST or None, connection=connection)
    if request.method == "POST" and form.is_valid():
        return _keep_shop(request, pair, form, connection)
    context = {"pair": pair, "form": form, "connection": connection, "title": "Shop"}
    return render(request, "dashboard/connections/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@pair_required(Role.ADMINISTRATOR)
def chat(request: MemberRequest, pair: Pair, connection_id: int | None = None) -> HttpResponse:
    """Connect a chat, or correct its details."""
    connection = None
    if connection_id is not None:
        chats = Connection.objects.filter(pair=pair, system=Connection.System.CHAT)
        connection = get_object_or_404(chats, pk=connection_id)
    form = ChatForm(request.POST or None, connection=connection)
    if request.method == "POST" and form.is_valid():
        if connection is not None:
            Connection.objects.filter(pk=connection.pk).update(name=form.cleaned_data["name"])
        connected = connect_chat(pair, **form.cleaned_data)
        record(pair, request.user, "connection.changed", f"Chat {connected}", _told(form.changed_data))
        messages.success(request, f"{connected} is stored. Test it to see a message there.")
        return redirect("connections", pair.slug)
    context = {"pair": pair, "form": form, "connection": connection, "title": "Chat"}
    return render(request, "dashboard/connections/form.html", context, status=422 if form.errors else 200)


def _shop(pair: Pair, connection_id: int | None) -> Connection | None:
    if connection_id is None:
        return None
    return get_object_or_404(Connection, pair=pair, system=Connection.System.SHOP, pk=connection_id)


def _keep_shop(
    request: MemberRequest, pair: Pair, form: ShopForm, connection: Connection | None
) -> HttpResponse:
    data = dict(form.cleaned_data)
    made = ""
    wants_new = data.pop("renew") or (connection is None and not data["signing_secret"])
    if wants_new:
        made = data["signing_secret"] = new_signing_secret()
    if connection is not None and connection.name != data["name"]:
        # The service finds a shop by its name: the name first, then the rest.
        Connection.objects.filter(pk=connection.pk).update(name=data["name"])
    connected = connect_shop(pair, **data)
    record(pair, request.user, "connection.changed", f"Shop {connected}", _told(form.changed_data))
    if made:
        context = {"pair": pair, "card": card_of(connected), "secret": made}
        return render(request, "dashboard/connections/secret.html", context)
    messages.success(request, f"{connected} is stored.")
    return redirect("connections", pair.slug)


def _told(names: list[str]) -> dict[str, list[str]]:
    """Which fields a person filled in; never their values, some are secrets."""
    return {"fields": sorted(names)}
