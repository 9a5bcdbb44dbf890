"""Orders, payments and refunds as the plan sees them, and postings as delivery leaves them."""

from __future__ import annotations

from sync.core.books import OrderFacts, PaymentFacts, PostingFacts, RefundFacts

Book = dict[tuple[str, str], PostingFacts]
TOTAL = 3834


def order(*payments: PaymentFacts, total: int = TOTAL, closed: bool = False) -> OrderFacts:
    return OrderFacts("HF-1", total, is_postable=True, is_closed=closed, payments=payments)


def captured(code: str = "HF-1-1", amount: int = TOTAL) -> PaymentFacts:
    return PaymentFacts(code, "captured", amount)


def refund(amount: int = TOTAL, code: str = "R1", of: str = "HF-1-1", *, lines: bool = False) -> RefundFacts:
    return RefundFacts(code, of, amount, names_lines=lines)


def posted(kind: str, key: str, amount: int = TOTAL, status: str = "") -> PostingFacts:
    return PostingFacts(kind, key, "posted", amount, status)


def book(*rows: PostingFacts) -> Book:
    return {(row.kind, row.key): row for row in rows}


def paid_book(amount: int = TOTAL) -> Book:
    """The books of an order of TOTAL that was paid with `amount` at once."""
    rows = [posted("invoice", "HF-1", status="AUTHORISED"), posted("payment", "HF-1-1", min(amount, TOTAL))]
    if amount > TOTAL:
        rows.append(posted("overpayment", "HF-1-1", amount - TOTAL))
    return book(*rows)


def clearing_minor(postings: Book) -> int:
    """What the postings that stand, or are to be sent, leave on the clearing account."""
    signs = {
        "payment": 1, "overpayment": 1, "refund": -1, "payment_delete": -1, "overpayment_delete": -1,
        "refund_delete": 1,
    }  # fmt: skip
    total = 0
    for (kind, key), posting in postings.items():
        if kind not in signs or posting.state == "cancelled":
            continue
        total += signs[kind] * posting.amount_minor
        undone = {"payment": "payment_delete", "overpayment": "overpayment_delete", "refund": "refund_delete"}
        if posting.state == "reversed":
            assert (undone[kind], key) in postings, "only an undo takes back what was sent"
    return total
