"""The checklist of a month, worked out from what is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, Q, QuerySet, Sum

from integrations.disputes.core.states import OPEN
from integrations.models import Dispute, Event, Order, Pair
from reconciliation.models import BankLine, FeeBill, MerchantAccount, Settlement, SettlementLine
from reconciliation.month_end.core.accrual import Sales, accrued
from reconciliation.month_end.core.checklist import Amount, Point
from reconciliation.month_end.figures import bounds, payments_in
from reconciliation.proof.core.lights import Proved
from reconciliation.settlements.core.rate_card import rate_card_from_json
from sync.models import Posting, Problem

_AWAITED: Final = (
    Settlement.State.EXPECTED,
    Settlement.State.STATED,
    Settlement.State.MISSING,
    Settlement.State.SHORT,
)
_LIGHTS: Final = {
    "opayo": "Opayo = our records",
    "records": "Our records = Xero + in flight",
    "xero": "Xero = our postings",
    "bank": "Clearing = not yet banked",
}
_S = Posting.State


@dataclass(frozen=True, slots=True)
class Month:
    """What the points are of."""

    pair: Pair
    first: date
    last: date


def points_of(month: Month, proved: Sequence[Proved]) -> list[Point]:
    """Every point, in the order in which they are gone through."""
    return [*_lights(proved), *(point(month) for point in _POINTS)]


def _lights(proved: Sequence[Proved]) -> Iterable[Point]:
    for equality, label in _LIGHTS.items():
        wrong = [each for each in proved if each.equality == equality and each.light == "red"]
        unknown = [each for each in proved if each.equality == equality and each.unknown and each.left.minor]
        amounts = _sums((each.currency, each.difference or _late(each)) for each in wrong)
        known = any(not each.unknown for each in proved if each.equality == equality)
        words = "It holds to the penny." if known else "No money had moved by then."
        if wrong:
            words = "; ".join(each.first.words for each in wrong if each.first) or "It does not hold."
        elif unknown:
            words = unknown[0].unknown
        yield Point(f"light_{equality}", label, words, not wrong and not unknown, amounts)


def _late(proved: Proved) -> int:
    return sum(each.minor for each in proved.alerts)


def _sums(rows: Iterable[tuple[str, int]]) -> tuple[Amount, ...]:
    sums: dict[str, int] = defaultdict(int)
    for currency, minor in rows:
        sums[currency] += minor
    return tuple(Amount(minor, currency) for currency, minor in sorted(sums.items()))


def _of(rows: QuerySet[Any], field: str = "amount_minor") -> tuple[Amount, ...]:
    grouped = rows.order_by().values("currency").annotate(minor=Sum(field)).order_by("currency")
    return tuple(Amount(int(row["minor"] or 0), row["currency"]) for row in grouped if row["currency"])


def _open_lines(month: Month) -> Point:
    rows = BankLine.objects.filter(
        pair=month.pair, booked_on__lte=month.last, state__in=[BankLine.State.OPEN, BankLine.State.SUGGESTED]
    )
    count = rows.count()
    words = (
        "Every bank line is matched, or said not to be ours."
        if not count
        else f"{_counted(count, 'bank line')} open."
    )
    return Point("open_lines", "Bank lines that nobody has explained", words, not count, _of(rows))


def _in_transit(month: Month) -> Point:
    rows = Settlement.objects.filter(pair=month.pair, settled_on__lte=month.last, state__in=_AWAITED).exclude(
        net_minor=0
    )
    late = rows.filter(due_on__lte=month.last)
    count = late.count()
    words = (
        "Nothing that was due is missing." if not count else
        f"{_counted(count, 'settlement')} due by the end of the month, and not in the bank."
    )  # fmt: skip
    return Point("in_transit", "Money in transit longer than usual", words, not count, _of(late, "net_minor"))


def _disputes(month: Month) -> Point:
    rows = Dispute.objects.filter(pair=month.pair, raised_on__lte=month.last, state__in=OPEN)
    count = rows.count()
    words = (
        "No dispute is open."
        if not count
        else f"{_counted(count, 'dispute')} open; the money is with the acquirer."
    )
    return Point("disputes", "Open disputes", words, not count, _of(rows), is_note=True)


def _accrual(month: Month) -> Point:
    """Charges of the month's sales that are neither taken from settlements nor billed yet, by the rate card."""
    amounts: dict[str, int] = defaultdict(int)
    for account in MerchantAccount.objects.filter(pair=month.pair, is_active=True):
        if account.funding == MerchantAccount.Funding.GROSS and not _is_billed(account, month):
            amounts[account.currency] += _charges(account, month)
    found = _sums((currency, minor) for currency, minor in amounts.items() if minor)
    words = "Everything is billed, or there is no rate card to reckon with." if not found else (
        "The acquirer bills these charges later. Accrue them in Xero if the month should bear them."
    )  # fmt: skip
    return Point("accrual", "Charges not billed yet", words, not found, found, is_note=True)


def _is_billed(account: MerchantAccount, month: Month) -> bool:
    return FeeBill.objects.filter(merchant_account=account, billed_on__gte=month.last).exists()


def _charges(account: MerchantAccount, month: Month) -> int:
    card = rate_card_from_json(account.rate_card)
    lines = SettlementLine.objects.filter(
        settlement__merchant_account=account, kind=SettlementLine.Kind.SALE,
        settlement__settled_on__gte=month.first, settlement__settled_on__lte=month.last,
    )  # fmt: skip
    rows = lines.values("scheme").annotate(minor=Sum("amount_minor"), n=Count("pk")).order_by()
    return accrued(card, [Sales(row["scheme"], int(row["minor"]), row["n"]) for row in rows])


def _exchange(month: Month) -> Point:
    start, end = bounds(month.pair, month.first, month.last)
    rows = Order.objects.filter(
        pair=month.pair, conversion__isnull=False, placed_at__gte=start, placed_at__lt=end
    )
    count = rows.count()
    words = (
        "No order was converted."
        if not count
        else f"{_counted(count, 'order')} converted at the rate of the day."
    )
    return Point("exchange", "Exchange rates", words, not count, _of(rows, "total_minor"), is_note=True)


def _exceptions(month: Month) -> Point:
    postings = Posting.objects.filter(pair=month.pair, state=_S.DEAD)
    events = Event.objects.filter(pair=month.pair, state=Event.State.DEAD).count()
    problems = Problem.objects.filter(pair=month.pair, resolved_at=None).count()
    count = postings.count()
    words = "None." if not (count or events or problems) else (
        f"{_counted(count, 'document')} refused by Xero, {_counted(events, 'message')} not readable, {_counted(problems, 'open problem')}."
    )  # fmt: skip
    return Point("exceptions", "Exceptions", words, not (count or events or problems), _of(postings))


def _held(month: Month) -> Point:
    return _waiting(month, "held", "Held", [_S.HELD], "held by a rule, a problem or a person.")


def _moving(month: Month) -> Point:
    states = [_S.WAITING, _S.READY, _S.SENDING, _S.RETRYING]
    return _waiting(month, "moving", "On their way to Xero", states, "not in Xero yet.")


def _waiting(month: Month, code: str, label: str, states: Sequence[str], words: str) -> Point:
    rows = Posting.objects.filter(
        pair=month.pair, state__in=states, document__Date__lte=month.last.isoformat()
    )
    count = rows.count()
    return Point(
        code, label, "None." if not count else f"{_counted(count, 'document')} {words}", not count, _of(rows)
    )


def _drafts(month: Month) -> Point:
    """Orders that wait for their payment stand in Xero as drafts: they are in no figure of the month."""
    _, end = bounds(month.pair, month.first, month.last)
    rows = Order.objects.filter(pair=month.pair, state=Order.State.OPEN, placed_at__lt=end)
    count = rows.count()
    words = (
        "None."
        if not count
        else f"{_counted(count, 'order')} without payment; in Xero such invoices are drafts."
    )
    return Point("drafts", "Drafts", words, not count, _of(rows, "total_minor"), is_note=True)


def _unmatched(month: Month) -> Point:
    rows = payments_in(month.pair, month.first, month.last).filter(Q(is_unmatched=True))
    count = rows.count()
    words = "None." if not count else f"{_counted(count, 'payment')} that no order explains."
    return Point("unmatched", "Payments without an order", words, not count, _of(rows))


_POINTS: Final[tuple[Callable[[Month], Point], ...]] = (
    _unmatched, _moving, _held, _exceptions, _drafts, _open_lines, _in_transit, _disputes, _accrual, _exchange,
)  # fmt: skip


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
