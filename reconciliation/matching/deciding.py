"""What people decide about matches. Each act is on the audit log, and each can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from integrations.clock import business_now
from integrations.core.failures import PermanentFailure
from integrations.core.money import Money
from integrations.models import AccountRole, AuditEntry, Pair, User
from reconciliation.core.differences import Closing, refusal
from reconciliation.locks import pair_in_hand
from reconciliation.matching.ruling import SAID_OURS
from reconciliation.matching.standing import refresh
from reconciliation.matching.storing import link
from reconciliation.models import BankAccount, BankLine, Match, MatchLink, Settlement, SettlementLine

DIFFERENCES: Final = {
    "fee": "A fee that the acquirer kept",
    "refund": "A refund, which is booked by itself",
    "dispute": "A dispute, which is booked by itself",
    "rounding": "Rounding",
    "fx": "Exchange",
    "date": "The rest comes on another day",
    "other": "Something else: another account",
}
"""Why bank lines and settlements may differ."""
BOOKED_DIFFERENCES: Final = frozenset({"fee", "rounding", "fx", "other"})
"""Those for which an adjustment is booked."""
_PERSON: Final = "person"
_OURS: Final = {"code": SAID_OURS, "words": "A person says that it is ours; rules leave it alone."}
_CERTAIN: Final = Decimal(1)


class DecisionRefusedError(PermanentFailure):
    """The act is not possible as things stand; the message says why."""


def confirm(
    match: Match, by: User, *, difference_kind: str = "", account: str = "", reason: str = ""
) -> Match:
    """A person says that a suggestion is right. Raises DecisionRefusedError where it no longer can be.

    Where the money differs, `difference_kind` says why, and an adjustment is booked for it, against `account` where the kind
    is "other"; without one the settlement is short (or over) until somebody says.
    """
    with pair_in_hand(match.pair_id):
        fresh = _fresh(match)
        if fresh.state not in {Match.State.SUGGESTED, Match.State.AUTO}:
            raise DecisionRefusedError(f"Not any more: {decided_words(fresh)}.")
        settlements, lines = _sides(fresh)
        _check_free(fresh.pair, settlements, lines, apart_from=fresh)
        closing = Closing(difference_kind, account)
        _check_difference(fresh.pair, fresh.difference_minor, fresh.currency, closing)
        fresh.state = Match.State.CONFIRMED
        fresh.decided_by, fresh.decided_at = by, business_now()
        _close(fresh, closing)
        fresh.save()
        _stand(fresh, settlements, lines)
        _record(fresh, by, "match.confirmed", reason)
    return fresh


def reject(match: Match, by: User, *, reason: str = "") -> None:
    """A person says that a suggestion is wrong; it is not offered again."""
    with pair_in_hand(match.pair_id):
        fresh = _fresh(match)
        if fresh.state != Match.State.SUGGESTED:
            raise DecisionRefusedError(
                f"Only a suggestion can be rejected: {decided_words(fresh)}. A match that stands can be undone."
            )
        _put_down(fresh, Match.State.REJECTED, by)
        _record(fresh, by, "match.rejected", reason)


def undo(match: Match, by: User, *, reason: str = "") -> None:
    """A match that stands does so no more; what was booked for it is taken back. It is not made again by itself."""
    with pair_in_hand(match.pair_id):
        fresh = _fresh(match)
        if not fresh.stands:
            raise DecisionRefusedError("This match does not stand, so there is nothing to undo.")
        _put_down(fresh, Match.State.UNDONE, by)
        _record(fresh, by, "match.undone", reason)


def group(  # noqa: PLR0913 - what a person says when putting lines together
    pair: Pair,
    settlement_ids: Iterable[int],
    bank_line_ids: Iterable[int],
    by: User,
    *,
    difference_kind: str = "",
    account: str = "",
    reason: str = "",
    undoes: Match | None = None,
) -> Match:
    """A person says that these settlements and these bank lines are the same money; their suggestions are put down.

    Raises DecisionRefusedError: nothing on a side, several currencies, already matched, a difference that cannot be closed
    that way.
    """
    with pair_in_hand(pair.pk):
        settlements, lines = _rows(pair, settlement_ids, bank_line_ids)
        _check_free(pair, settlements, lines)
        difference = sum(line.amount_minor for line in lines) - sum(each.net_minor for each in settlements)
        closing = Closing(difference_kind, account)
        _check_difference(pair, difference, lines[0].currency, closing)
        made = Match(
            pair=pair,
            state=Match.State.CONFIRMED,
            method=_PERSON,
            probability=_CERTAIN,
            reasons=[{"code": _PERSON, "words": reason or "Put together by a person."}],
            difference_minor=difference,
            currency=lines[0].currency,
            decided_by=by,
            decided_at=business_now(),
            undoes=undoes,
        )
        _close(made, closing)
        made.save()
        link(made, [each.pk for each in settlements], [line.pk for line in lines])
        _stand(made, settlements, lines)
        _record(made, by, "match.grouped", reason)
    return made


def split(  # noqa: PLR0913 - what a person says when taking lines apart
    match: Match,
    settlement_ids: Iterable[int],
    bank_line_ids: Iterable[int],
    by: User,
    *,
    difference_kind: str = "",
    account: str = "",
    reason: str = "",
) -> Match:
    """Of a match that stands only these remain together; the rest is open again. One act, undone as one."""
    with pair_in_hand(match.pair_id):
        undo(match, by, reason=reason or "Taken apart.")
        return group(
            match.pair, settlement_ids, bank_line_ids, by,
            difference_kind=difference_kind, account=account, reason=reason, undoes=match,
        )  # fmt: skip


def explain_difference(match: Match, kind: str, by: User, *, account: str = "", reason: str = "") -> Match:
    """Say why the money of a match that stands differs from its settlements; an adjustment is booked, or taken back."""
    with pair_in_hand(match.pair_id):
        fresh = _fresh(match)
        if not fresh.stands or not fresh.difference_minor:
            raise DecisionRefusedError("There is no difference to explain.")
        closing = Closing(kind, account)
        _check_difference(fresh.pair, fresh.difference_minor, fresh.currency, closing)
        _close(fresh, closing)
        fresh.save(update_fields=["difference_kind", "difference_account"])
        settlements, lines = _sides(fresh)
        refresh([each.pk for each in settlements], [line.pk for line in lines])
        _record(fresh, by, "match.explained", reason)
    return fresh


def explain_adjustment(line: SettlementLine, kind: str, by: User, *, reason: str = "") -> None:
    """Say what an adjustment of an acquirer's statement is; it is booked accordingly."""
    settlement = line.settlement
    with pair_in_hand(settlement.pair_id):
        if line.kind != SettlementLine.Kind.ADJUSTMENT or kind not in BOOKED_DIFFERENCES:
            raise DecisionRefusedError(f"An adjustment is one of {', '.join(sorted(BOOKED_DIFFERENCES))}.")
        words = reason or DIFFERENCES[kind]
        SettlementLine.objects.filter(settlement=settlement, identity=line.identity).update(
            fee_kind=kind, tie={"method": _PERSON, "reasons": [words]}
        )
        data = {"line": line.identity, "kind": kind, "amount_minor": line.amount_minor}
        _audit(settlement.pair, by, "settlement.adjustment_explained", settlement.reference, reason, data)


def mark_not_ours(pair: Pair, bank_line_ids: Iterable[int], by: User, *, reason: str = "") -> int:
    """These bank lines have nothing to do with an acquirer; returns how many were open until now."""
    with pair_in_hand(pair.pk):
        rows = BankLine.objects.filter(pair=pair, pk__in=list(bank_line_ids))
        ids = list(rows.exclude(match_links__stands=True).values_list("pk", flat=True))
        offered = Match.objects.filter(state=Match.State.SUGGESTED, links__bank_line__in=ids).distinct()
        for match in offered:
            _put_down(match, Match.State.SUPERSEDED, by)
        BankLine.objects.filter(pk__in=ids).update(state=BankLine.State.NOT_OURS, remarks=[])
        _audit(pair, by, "bank_line.not_ours", f"{len(ids)} bank lines", reason, {"ids": ids})
    return len(ids)


def mark_ours(pair: Pair, bank_line_ids: Iterable[int], by: User, *, reason: str = "") -> int:
    """Take that back: these bank lines are looked at again."""
    with pair_in_hand(pair.pk):
        rows = BankLine.objects.filter(pair=pair, pk__in=list(bank_line_ids), state=BankLine.State.NOT_OURS)
        ids = list(rows.values_list("pk", flat=True))
        BankLine.objects.filter(pk__in=ids).update(state=BankLine.State.OPEN, remarks=[_OURS])
        _audit(pair, by, "bank_line.ours", f"{len(ids)} bank lines", reason, {"ids": ids})
    return len(ids)


def decided_words(match: Match) -> str:
    """What became of a match, and by whom: "confirmed by ada@example.com"."""
    words = "confirmed" if match.state == Match.State.CONFIRMED else match.get_state_display().lower()
    return f"{words} by {match.decided_by}" if match.decided_by else words


def _fresh(match: Match) -> Match:
    return Match.objects.select_related("pair", "decided_by").get(pk=match.pk)


def _sides(match: Match) -> tuple[list[Settlement], list[BankLine]]:
    links = match.links.select_related("settlement", "bank_line").order_by("pk")
    return (
        [row.settlement for row in links if row.settlement],
        [row.bank_line for row in links if row.bank_line],
    )


def _rows(
    pair: Pair, settlement_ids: Iterable[int], bank_line_ids: Iterable[int]
) -> tuple[list[Settlement], list[BankLine]]:
    settlements = list(Settlement.objects.filter(pair=pair, pk__in=list(settlement_ids)).order_by("pk"))
    lines = list(BankLine.objects.filter(pair=pair, pk__in=list(bank_line_ids)).order_by("pk"))
    if not settlements or not lines:
        raise DecisionRefusedError("Choose at least one settlement and one bank line.")
    if len({each.currency for each in settlements} | {line.currency for line in lines}) > 1:
        raise DecisionRefusedError("Money of different currencies cannot be matched.")
    return settlements, lines


def _check_free(
    pair: Pair,
    settlements: Sequence[Settlement],
    lines: Sequence[BankLine],
    apart_from: Match | None = None,
) -> None:
    standing = MatchLink.objects.filter(match__pair=pair, stands=True).exclude(match=apart_from)
    taken = standing.filter(settlement__in=settlements).select_related("settlement").first()
    if taken is not None:
        raise DecisionRefusedError(f"{taken.settlement} is matched already. Undo that match first.")
    taken = standing.filter(bank_line__in=lines).select_related("bank_line").first()
    if taken is not None and taken.bank_line is not None:
        money = Money(taken.bank_line.amount_minor, taken.bank_line.currency)
        raise DecisionRefusedError(
            f"The bank line of {money} on {taken.bank_line.booked_on} is matched already. Undo that match first."
        )


def _check_difference(pair: Pair, minor: int, currency: str, closing: Closing) -> None:
    """Nothing said is allowed: the settlement is short then, and shown as such."""
    if not closing.kind:
        return
    if closing.kind not in DIFFERENCES:
        raise DecisionRefusedError(f"A difference is one of {', '.join(DIFFERENCES)}.")
    words = refusal(
        minor, closing, cap=pair.rounding_cap_minor, currency=currency, forbidden=money_accounts(pair)
    )
    if words:
        raise DecisionRefusedError(words)


def money_accounts(pair: Pair) -> frozenset[str]:
    """Codes of the pair's bank and clearing accounts: an adjustment against one of them would only hide a difference."""
    roles = pair.account_roles.filter(role__in=[AccountRole.Role.CLEARING, AccountRole.Role.BANK])
    banks = BankAccount.objects.filter(pair=pair)
    return frozenset(roles.values_list("account_code", flat=True)) | frozenset(
        banks.values_list("account_code", flat=True)
    )


def _close(match: Match, closing: Closing) -> None:
    has_gap = bool(match.difference_minor)
    match.difference_kind = closing.kind if has_gap else ""
    match.difference_account = closing.account if has_gap and closing.kind == "other" else ""


def _stand(match: Match, settlements: Sequence[Settlement], lines: Sequence[BankLine]) -> None:
    """The match counts from now on; other suggestions about the same are none any more."""
    match.links.update(stands=True)
    rivals = Match.objects.filter(state=Match.State.SUGGESTED, links__settlement__in=settlements)
    rivals |= Match.objects.filter(state=Match.State.SUGGESTED, links__bank_line__in=lines)
    ids = list(rivals.exclude(pk=match.pk).values_list("pk", flat=True))
    Match.objects.filter(pk__in=ids).update(state=Match.State.SUPERSEDED)
    touched = list(
        MatchLink.objects.filter(match__in=[*ids, match.pk]).values_list("settlement", "bank_line")
    )
    refresh([pk for pk, _ in touched if pk], [pk for _, pk in touched if pk])


def _put_down(match: Match, state: str, by: User) -> None:
    match.state, match.decided_by, match.decided_at = state, by, business_now()
    match.save(update_fields=["state", "decided_by", "decided_at"])
    match.links.update(stands=False)
    settlements, lines = _sides(match)
    refresh([each.pk for each in settlements], [line.pk for line in lines])


def _record(match: Match, by: User, action: str, reason: str) -> None:
    settlements, lines = _sides(match)
    data = {
        "match": match.pk,
        "method": match.method,
        "settlements": [each.reference for each in settlements],
        "bank_lines": [line.pk for line in lines],
        "difference_minor": match.difference_minor,
        "difference_kind": match.difference_kind,
    }
    _audit(match.pair, by, action, ", ".join(each.reference for each in settlements), reason, data)


def _audit(pair: Pair, by: User, action: str, subject: str, reason: str, data: dict[str, Any]) -> None:
    AuditEntry.objects.create(
        pair=pair, actor=by, action=action, subject=subject[:120], reason=reason, data=data
    )
