"""Making the documents of held postings anew, after settings or mappings have been put right."""

from __future__ import annotations

from collections.abc import Iterable

from integrations.clock import business_now
from integrations.core.money import Money
from integrations.models import Dispute, Order, Pair, Refund
from mapping.services.documents import DocumentMaker, Handling, Made
from mapping.services.records import Credit
from sync.core.books.facts import GONE
from sync.models import Posting
from sync.services.deciding import Deciding
from sync.services.disputing.cases import story
from sync.services.disputing.documents import Wanted, make
from sync.services.rulings import OF_PAYMENT, OF_REFUND, ruled_record
from sync.services.standing import handling_of


def remake(pair: Pair, postings: Iterable[Posting], deciding: Deciding | None = None) -> list[Posting]:
    """Evaluate the mappings again for postings not yet sent, in memory; those that could not be made are returned.

    A document a person has edited (it has no mapping version) stays as the person left it. `deciding` has the rulings of
    the batch in hand; else those stored count.
    """
    rows = list(postings)
    if not rows:
        return []
    if deciding is None:
        deciding = Deciding(DocumentMaker(pair, business_now()))
        deciding.load(row.order for row in rows if row.order)
    stopped = []
    for posting in rows:
        made = _made(deciding, posting)
        if made is None:
            continue
        if made.problems:
            posting.error = " ".join(problem.message for problem in made.problems)
            stopped.append(posting)
        else:
            posting.document = made.document
            posting.mapping_version_id = made.mapping_version_id
    return stopped


def _made(deciding: Deciding, posting: Posting) -> Made | None:
    is_mapped = posting.mapping_version_id is not None or not posting.document
    if not is_mapped:
        return None
    maker = deciding.maker
    if posting.dispute is not None and posting.order is not None:
        return _made_of_dispute(maker, posting, posting.dispute, posting.order)
    if posting.kind == Posting.Kind.CONTACT and posting.customer:
        return maker.contact(posting.customer, name_is_taken=False, handling=_handling(deciding, posting))
    if posting.kind in {Posting.Kind.INVOICE, Posting.Kind.INVOICE_UPDATE} and posting.order:
        return maker.invoice(
            posting.order,
            number=_number(posting),
            status=str(posting.document.get("Status", "DRAFT")),
            vendor_tx_code=str(posting.document.get("Reference", "")),
            handling=_handling(deciding, posting),
        )
    if posting.kind in {Posting.Kind.PAYMENT, Posting.Kind.OVERPAYMENT} and posting.payment:
        amount = Money(posting.amount_minor, posting.currency)
        return maker.payment(posting.payment, amount, handling=_handling(deciding, posting))
    if posting.kind in OF_REFUND and posting.refund and posting.order:
        return _made_of_refund(deciding, posting, posting.refund, posting.order)
    return None


def _made_of_dispute(maker: DocumentMaker, posting: Posting, dispute: Dispute, order: Order) -> Made:
    account = str(posting.document.get("BankAccount", {}).get("Code", ""))
    wanted = Wanted(
        posting.kind,
        posting.natural_key,
        Money(posting.amount_minor, posting.currency),
        order,
        dispute,
        story(dispute.changes.all()),
        _earlier(posting, order),
        account,
    )
    return make(maker, wanted)


def _made_of_refund(deciding: Deciding, posting: Posting, refund: Refund, order: Order) -> Made:
    amount, handling = Money(posting.amount_minor, posting.currency), _handling(deciding, posting)
    if posting.kind == Posting.Kind.REFUND:
        made = deciding.maker.refund(refund, order, amount, handling=handling)
        if made.document and "Account" in posting.document:
            # Out of the account that the sale went to, whatever the settings say by now.
            made.document["Account"] = posting.document["Account"]
        return made
    return deciding.maker.credit_note(
        refund,
        order,
        Credit(amount, refund.lines),
        earlier=_earlier(posting, order),
        number=str(posting.document.get("CreditNoteNumber", "")),
        handling=handling,
    )


def _earlier(posting: Posting, order: Order) -> list[Credit]:
    """What credit notes made before this one take back of the order. One query."""
    rows = Posting.objects.filter(order=order, kind=Posting.Kind.CREDIT_NOTE, pk__lt=posting.pk)
    live = rows.exclude(state__in=GONE).select_related("refund").order_by("pk")
    return [
        Credit(Money(row.amount_minor, row.currency), row.refund.lines if row.refund else ())
        for row in live.defer("document")
    ]


def _number(posting: Posting) -> str:
    """The number of an invoice; a correction's key is that of its order and of the event that told the change."""
    is_update = posting.kind == Posting.Kind.INVOICE_UPDATE
    return posting.natural_key.rpartition("@")[0] if is_update else posting.natural_key


def _handling(deciding: Deciding, posting: Posting) -> Handling:
    """What was ruled on the posting's record, else the mappings of the flow's own steps."""
    flows = deciding.maker.flows
    record = ruled_record(posting)
    ruling = deciding.rulings.get(record) if record else None
    if ruling is not None:
        return handling_of(ruling)
    if posting.kind in OF_REFUND:
        return deciding.plain(flows.refunds).handling
    return deciding.plain(flows.payments if posting.kind in OF_PAYMENT else flows.orders).handling
