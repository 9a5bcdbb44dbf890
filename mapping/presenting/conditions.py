"""What the builder of conditions (static/js/studio/conditions.js) is answered."""

from __future__ import annotations

from typing import Any, Final

from mapping.core.conditions.asking import Answer
from mapping.core.conditions.tree import OPERATORS, OPERATORS_OF, tree_to_json
from mapping.core.conditions.verdict import Verdict

_MENUS: Final = {
    kind: [
        {"name": name, "label": OPERATORS[name].labelled(kind), "values": OPERATORS[name].values}
        for name in names
    ]
    for kind, names in OPERATORS_OF.items()
}


def answer_as_json(given: Answer) -> dict[str, Any]:
    """`problems` name the unfinished part; `elements` counts those of a for-each."""
    return {
        "text": given.text,
        "tree": tree_to_json(given.tree) if given.tree is not None else None,
        "error": given.error or None,
        "problems": [{"at": given.at, "message": given.error}] if given.error else [],
        "fields": list(given.fields),
        "holds": given.holds,
        "verdict": _verdict(given.verdict) if given.verdict else None,
        "elements": {"met": given.met, "of": given.of} if given.of else None,
        "operators": _MENUS,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "holds": verdict.holds,
        "found": verdict.found,
        "error": verdict.error,
        "members": [_verdict(member) for member in verdict.members],
    }
