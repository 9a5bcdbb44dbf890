"""What people do about a document that differs in Xero: have it posted again, or accept it as it stands there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from django.db import transaction
from django.utils import timezone

from integrations.clock import business_now
from integrations.models import Order, Pair, User
from reconciliation.locks import pair_in_hand
from reconciliation.models import AcceptedChange, Reading, SettlementPosting
from reconciliation.proof.core.xero import Finding, finding_from_json
from reconciliation.wakes import wake_reconcile
from sync.models import Posting, Problem
from sync.services.actions import ActionRefusedError, write_audit
from sync.services.batch import Batch
from sync.services.order_states import settle_orders
from sync.services.projection import project
from sync.services.replanning import lock_pair
from sync.services.wakes import wake_pair

_K, _S = Posting.Kind, Posting.State
_ALERT: Final = "xero_differs"
_AGAIN: Final = (_K.PAYMENT, _K.OVERPAYMENT, _K.REFUND, _K.SPEND, _K.RECEIVE, _K.BANK_TRANSFER)


def open_findings(pair: Pair, account_code: str, currency: str) -> Iterator[Finding]:
    """What the last reading of an account found and nobody has dealt with since."""
    last = (
        Reading.objects.filter(pair=pair, account_code=account_code, currency=currency)
        .order_by("-read_at", "-pk")
        .first()
    )
    if last is None:
        return
    accepted = AcceptedChange.objects.filter(pair=pair, account_code=account_code, at__gte=last.read_at)
    done = set(accepted.values_list("collection", "remote_id"))
    for row in last.findings:
        found = finding_from_json(row)
        gone = found.posting and found.what == "lost" and not _is_posted(found.posting)
        if (found.collection, found.id) not in done and not gone:
            yield found


def _is_posted(posting: int) -> bool:
    return Posting.objects.filter(pk=posting, state=_S.POSTED).exists()


def find(pair: Pair, account_code: str, currency: str, collection: str, remote_id: str) -> Finding:
    """One of them. Raises ActionRefusedError when it is dealt with already."""
    for each in open_findings(pair, account_code, currency):
        if (each.collection, each.id) == (collection, remote_id):
            return each
    raise ActionRefusedError("This is dealt with already, or another reading has found otherwise.")


@transaction.atomic
def accept(pair: Pair, found: Finding, by: User, reason: str) -> AcceptedChange:
    """It stays as it stands in Xero, and counts as ours. Raises ActionRefusedError without a reason."""
    _require(reason)
    made = AcceptedChange.objects.create(
        pair=pair,
        account_code=found.account,
        currency=found.currency,
        collection=found.collection,
        remote_id=found.id,
        minor=0 if found.collection == "CreditNotes" else found.minor,
        dated=date.fromisoformat(found.on) if found.on and not found.on.startswith("0001") else None,
        words=found.words[:255],
        seen=dict(found.seen or {}),
        reason=reason,
        by=by,
        at=timezone.now(),
    )
    _close(pair, found)
    data = {"account": found.account, "minor": found.minor, "currency": found.currency, "id": found.id}
    write_audit(pair, by, "proof.accepted", found.words, reason, data)
    return made


def post_again(pair: Pair, found: Finding, by: User, reason: str) -> None:
    """A document that somebody deleted in Xero is posted once more, under a key of its own.

    Raises ActionRefusedError without a reason, and for documents that other documents stand on.
    """
    _require(reason)
    with pair_in_hand(pair.pk), transaction.atomic():
        lock_pair(pair)
        posting = (
            Posting.objects.select_for_update(of=("self",), no_key=True)
            .filter(pair=pair, pk=found.posting or 0)
            .first()
        )
        if (
            posting is None
            or found.what != "lost"
            or posting.kind not in _AGAIN
            or posting.state != _S.POSTED
        ):
            raise ActionRefusedError(
                "It cannot be posted again from here. Roll its order back, and post that again."
            )
        _retire(posting)
        if posting.order_id:
            _plan_anew(pair, posting.order_id)
        _close(pair, found)
        write_audit(
            pair, by, "proof.posted_again", found.words, reason, {"posting": posting.pk, "id": found.id}
        )
    wake_reconcile(pair.pk)
    wake_pair(pair)


def _retire(posting: Posting) -> None:
    """It is undone in Xero, and gives its key, and its bank line or settlement, to what is posted now."""
    suffix = f"#gone-{posting.pk}"
    posting.natural_key = posting.natural_key[: 120 - len(suffix)] + suffix
    posting.state, posting.remote_status, posting.is_retired = _S.REVERSED, "DELETED", True
    posting.save(update_fields=["natural_key", "state", "remote_status", "is_retired"])
    SettlementPosting.objects.filter(posting=posting).delete()


def _plan_anew(pair: Pair, order_id: int) -> None:
    rows = Order.objects.filter(pk=order_id).select_for_update(of=("self",), no_key=True)
    orders = {each.number: each for each in rows.select_related("customer")}
    batch = Batch(pair, business_now(), orders=orders, changed_orders=set(orders))
    batch.gather_payments()
    settle_orders(batch)
    batch.write()
    project(batch)


def _close(pair: Pair, found: Finding) -> None:
    subject = f"{found.account} {found.words} {found.id}"[:120]
    open_ones = Problem.objects.filter(pair=pair, code=_ALERT, subject=subject, resolved_at=None)
    open_ones.update(resolved_at=timezone.now())


def _require(reason: str) -> None:
    if not reason.strip():
        raise ActionRefusedError("Say why: the reason stays on record.")
