"""Trying flows on stored records."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.models import AccountRole, Pair
from mapping.core.blueprint import Blueprint, default_blueprint
from mapping.core.document import Row
from mapping.core.problems import MappingInvalidError
from mapping.core.rules.document import Effect, Rule
from mapping.services.trying import try_flow, try_flow_on
from tests.factories import AccountRoleFactory, CustomerFactory, OrderFactory, PairFactory, PaymentFactory
from tests.mapping.builders import an_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> Pair:
    pair: Pair = PairFactory()
    AccountRoleFactory(pair=pair, role=AccountRole.Role.SALES, account_code="200")
    AccountRoleFactory(pair=pair, role=AccountRole.Role.CLEARING, currency="GBP", account_code="090")
    return pair


def test_a_stored_order_goes_through_the_flow_with_the_data_of_each_step(pair: Pair) -> None:
    customer = CustomerFactory(pair=pair, contact_number="C-77", details=an_order()["customer"])
    order = OrderFactory(
        pair=pair, number="HF-10042", customer=customer, document=an_order(), total_minor=3834
    )
    hold = Rule("big", "Big", "total > 10", (Effect("hold", reason="Over ten pounds."),))
    done = try_flow_on(pair, replace(default_blueprint(), rules=(hold,)), "orders", order)
    assert [step.outcome for step in done.steps] == ["stopped", "passed", "passed", "stopped"]
    assert done.documents["contact"]["ContactNumber"] == "C-77"
    assert done.documents["invoice"]["InvoiceNumber"] == f"{pair.invoice_prefix}HF-10042"
    assert done.decision.words() == "Over ten pounds."


def test_a_stored_payment_goes_through_its_flow(pair: Pair) -> None:
    payment = PaymentFactory(pair=pair, vendor_tx_code="HF-10042-1", amount_minor=3834, currency="GBP")
    done = try_flow_on(pair, default_blueprint(), "payments", payment)
    assert done.documents["payment"]["Reference"] == "HF-10042-1"
    assert {message.channel for message in done.messages} == {"shop", "customer"}


def test_trying_stores_and_sends_nothing(pair: Pair, django_assert_max_num_queries: object) -> None:
    order = OrderFactory(pair=pair, document=an_order(), customer=None)
    with django_assert_max_num_queries(3) as asked:  # type: ignore[operator]  # pytest-django's fixture
        try_flow_on(pair, default_blueprint(), "orders", order)
    assert all(query["sql"].startswith("SELECT") for query in asked.captured_queries)


def test_a_flow_the_blueprint_does_not_have_is_not_tried(pair: Pair) -> None:
    with pytest.raises(KeyError):
        try_flow(pair, Blueprint(), "orders", an_order())


def test_a_flow_whose_mapping_cannot_run_says_why(pair: Pair) -> None:
    blueprint = default_blueprint()
    invoice = blueprint.mappings["invoice"]
    broken = replace(invoice, rows=(*invoice.rows, Row("x", "Reference", ("total",), when="total >")))
    mappings = {**blueprint.mappings, "invoice": broken}
    with pytest.raises(MappingInvalidError, match="invoice: "):
        try_flow(pair, replace(blueprint, mappings=mappings), "orders", an_order())
