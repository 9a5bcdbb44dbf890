"""Orders and payments as the pair's flows and rules decide about them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from integrations.models import Connection, Event, Order, Pair
from mapping.core.defaults import default_document
from mapping.core.document import Row
from mapping.core.flows.document import Step
from mapping.core.tables import Table
from mapping.models import FlowCount
from sync.models import Notice, Posting, Ruling
from sync.services import actions, pipeline
from sync.services.replanning import reprocess
from tests.factories import UserFactory
from tests.sync.messages import SECURITY_KEY, notification_event, order, shop_event
from tests.sync.published import ORDERS, PAYMENTS, modes, rule, use, with_step

pytestmark = pytest.mark.django_db


def process(pair: Pair) -> None:
    Event.objects.update(not_before=None)
    assert pipeline.process_batch(pair.pk) is not None


def states() -> dict[str, str]:
    return dict(Posting.objects.values_list("kind", "state"))


def sent(kind: str, remote_id: str = "x-1") -> None:
    """As if Xero had taken it."""
    Posting.objects.filter(kind=kind).update(state="posted", remote_id=remote_id)


def test_the_shipped_flows_store_nothing_about_records_that_simply_go(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    shop_event(shop)
    notification_event(opayo)
    process(pair)
    assert states() == {"contact": "ready", "invoice": "waiting", "payment": "waiting"}
    assert not Ruling.objects.exists()


def test_deciding_takes_no_query_more_however_many_orders_there_are(pair: Pair, shop: Connection) -> None:
    asked = []
    for numbers in (range(1), range(10, 22)):
        for number in numbers:
            shop_event(shop, **order(f"HF-{number}"))
        with CaptureQueriesContext(database) as queries:
            process(pair)
        asked.append(len(queries))
    assert asked[1] <= asked[0]


def test_a_held_order_has_its_documents_made_and_kept_back_with_the_reason(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    use(pair, rule("big", "total > 10", "hold"))
    shop_event(shop)
    notification_event(opayo)
    process(pair)
    invoice = Posting.objects.get(kind="invoice")
    assert (invoice.state, invoice.error_class, invoice.error) == ("held", "rule", "Rule big.")
    assert invoice.document["Reference"] == "HF-10042-1"
    assert states() == {"contact": "held", "invoice": "held", "payment": "waiting"}
    assert Ruling.objects.get().outcome == "hold"


def test_a_rule_about_payments_holds_the_payment_and_not_the_invoice(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    use(pair, rule("visa", 'card_type == "VISA"', "hold"))
    shop_event(shop)
    notification_event(opayo)
    process(pair)
    assert states() == {"contact": "ready", "invoice": "waiting", "payment": "held"}
    assert Ruling.objects.get().payment is not None


def test_money_that_comes_while_the_order_is_held_waits_with_it_whatever_came_first(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    use(pair, rule("big", "total > 10", "hold"))
    notification_event(opayo, authenticity=Event.Authenticity.PENDING)
    process(pair)
    shop_event(shop)
    process(pair)
    process(pair)
    assert states() == {"contact": "held", "invoice": "held", "payment": "waiting"}
    assert Posting.objects.get(kind="invoice").document["Status"] == "AUTHORISED"


def test_a_skipped_order_is_kept_and_not_booked(pair: Pair, shop: Connection, opayo: Connection) -> None:
    use(pair, rule("test", 'customer.email == "ada@example.com"', "skip"))
    shop_event(shop)
    notification_event(opayo)
    process(pair)
    assert not Posting.objects.exists()
    assert Order.objects.get().state == Order.State.PAID
    ruling = Ruling.objects.get()
    assert (ruling.outcome, ruling.words()) == ("skip", "Rule test.")


def test_a_skipped_payment_leaves_its_invoice_a_draft(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    use(pair, rule("visa", 'card_type == "VISA"', "skip"))
    shop_event(shop)
    notification_event(opayo)
    process(pair)
    assert states() == {"contact": "ready", "invoice": "waiting"}
    assert Posting.objects.get(kind="invoice").document["Status"] == "DRAFT"


def test_a_route_makes_the_document_by_the_other_mapping(pair: Pair, shop: Connection) -> None:
    document = default_document("invoice")
    gift = replace(document, rows=(*document.rows, Row("branding", "BrandingThemeID", ("number",))))
    rows = tuple(row for row in gift.rows if row.target not in {"Reference", "BrandingThemeID"})
    use(pair, rule("gift", "", "route", "invoice_gift"), mappings={"invoice_gift": replace(gift, rows=rows)})
    shop_event(shop)
    process(pair)
    assert "Reference" not in Posting.objects.get(kind="invoice").document
    assert Ruling.objects.get().handling == {"uses": {"invoice": "invoice_gift"}}


def test_fields_that_rules_set_are_mapped_in_contact_and_invoice_and_the_order_stays(
    pair: Pair, shop: Connection
) -> None:
    use(
        pair,
        rule("name", "", "set_field", "Moss Ltd", "customer.company"),
        rule("line", "", "set_field", "Gift", "lines[].name"),
    )
    shop_event(shop)
    process(pair)
    assert Posting.objects.get(kind="contact").document["Name"] == "Moss Ltd"
    lines = Posting.objects.get(kind="invoice").document["LineItems"]
    assert sum("Gift" in line["Description"] for line in lines) == 2
    assert Order.objects.get().document["lines"][0]["name"] == "Assam, 250 g"


def test_labels_stay_on_the_record(pair: Pair, shop: Connection) -> None:
    use(pair, rule("leeds", 'customer.billing_address.city == "Leeds"', "tag", "north"))
    shop_event(shop)
    process(pair)
    assert Ruling.objects.get().tags == ["north"]
    assert states()["contact"] == "ready"


def test_a_failed_check_holds_the_order_with_its_words(pair: Pair, shop: Connection) -> None:
    checks = [{"must": "customer.phone != null", "otherwise": "A phone number is needed.", "effect": "stop"}]
    use(pair, flows=[with_step(ORDERS, Step("check", "validate", {"checks": checks}), "contact"), PAYMENTS])
    shop_event(shop)
    process(pair)
    assert Posting.objects.get(kind="invoice").error == "A phone number is needed."


def test_what_enrich_steps_find_can_be_judged_and_mapped(pair: Pair, shop: Connection) -> None:
    agents = Table("agents", "Agents", ("customer", "agent"), (("C-77", "Rosa"),))
    look_up = Step(
        "agent", "enrich", {"what": "table", "table": "agents", "key": "customer.id", "into": "agent"}
    )
    document = default_document("invoice")
    rows = tuple(
        replace(row, sources=("context:enriched.agent",), transforms=(), when="")
        if row.target == "Reference"
        else row
        for row in document.rows
    )
    use(
        pair,
        rule("rosa", 'context:enriched.agent == "Rosa"', "tag", "rosa"),
        flows=[with_step(ORDERS, look_up, "rules"), PAYMENTS],
        mappings={"invoice": replace(document, rows=rows)},
        tables={"agents": agents},
    )
    shop_event(shop)
    process(pair)
    assert Ruling.objects.get().tags == ["rosa"]
    assert Posting.objects.get(kind="invoice").document["Reference"] == "Rosa"


def test_while_a_flow_is_off_records_are_kept_and_booked_once_it_is_on(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    use(pair, flows=modes("off", "off"))
    shop_event(shop)
    notification_event(opayo)
    process(pair)
    assert not Posting.objects.exists()
    assert Order.objects.get().state == Order.State.PAID
    assert Ruling.objects.get().outcome == "off"
    use(pair, flows=modes())
    done = reprocess(pair)
    assert done.orders == 1
    assert states() == {"contact": "ready", "invoice": "waiting", "payment": "waiting"}
    assert reprocess(pair).orders == 0
    assert Posting.objects.count() == 3


def test_payments_alone_can_be_switched_off_and_on(pair: Pair, shop: Connection, opayo: Connection) -> None:
    use(pair, flows=modes(payments="off"))
    shop_event(shop)
    notification_event(opayo)
    process(pair)
    assert states() == {"contact": "ready", "invoice": "waiting"}
    sent("contact")
    sent("invoice")
    use(pair, flows=modes())
    reprocess(pair)
    assert states() == {
        "contact": "posted", "invoice": "posted", "invoice_authorise": "ready", "payment": "waiting",
    }  # fmt: skip


def test_what_arrived_while_a_flow_was_on_goes_on_after_it_is_off(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    shop_event(shop)
    process(pair)
    sent("contact")
    sent("invoice")
    use(pair, flows=modes(orders="off"))
    notification_event(opayo)
    process(pair)
    assert states()["invoice_authorise"] == "ready"
    assert states()["payment"] == "waiting"


def test_in_shadow_documents_are_made_and_never_sent_until_the_flow_is_on(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    use(pair, flows=modes("shadow", "shadow"))
    shop_event(shop)
    notification_event(opayo)
    process(pair)
    assert states() == {"contact": "held", "invoice": "held", "payment": "held"}
    invoice = Posting.objects.get(kind="invoice")
    assert invoice.error.startswith("shadow: ")
    assert invoice.document["InvoiceNumber"] == "HF-10042"
    version = use(pair, flows=modes())
    reprocess(pair)
    assert states() == {"contact": "ready", "invoice": "waiting", "payment": "waiting"}
    assert Posting.objects.get(kind="invoice").error == ""
    assert version.pk is not None


def test_shadow_that_ends_in_off_sends_nothing(pair: Pair, shop: Connection) -> None:
    use(pair, flows=modes("shadow"))
    shop_event(shop)
    process(pair)
    use(pair, flows=modes("off"))
    reprocess(pair)
    assert set(states().values()) <= {"held", "cancelled"}
    use(pair, flows=modes())
    reprocess(pair)
    assert states() == {"contact": "ready", "invoice": "waiting"}
    assert Posting.objects.filter(kind="invoice").count() == 1


def test_orders_held_by_a_rule_go_once_the_rule_is_gone(pair: Pair, shop: Connection) -> None:
    use(pair, rule("big", "total > 10", "hold"))
    shop_event(shop)
    process(pair)
    use(pair, rule("big", "total > 1000", "hold"))
    reprocess(pair)
    assert states() == {"contact": "ready", "invoice": "waiting"}


def test_an_order_the_shop_makes_smaller_is_let_go_by_the_rule(pair: Pair, shop: Connection) -> None:
    use(pair, rule("big", "total > 38", "hold"))
    shop_event(shop)
    process(pair)
    shop_event(shop, "order.updated", **order(total="37.34", discount={"code": "X", "total": "2.00"}))
    process(pair)
    assert states() == {"contact": "ready", "invoice": "waiting"}
    assert Posting.objects.get(kind="invoice").amount_minor == 3734


def test_an_order_the_shop_makes_bigger_is_held_before_it_is_sent(pair: Pair, shop: Connection) -> None:
    use(pair, rule("big", "total > 37.50", "hold"))
    shop_event(shop, **order(total="37.34", discount={"code": "X", "total": "2.00"}))
    process(pair)
    assert states()["invoice"] == "waiting"
    shop_event(shop, "order.updated", **order())
    process(pair)
    assert states()["invoice"] == "held"


def test_what_is_in_xero_is_not_skipped_any_more_but_its_change_is_held(pair: Pair, shop: Connection) -> None:
    use(pair, rule("test", 'note == "test"', "skip"))
    shop_event(shop)
    process(pair)
    sent("contact")
    sent("invoice")
    shop_event(shop, "order.updated", **order(note="test"))
    process(pair)
    assert states()["invoice_update"] == "held"
    assert "in Xero already" in Posting.objects.get(kind="invoice_update").error


def test_a_contact_held_for_one_order_is_let_go_for_another_of_the_customer(
    pair: Pair, shop: Connection
) -> None:
    use(pair, rule("big", 'number == "HF-10042"', "hold"))
    shop_event(shop)
    process(pair)
    assert states()["contact"] == "held"
    shop_event(shop, **order("HF-10043"))
    process(pair)
    assert states()["contact"] == "ready"
    held = Posting.objects.get(kind="invoice", natural_key="HF-10042")
    assert held.state == "held"


def test_money_taken_back_while_it_is_held_is_not_booked(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    use(pair, rule("visa", 'card_type == "VISA"', "hold"))
    shop_event(shop)
    notification_event(opayo)
    process(pair)
    notification_event(opayo, status="ABORT")
    process(pair)
    assert states()["payment"] == "cancelled"


def test_undoing_what_is_in_xero_is_never_held(pair: Pair, shop: Connection, opayo: Connection) -> None:
    shop_event(shop)
    notification_event(opayo)
    process(pair)
    for kind in ("contact", "invoice", "payment"):
        sent(kind)
    use(pair, rule("all", "", "hold"), flows=modes("off", "off"))
    notification_event(opayo, status="ABORT")
    process(pair)
    assert states()["payment_delete"] == "ready"


def test_trying_again_or_putting_a_problem_right_does_not_get_round_a_rule(
    pair: Pair, shop: Connection
) -> None:
    use(pair, rule("big", "total > 10", "hold"))
    shop_event(shop)
    process(pair)
    invoice = Posting.objects.get(kind="invoice")
    actions.retry_postings(pair, [invoice.pk], UserFactory())
    actions.edit_and_retry(invoice, {**invoice.document, "Reference": "mine"}, UserFactory(), "Corrected.")
    invoice.refresh_from_db()
    assert (invoice.state, invoice.error) == ("held", "Rule big.")
    assert invoice.document["Reference"] == "mine"


def test_a_second_payment_is_booked_while_the_first_is_held(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    use(pair, rule("first", 'vendor_tx_code == "HF-10042-1"', "hold"))
    shop_event(shop)
    notification_event(opayo)
    process(pair)
    again = {"method": "opayo_server", "vendor_tx_code": "HF-10042-2", "security_key": SECURITY_KEY}
    shop_event(shop, "payment.started", number="HF-10042", payment=again)
    notification_event(opayo, "HF-10042-2", vps_tx_id="A955C22E-F67B-4DA3-8EA3-6DAC68FA59D2")
    process(pair)
    assert Posting.objects.get(kind="payment").state == "held"
    assert Posting.objects.get(kind="overpayment").natural_key == "HF-10042-2"


def test_steps_are_counted_once_for_each_record(pair: Pair, shop: Connection, opayo: Connection) -> None:
    use(pair, rule("big", 'number == "HF-10043"', "hold"))
    shop_event(shop)
    shop_event(shop, **order("HF-10043"))
    notification_event(opayo)
    process(pair)
    counts = {(row.flow, row.step): (row.passed, row.stopped, row.failed) for row in FlowCount.objects.all()}
    assert counts["orders", "rules"] == (1, 1, 0)
    assert counts["orders", "invoice"] == (2, 0, 0)
    assert counts["orders", "post"] == (1, 1, 0)
    assert counts["payments", "payment"] == (1, 0, 0)


def test_a_mapping_that_cannot_make_the_document_counts_as_failed(pair: Pair, shop: Connection) -> None:
    pair.account_roles.all().delete()
    shop_event(shop)
    process(pair)
    row = FlowCount.objects.get(flow="orders", step="invoice")
    assert (row.passed, row.failed) == (0, 1)


def notify_step(channel: str, **settings: Any) -> Step:
    return Step("tell", "notify", {"channel": channel, "text": "{number}: {total} {currency}", **settings})


def test_a_chat_is_told_at_once_of_an_order_that_waits(pair: Pair, shop: Connection) -> None:
    tell = notify_step("chat", to="finance", when='context:outcome == "hold"')
    use(pair, rule("big", "total > 10", "hold"), flows=[with_step(ORDERS, tell, "contact"), PAYMENTS])
    shop_event(shop)
    process(pair)
    shop_event(shop)
    process(pair)
    notice = Notice.objects.get()
    assert (notice.channel, notice.content["text"]) == ("chat", "HF-10042: 38.34 GBP")


def test_a_message_after_the_post_step_waits_until_the_order_is_let_through(
    pair: Pair, shop: Connection
) -> None:
    tell = notify_step("email", to="books@example.com")
    flows = [with_step(ORDERS, tell, ""), PAYMENTS]
    use(pair, rule("big", "total > 10", "hold"), flows=flows)
    shop_event(shop)
    process(pair)
    assert not Notice.objects.exists()
    use(pair, flows=flows)
    reprocess(pair)
    assert Notice.objects.get().recipient == "books@example.com"


def test_in_shadow_nobody_is_told(pair: Pair, shop: Connection) -> None:
    orders = replace(
        with_step(ORDERS, notify_step("email", to="books@example.com"), "contact"), mode="shadow"
    )
    use(pair, flows=[orders, PAYMENTS])
    shop_event(shop)
    process(pair)
    assert not Notice.objects.exists()


@pytest.mark.parametrize(("off", "told"), [("tell-shop", {"email"}), ("tell-customer", {"shop"})])
def test_shop_and_customer_are_told_by_the_notify_steps(
    pair: Pair, shop: Connection, opayo: Connection, off: str, told: set[str]
) -> None:
    steps = tuple(replace(step, enabled=step.id != off) for step in PAYMENTS.steps)
    use(pair, flows=[ORDERS, replace(PAYMENTS, steps=steps)])
    shop_event(shop)
    notification_event(opayo, status="NOTAUTHED")
    process(pair)
    assert set(Notice.objects.values_list("channel", flat=True)) == told


def test_failures_are_told_to_chats_that_ask_for_them(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    tell = Step(
        "tell", "notify",
        {"channel": "chat", "text": "{vendor_tx_code} failed", "when": 'context:event == "payment.failed"'},
    )  # fmt: skip
    quiet = Step("quiet", "notify", {"channel": "chat", "text": "{vendor_tx_code} is in Xero"})
    use(pair, flows=[ORDERS, with_step(with_step(PAYMENTS, tell, ""), quiet, "")])
    shop_event(shop)
    notification_event(opayo, status="NOTAUTHED")
    process(pair)
    texts = [notice.content["text"] for notice in Notice.objects.filter(channel="chat")]
    assert texts == ["HF-10042-1 failed"]
