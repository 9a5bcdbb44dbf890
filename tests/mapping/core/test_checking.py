from __future__ import annotations

from dataclasses import replace

from integrations.xero.core.chart import Account, Books, TaxRate
from mapping.core.blueprint import Blueprint
from mapping.core.checking import Ground, blueprint_problems, context_of
from mapping.core.defaults import KINDS, default_document
from mapping.core.document import MappingDocument, Row
from mapping.core.flows.document import Flow, Step
from mapping.core.tables import Table
from tests.mapping.builders import a_context

SHIPPED = Blueprint({kind: default_document(kind) for kind in KINDS})


def reading(path: str) -> MappingDocument:
    return MappingDocument("c", "xero:Contact", "shop:order", rows=(Row("name", "Name", (path,)),))


def test_the_shipped_mappings_have_no_findings() -> None:
    assert blueprint_problems(SHIPPED) == ()


def test_mappings_are_judged_with_the_tables_and_enrichments_of_their_blueprint() -> None:
    step = Step("s", "enrich", {"what": "customer", "key": "customer.email", "into": "who"})
    flow = Flow("f", "Orders", "order_received", steps=(step,))
    mappings = {"a": reading("context:enriched.who.name"), "b": reading("context:enriched.whom.name")}
    blueprint = replace(SHIPPED, mappings=mappings, flows=(flow,), tables={"t": Table("t", "T")})
    assert {"enriched.who.name", "tables.t"} <= set(context_of(blueprint).by_path)
    found = [finding for finding in blueprint_problems(blueprint) if finding.item == "mapping"]
    assert [(finding.id, finding.problem.row) for finding in found] == [("b", "name")]


def test_repeated_keys_of_a_table_are_findings_of_the_table() -> None:
    table = Table("t", "T", rows=(("a", "1"), ("A", "2")))
    (finding,) = blueprint_problems(Blueprint(tables={"t": table}))
    assert (finding.item, finding.id, finding.stops) == ("table", "t", True)


def test_with_a_ground_accounts_and_tax_types_are_judged_too() -> None:
    account = Account("200", "Sales", "SALES", "REVENUE", "ACTIVE")
    rate = TaxRate("INPUT2", "20% (VAT on Expenses)", "ACTIVE", frozenset({"EXPENSE"}))
    chart = Books("GBP", frozenset({"GBP"}), {"200": account}, {"INPUT2": rate})
    settings = a_context(accounts={"sales": "200"}, accounts_by_category={}, tax_types={"20": "INPUT2"})
    blueprint = Blueprint({"invoice": default_document("invoice")})
    (finding,) = blueprint_problems(blueprint, Ground(settings, chart))
    assert (
        "Xero does not allow 20% (VAT on Expenses) (INPUT2) on account 200 Sales" in finding.problem.message
    )
