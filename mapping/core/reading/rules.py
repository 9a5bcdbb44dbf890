"""Business rules out of JSON."""

from __future__ import annotations

from typing import Any, cast

from mapping.core.reading.form import Form
from mapping.core.rules.document import EFFECT_KINDS, Effect, EffectKind, Rule


def rule_of(form: Form, value: Any, where: str) -> Rule:
    """One rule; faults go to `form`."""
    data = form.object(value, where)
    return Rule(
        id=form.id(data, where),
        name=form.text(data, "name", where),
        when=form.text(data, "when", where),
        effects=tuple(
            _effect(form, item, f"An effect of {where.lower()}") for item in form.list(data, "effects", where)
        ),
        enabled=form.flag(data, "enabled", where, default=True),
        stop=form.flag(data, "stop", where, default=False),
        note=form.text(data, "note", where),
    )


def _effect(form: Form, value: Any, where: str) -> Effect:
    data = form.object(value, where)
    return Effect(
        kind=cast(EffectKind, form.choice(data, "kind", where, EFFECT_KINDS)),
        target=form.text(data, "target", where),
        value=form.free(data.get("value"), where),
        reason=form.text(data, "reason", where),
    )
