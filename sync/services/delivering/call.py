"""Making a written-down call, and finding out what became of one whose answer was lost.

Runs in the dispatcher's threads and changes nothing in our database but the call log.
"""

from __future__ import annotations

from collections.abc import Sequence

from integrations.core.failures import Failure, PermanentFailure
from integrations.xero.client import XeroClient
from integrations.xero.core.catalogue import Verdict
from integrations.xero.core.errors import classify
from integrations.xero.core.replies import ElementResult, read_elements
from sync.models import Delivery, Posting
from sync.services.delivering.fates import Again, Answered, Fate, Posted, Refused
from sync.services.delivering.kinds import KINDS, Kind, params_of
from sync.services.delivering.look_up import Absent, Taken, look_up


def send(client: XeroClient, delivery: Delivery, postings: Sequence[Posting]) -> Answered:
    """Send the stored body under its stored key.

    Raises OutcomeUnknown, TransientFailure (certainly not done) or ConfigurationFailure.
    """
    kind = KINDS[delivery.kind]
    reply = client.call(
        delivery.method,
        delivery.path,
        purpose=delivery.purpose,
        body=delivery.body or None,
        params=params_of(kind),
        idempotency_key=delivery.idempotency_key,
        rows=len(postings),
        delivery_id=delivery.pk,
        priority=kind.priority,
    )
    numbers = [_number(posting) for posting in postings]
    results = read_elements(kind.collection, reply.status, reply.body, len(postings), numbers)
    return Answered(reply.status, _fates(client, kind, postings, results))


def find_out(client: XeroClient, delivery: Delivery, postings: Sequence[Posting]) -> Answered:
    """Ask Xero for the documents of a call that never got an answer: there, or to be sent again."""
    found = look_up(client, delivery.kind, postings)
    fates = [_fate_of_lookup(posting, found[posting.pk]) for posting in postings]
    return Answered(0, fates, looked_up=True)


def _number(posting: Posting) -> str:
    for name in ("InvoiceNumber", "CreditNoteNumber", "ContactNumber", "Reference", "Narration"):
        if posting.document.get(name):
            return str(posting.document[name])
    return posting.natural_key


def _fates(
    client: XeroClient, kind: Kind, postings: Sequence[Posting], results: Sequence[ElementResult]
) -> list[Fate]:
    fates: dict[int, Fate] = {}
    doubtful: dict[int, Verdict] = {}
    for posting, result in zip(postings, results, strict=True):
        fate = _fate(kind, posting, result)
        if isinstance(fate, Verdict):
            doubtful[posting.pk] = fate
        else:
            fates[posting.pk] = fate
    if doubtful:
        fates |= _settle_doubts(client, [row for row in postings if row.pk in doubtful], doubtful)
    return [fates[posting.pk] for posting in postings]


def _fate(kind: Kind, posting: Posting, result: ElementResult) -> Fate | Verdict:
    if result.ok and not result.id:
        # An allocation that was made may come back without its id: it is read on its credit note.
        return Verdict.ALREADY_EXISTS
    if result.ok:
        return Posted(result.id, result.number, result.status, result.total, result.part_id)
    if not result.messages:
        return Again("Another document of the same call was refused and took this one along.")
    account = str(posting.document.get("Account", {}).get("Code", ""))
    meaning = classify(result.messages, kind=kind.words, account=account)
    return Refused(meaning) if isinstance(meaning, Failure) else meaning


def _settle_doubts(
    client: XeroClient, postings: Sequence[Posting], verdicts: dict[int, Verdict]
) -> dict[int, Fate]:
    """Xero says it is there already, or cannot take it: perhaps because our own is there."""
    found = look_up(client, postings[0].kind, postings)
    fates: dict[int, Fate] = {}
    for posting in postings:
        fate = _fate_of_lookup(posting, found[posting.pk])
        if isinstance(fate, Again) and verdicts[posting.pk] == Verdict.ALREADY_PAID:
            fate = Refused(PermanentFailure(_PAID_OTHERWISE.format(posting=posting)))
        fates[posting.pk] = fate
    return fates


_PAID_OTHERWISE = (
    "Xero does not take {posting}: its document is settled already by something else, or is no longer approved. Look at "
    "it in Xero; then try again, or discard this."
)


def _fate_of_lookup(posting: Posting, found: Posted | Taken | Absent) -> Fate:
    if isinstance(found, Posted):
        return found
    if isinstance(found, Taken):
        if found.new_name:
            return Again(found.why, found.new_name)
        return Refused(PermanentFailure(found.why))
    return Again(f"It is not in Xero: {posting.natural_key} is sent again.")
