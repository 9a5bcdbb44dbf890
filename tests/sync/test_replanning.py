"""Ruling and making anew after a version came into use."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.models import AccountRole, Connection, Event, Order, Pair
from mapping.core.defaults import default_document
from mapping.core.document import Row
from mapping.core.flows.document import Mode
from sync import tasks
from sync.models import Posting, Problem, Wake
from sync.services import pipeline, replanning
from sync.services.replanning import reprocess
from tests.sync.messages import SECURITY_KEY, notification_event, order, shop_event
from tests.sync.published import modes, rule, use

pytestmark = pytest.mark.django_db


def process(pair: Pair) -> None:
    Event.objects.update(not_before=None)
    assert pipeline.process_batch(pair.pk) is not None


def paid_order(shop: Connection, opayo: Connection, number: int) -> None:
    name = f"HF-{number}"
    payment = {"method": "opayo_server", "vendor_tx_code": f"{name}-1", "security_key": SECURITY_KEY}
    shop_event(shop, **order(name, payment=payment))
    guid = f"F955C22E-F67B-4DA3-8EA3-6DAC{number:08d}"
    notification_event(opayo, f"{name}-1", vps_tx_id=guid)


def test_publishing_wakes_the_pair_and_the_task_rules_anew(
    pair: Pair, shop: Connection, django_capture_on_commit_callbacks: object
) -> None:
    use(pair, flows=modes("off"))
    shop_event(shop)
    process(pair)
    Wake.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # pytest-django's fixture
        use(pair, flows=modes())
    assert Wake.objects.filter(name=f"replan:{pair.pk}").exists()
    tasks.replan(pair.pk)
    assert Posting.objects.filter(kind="invoice").count() == 1


@pytest.mark.parametrize("away", ["off", "shadow"])
def test_nothing_is_lost_or_booked_twice_when_flows_go_off_and_on(
    pair: Pair, shop: Connection, opayo: Connection, away: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replanning, "PORTION", 2)
    paid_order(shop, opayo, 1)
    process(pair)
    for turn in (1, 2):
        use(pair, flows=modes(away, away))
        paid_order(shop, opayo, 10 * turn)
        paid_order(shop, opayo, 10 * turn + 1)
        process(pair)
        use(pair, flows=modes(payments=away))
        reprocess(pair)
        paid_order(shop, opayo, 10 * turn + 2)
        process(pair)
        use(pair, flows=modes())
        reprocess(pair)
        paid_order(shop, opayo, 10 * turn + 3)
        process(pair)
    for kind in ("invoice", "payment"):
        made = Posting.objects.filter(kind=kind, state__in=["ready", "waiting"])
        assert made.values("order").distinct().count() == made.count() == Order.objects.count() == 9


def test_what_a_mapping_could_not_make_is_made_by_the_version_that_can(pair: Pair, shop: Connection) -> None:
    document = default_document("invoice")
    broken = replace(document, rows=(*document.rows, Row("x", "work:x", ("total",))))
    AccountRole.objects.filter(pair=pair, role=AccountRole.Role.SALES).delete()
    use(pair, mappings={"invoice": broken})
    shop_event(shop)
    process(pair)
    invoice = Posting.objects.get(kind="invoice")
    assert invoice.state == Posting.State.HELD
    assert invoice.problem is not None
    assert reprocess(pair).still_stopped == 1
    AccountRole.objects.create(pair=pair, role=AccountRole.Role.SALES, account_code="200")
    done = reprocess(pair)
    assert (done.released, done.still_stopped) == (1, 0)
    invoice.refresh_from_db()
    assert invoice.state == Posting.State.WAITING
    assert not Problem.objects.filter(resolved_at=None).exists()


def test_what_xero_refused_is_sent_again_only_if_the_version_makes_another_document(
    pair: Pair, shop: Connection
) -> None:
    shop_event(shop)
    process(pair)
    refused = Posting.objects.filter(kind="invoice")
    refused.update(state="dead", error_class="permanent", error="Xero refused it.")
    assert reprocess(pair).released == 0
    assert refused.get().state == "dead"
    document = default_document("invoice")
    rows = tuple(row for row in document.rows if row.target != "Reference")
    version = use(pair, mappings={"invoice": replace(document, rows=rows)})
    assert reprocess(pair).released == 1
    assert (refused.get().state, refused.get().mapping_version_id) == ("waiting", version.pk)
    assert "Reference" not in refused.get().document


def test_what_a_person_edited_stays_as_the_person_left_it(pair: Pair, shop: Connection) -> None:
    shop_event(shop)
    process(pair)
    edited = Posting.objects.filter(kind="invoice")
    edited.update(state="dead", error_class="permanent", mapping_version=None, document={"Reference": "mine"})
    document = default_document("invoice")
    use(pair, mappings={"invoice": replace(document, rows=document.rows[:-1])})
    reprocess(pair)
    assert (edited.get().state, edited.get().document) == ("dead", {"Reference": "mine"})


def test_what_is_made_anew_is_held_where_a_rule_holds_it(pair: Pair, shop: Connection) -> None:
    AccountRole.objects.filter(pair=pair, role=AccountRole.Role.SALES).delete()
    use(pair, rule("big", "total > 10", "hold"))
    shop_event(shop)
    process(pair)
    AccountRole.objects.create(pair=pair, role=AccountRole.Role.SALES, account_code="200")
    assert reprocess(pair).released == 0
    invoice = Posting.objects.get(kind="invoice")
    assert (invoice.state, invoice.error_class, invoice.error) == ("held", "rule", "Rule big.")
