"""A signed month as a PDF: who signed, the checklist, the figures, and the proof."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.evidence_pack.pack import Block, Chapter, Facts, Grid, Pack, Words
from dashboard.evidence_pack.paper import written
from dashboard.selectors.proof import TITLES
from integrations.core.money import Money
from reconciliation.models import Period
from reconciliation.month_end.core.packs import Changed
from reconciliation.proof.core.lights import Proved, from_json


def pdf_of(period: Period, changed: Iterable[Changed]) -> bytes:
    """The pack as it was signed; what changed since is said as such."""
    pack = period.pack
    chapters = (
        Chapter("Signatures", tuple(_signatures(period))),
        Chapter("Checklist", (_checklist(pack),)),
        Chapter("Figures", (_figures(pack),)),
        Chapter(
            "Proof at the end of the month",
            tuple(_proof(pack)),
            "" if _has_proof(pack) else "Nothing to prove.",
        ),
        Chapter("Changes after it was signed", tuple(_changes(changed))),
    )
    made = f"{period.prepared_at:%-d %B %Y %H:%M} UTC" if period.prepared_at else ""
    return written(Pack(f"Month end, {period}", pack["merchant"], made, chapters, "Month end"))


def _signatures(period: Period) -> Iterable[Block]:
    pack = period.pack
    rows = (
        ("Month", f"{pack['starts_on']} to {pack['ends_on']} ({pack['zone']})"),
        ("Prepared by", f"{pack['prepared_by']}, {pack['prepared_at'][:16].replace('T', ' ')} UTC"),
        ("Reviewed by", _reviewed(pack)),
        (
            "Log of events",
            f"{pack['chain']['sequence']} messages, ending in {pack['chain']['hash'] or 'none'}",
        ),
        ("Proof hash (SHA-256)", period.proof_hash),
    )
    yield Facts(rows)
    yield Words(
        (
            "The proof hash is the SHA-256 of the signed figures, checklist and proof in their canonical form. The same month "
            "with any other figure has another hash.",
        )
    )


def _reviewed(pack: Mapping[str, Any]) -> str:
    if "reviewed_by" not in pack:
        return "not yet"
    return f"{pack['reviewed_by']}, {pack['closed_at'][:16].replace('T', ' ')} UTC"


def _checklist(pack: Mapping[str, Any]) -> Grid:
    rows = tuple(
        (point["label"], point["words"], _amounts(point["amounts"]), point["note"])
        for point in pack["checklist"]
    )
    return Grid(("Point", "How it stood", "Money", "Note"), rows, frozenset({2}), (3, 5, 2, 3))


def _amounts(amounts: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(str(Money(each["minor"], each["currency"])) for each in amounts)


def _figures(pack: Mapping[str, Any]) -> Grid:
    rows = tuple(
        (row["name"].capitalize(), str(row["count"] or ""), str(Money(row["minor"], row["currency"])))
        for row in pack["figures"]
    )
    return Grid(("Figure", "Documents", "Money"), rows, frozenset({1, 2}), (6, 2, 3))


def _has_proof(pack: Mapping[str, Any]) -> bool:
    return next(iter(_proof(pack)), None) is not None


def _proof(pack: Mapping[str, Any]) -> Iterable[Block]:
    for row in pack["proof"]:
        proved = from_json(row)
        if proved.left.minor or proved.right or proved.breaks:
            yield _equality(proved)


def _equality(proved: Proved) -> Grid:
    rows = [(proved.left.label, _money(proved.left.minor, proved))]
    rows += [(term.label, _money(term.minor, proved)) for term in proved.right]
    rows += [(proved.unknown, "")] if proved.unknown else [("Difference", _money(proved.difference, proved))]
    rows += [
        (f"{each.words}: {each.why}", _money(each.minor, proved)) for each in (*proved.breaks, *proved.alerts)
    ]
    where = f", account {proved.account}" if proved.account else ""
    return Grid(
        ("", proved.currency),
        tuple(rows),
        frozenset({1}),
        (5, 2),
        f"{TITLES[proved.equality]}{where}: {proved.light}",
    )


def _money(minor: int, proved: Proved) -> str:
    return str(Money(minor, proved.currency))


def _changes(changed: Iterable[Changed]) -> Iterable[Block]:
    rows = tuple(
        (
            each.name.capitalize(),
            str(Money(each.then_minor, each.currency)),
            str(Money(each.now_minor, each.currency)),
        )
        for each in changed
    )
    yield (
        Grid(("Figure", "Signed", "Now"), rows, frozenset({1, 2}))
        if rows
        else Words(("None when this was printed.",))
    )
