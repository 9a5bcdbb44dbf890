from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from integrations.models import Customer, Order, Pair, Payment, Role, User
from mapping.models import MappingVersion, Sample
from mapping.services.documents import DocumentMaker
from mapping.services.versions import publish
from tests.factories import CustomerFactory, OrderFactory, PaymentFactory
from tests.mapping.builders import an_order
from tests.mapping.views.api.conftest import Studio, told

pytestmark = pytest.mark.django_db
StudioOf = Callable[[Role], Studio]


@pytest.fixture
def customer(pair: Pair) -> Customer:
    return CustomerFactory(
        pair=pair,
        details={"id": "C-77", "email": "ada@example.com", "first_name": "Ada", "last_name": "Moss"},
    )


@pytest.fixture
def order(pair: Pair, customer: Customer) -> Order:
    return OrderFactory(
        pair=pair,
        customer=customer,
        number="HF-10042",
        total_minor=3834,
        captured_minor=3834,
        state="paid",
        document=an_order(),
    )


@pytest.fixture
def payment(pair: Pair, order: Order) -> Payment:
    return PaymentFactory(pair=pair, order=order, vendor_tx_code="HF-10042-1", amount_minor=3834)


def evaluate(studio: Studio, mapping: str, **sample: str) -> Any:
    response = studio.post("evaluate", {"mapping": mapping, "sample": sample})
    assert response.status_code == 200, response.content
    return told(response)


def plain(document: Any) -> Any:
    return json.loads(json.dumps(document, default=str))


def test_the_preview_of_a_stored_order_is_the_invoice_that_would_be_posted(
    studio: Studio, draft: MappingVersion, order: Order, payment: Payment
) -> None:
    publish(draft)
    made = DocumentMaker(order.pair, payment.taken_at or order.placed_at).invoice(
        order, number=order.number, status="AUTHORISED", vendor_tx_code=payment.vendor_tx_code
    )
    said = evaluate(studio, "invoice", id=f"order:{order.pk}")
    assert said["document"] == plain(made.document)
    assert said["total"] == {"document": "38.34", "paid": "38.34", "currency": "GBP", "agrees": True}
    assert [problem for problem in said["problems"] if problem["severity"] == "error"] == []


def test_every_value_has_its_place(studio: Studio, order: Order, payment: Payment) -> None:
    said = evaluate(studio, "invoice", id=f"order:{order.pk}")
    assert said["values"]["lines[1].name"] == "Teapot"
    assert said["values"]["context:pair.zone"] == "Europe/London"
    row = said["provenance"]["LineItems[1].TaxType"]
    (entry,) = [each for each in said["rows"][row] if each["target"] == "LineItems[1].TaxType"]
    assert entry["value"] == said["document"]["LineItems"][1]["TaxType"]
    assert entry["sources"][0][0] == "work:lines[1].tax_rate"
    assert {"transform", "sentence", "before", "after", "remark"} == set(entry["steps"][0])
    assert not [path for path in said["provenance"] if path.startswith("work:")]


def test_a_contact_is_previewed_as_it_is_posted(studio: Studio, order: Order, payment: Payment) -> None:
    for sample in (f"order:{order.pk}", f"payment:{payment.pk}"):
        said = evaluate(studio, "contact", id=sample)
        assert said["document"]["Name"] == "Ada Moss"
        assert said["source"]["customer"]["contact_number"] == order.customer.contact_number  # type: ignore[union-attr]  # it has one
        assert said["total"] is None


def test_a_payment_mapping_takes_a_payment_or_the_payment_of_an_order(
    studio: Studio, order: Order, payment: Payment
) -> None:
    for sample in (f"order:{order.pk}", f"payment:{payment.pk}"):
        said = evaluate(studio, "payment", id=sample)
        assert said["document"]["Account"] == {"Code": "095"}
        assert said["total"]["agrees"] is True


def test_a_converted_payment_is_shared_out_of_the_converted_total(
    studio: Studio, pair: Pair, customer: Customer
) -> None:
    conversion = {
        "source": "USD",
        "target": "GBP",
        "rate": "0.75",
        "on": "2026-11-20",
        "origin": "ECB",
        "total_minor": "7500",
    }
    order = OrderFactory(
        pair=pair, customer=customer, currency="USD", total_minor=10_000, conversion=conversion
    )
    whole = PaymentFactory(pair=pair, order=order, currency="USD", amount_minor=10_000)
    part = PaymentFactory(pair=pair, order=order, currency="USD", amount_minor=3_333)
    assert evaluate(studio, "payment", id=f"payment:{whole.pk}")["total"]["paid"] == "75.00"
    assert evaluate(studio, "payment", id=f"payment:{part.pk}")["total"]["paid"] == "25.00"


def test_an_unsaved_document_is_tried_without_saving_it(
    studio: Studio, draft: MappingVersion, order: Order
) -> None:
    before = draft.blueprint
    document = {
        "kind": "contact",
        "target": "xero:Contact",
        "source": "shop:order",
        "rows": [{"id": "n", "target": "Name", "sources": ["customer.email"]}],
    }
    response = studio.post(
        "evaluate", {"mapping": "contact", "sample": {"id": f"order:{order.pk}"}, "document": document}
    )
    assert told(response)["document"] == {"Name": "ada@example.com"}
    draft.refresh_from_db()
    assert draft.blueprint == before


def test_a_document_of_which_nothing_can_run_says_why(studio: Studio, order: Order) -> None:
    document = {
        "target": "xero:Nothing",
        "rows": [{"id": "n", "target": "Name", "sources": ["customer.email"]}],
    }
    response = studio.post(
        "evaluate", {"mapping": "contact", "sample": {"id": f"order:{order.pk}"}, "document": document}
    )
    assert response.status_code == 422
    assert "xero:Nothing" in told(response)["error"]["problems"][0]["message"]


def test_a_document_is_tried_as_far_as_it_is_written(studio: Studio, order: Order) -> None:
    rows = [
        {"id": "n", "target": "EmailAddress", "sources": ["customer.email"]},
        {"id": "x", "target": "Name"},
    ]
    document = {"target": "xero:Contact", "source": "shop:order", "rows": rows}
    response = studio.post(
        "evaluate", {"mapping": "contact", "sample": {"id": f"order:{order.pk}"}, "document": document}
    )
    assert told(response)["document"] == {"EmailAddress": "ada@example.com"}


def test_tables_of_the_draft_are_at_hand(studio: Studio, order: Order) -> None:
    table = {"title": "Codes", "rows": [["Ada", "A-1"]]}
    row = {
        "target": "AccountNumber",
        "sources": ["customer.first_name"],
        "transforms": [{"name": "lookup", "parameters": {"table": {"from": "context:tables.codes"}}}],
    }
    changes = [
        {"op": "put", "item": "table", "id": "codes", "value": table},
        {"op": "put", "item": "row", "mapping": "contact", "id": "code", "value": row},
    ]
    studio.post("changes", {"revision": 0, "label": "Codes", "changes": changes})
    assert evaluate(studio, "contact", id=f"order:{order.pk}")["document"]["AccountNumber"] == "A-1"


def test_a_pasted_sample_is_kept_with_what_was_inferred(studio: Studio, ada: User) -> None:
    response = studio.post("samples", {"text": json.dumps(an_order(number="X-1"))})
    said = told(response)
    assert response.status_code == 201
    assert {"path", "type", "optional", "example"} <= set(said["schema"]["fields"][0])
    assert said["sample"]["title"] == "X-1"
    sample = Sample.objects.get(by=ada)
    assert said["id"] == f"pasted:{sample.pk}"
    assert evaluate(studio, "invoice", id=said["id"])["document"]["Status"] == "AUTHORISED"
    assert said["id"] in [each["id"] for each in told(studio.get("state", mapping="invoice"))["samples"]]


def test_pasted_text_is_tried_without_keeping_it(studio: Studio) -> None:
    said = evaluate(studio, "invoice", text=json.dumps(an_order()))
    assert said["document"]["InvoiceNumber"] == "HF-10042"
    assert not Sample.objects.exists()


def test_decimals_of_a_sample_stay_as_they_are_written(studio: Studio) -> None:
    response = studio.post(
        "samples", {"text": '{"number": "X-2", "amount": 0.10, "big": 12345678901234567890.12345}'}
    )
    said = evaluate(studio, "contact", id=told(response)["id"])
    assert (said["values"]["amount"], said["values"]["big"]) == ("0.10", "12345678901234567890.12345")
    assert Decimal(said["source"]["amount"]) == Decimal("0.10")


def test_card_numbers_and_security_codes_are_masked_before_a_sample_is_kept(studio: Studio) -> None:
    text = '{"number": "X-3", "note": "card 4929000000006 cvv 123"}'
    response = studio.post("samples", {"text": text})
    stored = Sample.objects.get().text
    assert "4929000000006" not in stored
    assert "4929000000006" not in response.content.decode()
    assert "123" not in stored.partition("cvv")[2]
    tried = studio.post("evaluate", {"mapping": "contact", "sample": {"text": text}})
    assert "4929000000006" not in tried.content.decode()


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("{'a': 1}", 422, "line 1"),
        ('{"a": 1,\n "b" 2}', 422, "line 2, column 6"),
        ("", 422, "empty"),
        ("[]", 422, "has to be a JSON object"),
        ("3", 422, "has to be a JSON object"),
        ('{"a": NaN}', 422, "NaN"),
        ('{"a": "\\u0000"}', 422, "cannot be kept"),
        ("[" * 100_000, 422, "nested too deeply"),
        ('{"a": "' + "x" * 5_000_000 + '"}', 413, "more than 5 MB"),
    ],
)
def test_samples_that_cannot_be_used_say_why(text: str, status: int, said: str, studio: Studio) -> None:
    for name, data in (
        ("samples", {"text": text}),
        ("evaluate", {"mapping": "contact", "sample": {"text": text}}),
    ):
        response = studio.post(name, data)
        assert (response.status_code, said in told(response)["error"]["message"]) == (status, True), (
            response.content
        )
    assert not Sample.objects.exists()


def test_a_fault_of_a_pasted_sample_has_its_place(studio: Studio) -> None:
    said = told(studio.post("samples", {"text": '{"a": 1,\n "b" 2}'}))
    assert [(problem["line"], problem["column"]) for problem in said["error"]["problems"]] == [(2, 6)]


def test_only_the_newest_samples_are_kept(studio: Studio) -> None:
    for number in range(22):
        studio.post("samples", {"text": json.dumps({"number": f"X-{number}"})})
    titles = list(Sample.objects.order_by("pk").values_list("title", flat=True))
    assert (len(titles), titles[0], titles[-1]) == (20, "X-2", "X-21")


def test_samples_are_their_owners_alone(studio: Studio, studio_of: StudioOf) -> None:
    sample = told(studio.post("samples", {"text": '{"number": "X-1"}'}))["id"]
    other = studio_of(Role.ADMINISTRATOR)
    assert other.post("evaluate", {"mapping": "contact", "sample": {"id": sample}}).status_code == 404
    assert sample not in [each["id"] for each in told(other.get("samples"))["samples"]]


@pytest.mark.parametrize(
    "sample", ["order:999999", "payment:999999", "pasted:1", "order:", "soul:1", "order:-1", ""]
)
def test_a_sample_that_is_not_there_is_not_found(sample: str, studio: Studio) -> None:
    response = studio.post("evaluate", {"mapping": "invoice", "sample": {"id": sample}})
    assert (response.status_code, bool(told(response)["error"]["message"])) == (404, True)


def test_records_of_another_pair_are_never_shown(studio: Studio) -> None:
    order, payment = OrderFactory(), PaymentFactory()
    for sample in (f"order:{order.pk}", f"payment:{payment.pk}"):
        assert studio.post("evaluate", {"mapping": "invoice", "sample": {"id": sample}}).status_code == 404
    assert told(studio.get("samples", mapping="invoice", search="HF"))["samples"] == []


def test_an_order_nobody_tried_to_pay_is_no_sample_of_a_payment(studio: Studio, order: Order) -> None:
    response = studio.post("evaluate", {"mapping": "payment", "sample": {"id": f"order:{order.pk}"}})
    assert "Nobody has tried to pay the order HF-10042" in told(response)["error"]["message"]


def test_viewers_look_at_stored_records_but_paste_nothing(studio_of: StudioOf, order: Order) -> None:
    viewer = studio_of(Role.VIEWER)
    assert evaluate(viewer, "contact", id=f"order:{order.pk}")["document"]
    for name, data in (
        ("samples", {"text": "{}"}),
        ("evaluate", {"mapping": "contact", "sample": {"text": "{}"}}),
    ):
        assert viewer.post(name, data).status_code == 403
    assert studio_of(Role.OPERATOR).post("samples", {"text": "{}"}).status_code == 201


def test_the_records_that_matter_are_offered_each_once(
    studio: Studio, pair: Pair, customer: Customer
) -> None:
    plain_line = [{"name": "Cup", "tax_rate": "20", "total": "12.00"}]
    made = {
        "sale": OrderFactory(
            pair=pair,
            number="HF-SALE",
            state="paid",
            document=an_order(lines=plain_line, delivery=None, discount=None),
        ),
        "several_vat": OrderFactory(
            pair=pair, number="HF-VAT", state="paid", document=an_order(discount=None)
        ),
        "discount": OrderFactory(
            pair=pair, number="HF-OFF", state="paid", document=an_order(lines=plain_line, delivery=None)
        ),
        "currency": OrderFactory(pair=pair, number="HF-EUR", currency="EUR"),
        "amex": OrderFactory(pair=pair, number="HF-AMEX", state="paid"),
        "failed": OrderFactory(pair=pair, number="HF-NO", state="failed"),
        "part_paid": OrderFactory(pair=pair, number="HF-PART", state="part_paid"),
        "refund": OrderFactory(pair=pair, number="HF-BACK", state="paid"),
        "open": OrderFactory(pair=pair, number="HF-OPEN"),
    }
    PaymentFactory(pair=pair, order=made["amex"], card_type="AMEX")
    PaymentFactory(pair=pair, order=made["refund"], tx_type="REFUND")
    offered = told(studio.get("state", mapping="invoice"))["samples"]
    assert {sample["kind"]: sample["id"] for sample in offered} == {
        kind: f"order:{order.pk}" for kind, order in made.items()
    }
    titles = {sample["title"] for sample in offered}
    assert {"In EUR: HF-EUR", "Paid by American Express: HF-AMEX", "Payment declined: HF-NO"} <= titles
    assert "24.00 EUR, 1 line" in next(
        sample["description"] for sample in offered if sample["kind"] == "currency"
    )


def test_payments_are_offered_to_mappings_of_payments(studio: Studio, pair: Pair) -> None:
    PaymentFactory(pair=pair, vendor_tx_code="plain")
    PaymentFactory(pair=pair, vendor_tx_code="amex", card_type="AMEX")
    PaymentFactory(pair=pair, vendor_tx_code="refused", state="failed")
    PaymentFactory(pair=pair, vendor_tx_code="euro", currency="EUR")
    offered = told(studio.get("samples", mapping="payment"))["samples"]
    assert {sample["kind"]: sample["title"] for sample in offered} == {
        "sale": "Payment: plain",
        "amex": "By American Express: amex",
        "failed": "Declined: refused",
        "currency": "In EUR: euro",
    }


def test_records_are_found_by_their_number(
    studio: Studio, pair: Pair, order: Order, payment: Payment
) -> None:
    OrderFactory(pair=pair, number="ZZ-1")
    found = told(studio.get("samples", mapping="invoice", search="10042"))["samples"]
    assert [sample["id"] for sample in found] == [f"order:{order.pk}"]
    found = told(studio.get("samples", mapping="payment", search="hf-10042"))["samples"]
    assert [sample["id"] for sample in found] == [f"payment:{payment.pk}"]
