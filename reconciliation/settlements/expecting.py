"""Expected money: when it is due, and an alert with the amount and the payments in it when it does not come."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db.models import Max

from integrations.core.money import Money
from integrations.models import Dispute, Pair
from reconciliation.alerts import Alert, keep_alerts
from reconciliation.matching.standing import last_bank_day, open_state
from reconciliation.models import Match, MatchLink, MerchantAccount, Settlement, SettlementLine, StatementFile
from reconciliation.settlements.core.lag import learned_lag
from reconciliation.settlements.core.lateness import lateness
from reconciliation.settlements.due import due_day

_AWAITED: Final = (Settlement.State.EXPECTED, Settlement.State.STATED, Settlement.State.MISSING)
_LEARNED_FROM: Final = 60
_NAMED: Final = 5
_LOOKED_BACK: Final = timedelta(days=120)
_ASK = "Ask {acquirer} about it. This closes by itself when the money is matched."


def look_for_late_money(pair: Pair) -> None:
    """Mark settlements whose money has not come, and open or close the alerts about them."""
    seen_to = _seen_to(pair)
    overdue: dict[str, Alert] = {}
    for settlement in _awaited(pair):
        verdict = lateness(settlement.due_on, seen_to.get(settlement.currency))
        state = Settlement.State.MISSING if verdict else open_state(settlement)
        if settlement.state != state:
            settlement.state = state
            settlement.save(update_fields=["state", "updated_at"])
        if verdict:
            overdue[str(settlement)] = _overdue(settlement, verdict)
    keep_alerts(pair, "settlement_missing", overdue)
    keep_alerts(pair, "settlement_short", {**_short_matches(pair), **_short_suggestions(pair)})


def _seen_to(pair: Pair) -> dict[str, date]:
    """By currency, the last day of which a bank statement was imported."""
    rows = StatementFile.objects.filter(pair=pair, ends_on__isnull=False)
    grouped = rows.values("bank_account__currency").annotate(last=Max("ends_on")).order_by()
    return {row["bank_account__currency"]: row["last"] for row in grouped}


def _awaited(pair: Pair) -> list[Settlement]:
    rows = Settlement.objects.filter(pair=pair, state__in=_AWAITED).exclude(net_minor=0)
    return list(rows.exclude(match_links__stands=True).select_related("merchant_account").order_by("pk"))


def _overdue(settlement: Settlement, verdict: str) -> Alert:
    money = Money(settlement.net_minor, settlement.currency)
    account = settlement.merchant_account
    return Alert(
        f"{money} of {account.acquirer} (settlement {settlement.reference}, {_contents(settlement)}) should have reached "
        f"the bank on {settlement.due_on:%-d %B %Y}. It is {verdict}.",
        _ASK.format(acquirer=account.acquirer),
    )


def _contents(settlement: Settlement) -> str:
    """How many sales and refunds are in it, and which, as far as they can be named shortly."""
    lines = list(settlement.lines.filter(kind__in=["sale", "refund"]).select_related("payment", "refund"))
    names = [name for line in lines if (name := _name(line))]
    shown = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    count = f"{len(lines)} payments and refunds"
    return f"{count}: {shown}" if shown else count


def _name(line: SettlementLine) -> str:
    if line.payment is not None:
        return line.payment.vendor_tx_code
    return line.refund.vendor_tx_code if line.refund is not None else line.vendor_tx_code


def _short_matches(pair: Pair) -> dict[str, Alert]:
    """Settlements that are matched with another sum, which nobody has explained yet."""
    rows = Settlement.objects.filter(
        pair=pair, state=Settlement.State.SHORT, match_links__stands=True
    ).select_related("merchant_account")
    found = {}
    for settlement in rows:
        match = Match.objects.get(links__settlement=settlement, links__stands=True)
        found[str(settlement)] = Alert(
            f"What the bank received for settlement {settlement.reference} of {settlement.merchant_account.acquirer} is "
            f"{_more_or_less(match)} than it should be.",
            "Open the settlement and say why: a fee, a refund, rounding, or money that comes on another day.",
        )
    return found


def _short_suggestions(pair: Pair) -> dict[str, Alert]:
    """Bank lines that name a settlement, but bring another sum."""
    links = MatchLink.objects.filter(
        match__pair=pair, match__state=Match.State.SUGGESTED, settlement__isnull=False
    ).exclude(match__difference_minor=0)
    return {
        str(link.settlement): Alert(
            f"A bank line seems to be settlement {link.settlement.reference} of "
            f"{link.settlement.merchant_account.acquirer}, but is {_more_or_less(link.match)} than it.",
            "Look at the suggestion: match them and say why they differ, or wait for the rest to come.",
        )
        for link in links.select_related("match", "settlement__merchant_account")
        if link.settlement is not None
    }


def _more_or_less(match: Match) -> str:
    money = Money(abs(match.difference_minor), match.currency)
    return f"{money} {'less' if match.difference_minor < 0 else 'more'}"


def learn_lags(pair: Pair) -> None:
    """How long each merchant account takes to pay, from what is matched; what is awaited is due accordingly."""
    for account in MerchantAccount.objects.filter(pair=pair, is_active=True):
        lag = learned_lag(_payments_of(account))
        if lag is None or lag == account.lag_days:
            continue
        account.lag_days = lag
        account.save(update_fields=["lag_days"])
        # What an acquirer has stated is due on the day it says.
        awaited = Settlement.objects.filter(
            merchant_account=account, state__in=_AWAITED, statement_event=None
        )
        for settlement in awaited:
            settlement.due_on = due_day(account, settlement.settled_on)
            settlement.save(update_fields=["due_on", "updated_at"])


def _payments_of(account: MerchantAccount) -> list[tuple[date, date]]:
    links = MatchLink.objects.filter(
        settlement__merchant_account=account, stands=True, match__difference_minor=0
    ).select_related("match", "settlement")
    found = []
    for link in links.order_by("-settlement__settled_on")[:_LEARNED_FROM]:
        banked_on = last_bank_day(link.match)
        if link.settlement is not None and banked_on is not None:
            found.append((link.settlement.settled_on, banked_on))
    return found


def look_for_untold(pair: Pair, today: date) -> None:
    """Chargebacks that no notice told of, items that an acquirer settled twice, and adjustments nobody has explained."""
    recent = SettlementLine.objects.filter(
        settlement__pair=pair, settlement__settled_on__gte=today - _LOOKED_BACK
    ).select_related("settlement__merchant_account")
    known = set(Dispute.objects.filter(pair=pair).values_list("case_id", flat=True))
    chargebacks = [
        line for line in recent.filter(kind=SettlementLine.Kind.CHARGEBACK) if line.case_id not in known
    ]
    keep_alerts(
        pair,
        "chargeback_untold",
        {f"{line.settlement} {line.case_id}": _untold(line) for line in chargebacks},
    )
    twice = recent.filter(tie__method="settled_twice")
    keep_alerts(pair, "settled_twice", {f"{line.settlement} {line.identity}": _twice(line) for line in twice})

    odd = recent.filter(
        kind=SettlementLine.Kind.ADJUSTMENT, fee_kind="", settlement__statement_event__isnull=False
    )
    keep_alerts(
        pair, "settlement_adjustment", {f"{line.settlement} {line.identity}": _odd(line) for line in odd}
    )


def _odd(line: SettlementLine) -> Alert:
    money = Money(line.amount_minor, line.settlement.currency)
    return Alert(
        f"{line.settlement.merchant_account.acquirer} adjusted settlement {line.settlement.reference} by {money} without "
        "saying what for. It is not booked.",
        "Open the settlement and say what it is: a fee, a refund, rounding, exchange or something else.",
    )


def _untold(line: SettlementLine) -> Alert:
    money = Money(abs(line.amount_minor), line.settlement.currency)
    case = f"case {line.case_id}" if line.case_id else "no case number"
    return Alert(
        f"{line.settlement.merchant_account.acquirer} took {money} for a chargeback ({case}) in settlement "
        f"{line.settlement.reference}, but no dispute is known. It is not booked.",
        "Enter the dispute, or import the acquirer's dispute file: the money is booked with it.",
    )


def _twice(line: SettlementLine) -> Alert:
    money = Money(line.amount_minor, line.settlement.currency)
    return Alert(
        f"{line.settlement.merchant_account.acquirer} settled {money} in {line.settlement.reference} that another "
        f"settlement has already. {line.tie['reasons'][0]}",
        "Ask the acquirer whether it is paid twice.",
    )
