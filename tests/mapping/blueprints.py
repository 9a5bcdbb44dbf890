"""Blueprints of every shape, for property tests, and a small one to begin with."""

from __future__ import annotations

from typing import Any, get_args

from hypothesis import strategies as st

from mapping.core.blueprint import Blueprint
from mapping.core.document import Check, Collection, MappingDocument, Row, TransformUse
from mapping.core.flows.document import MODES, STEP_KINDS, TRIGGERS, Flow, Step
from mapping.core.rules.document import Effect, EffectKind, Rule
from mapping.core.tables import Table

names = st.text("abc0_-", max_size=3).map(lambda end: f"n{end}")
_letters = st.characters(exclude_characters="\x00", exclude_categories=["Cs"])
words = st.text(_letters, max_size=4)
filled = st.text(_letters, min_size=1, max_size=4)
literals: st.SearchStrategy[Any] = st.recursive(
    st.one_of(words, st.integers(), st.booleans(), st.none(), st.decimals(allow_nan=False).map(str)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(filled, inner, max_size=2)),
    max_leaves=3,
)
settings = st.dictionaries(filled, literals, max_size=2)
uses = st.builds(TransformUse, filled, settings)
rows = st.builds(
    Row,
    filled,
    filled,
    st.lists(filled, max_size=2).map(tuple),
    st.lists(uses, max_size=2).map(tuple),
    words,
    words,
)
collections = st.builds(Collection, filled, filled, words)
checks = st.builds(Check, filled, filled, st.sampled_from(["stop", "warn"]))


def _unique(items: st.SearchStrategy[Any], key: str, most: int = 2) -> st.SearchStrategy[Any]:
    return st.lists(items, max_size=most, unique_by=lambda item: getattr(item, key)).map(tuple)


documents = st.builds(
    MappingDocument,
    kind=words,
    target=filled,
    source=words,
    name=words,
    rows=_unique(rows, "id"),
    collections=_unique(collections, "target", 2),
    checks=st.lists(checks, max_size=2).map(tuple),
    note=words,
)
effects = st.builds(Effect, st.sampled_from(get_args(EffectKind)), words, literals, words)
rules = st.builds(
    Rule, names, words, words, st.lists(effects, max_size=2).map(tuple), st.booleans(), st.booleans(), words
)
steps = st.builds(Step, names, st.sampled_from(STEP_KINDS), settings, st.booleans(), words)
flows = st.builds(
    Flow, names, words, st.sampled_from(TRIGGERS), st.sampled_from(MODES), _unique(steps, "id"), words
)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """A table whose rows are as wide as its columns."""
    columns = draw(st.lists(filled, min_size=2, max_size=3, unique=True).map(tuple))
    row = st.tuples(*(words for _ in columns))
    return Table(draw(names), draw(words), columns, draw(st.lists(row, max_size=3).map(tuple)), draw(words))


blueprints = st.builds(
    Blueprint,
    mappings=st.dictionaries(names, documents, max_size=2),
    tables=st.lists(tables(), max_size=2).map(lambda items: {table.id: table for table in items}),
    rules=_unique(rules, "id"),
    flows=_unique(flows, "id"),
)


def a_blueprint(**parts: Any) -> Blueprint:
    """One mapping of two rows, a rule, a table and a flow."""
    return Blueprint(
        **{
            "mappings": {"contact": a_mapping()},
            "tables": {"codes": Table("codes", "Codes", rows=(("food", "202"),))},
            "rules": (Rule("big", "Large orders", "total > 1000", (Effect("hold", reason="Look first"),)),),
            "flows": (Flow("orders", "Orders", "order_received", steps=(Step("post", "post"),)),),
            **parts,
        }
    )


def a_mapping(**parts: Any) -> MappingDocument:
    """Name and e-mail of a contact."""
    return MappingDocument(
        **{
            "kind": "contact",
            "target": "xero:Contact",
            "source": "shop:order",
            "name": "Order to contact",
            "rows": (
                Row("name", "Name", ("customer.company",), (TransformUse("truncate", {"length": 255}),)),
                Row("email", "EmailAddress", ("customer.email",)),
            ),
            "checks": (Check("total >= 0", "The total is negative."),),
            **parts,
        }
    )
