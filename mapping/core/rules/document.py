"""A rule as data: when a record is like this, do that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

EffectKind = Literal["hold", "skip", "route", "tag", "set_field", "require_approval"]
EFFECT_KINDS: Final[tuple[EffectKind, ...]] = get_args(EffectKind)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule does.

    `hold`: keep the record's postings back until a person lets them go. `skip`: make no postings. `route`: use the
    mapping `value` instead of the step's own. `tag`: put the label `value` on the record. `set_field`: give the field
    `target` of the record the `value` for the steps that follow. `require_approval`: as hold, but only a second person with
    the role `value` ("operator", "administrator") may let it go. `reason` is shown to people.
    """

    kind: EffectKind
    target: str = ""
    value: Any = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One business rule. `when` is a condition (see mapping/core/conditions.py); empty means always.

    Rules run from the top; where `stop` is set and the rule applies, those below it are not asked.
    """

    id: str
    name: str
    when: str = ""
    effects: tuple[Effect, ...] = ()
    enabled: bool = True
    stop: bool = False
    note: str = ""


def rule_to_json(rule: Rule) -> dict[str, Any]:
    """Plain JSON values."""
    return {
        "id": rule.id,
        "name": rule.name,
        "when": rule.when,
        "effects": [
            {"kind": effect.kind, "target": effect.target, "value": effect.value, "reason": effect.reason}
            for effect in rule.effects
        ],
        "enabled": rule.enabled,
        "stop": rule.stop,
        "note": rule.note,
    }
