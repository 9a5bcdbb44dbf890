"""An acquirer's monthly bill: checked against the rate card, kept, and awaited at the bank as what it will collect."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from integrations.core.files.tables import UnreadableFileError, read_table
from integrations.events.services import store_event
from integrations.models import AuditEntry, Event, Pair, User
from reconciliation.locks import pair_in_hand
from reconciliation.models import FeeBill, MerchantAccount, Settlement, SettlementLine
from reconciliation.settlements.core.bills import Bill, NotABillError, read_bills
from reconciliation.settlements.core.rate_card import CheckedLine, check, rate_card_from_json
from reconciliation.settlements.importing import StatementRefusedError

FEE_BILL = "fee_bill"


def check_bills(pair: Pair, content: bytes) -> list[tuple[Bill, list[CheckedLine]]]:
    """Every bill of a file beside the rate card of its merchant account. Changes nothing.

    Raises StatementRefusedError with every bad row, and for a merchant number that is not known.
    """
    bills = _read(content)
    return [(bill, check(bill.lines, rate_card_from_json(_account(pair, bill).rate_card))) for bill in bills]


def import_bills(pair: Pair, content: bytes, *, filename: str = "", by: User | None = None) -> list[FeeBill]:
    """Take in a file of bills as a whole; those that are known already are left as they are.

    Each becomes a bill in Xero, and its collection is awaited at the bank. Raises what `check_bills` raises.
    """
    checked = check_bills(pair, content)
    with pair_in_hand(pair.pk):
        event_id, _ = store_event(
            pair_id=pair.pk,
            connection_id=None,
            source=Event.Source.ACQUIRER,
            kind=FEE_BILL,
            dedupe_key=f"{FEE_BILL}:{sha256(content).hexdigest()}",
            body=content,
            headers={"filename": filename[:200]} if filename else {},
            authenticity=Event.Authenticity.FETCHED,
            state=Event.State.PROCESSED,
        )
        made = [kept for bill, lines in checked if (kept := _keep(pair, event_id, bill, lines)) is not None]
        if made:
            AuditEntry.objects.create(
                pair=pair, actor=by, action="fee_bills.imported", subject=filename[:120],
                data={"event": event_id, "bills": [bill.reference for bill in made]},
            )  # fmt: skip
    return made


def _read(content: bytes) -> list[Bill]:
    try:
        bills, bad = read_bills(read_table(content))
    except (UnreadableFileError, NotABillError) as error:
        raise StatementRefusedError(str(error)) from error
    if bad:
        words = f"Nothing was imported. Row {bad[0].number}: {' '.join(bad[0].problems)}"
        raise StatementRefusedError(words, tuple(bad))
    return bills


def _account(pair: Pair, bill: Bill) -> MerchantAccount:
    account = MerchantAccount.objects.filter(pair=pair, mid=bill.mid, currency=bill.currency).first()
    if account is None:
        raise StatementRefusedError(
            f"Bill {bill.reference} is for merchant number {bill.mid} in {bill.currency}, which is not known. Import a "
            "statement of it first, or enter it under Settings, Merchant accounts."
        )
    return account


def _keep(pair: Pair, event_id: int, bill: Bill, lines: Sequence[CheckedLine]) -> FeeBill | None:
    account = _account(pair, bill)
    if FeeBill.objects.filter(merchant_account=account, reference=bill.reference).exists():
        return None
    return FeeBill.objects.create(
        pair=pair,
        merchant_account=account,
        event_id=event_id,
        reference=bill.reference,
        billed_on=bill.billed_on,
        currency=bill.currency,
        total_minor=bill.total_minor,
        vat_minor=bill.vat_minor,
        over_minor=sum(line.over_minor for line in lines),
        lines=[_plain(line) for line in lines],
        settlement=_collection(pair, account, event_id, bill),
    )


def _plain(checked: CheckedLine) -> dict[str, Any]:
    line = checked.line
    return {
        "kind": line.kind,
        "name": line.name,
        "words": line.words,
        "quantity": line.quantity,
        "volume_minor": line.volume_minor,
        "net_minor": line.net_minor,
        "vat_minor": line.vat_minor,
        "should_be": checked.should_be,
        "over_minor": checked.over_minor,
    }


def _collection(pair: Pair, account: MerchantAccount, event_id: int, bill: Bill) -> Settlement:
    """The direct debit by which the acquirer collects a bill."""
    made = Settlement.objects.create(
        pair=pair,
        merchant_account=account,
        reference=bill.reference,
        settled_on=bill.billed_on,
        due_on=bill.due_on,
        currency=bill.currency,
        net_minor=-bill.total_minor,
        state=Settlement.State.STATED if bill.total_minor else Settlement.State.NOTHING,
        statement_event_id=event_id,
    )
    SettlementLine.objects.bulk_create(
        SettlementLine(
            settlement=made,
            identity=f"{number}:{line.kind}:{line.name}"[:120],
            kind=SettlementLine.Kind.FEE,
            fee_kind=line.kind[:40],
            amount_minor=-line.net_minor - line.vat_minor,
            vat_minor=-line.vat_minor,
        )
        for number, line in enumerate(bill.lines, 1)
    )
    return made
