"""People deciding about what flows and rules hold."""

from __future__ import annotations

import pytest

from integrations.models import AuditEntry, Connection, Event, Pair, Role, User
from mapping.core.flows.document import Step
from sync.models import Notice, Posting, Ruling, Wake
from sync.services import actions, pipeline
from sync.services.actions import ActionRefusedError
from sync.services.approvals import refuse, release
from sync.services.replanning import reprocess
from tests.factories import MembershipFactory
from tests.sync.messages import instruction_event, notification_event, order, shop_event
from tests.sync.published import ORDERS, PAYMENTS, modes, rule, use, with_step

pytestmark = pytest.mark.django_db


def process(pair: Pair) -> None:
    Event.objects.update(not_before=None)
    assert pipeline.process_batch(pair.pk) is not None


def states() -> dict[str, str]:
    return dict(Posting.objects.values_list("kind", "state"))


def member(pair: Pair, role: Role = Role.OPERATOR) -> User:
    user: User = MembershipFactory(pair=pair, role=role).user
    return user


@pytest.fixture
def held(pair: Pair, shop: Connection, opayo: Connection) -> Ruling:
    """An order over ten pounds, paid, and held by a rule."""
    use(pair, rule("big", "total > 10", "hold"))
    shop_event(shop)
    notification_event(opayo)
    process(pair)
    return Ruling.objects.get()


@pytest.fixture
def to_approve(pair: Pair, shop: Connection) -> Ruling:
    """An order that an administrator has to approve."""
    use(pair, rule("big", "total > 10", "require_approval", "administrator"))
    shop_event(shop)
    process(pair)
    return Ruling.objects.get()


def test_a_released_order_goes_on_with_its_contact_and_is_on_the_audit_log(held: Ruling) -> None:
    operator = member(held.pair)
    assert release(held, operator, "Spoken to the customer.") == 2
    assert states() == {"contact": "ready", "invoice": "waiting", "payment": "waiting"}
    held.refresh_from_db()
    assert (held.settlement, held.settled_by) == ("released", operator)
    act = AuditEntry.objects.get(action="ruling.released")
    assert (act.actor, act.reason, act.data["amount"]) == (operator, "Spoken to the customer.", "38.34 GBP")


def test_what_was_released_stays_released_when_more_is_heard_of_the_order(
    held: Ruling, shop: Connection, opayo: Connection
) -> None:
    release(held, member(held.pair))
    shop_event(shop)
    process(held.pair)
    reprocess(held.pair)
    assert states()["invoice"] == "waiting"


def test_an_order_that_changes_after_its_release_is_asked_about_again(held: Ruling, shop: Connection) -> None:
    release(held, member(held.pair))
    shop_event(shop, "order.updated", **order(total="37.34", discount={"code": "X", "total": "2.00"}))
    process(held.pair)
    assert states()["invoice"] == "held"
    held.refresh_from_db()
    assert held.waits


def test_a_refused_order_is_cancelled_with_all_that_waits_for_it_and_never_comes_back(
    held: Ruling, shop: Connection
) -> None:
    assert refuse(held, member(held.pair), "A test of the shop.") == 2
    assert states() == {"contact": "held", "invoice": "cancelled", "payment": "cancelled"}
    shop_event(shop, "payment.started", number="HF-10042", payment=order()["payment"])
    process(held.pair)
    reprocess(held.pair)
    assert states() == {"contact": "held", "invoice": "cancelled", "payment": "cancelled"}
    assert AuditEntry.objects.get(action="ruling.refused").reason == "A test of the shop."


def test_refusing_takes_a_reason(held: Ruling) -> None:
    with pytest.raises(ActionRefusedError, match="Say why"):
        refuse(held, member(held.pair), "  ")
    assert states()["invoice"] == "held"


def test_a_record_is_decided_once(held: Ruling) -> None:
    release(held, member(held.pair))
    with pytest.raises(ActionRefusedError, match="decided already"):
        refuse(held, member(held.pair), "Too late.")


def test_viewers_and_strangers_let_nothing_go(held: Ruling) -> None:
    with pytest.raises(ActionRefusedError, match="role of operator"):
        release(held, member(held.pair, Role.VIEWER))
    with pytest.raises(ActionRefusedError, match="role of operator"):
        release(held, MembershipFactory(role=Role.ADMINISTRATOR).user)
    assert states()["invoice"] == "held"


def test_an_approval_takes_the_role_the_rule_names(to_approve: Ruling) -> None:
    with pytest.raises(ActionRefusedError, match="role of administrator"):
        release(to_approve, member(to_approve.pair))
    release(to_approve, member(to_approve.pair, Role.ADMINISTRATOR))
    assert AuditEntry.objects.filter(action="ruling.approved").exists()
    assert states()["invoice"] == "waiting"


def test_who_edited_a_document_of_the_record_does_not_approve_it(to_approve: Ruling) -> None:
    editor = member(to_approve.pair, Role.ADMINISTRATOR)
    invoice = Posting.objects.get(kind="invoice")
    actions.edit_and_retry(invoice, {**invoice.document, "Reference": "mine"}, editor, "Corrected.")
    with pytest.raises(ActionRefusedError, match="somebody else"):
        release(to_approve, editor)
    release(to_approve, member(to_approve.pair, Role.ADMINISTRATOR))
    invoice.refresh_from_db()
    assert (invoice.state, invoice.document["Reference"]) == ("waiting", "mine")


def test_a_released_payment_goes_alone(
    pair: Pair, shop: Connection, opayo: Connection, xero: Connection
) -> None:
    use(pair, rule("visa", 'card_type == "VISA"', "hold"))
    shop_event(shop)
    notification_event(opayo)
    process(pair)
    Wake.objects.all().delete()
    assert release(Ruling.objects.get(), member(pair)) == 1
    assert states()["payment"] == "waiting"
    assert Wake.objects.filter(name=f"deliver:{xero.pk}").exists()


def test_release_makes_the_documents_by_the_mappings_in_use_now(held: Ruling) -> None:
    version = use(held.pair, rule("big", "total > 10", "hold"))
    release(held, member(held.pair))
    invoice = Posting.objects.get(kind="invoice")
    assert invoice.mapping_version_id is not None
    assert invoice.document["InvoiceNumber"] == "HF-10042"
    assert version.number > 1


def test_those_the_flow_tells_after_posting_are_told_on_release(pair: Pair, shop: Connection) -> None:
    tell = Step("tell", "notify", {"channel": "email", "to": "books@example.com", "text": "{number}"})
    use(pair, rule("big", "total > 10", "hold"), flows=[with_step(ORDERS, tell, ""), PAYMENTS])
    shop_event(shop)
    process(pair)
    release(Ruling.objects.get(), member(pair))
    assert Notice.objects.get().content["text"] == "HF-10042"


def test_what_is_in_shadow_is_not_for_people_to_release(pair: Pair, shop: Connection) -> None:
    use(pair, flows=modes("shadow"))
    shop_event(shop)
    process(pair)
    with pytest.raises(ActionRefusedError):
        release(Ruling.objects.get(), member(pair))


def test_a_refund_held_by_a_rule_is_let_go_by_a_person_and_the_sale_is_not_touched(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    use(pair, rule("generous", "amount > 20 and reason != null", "hold"))
    shop_event(shop)
    notification_event(opayo)
    instruction_event(opayo, "refund", "R1", "25.00", reason="Goodwill")
    instruction_event(opayo, "refund", "R2", "5.00", reason="Goodwill")
    process(pair)
    ruling = Ruling.objects.get()
    assert (ruling.payment, str(ruling.refund), ruling.outcome) == (None, "R1", "hold")
    held = Posting.objects.filter(state="held").values_list("kind", "natural_key")
    assert set(held) == {("credit_note", "R1"), ("refund", "R1")}
    operator = member(pair)
    assert release(ruling, operator, "Agreed.") == 2
    assert not Posting.objects.filter(state="held").exists()
    act = AuditEntry.objects.get(action="ruling.released")
    assert (act.subject, act.data["refund"], act.data["amount"]) == ("R1", "R1", "25.00 GBP")


def test_a_refused_refund_is_not_booked(pair: Pair, shop: Connection, opayo: Connection) -> None:
    use(pair, rule("generous", "amount > 20 and reason != null", "hold"))
    shop_event(shop)
    notification_event(opayo)
    instruction_event(opayo, "refund", "R1", "25.00", reason="Goodwill")
    process(pair)
    assert refuse(Ruling.objects.get(), member(pair), "Booked by hand.") == 2
    shop_event(shop)
    process(pair)
    states = Posting.objects.filter(kind__in=["credit_note", "refund"]).values_list("state", flat=True)
    assert set(states) == {"cancelled"}
