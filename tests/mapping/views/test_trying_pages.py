"""Trying a flow on what really happened: every step with its data, and nothing posted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client

from integrations.models import Order, Pair, Role
from mapping.core.flows.document import Step
from sync.models import Posting
from tests.factories import CustomerFactory, OrderFactory, PairFactory, PaymentFactory
from tests.factories.pairs import usual_accounts
from tests.mapping.mapping_scene import MappingScene, flow_named, put
from tests.mapping.views.conftest import Address, browser_of, member


@pytest.fixture
def order(pair: Pair) -> Order:
    """A paid order of a known customer."""
    usual_accounts(pair)
    customer = CustomerFactory(pair=pair, name="Ada Moss")
    document = {
        "number": "HF-10042", "placed_at": "2026-11-20T10:00:00+00:00", "currency": "GBP", "prices_include_tax": True,
        "customer": {"name": "Ada Moss", "email": "ada@example.com"}, "total": "24.00",
        "lines": [{"sku": "POT", "name": "Teapot", "quantity": "1", "unit_price": "24.00", "discount": "0.00",
                   "tax_rate": "20", "tax": "4.00", "total": "24.00"}],
    }  # fmt: skip
    return OrderFactory(
        pair=pair, customer=customer, number="HF-10042", document=document, total_minor=2400, currency="GBP",
        captured_minor=2400,
    )  # fmt: skip


def tried(client: Client, address: Address, made: MappingScene, record: str, flow: str = "orders") -> str:
    """The page of a trial."""
    return client.get(f"{address('flow-try', made.draft.number, flow)}?record={record}").content.decode()


def test_an_order_is_followed_step_by_step_and_nothing_is_posted(
    order: Order, made: MappingScene, administrator: Client, address: Address
) -> None:
    text = tried(administrator, address, made, f"order:{order.pk}")
    assert "Try Orders on HF-10042" in text
    assert "It passes every step." in text
    assert "Made by the mapping “invoice”." in text
    assert "LineItems[0].TaxAmount" in text
    assert not Posting.objects.exists()


def test_a_check_that_fails_is_shown_where_it_fails(
    order: Order, made: MappingScene, administrator: Client, address: Address
) -> None:
    flow = flow_named(made.draft, "orders")
    check = {"must": "total < 20", "otherwise": "Too much for one order.", "effect": "stop"}
    put(made.draft, replace(flow, steps=(Step("limit", "validate", {"checks": [check]}), *flow.steps)), "Limit", made.draft.created_by)  # type: ignore[arg-type]  # the scene's drafts have an author  # fmt: skip
    text = tried(administrator, address, made, f"order:{order.pk}")
    assert "It would not be posted: a step failed." in text
    assert "Too much for one order." in text


def test_a_payment_goes_through_the_flow_of_payments(
    pair: Pair, order: Order, made: MappingScene, administrator: Client, address: Address
) -> None:
    payment = PaymentFactory(pair=pair, order=order, amount_minor=2400, currency="GBP", state="captured")
    text = tried(administrator, address, made, f"payment:{payment.pk}", "payments")
    assert "in shadow nothing is posted and nobody is told" in text
    assert "Account.Code" in text


def test_records_are_found_by_their_number(
    order: Order, made: MappingScene, administrator: Client, address: Address
) -> None:
    url = address("flow-try", made.draft.number, "orders")
    assert "HF-10042" in administrator.get(f"{url}?q=10042").content.decode()
    assert "Nothing with “nowhere”." in administrator.get(f"{url}?q=nowhere").content.decode()
    assert (
        "Nothing of this kind has come in yet."
        in administrator.get(address("flow-try", made.draft.number, "refunds")).content.decode()
    )


@pytest.mark.parametrize(
    "record", ["order:0", "order:x", "payment:1", "moon:1", "order:99999999999999999999"]
)
def test_a_record_that_is_not_there_is_refused_in_words(
    record: str, order: Order, made: MappingScene, administrator: Client, address: Address
) -> None:
    answer = administrator.get(f"{address('flow-try', made.draft.number, 'orders')}?record={record}")
    assert answer.status_code == 404
    assert "There is no such record for this flow" in answer.content.decode()


def test_records_of_another_pair_are_not_found(
    made: MappingScene, administrator: Client, address: Address
) -> None:
    foreign = OrderFactory(pair=PairFactory())
    assert "There is no such record for this flow" in tried(
        administrator, address, made, f"order:{foreign.pk}"
    )


def test_a_flow_that_cannot_run_says_why(
    pair: Pair, order: Order, made: MappingScene, administrator: Client, address: Address
) -> None:
    flow = flow_named(made.draft, "orders")
    approve = Step("approve", "approve", {"role": "operator", "when": "total >"})
    put(made.draft, replace(flow, steps=(approve, *flow.steps)), "Approve", member(pair, Role.ADMINISTRATOR))
    assert "The flow cannot run yet." in tried(administrator, address, made, f"order:{order.pk}")


def test_operators_try_flows(pair: Pair, order: Order, made: MappingScene, address: Address) -> None:
    operator = browser_of(member(pair, Role.OPERATOR))
    assert "It passes every step." in tried(operator, address, made, f"order:{order.pk}")
