"""The pages of dry runs: what they show, what people press, and what is refused, in words."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from integrations.models import Pair, Role
from mapping.core.rules.document import Effect, Rule
from mapping.models import DryRun, MappingVersion
from mapping.selectors import published_blueprint
from mapping.services.dry_run import cancel_dry_run
from mapping.services.dry_run.working import compare_parts
from tests.factories import MembershipFactory, PairFactory, UserFactory
from tests.mapping.dry_run.scene import (
    begun,
    draft_booking_sales_to,
    draft_with,
    finished,
    paid_order,
    pair_with_orders,
    with_constant,
)

pytestmark = pytest.mark.django_db
NOVEMBER = {"period_from": "2026-11-01", "period_to": "2026-11-30", "kinds": ["invoice", "payment"]}


@pytest.fixture
def pair() -> Pair:
    return pair_with_orders(3)


@pytest.fixture
def draft(pair: Pair) -> MappingVersion:
    return draft_booking_sales_to(pair, "260")


def member(pair: Pair, role: str) -> Client:
    user = UserFactory()
    MembershipFactory(user=user, pair=pair, role=role)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def operator(pair: Pair) -> Client:
    return member(pair, Role.OPERATOR)


def url(name: str, version: MappingVersion, *args: object) -> str:
    assert version.pair is not None
    page = f"mapping-dry-run-{name}" if name else "mapping-dry-run"
    return reverse(page, args=[version.pair.slug, version.number, *args])


def page(client: Client, address: str) -> str:
    """What a page says, in one line."""
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_start_page_teaches_and_counts(operator: Client, draft: MappingVersion) -> None:
    text = page(operator, url("", draft))

    assert "A dry run answers before anything is published" in text
    assert "Start the dry run" in text


def test_the_chosen_period_is_counted_while_it_is_chosen(operator: Client, draft: MappingVersion) -> None:
    answer = operator.get(url("counts", draft), NOVEMBER)

    text = re.sub(r"\s+", " ", answer.content.decode())
    assert "<b>3</b> invoices · <b>3</b> payments" in text
    reversed_period = operator.get(url("counts", draft), {**NOVEMBER, "period_to": "2026-10-01"})
    assert "Choose a period" in reversed_period.content.decode()


def test_a_run_is_begun_watched_and_read(operator: Client, draft: MappingVersion) -> None:
    answer = operator.post(url("start", draft), NOVEMBER)
    run = DryRun.objects.get()
    assert answer.headers["Location"] == url("result", draft, run.pk)
    assert "0 of 6 records" not in page(operator, answer.headers["Location"])
    assert "<b>0</b> of 6 records compared, 0 %" in page(operator, answer.headers["Location"])

    compare_parts(run.pk, seconds=60)
    over = operator.get(url("live", draft, run.pk))
    assert over.headers["HX-Refresh"] == "true"
    text = page(operator, url("result", draft, run.pk))
    assert "3 of 3 invoices change. £60.00 moves from account 200 to 260; no VAT moves." in text
    assert "3 invoices and 3 payments compared" in text


def test_every_number_leads_to_its_records(operator: Client, draft: MappingVersion) -> None:
    run = finished(draft)
    text = page(operator, url("result", draft, run.pk))

    links = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]*/records/\?[^"]+)"', text)]
    assert {"effect=changed", "touches=account%3A260%3AGBP"} <= {link.partition("?")[2] for link in links}
    for link in set(links):
        assert "3 records" in page(operator, link)


def test_vat_that_moves_is_shown_by_box_and_tax_type(operator: Client, pair: Pair) -> None:
    draft = draft_with(
        pair, mappings=with_constant(published_blueprint(pair.pk), "LineItems[].TaxType", "NONE")
    )
    text = page(operator, url("result", draft, finished(draft).pk))

    assert "VAT due on sales" in text
    assert "VAT box 1 falls by £12.00" in text
    assert "OUTPUT2" in text and "+£60.00" in text


def test_records_are_filtered_by_effect_number_and_what_they_move(operator: Client, pair: Pair) -> None:
    large = paid_order(pair, total_minor=90_000)
    rule = Rule("large", "Large orders", "total > 500", (Effect("hold", reason="Over 500: look at it."),))
    draft = draft_with(
        pair,
        rules=(rule,),
        mappings=with_constant(published_blueprint(pair.pk), "LineItems[].AccountCode", "260"),
    )
    run = finished(draft)
    records = url("records", draft, run.pk)

    held = page(operator, f"{records}?effect=held")
    assert "1 record " in held and large.number in held and "Over 500: look at it." in held
    assert "1 record " in page(operator, f"{records}?q={large.number}")
    assert "3 records that move account 260" in page(operator, f"{records}?touches=account:260:GBP")
    assert "Nothing fits this filter" in page(operator, f"{records}?touches=account:999:GBP")
    part = operator.get(records, headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith('<section id="list"')


def test_a_record_stands_before_and_after_side_by_side(operator: Client, draft: MappingVersion) -> None:
    run = finished(draft)
    row = run.differences.order_by("pk").first()
    assert row is not None

    text = page(operator, url("record", draft, run.pk, row.pk))

    assert '<td class="was">200</td> <td class="now">260</td>' in text
    assert "£20.00 Cr" in text
    assert "Account 200 → 260" in text
    assert "The document is made." in text
    assert "has changed since the run" not in text


def test_a_record_that_changed_since_says_so_and_one_that_is_gone_too(
    operator: Client, draft: MappingVersion, pair: Pair
) -> None:
    run = finished(draft)
    row = run.differences.order_by("pk").first()
    assert row is not None
    order = pair.orders.get(pk=row.record_id)
    order.document["lines"].append(dict(order.document["lines"][0]))
    order.document["total"] = "48.00"
    order.save()
    assert "has changed since the run" in page(operator, url("record", draft, run.pk, row.pk))

    order.state = order.State.INVALID
    order.save()
    assert "no longer stored" in page(operator, url("record", draft, run.pk, row.pk))


def test_the_export_has_a_line_for_each_changed_field(operator: Client, draft: MappingVersion) -> None:
    run = finished(draft)

    answer = operator.get(url("export", draft, run.pk))

    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]  # streamed
    assert lines[0].startswith("record,number,effect,field,before,after")
    assert len(lines) == 4
    assert "LineItems[0].AccountCode,200,260" in lines[1]


def test_cells_that_a_spreadsheet_would_run_are_made_text(operator: Client, pair: Pair) -> None:
    draft = draft_with(
        pair, mappings=with_constant(published_blueprint(pair.pk), "Reference", "=HYPERLINK(1)")
    )

    answer = operator.get(url("export", draft, finished(draft).pk))

    assert b",'=HYPERLINK(1)" in b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # streamed


def test_a_draft_that_changes_nothing_says_so(operator: Client, pair: Pair) -> None:
    draft = draft_with(pair)

    text = page(operator, url("result", draft, finished(draft).pk))

    assert "Nothing changes: all 6 records come out the same." in text
    assert "Money by account" not in text


def test_a_changed_draft_makes_its_run_outdated(operator: Client, draft: MappingVersion) -> None:
    run = finished(draft)
    MappingVersion.objects.filter(pk=draft.pk).update(revision=draft.revision + 1)

    assert "no longer tells what publishing would do" in page(operator, url("result", draft, run.pk))


def test_what_cannot_be_compared_is_refused_in_words(operator: Client, draft: MappingVersion) -> None:
    empty = operator.post(
        url("start", draft), {**NOVEMBER, "period_from": "2020-01-01", "period_to": "2020-01-31"}
    )
    backwards = operator.post(url("start", draft), {**NOVEMBER, "period_to": "2026-10-01"})
    nothing = operator.post(url("start", draft), {**NOVEMBER, "kinds": []})

    assert "There are no records in this period" in empty.content.decode()
    assert "The period ends before it begins" in backwards.content.decode()
    assert "Choose at least one kind of record" in nothing.content.decode()
    assert {empty.status_code, backwards.status_code, nothing.status_code} == {422}


def test_a_broken_draft_is_refused_with_its_problems(operator: Client, pair: Pair) -> None:
    mappings = published_blueprint(pair.pk).mappings
    first, *rest = mappings["invoice"].rows
    broken = replace(mappings["invoice"], rows=(replace(first, when="total >"), *rest))

    answer = operator.post(url("start", draft_with(pair, mappings={**mappings, "invoice": broken})), NOVEMBER)

    assert "mend what is wrong with it first" in answer.content.decode()


def test_a_run_is_stopped_and_says_how_far_it_came(operator: Client, draft: MappingVersion) -> None:
    run = begun(draft)

    text = operator.post(url("stop", draft, run.pk), follow=True).content.decode()

    assert "The dry run was stopped" in text
    assert "over already" in operator.post(url("stop", draft, run.pk), follow=True).content.decode()


def test_a_failed_run_says_why(operator: Client, draft: MappingVersion) -> None:
    run = begun(draft)
    cancel_dry_run(run)
    DryRun.objects.filter(pk=run.pk).update(state=DryRun.State.FAILED, error="A share could not be compared.")

    assert "A share could not be compared." in page(operator, url("result", draft, run.pk))
    assert "A share could not be compared." in page(operator, url("", draft))


def test_earlier_runs_are_listed_with_what_they_found(operator: Client, draft: MappingVersion) -> None:
    finished(draft)

    text = page(operator, url("", draft))

    assert "3 of 3 invoices change" in text
    assert "Counts for publishing" in text


def test_viewers_read_and_operators_start_and_stop(pair: Pair, draft: MappingVersion) -> None:
    run, viewer = finished(draft), member(pair, Role.VIEWER)
    row = run.differences.first()
    assert row is not None

    assert "takes the role of operator" in page(viewer, url("", draft))
    assert viewer.post(url("start", draft), NOVEMBER).status_code == 403
    assert viewer.post(url("stop", draft, run.pk)).status_code == 403
    for address in (
        url("result", draft, run.pk),
        url("records", draft, run.pk),
        url("record", draft, run.pk, row.pk),
    ):
        assert page(viewer, address)


def test_strangers_and_members_of_other_pairs_find_nothing(draft: MappingVersion) -> None:
    run, outsider = finished(draft), member(PairFactory(), Role.ADMINISTRATOR)

    for name in ("result", "live", "records", "export"):
        assert Client().get(url(name, draft, run.pk)).status_code == 302
        assert outsider.get(url(name, draft, run.pk)).status_code == 404


def test_a_run_of_another_version_is_not_found_here(
    operator: Client, pair: Pair, draft: MappingVersion
) -> None:
    other = finished(draft_with(pair))

    assert operator.get(url("result", draft, other.pk)).status_code == 404
