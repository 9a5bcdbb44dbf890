"""Pages for connecting, choosing and disconnecting a Xero organisation."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from integrations.core.failures import ConfigurationFailure, Failure
from integrations.inbound.xero_webhook import WEBHOOK_KEY
from integrations.members.access import MemberRequest, pair_required
from integrations.models import AuditEntry, Connection, Pair, Role, XeroGrant
from integrations.secrets import decrypt, set_secret
from integrations.xero.connecting import attach, choices, disconnect
from integrations.xero.forms import XeroAppForm, XeroWebhookForm
from integrations.xero.oauth import Consent, Organisation, begin, complete, connect_custom, redirect_uri
from integrations.xero.organisation import check_organisation

_CONSENT = "xero_consent"
_GRANT = "xero_grant"


@require_http_methods(["GET", "POST"])
@pair_required(Role.ADMINISTRATOR)
def connect(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Ask for the Xero app's id and secret, then leave for Xero's consent page."""
    stored = _stored_grant(pair)
    form = XeroAppForm(request.POST or None, stored=stored)
    if not form.is_valid():
        return _connect_page(request, pair, form)
    secret = form.cleaned_data["client_secret"] or (decrypt(stored.client_secret) if stored else "")
    client_id = form.cleaned_data["client_id"]
    if form.cleaned_data["kind"] == XeroGrant.Kind.CUSTOM:
        try:
            return _choose_next(request, pair, connect_custom(client_id, secret))
        except Failure as failure:
            form.add_error(None, _in_words(failure))
            return _connect_page(request, pair, form)
    address, consent = begin(pair.slug, client_id, secret)
    request.session[_CONSENT] = consent.as_session()
    # A page that leads on, because our content policy lets no form lead off this site.
    return render(request, "integrations/xero_leave.html", {"pair": pair, "address": address})


@require_GET
@login_required
def callback(request: HttpRequest) -> HttpResponseBase:
    """Xero sends the person back here, with a code or a refusal."""
    kept = request.session.get(_CONSENT)
    if kept is None:
        messages.error(request, "No connection to Xero was under way: start again from the Connections page.")
        return redirect("/")
    return _finish_consent(request, pair_slug=kept["pair_slug"])


@pair_required(Role.ADMINISTRATOR)
def _finish_consent(request: MemberRequest, pair: Pair) -> HttpResponse:
    consent = Consent(**request.session.pop(_CONSENT))
    try:
        return _choose_next(request, pair, complete(consent, request.GET.dict()))
    except Failure as failure:
        messages.error(request, _in_words(failure))
        return redirect("xero-connect", pair.slug)


@require_http_methods(["GET", "POST"])
@pair_required(Role.ADMINISTRATOR)
def choose(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Choose one of the organisations the consent covers."""
    kept = request.session.get(_GRANT)
    if not kept or kept["pair"] != pair.slug:
        return redirect("xero-connect", pair.slug)
    organisations = [Organisation(**item) for item in kept["organisations"]]
    picked = [each for each in organisations if each.tenant_id == request.POST.get("tenant_id")]
    if not picked:
        context = {"pair": pair, "organisations": organisations}
        return render(request, "integrations/xero_choose.html", context)
    grant = get_object_or_404(XeroGrant, pk=kept["id"])
    return _attach(request, pair, grant, picked[0], organisations)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def webhook(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Keep the key of the app's webhook subscription; from then on Xero's news come at once."""
    connection = get_object_or_404(Connection, pair=pair, system=Connection.System.XERO)
    form = XeroWebhookForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Enter the webhook key.")
        return redirect("xero-connect", pair.slug)
    set_secret(connection, WEBHOOK_KEY, form.cleaned_data["webhook_key"])
    _audit(request, pair, "connection.webhook_key_changed", connection)
    messages.success(
        request, "The webhook key is stored. Save the subscription in Xero once more to test it."
    )
    return redirect("xero-connect", pair.slug)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def end(request: MemberRequest, pair: Pair, connection_id: int) -> HttpResponse:
    """Disconnect the organisation, here and at Xero."""
    connection = get_object_or_404(
        Connection.objects.select_related("grant"),
        pk=connection_id,
        pair=pair,
        system=Connection.System.XERO,
    )
    try:
        disconnect(connection)
    except Failure as failure:
        messages.error(request, _in_words(failure))
    else:
        _audit(request, pair, "connection.ended", connection)
        messages.success(
            request, f"{connection} is disconnected. Nothing is posted until it is connected again."
        )
    return redirect("connections", pair.slug)


def _choose_next(request: HttpRequest, pair: Pair, grant: XeroGrant) -> HttpResponse:
    """With one organisation, or the one reconnected, there is nothing to choose."""
    organisations = choices(grant)
    current = [each for each in organisations if each.tenant_id == _tenant(pair)]
    only = current or (organisations if len(organisations) == 1 else [])
    if only:
        return _attach(request, pair, grant, only[0], organisations)
    request.session[_GRANT] = {
        "id": grant.pk,
        "pair": pair.slug,
        "organisations": [
            {"id": each.id, "tenant_id": each.tenant_id, "name": each.name} for each in organisations
        ],
    }
    return redirect("xero-choose", pair.slug)


def _attach(
    request: HttpRequest,
    pair: Pair,
    grant: XeroGrant,
    chosen: Organisation,
    covered: list[Organisation],
) -> HttpResponse:
    try:
        connection = attach(pair, grant, chosen, covered)
    except ConfigurationFailure as failure:
        messages.error(request, _in_words(failure))
        return redirect("xero-connect", pair.slug)
    request.session.pop(_GRANT, None)
    _audit(request, pair, "connection.made", connection)
    _look_around(request, connection)
    return redirect("connections", pair.slug)


def _look_around(request: HttpRequest, connection: Connection) -> None:
    """Read the organisation at once, so that a wrong chart of accounts shows before the first invoice."""
    try:
        findings = check_organisation(connection)
    except Failure as failure:
        messages.warning(request, f"{connection} is connected, but could not be read: {failure.message}")
        return
    messages.success(request, f"{connection} is connected.")
    for finding in findings:
        messages.warning(request, f"{finding.message} {finding.fix}")


def _connect_page(request: MemberRequest, pair: Pair, form: XeroAppForm) -> HttpResponse:
    connection = Connection.objects.filter(pair=pair, system=Connection.System.XERO).first()
    context = {"pair": pair, "form": form, "connection": connection, "redirect_uri": redirect_uri()}
    if connection is not None:
        address = settings.SITE_URL + reverse("inbound-xero", args=[connection.key])
        context |= {"webhook_form": XeroWebhookForm(), "webhook_address": address}
    return render(request, "integrations/xero_connect.html", context, status=422 if form.errors else 200)


def _stored_grant(pair: Pair) -> XeroGrant | None:
    return XeroGrant.objects.filter(connections__pair=pair).order_by("-pk").first()


def _tenant(pair: Pair) -> str:
    rows = Connection.objects.filter(pair=pair, system=Connection.System.XERO)
    return rows.values_list("tenant_id", flat=True).first() or ""


def _audit(request: HttpRequest, pair: Pair, action: str, connection: Connection) -> None:
    AuditEntry.objects.create(pair=pair, actor_id=request.user.pk, action=action, subject=str(connection))


def _in_words(failure: Failure) -> str:
    return (
        f"{failure.message} {failure.fix}" if isinstance(failure, ConfigurationFailure) else failure.message
    )
