"""Taking back a slip of the hand: a decision is as if it had not been made, and nothing is learned from it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from integrations.clock import business_now
from integrations.models import AuditEntry, Pair, User
from reconciliation.locks import pair_in_hand
from reconciliation.matching.deciding import DecisionRefusedError, decided_words
from reconciliation.matching.standing import refresh
from reconciliation.matching.storing import link
from reconciliation.models import Match, MatchLink

_MAY_BE: frozenset[str] = frozenset({Match.State.CONFIRMED, Match.State.REJECTED})
_PERSON = "person"


def take_back(pair: Pair, match_ids: Iterable[int], by: User) -> list[int]:
    """Take back confirmations and rejections; what had been suggested is suggested again, as far as it is free.

    Returns the bank lines concerned. What was booked is taken back by the next booking. Raises DecisionRefusedError where one
    of them was decided otherwise since. In contrast, `deciding.undo` keeps from suggesting the same again.
    """
    with pair_in_hand(pair.pk):
        rows = Match.objects.filter(pair=pair, pk__in=list(match_ids))
        matches = list(rows.select_related("decided_by").prefetch_related("links").order_by("pk"))
        changed = next((match for match in matches if match.state not in _MAY_BE), None)
        if changed is not None or not matches:
            words = decided_words(changed) if changed else "it is not there any more"
            raise DecisionRefusedError(f"There is nothing to take back: {words}.")
        ids = [match.pk for match in matches]
        now = business_now()
        rows.filter(pk__in=ids).update(state=Match.State.TAKEN_BACK, decided_by=by, decided_at=now)
        MatchLink.objects.filter(match__in=ids).update(stands=False)
        for match in matches:
            _suggest_again(match)
        settlements, lines = _sides(matches)
        refresh(settlements, lines)
        AuditEntry.objects.bulk_create(
            AuditEntry(
                pair=pair, actor=by, action="match.taken_back", subject=str(match), data={"match": match.pk}
            )
            for match in matches
        )
    return lines


def _sides(matches: Iterable[Match]) -> tuple[list[int], list[int]]:
    links = [each for match in matches for each in match.links.all()]
    return (
        [each.settlement_id for each in links if each.settlement_id],
        [each.bank_line_id for each in links if each.bank_line_id],
    )


def _suggest_again(match: Match) -> None:
    """A new row: what was booked for the old one keeps its name, and is never taken for that of a later decision."""
    settlements, lines = _sides([match])
    taken = MatchLink.objects.filter(Q(settlement__in=settlements) | Q(bank_line__in=lines), stands=True)
    if match.method == _PERSON or taken.exists():
        return
    again = Match.objects.create(
        pair_id=match.pair_id,
        state=Match.State.SUGGESTED,
        method=match.method,
        probability=match.probability,
        margin=match.margin,
        reasons=match.reasons,
        model_version=match.model_version,
        difference_minor=match.difference_minor,
        currency=match.currency,
        decided_at=business_now(),
        undoes=match,
    )
    link(again, settlements, lines)
