"""Making the documents of held postings anew, after settings or mappings have been put right."""

from __future__ import annotations

from collections.abc import Iterable

from integrations.clock import business_now
from integrations.core.money import Money
from integrations.models import Pair
from mapping.services.documents import DocumentMaker, Made
from sync.models import Posting


def remake(pair: Pair, postings: Iterable[Posting]) -> None:
    """Evaluate the mappings again for postings not yet sent, in memory.

    A document a person has edited (it has no mapping version) stays as the person left it.
    """
    maker = DocumentMaker(pair, business_now())
    for posting in postings:
        made = _made(maker, posting)
        if made is not None and not made.problems:
            posting.document = made.document
            posting.mapping_version_id = made.mapping_version_id


def _made(maker: DocumentMaker, posting: Posting) -> Made | None:
    is_mapped = posting.mapping_version_id is not None or not posting.document
    if not is_mapped:
        return None
    if posting.kind == Posting.Kind.CONTACT and posting.customer:
        return maker.contact(posting.customer, name_is_taken=False)
    if posting.kind == Posting.Kind.INVOICE and posting.order:
        return maker.invoice(
            posting.order,
            number=posting.natural_key,
            status=str(posting.document.get("Status", "DRAFT")),
            vendor_tx_code=str(posting.document.get("Reference", "")),
        )
    if posting.kind in {Posting.Kind.PAYMENT, Posting.Kind.OVERPAYMENT} and posting.payment:
        return maker.payment(posting.payment, Money(posting.amount_minor, posting.currency))
    return None
