from __future__ import annotations

import pytest

from mapping.models import MappingVersion
from mapping.selectors import published_blueprint
from mapping.services.publishing_checks import is_warned, latest_dry_run, needs_reason
from mapping.services.versions import publish
from tests.mapping.dry_run.scene import (
    begun,
    draft_booking_sales_to,
    draft_with,
    finished,
    pair_with_orders,
    with_constant,
)

pytestmark = pytest.mark.django_db


def test_money_that_moves_asks_for_a_reason() -> None:
    draft = draft_booking_sales_to(pair_with_orders(1), "260")
    finished(draft)

    asked, words = needs_reason(draft)

    assert asked
    assert "£20.00 moves from account 200 to 260" in words


def test_a_changed_text_asks_for_none() -> None:
    pair = pair_with_orders(1)
    draft = draft_with(pair, mappings=with_constant(published_blueprint(pair.pk), "Reference", "Seen"))
    finished(draft)

    assert needs_reason(draft) == (False, "1 of 1 invoice changes. No money moves and no VAT.")
    assert not is_warned(draft)


def test_without_a_run_there_is_a_warning_only() -> None:
    draft = draft_booking_sales_to(pair_with_orders(1), "260")
    begun(draft)

    asked, words = needs_reason(draft)

    assert (asked, is_warned(draft)) == (False, True)
    assert "No dry run was made of this revision" in words


def test_a_run_of_an_earlier_revision_does_not_count() -> None:
    draft = draft_booking_sales_to(pair_with_orders(1), "260")
    run = finished(draft)
    assert latest_dry_run(draft) == run

    MappingVersion.objects.filter(pk=draft.pk).update(revision=draft.revision + 1)
    draft.refresh_from_db()

    assert latest_dry_run(draft) is None


def test_a_run_against_what_is_no_longer_in_use_does_not_count() -> None:
    pair = pair_with_orders(1)
    draft = draft_booking_sales_to(pair, "260")
    finished(draft)

    publish(draft_with(pair))

    assert latest_dry_run(draft) is None


def test_nothing_is_warned_of_where_nothing_differs_or_nothing_is_stored() -> None:
    assert not is_warned(draft_with(pair_with_orders(1)))
    assert not is_warned(draft_booking_sales_to(pair_with_orders(0), "260"))
